"""Signing in and out, and one's own password."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.accounts.schemas import Credentials, PasswordChange, SessionPublic
from api.accounts.sign_in import SignIn
from api.http.access import Who, anyone, check_fresh, signed_in
from api.http.audit_trail import actor_of
from api.http.authentication import DEVICE_COOKIE, SESSION_COOKIE, SessionSecret, cookie_name, csrf_token
from api.http.problems import described
from api.http.services import ServicesOf, Stored, refuse_query
from core.principal import Principal
from store.accounts.devices import FORGOTTEN_AFTER

router = APIRouter(prefix="/api/v1/session", tags=["session"])

NoQuery = Depends(refuse_query)
SigningIn = Annotated[SignIn, Depends()]


@router.post("", dependencies=[anyone(), NoQuery], responses=described(401, 403, 422, 429, 503))
def sign_in(
    credentials: Credentials,
    request: Request,
    response: Response,
    signing_in: SigningIn,
    services: ServicesOf,
    former: SessionSecret,
) -> SessionPublic:
    """Begins a session; its secret comes as a cookie that no page can read."""
    who, verified = signing_in.judge(credentials.name, credentials.password, credentials.otp)
    if former is not None:
        services.store.sessions.end(former)
    return _begun(who, request, response, services, signing_in, verified=verified)


@router.get("", dependencies=[signed_in(), NoQuery], responses=described(422, 503))
def get_session(who: Who, services: ServicesOf, secret: SessionSecret) -> SessionPublic:
    """Who is signed in, and what may be done."""
    token = csrf_token(secret) if secret and not who.is_machine else ""
    return SessionPublic.of(who, token, may_approve=who.may_approve(services.clock.utc()))


@router.delete("", status_code=204, dependencies=[signed_in(), NoQuery], responses=described(422, 503))
def sign_out(who: Who, request: Request, response: Response, services: ServicesOf, secret: SessionSecret) -> None:
    """Ends the session. A machine's token stays: it is revoked by DELETE /api/v1/tokens/{token_id}."""
    if secret is not None and not who.is_machine:
        services.store.sessions.end(secret)
        services.store.audit.note(actor_of(who), SignIn.deed("session.end", str(who.user_id)))
    name, secure = cookie_name(request, SESSION_COOKIE), request.url.scheme == "https"
    response.delete_cookie(name, path="/", httponly=True, samesite="strict", secure=secure)


@router.post("/password", dependencies=[signed_in(), NoQuery], responses=described(401, 403, 412, 422, 429, 503))
def change_password(
    wanted: PasswordChange,
    who: Who,
    request: Request,
    response: Response,
    signing_in: SigningIn,
    store: Stored,
    services: ServicesOf,
) -> SessionPublic:
    """Changes one's own password. Every session of the user ends, and a new one begins. Whoever has a second factor
    gives a code of it first, unless he just has."""
    check_fresh(who)
    before = store.users.get(who.user_id)
    signing_in.confirm(who, wanted.current)
    own = [who.name, who.full_name, *([who.badge_no] if who.badge_no else ())]
    chosen = services.passwords.chosen(wanted.new, own, wanted.current)
    # Judged is the password of that version: one that was reset meanwhile is not overwritten.
    store.users.change_own_password(who.user_id, before.version if before else 0, chosen, actor_of(who))
    # Fresh with a second factor means that a code was given.
    verified = store.second_factors.of(who.user_id) is not None
    return _begun(who, request, response, services, signing_in, verified=verified)


def _begun(
    who: Principal,
    request: Request,
    response: Response,
    services: ServicesOf,
    signing_in: SignIn,
    *,
    verified: bool = False,
) -> SessionPublic:
    agent = request.headers.get("user-agent", "")
    secret = services.store.sessions.begin(who.user_id, who.address, agent, verified=verified)
    _set_cookie(request, response, SESSION_COOKIE, secret)
    device = signing_in.known_from_now_on(who.user_id)
    _set_cookie(request, response, DEVICE_COOKIE, device, FORGOTTEN_AFTER)
    now = services.store.sessions.find(secret, who.address) or who
    return SessionPublic.of(now, csrf_token(secret), may_approve=now.may_approve(services.clock.utc()))


def _set_cookie(request: Request, response: Response, name: str, secret: str, lasts: timedelta | None = None) -> None:
    response.set_cookie(
        cookie_name(request, name),
        secret,
        max_age=round(lasts.total_seconds()) if lasts else None,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
