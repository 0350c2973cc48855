"""Accounts: the system administrator makes them, the security administrator grants; nobody grants to himself, and what
concerns an administrator takes another one."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from api.accounts.schemas import AccountActPublic, UserAsked, UserChange, UserCreate, UserPublic, UserWithPassword
from api.http.access import Right, Who, fresh, requires
from api.http.audit_trail import actor_of
from api.http.etags import MeantVersion, etag
from api.http.fields import Number
from api.http.problems import ProblemError, described
from api.http.services import ServicesOf, Stored, refuse_query
from core.principal import Principal
from store.accounts.acts import Wanted, concerns_administrator
from store.accounts.passwords import one_time_password
from store.accounts.records import AccountAct, User
from store.accounts.users import NewUser

router = APIRouter(
    prefix="/api/v1/users",
    tags=["users"],
    dependencies=[requires(Right.USERS_VIEW), Depends(refuse_query)],
)

# What the system administrator may change; the rest belongs to the security administrator.
_PLAIN_FIELDS = frozenset({"full_name"})


def _user(user_id: Number, store: Stored) -> User:
    user = store.users.get(user_id)
    if user is None:
        raise ProblemError(404, "api.user_unknown", user_id=user_id)
    return user


Found = Annotated[User, Depends(_user)]


@router.get("", responses=described(422, 503))
def list_users(store: Stored) -> list[UserPublic]:
    """Every account, by name."""
    return [UserPublic.model_validate(user) for user in store.users.all()]


@router.post(
    "", status_code=201, dependencies=[requires(Right.USERS_CREATE), fresh()], responses=described(409, 422, 503)
)
def create_user(
    wanted: UserCreate, who: Who, store: Stored, services: ServicesOf, response: Response
) -> UserWithPassword:
    """Makes an account without rights; answers with its one-time password."""
    password = one_time_password()
    new = NewUser(wanted.name, wanted.full_name, services.passwords.hash(password))
    user = store.users.create(new, actor_of(who))
    response.headers["ETag"] = etag(user.version)
    return _with_password(user, password)


@router.get("/{user_id}", responses=described(404, 422, 503))
def get_user(user: Found, response: Response) -> UserPublic:
    """One account; the ETag names its version."""
    response.headers["ETag"] = etag(user.version)
    return UserPublic.model_validate(user)


@router.patch("/{user_id}", dependencies=[fresh()], responses=described(404, 412, 422, 428, 503))
def change_user(
    user: Found, wanted: UserChange, version: MeantVersion, who: Who, store: Stored, response: Response
) -> UserAsked:
    """Changes an account that is as it was read. Granting a role puts a pending account into service. What concerns an
    administrator, or makes one, waits for another administrator (`waiting`)."""
    changes = wanted.model_dump(exclude_unset=True)
    _check_rights(user, changes, who)
    if user.state == "pending" and wanted.role is not None:
        changes.setdefault("state", "active")
    if concerns_administrator(user, changes):
        act = store.account_acts.ask(replace(user, version=version), Wanted("change", changes), actor_of(who))
        response.headers["ETag"] = etag(user.version)
        return _asked(user, act)
    changed = store.users.change(user.user_id, version, changes, actor_of(who))
    response.headers["ETag"] = etag(changed.version)
    return _asked(changed, None)


@router.post(
    "/{user_id}/password",
    dependencies=[requires(Right.USERS_CREATE), fresh()],
    responses=described(404, 409, 412, 422, 503),
)
def reset_password(user: Found, who: Who, store: Stored, services: ServicesOf) -> UserWithPassword:
    """Gives a one-time password. The account waits then until the security administrator sets it `active` again. An
    administrator's opens nothing, and changes nothing, before another administrator has confirmed it (`waiting`)."""
    if user.user_id == who.user_id:
        raise ProblemError(403, "api.own_password_not_reset")
    password = one_time_password()
    if concerns_administrator(user, {}):
        wanted = Wanted("reset", {}, services.passwords.hash(password))
        return _with_password(user, password, store.account_acts.ask(user, wanted, actor_of(who)))
    changed = store.users.reset_password(user.user_id, services.passwords.hash(password), actor_of(who))
    if changed is None:
        raise ProblemError(404, "api.user_unknown", user_id=user.user_id)
    store.attempts.unlock(user.name)
    return _with_password(changed, password)


def _check_rights(user: User, changes: dict[str, Any], who: Principal) -> None:
    granted = sorted(changes.keys() - _PLAIN_FIELDS)
    if granted and not who.has(Right.USERS_GRANT):
        raise ProblemError(403, "api.only_security_administrator_changes", fields=granted)
    if granted and user.user_id == who.user_id:
        raise ProblemError(403, "api.no_granting_to_oneself", fields=granted)
    if changes.keys() & _PLAIN_FIELDS and not who.has(Right.USERS_CREATE):
        raise ProblemError(403, "api.only_system_administrator_changes", field="full_name")


def _asked(user: User, act: AccountAct | None) -> UserAsked:
    waiting = AccountActPublic.of(act, user) if act else None
    return UserAsked(**UserPublic.model_validate(user).model_dump(), waiting=waiting)


def _with_password(user: User, password: str, act: AccountAct | None = None) -> UserWithPassword:
    return UserWithPassword(**_asked(user, act).model_dump(), one_time_password=password)
