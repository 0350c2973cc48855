"""Codes of a second factor: TOTP (RFC 6238) with SHA-1, six digits and steps of 30 s, as every app for it has them."""

from datetime import datetime
from hmac import compare_digest

import pyotp

STEP_S = 30
# A phone's clock, and the time that typing takes: so many steps before and after count, too.
STEPS_ASIDE = 1
ISSUER = "街镜 Jiejing"


def new_secret() -> str:
    """A secret of 160 random bits, in base 32."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """The otpauth:// address by which an app takes the secret in."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def code_at(secret: str, moment: datetime) -> str:
    """The code of that (aware) moment."""
    return pyotp.TOTP(secret).at(moment)


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """The time step (of 30 s, since 1970) whose code this is, among those that count at a moment; None if of none."""
    if not (code.isascii() and code.isdigit()):
        return None
    totp, now = pyotp.TOTP(secret), int(moment.timestamp()) // STEP_S
    steps = range(now - STEPS_ASIDE, now + STEPS_ASIDE + 1)
    return next((step for step in steps if compare_digest(totp.generate_otp(step), code)), None)
