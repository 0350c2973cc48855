"""Who may call an operation. Each operation declares it; one that does not is refused to everybody.

    router = APIRouter(prefix="/api/v1/events", dependencies=[requires(Right.EVENTS_VIEW)])

    @router.post("/{event_id}/decisions", dependencies=[requires(Right.EVENTS_DECIDE)])
    def decide(event_id: str, who: Who, ...): ...

Declarations of a router and of its operation add up. They are judged before anything else of the request is looked at,
by one guard in front of the whole application (api.http.door).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials

from api.http.authentication import Bearer, SessionSecret, recognise
from api.http.problems import ProblemError, openapi_responses
from api.http.services import Services
from core.messages import Message
from core.principal import Principal
from core.rights import Right, Role
from store.accounts.tokens import TokenRepository

__all__ = ["Principal", "Right", "Role", "Who", "anyone", "check_fresh", "fresh", "nearby_or", "requires", "signed_in"]

PASSWORD_CHANGE_REQUIRED = "urn:jiejing:problem:password-change-required"  # noqa: S105 - a name
MISSING_RIGHT = "urn:jiejing:problem:missing-right"
SECOND_FACTOR_REQUIRED = "urn:jiejing:problem:second-factor-required"
STEP_UP_REQUIRED = "urn:jiejing:problem:step-up-required"
SIGN_IN_REQUIRED = "urn:jiejing:problem:sign-in-required"
# Where the door notes in a request which operation it let it through to.
ADMITTED = "jiejing.admitted"
_NOBODY = Message("api.operation_declares_no_right")


@dataclass(frozen=True)
class Declaration:
    """Who may call an operation.

    Attributes:
        rights: all of them are needed.
        is_open: nobody needs to be recognised.
        in_service: the account must have a role, and its first password must have been changed.
        nearby: programs on this machine need nothing.
        fresh: whoever has a second factor has given a code of it a short while ago.
    """

    rights: frozenset[Right] = frozenset()
    is_open: bool = False
    in_service: bool = True
    nearby: bool = False
    fresh: bool = False

    def __call__(self) -> None:
        """As a dependency it only marks; `guard` judges."""

    def names(self) -> Iterable[str]:
        """How the OpenAPI document says it in `x-rights`."""
        if self.is_open:
            return ("anyone",)
        whom = "this machine" if self.nearby else "in service" if self.in_service else "signed in"
        return (whom, *map(str, self.rights), *(["fresh code"] if self.fresh else ()))


def requires(*rights: Right) -> Any:
    """Declares that an operation, or all of a router's, needs these rights; without any: an account in service."""
    return Depends(Declaration(frozenset(rights)))


def fresh() -> Any:
    """Declares that whoever has a second factor gives a code of it once more for an operation, unless he just has."""
    return Depends(Declaration(fresh=True))


def signed_in() -> Any:
    """Declares that an operation is for every user, even before the first password was changed or a role granted."""
    return Depends(Declaration(in_service=False))


def nearby_or(right: Right) -> Any:
    """Declares that an operation is open to programs on this machine, and to others with this right."""
    return Depends(Declaration(frozenset({right}), nearby=True))


def anyone() -> Any:
    """Declares that an operation is open to everybody."""
    return Depends(Declaration(is_open=True))


def guard(
    request: Request,
    declared: Sequence[Declaration],
    bearer: HTTPAuthorizationCredentials | None,
    secret: str | None,
    services: Services,
    tokens: TokenRepository | None,
) -> None:
    """Lets through whom an operation's declarations allow. It is asked by api.http.door, by headers alone.

    Args:
        tokens: None where there is no bearer to be looked up.

    Raises:
        HTTPException: 401 or 403.
    """
    if not declared:
        raise ProblemError(403, _NOBODY, kind=MISSING_RIGHT)
    if all(one.is_open or (one.nearby and _is_from_here(request)) for one in declared):
        return
    found = recognise(request, bearer, secret, services, tokens)
    if found is None:
        raise ProblemError(401, "api.sign_in_first", kind=SIGN_IN_REQUIRED)
    request.state.principal = found
    for one in declared:
        _check(found, one)


def admitted(request: Request, _bearer: Bearer, _secret: SessionSecret) -> None:
    """For the application itself: makes sure that the door has judged this very operation. Bearer and session stand
    here for the OpenAPI document.

    Raises:
        ProblemError: 403, nobody has.
    """
    if request.scope.get(ADMITTED) != request.scope["route"].name:
        raise ProblemError(403, _NOBODY, kind=MISSING_RIGHT)


def _who(request: Request) -> Principal:
    found: Principal = request.state.principal
    return found


# Whoever asks; only for operations that are not open to anyone.
Who = Annotated[Principal, Depends(_who)]


def declarations(route: APIRoute) -> tuple[Declaration, ...]:
    """What a route declares; nothing = it is refused."""
    return tuple(one.call for one in route.dependant.dependencies if isinstance(one.call, Declaration))


def describe(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Says of each operation in the OpenAPI document who may call it (`x-rights`), and how it is refused."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    declared = {route.name: declarations(route) for route in routes}
    document_of = app.openapi

    def openapi() -> dict[str, Any]:
        document = document_of()
        for operation in (one for path in document["paths"].values() for one in path.values()):
            _describe(operation, declared.get(operation["operationId"], ()))
        return document

    app.openapi = openapi  # type: ignore[method-assign]


def _describe(operation: dict[str, Any], declared: tuple[Declaration, ...]) -> None:
    operation["x-rights"] = sorted({name for one in declared for name in one.names()})
    if any(one.is_open for one in declared):
        operation.pop("security", None)
    else:
        refusals = openapi_responses(401, 403)
        operation["responses"] = dict(sorted({**refusals, **operation["responses"]}.items()))


def _check(who: Principal, declared: Declaration) -> None:
    if not declared.in_service:
        return
    if who.must_change_password:
        raise ProblemError(403, "api.change_first_password", kind=PASSWORD_CHANGE_REQUIRED)
    if who.must_set_second_factor:
        raise ProblemError(403, "api.set_up_second_factor", kind=SECOND_FACTOR_REQUIRED)
    if who.role is None:
        raise ProblemError(403, "api.account_has_no_role", kind=MISSING_RIGHT)
    missing = sorted(declared.rights - who.rights)
    if missing:
        raise ProblemError(403, "api.right_missing", kind=MISSING_RIGHT, rights=missing)
    if declared.fresh:
        check_fresh(who)


def check_fresh(who: Principal) -> None:
    """
    Raises:
        ProblemError: 403, a code of the second factor has to be given first.
    """
    if not who.is_fresh:
        raise ProblemError(403, "api.one_time_code_first", kind=STEP_UP_REQUIRED)


def _is_from_here(request: Request) -> bool:
    """Whether a program on this machine asks for itself; a proxy on it asks for others, and says so."""
    forwarded = any(name in request.headers for name in ("forwarded", "x-forwarded-for"))
    try:
        return not forwarded and request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
