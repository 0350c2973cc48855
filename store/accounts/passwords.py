"""Passwords: hashed with argon2id, judged by one policy (length, and how many guesses it takes), checked in the
same time whether the account exists or not."""

import secrets
from collections.abc import Sequence
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from zxcvbn import zxcvbn

from core.errors import InputError
from store.accounts.second_factors import clear_text

MIN_LENGTH = 10
MAX_LENGTH = 200
# zxcvbn's scale of 0 to 4: from here on a thief of the hashes needs more than 10^8 guesses.
_LEAST_SCORE = 3
# It refuses more, and takes long for it.
_JUDGED = 72
_KNOWN = ("jiejing", "街镜")

# Each hash takes 64 MiB for a moment: many who try at once must wait, not fill the memory.
_AT_ONCE = 4


class Passwords:
    """Hashes and checks.

    Args:
        hasher: argon2id with the parameters of RFC 9106 for little memory unless others are given.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = BoundedSemaphore(_AT_ONCE)
        self._nobody = self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The argon2id hash to keep, with its parameters and salt."""
        with self._turn:
            return self._hasher.hash(password)

    def matches(self, password: str, kept: str | None) -> bool:
        """Whether this is the password; for an account that is not there (None) it takes as long and is not."""
        with self._turn:
            try:
                right = self._hasher.verify(kept or self._nobody, password)
            except VerificationError:
                return False
        return right and kept is not None

    def chosen(self, password: str, own: Sequence[str], current: str) -> str:
        """The hash of a password that a user chose.

        Args:
            own: what anybody knows of the user, to be guessed first: names, the number of the badge.

        Raises:
            InputError: too short, easily guessed, or no other than the one before.
        """
        if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
            raise InputError("store.password_length", least=MIN_LENGTH, most=MAX_LENGTH, field="new")
        if password == current:
            raise InputError("store.password_unchanged", field="new")
        # More than it takes only makes guessing longer.
        judged = zxcvbn(password[:_JUDGED], user_inputs=[*own, *_KNOWN], max_length=_JUDGED)
        if judged["score"] < _LEAST_SCORE:
            raise InputError("store.password_easily_guessed", field="new")
        return self.hash(password)


def one_time_password() -> str:
    """A password to hand over once: 16 random letters and digits (79 bits) in groups of four."""
    return clear_text()
