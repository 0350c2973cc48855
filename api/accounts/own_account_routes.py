"""One's own account: open sessions, the second factor, and codes of it."""

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Depends

from api.accounts.schemas import (
    CodeGiven,
    OpenSessionPublic,
    OwnAccountPublic,
    PasswordGiven,
    RecoveryCodes,
    SecondFactorPublic,
    SecondFactorSetup,
)
from api.accounts.sign_in import SignIn
from api.http.access import PASSWORD_CHANGE_REQUIRED, Who, check_fresh, signed_in
from api.http.audit_trail import actor_of
from api.http.authentication import SessionSecret
from api.http.problems import ProblemError, described
from api.http.services import ServicesOf, Stored, refuse_query
from core.errors import ConflictError
from core.one_time_codes import address_of
from core.principal import Principal
from store.tables.accounts import secret_hash

router = APIRouter(prefix="/api/v1/session", tags=["session"], dependencies=[signed_in(), Depends(refuse_query)])

SigningIn = Annotated[SignIn, Depends()]
_ANSWERS = described(401, 403, 409, 422, 429, 503)


@router.get("/account", responses=described(403, 422, 503))
def get_own_account(who: Who, services: ServicesOf, secret: SessionSecret, store: Stored) -> OwnAccountPublic:
    """One's own open sessions and second factor, and when the password that was handed over was used first."""
    _refuse_machine(who)
    user, factor = store.users.get(who.user_id), store.second_factors.of(who.user_id)
    sessions = store.sessions.of_user(who.user_id, secret)
    return OwnAccountPublic(
        sessions=tuple(OpenSessionPublic.model_validate(one) for one in sessions),
        second_factor=SecondFactorPublic.model_validate(factor) if factor else None,
        second_factor_required=who.role in services.session_policy.second_factor,
        first_used_at=user.first_used_at if user else None,
        first_used_from=user.first_used_from if user else None,
    )


@router.delete("/others", status_code=204, responses=described(403, 422, 503))
def end_other_sessions(who: Who, services: ServicesOf, secret: SessionSecret) -> None:
    """Ends all of one's own sessions but the one that asks."""
    _refuse_machine(who)
    services.store.sessions.end_others(who.user_id, secret, services.store.audit, actor_of(who), None)


@router.delete("/others/{session_id}", status_code=204, responses=described(403, 404, 422, 503))
def end_other_session(session_id: str, who: Who, services: ServicesOf, secret: SessionSecret) -> None:
    """Ends one of one's own sessions. The one that asks is ended by signing out."""
    _refuse_machine(who)
    if not services.store.sessions.end_others(who.user_id, secret, services.store.audit, actor_of(who), session_id):
        raise ProblemError(404, "api.other_session_unknown", session_id=session_id)


@router.post("/code", status_code=204, responses=_ANSWERS)
def give_code(given: CodeGiven, who: Who, services: ServicesOf, secret: SessionSecret, signing_in: SigningIn) -> None:
    """Gives a code of one's second factor once more, for what asks for a fresh one."""
    factors, this = services.store.second_factors, secret_hash(secret or "")
    signing_in.confirm_code(who, given.otp, lambda code: factors.takes(who.user_id, code, actor_of(who), this))


@router.post("/second-factor", responses=_ANSWERS)
def begin_second_factor(
    given: PasswordGiven, who: Who, services: ServicesOf, signing_in: SigningIn
) -> SecondFactorSetup:
    """Begins to set up a second factor, or another one in place of the present one, which holds until a code of the new
    one was given."""
    _check_may_set_up(who)
    signing_in.confirm(who, given.current)
    secret = services.store.second_factors.begin(who.user_id)
    address = address_of(secret, who.name)
    return SecondFactorSetup(secret=secret, address=address, qr_svg=_qr_svg(address))


@router.post("/second-factor/confirmation", responses=_ANSWERS)
def confirm_second_factor(
    given: CodeGiven, who: Who, services: ServicesOf, secret: SessionSecret, signing_in: SigningIn
) -> RecoveryCodes:
    """Lets the second factor hold that is being set up, by a code of it. One's other sessions end."""
    _check_may_set_up(who)
    made: list[str] = []

    def takes(code: str) -> bool:
        codes = services.store.second_factors.confirm(who.user_id, code, actor_of(who), secret_hash(secret or ""))
        made.extend(codes or ())
        return codes is not None

    signing_in.confirm_code(who, given.otp, takes)
    return RecoveryCodes(codes=tuple(made))


@router.post("/recovery-codes", responses=_ANSWERS)
def renew_recovery_codes(who: Who, services: ServicesOf) -> RecoveryCodes:
    """New recovery codes; those before count no more."""
    _refuse_machine(who)
    check_fresh(who)
    return RecoveryCodes(codes=services.store.second_factors.renew_codes(who.user_id, actor_of(who)))


@router.delete("/second-factor", status_code=204, responses=described(403, 409, 422, 503))
def remove_second_factor(who: Who, services: ServicesOf) -> None:
    """Removes one's second factor, where one's role needs none."""
    _refuse_machine(who)
    check_fresh(who)
    if who.role in services.session_policy.second_factor:
        raise ConflictError("api.second_factor_required_by_role")
    services.store.second_factors.remove(who.user_id, actor_of(who))


def _check_may_set_up(who: Principal) -> None:
    _refuse_machine(who)
    if who.must_change_password:
        raise ProblemError(403, "api.change_first_password", kind=PASSWORD_CHANGE_REQUIRED)
    check_fresh(who)


def _refuse_machine(who: Principal) -> None:
    if who.is_machine:
        raise ProblemError(403, "api.token_has_no_account")


def _qr_svg(text: str) -> str:
    target = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        target, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=4
    )
    return target.getvalue().decode()
