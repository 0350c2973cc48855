"""Acts on the accounts of administrators, which wait for another administrator."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.accounts.schemas import AccountActPublic, ActDecision
from api.http.access import Right, Who, fresh, requires
from api.http.audit_trail import actor_of
from api.http.fields import Asked
from api.http.problems import ProblemError, described
from api.http.services import Stored, refuse_query
from store.accounts.records import AccountAct
from store.tables.accounts import ActState

router = APIRouter(prefix="/api/v1/account-acts", tags=["users"], dependencies=[requires(Right.ADMINISTRATORS_CONFIRM)])

_NO_QUERY = [Depends(refuse_query)]
_DECIDES = [*_NO_QUERY, fresh()]
_ANSWERS = described(404, 409, 412, 422, 503)


class ActQuery(Asked):
    """Which acts."""

    state: ActState = Field(default="waiting", description="how far they are")


def _act(act_id: str, store: Stored) -> AccountAct:
    found = store.account_acts.get(act_id)
    if found is None:
        raise ProblemError(404, "api.act_unknown", act_id=act_id)
    return found


def _of_others(act: Annotated[AccountAct, Depends(_act)], who: Who, store: Stored) -> AccountAct:
    """An act that neither comes from the one who asks nor concerns him, nor makes an administrator of an account whose
    password he knows."""
    if who.user_id == act.asked_by:
        raise ProblemError(403, "api.act_asked_by_yourself")
    if who.user_id == act.user_id:
        raise ProblemError(403, "api.act_concerns_yourself")
    account = store.users.get(act.user_id)
    if account and account.handed_by == who.user_id and act.changes.get("role", account.role) != account.role:
        raise ProblemError(403, "api.act_on_account_you_made")
    return act


Found = Annotated[AccountAct, Depends(_act)]
OfOthers = Annotated[AccountAct, Depends(_of_others)]


@router.get("", responses=described(422, 503))
def list_account_acts(query: Annotated[ActQuery, Query()], store: Stored) -> list[AccountActPublic]:
    """Acts of one state, the newest first, 200 at most."""
    found = store.account_acts.all(query.state)
    # Read after what names them: nobody is missing who was made meanwhile.
    known = {user.user_id: user for user in store.users.all()}
    return [AccountActPublic.of(one, known[one.user_id]) for one in found]


@router.post("/{act_id}/confirm", dependencies=_DECIDES, responses=_ANSWERS)
def confirm_account_act(act: OfOthers, said: ActDecision, who: Who, store: Stored) -> AccountActPublic:
    """Lets an act take effect that another administrator, or somebody at the machine, asked for."""
    return _public(store.account_acts.confirm(act.act_id, actor_of(who), said.note), store)


@router.post("/{act_id}/reject", dependencies=_DECIDES, responses=_ANSWERS)
def reject_account_act(act: OfOthers, said: ActDecision, who: Who, store: Stored) -> AccountActPublic:
    """Turns an act down; the account stays as it is."""
    return _public(store.account_acts.end(act.act_id, "rejected", actor_of(who), said.note), store)


@router.post("/{act_id}/withdraw", dependencies=_NO_QUERY, responses=_ANSWERS)
def withdraw_account_act(act: Found, who: Who, store: Stored) -> AccountActPublic:
    """Takes back an act that one asked for oneself."""
    if who.user_id != act.asked_by:
        raise ProblemError(403, "api.act_asked_by_another")
    return _public(store.account_acts.end(act.act_id, "withdrawn", actor_of(who), ""), store)


def _public(act: AccountAct, store: Stored) -> AccountActPublic:
    user = store.users.get(act.user_id)
    assert user is not None  # noqa: S101 - accounts are never deleted
    return AccountActPublic.of(act, user)
