"""Second factors of accounts: a secret that is sealed, codes that count once, and codes for who lost the phone."""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.errors import ConflictError
from core.one_time_codes import new_secret, step_of
from store.accounts.tokens import revoke_tokens
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.mapping import insert_once
from store.base.vault import Vault
from store.tables.accounts import RecoveryCodeRow, SecondFactorRow, SessionRow

RECOVERY_CODES = 10
# Letters and digits that nobody takes for one another on paper: 16 of them are 79 bits.
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """That an account has one, since when, and how many recovery codes are left."""

    since: datetime
    codes_left: int


class SecondFactorRepository:
    """Sets up, checks and removes second factors; the audit has each change. Callers count the attempts."""

    def __init__(self, engine: Engine, vault: Vault, audit: AuditLog, clock: Clock | None = None) -> None:
        self._engine = engine
        self._vault = vault
        self._audit = audit
        self._clock = clock or SystemClock()

    def of(self, user_id: int) -> SecondFactor | None:
        """The second factor of an account; None if there is none that holds."""
        count = select(func.count()).where(RecoveryCodeRow.user_id == user_id)
        with reading(self._engine) as session:
            row = session.get(SecondFactorRow, user_id)
            if row is None or row.sealed is None or row.since is None:
                return None
            return SecondFactor(row.since, session.scalar(count) or 0)

    def begin(self, user_id: int) -> str:
        """A new secret, in base 32. It holds once a code of it was given; until then the former one does.

        Raises:
            StorageError: it cannot be sealed.
        """
        secret = new_secret()
        sealed = self._vault.seal(secret, _owner(user_id))
        with writing(self._engine) as session:
            insert_once(session, SecondFactorRow, {"user_id": user_id})
            session.get_one(SecondFactorRow, user_id, with_for_update=True).coming = sealed
        return secret

    def confirm(self, user_id: int, code: str, actor: Actor, session_hash: str) -> tuple[str, ...] | None:
        """Lets the secret hold whose code this is: with new recovery codes. The user's other sessions, which began
        without it, end; with the first secret, so do access tokens, which were made without it.

        Args:
            session_hash: of the session that goes on; it has given a code now.

        Returns:
            The recovery codes, told this once; None if the code is wrong.

        Raises:
            ConflictError: nothing is being set up.
            StorageError: the secret cannot be opened.
        """
        now = self._clock.utc()
        with writing(self._engine) as session:
            row = session.get(SecondFactorRow, user_id, with_for_update=True)
            if row is None or row.coming is None:
                raise ConflictError("store.second_factor_not_begun")
            step = step_of(self._vault.open(row.coming, _owner(user_id)), _digits(code), now)
            if step is None:
                return None
            if row.sealed is None:
                revoke_tokens(session, user_id, now)
            row.sealed, row.coming, row.last_step, row.since = row.coming, None, step, now
            others = (SessionRow.user_id == user_id, SessionRow.secret_hash != session_hash)
            session.execute(delete(SessionRow).where(*others))
            here = session.get(SessionRow, session_hash)
            if here is not None:
                here.verified_at = now
            self._audit.write(session, actor, Deed("second_factor.set", "user", str(user_id)))
            return self._new_codes(session, user_id)

    def takes(self, user_id: int, code: str, actor: Actor, session_hash: str | None = None) -> bool:
        """Whether this is a code that counts: of the second factor, of a step after the last one that was taken, or a
        recovery code. Neither counts again.

        Args:
            session_hash: of the session in which it is given.

        Raises:
            StorageError: the secret cannot be opened.
        """
        now = self._clock.utc()
        with writing(self._engine) as session:
            row = session.get(SecondFactorRow, user_id, with_for_update=True)
            if row is None or row.sealed is None:
                return False
            if not (self._is_next(row, _digits(code), now) or self._was_left(session, user_id, code, actor)):
                return False
            here = session.get(SessionRow, session_hash) if session_hash else None
            if here is not None:
                here.verified_at = now
            return True

    def renew_codes(self, user_id: int, actor: Actor) -> tuple[str, ...]:
        """New recovery codes, told this once; those before count no more.

        Raises:
            ConflictError: there is no second factor.
        """
        with writing(self._engine) as session:
            row = session.get(SecondFactorRow, user_id, with_for_update=True)
            if row is None or row.sealed is None:
                raise ConflictError("store.second_factor_missing")
            self._audit.write(session, actor, Deed("second_factor.codes", "user", str(user_id)))
            return self._new_codes(session, user_id)

    def remove(self, user_id: int, actor: Actor) -> None:
        """Removes the second factor, if there is one."""
        with writing(self._engine) as session:
            if forget_second_factor(session, user_id):
                self._audit.write(session, actor, Deed("second_factor.remove", "user", str(user_id)))

    def _is_next(self, row: SecondFactorRow, code: str, now: datetime) -> bool:
        if len(code) != 6 or row.sealed is None:
            return False
        step = step_of(self._vault.open(row.sealed, _owner(row.user_id)), code, now)
        if step is None or (row.last_step is not None and step <= row.last_step):
            return False
        row.last_step = step
        return True

    def _was_left(self, session: Session, user_id: int, code: str, actor: Actor) -> bool:
        row = session.get(RecoveryCodeRow, _hash(user_id, code), with_for_update=True)
        if row is None:
            return False
        session.delete(row)
        session.flush()
        left = session.scalar(select(func.count()).where(RecoveryCodeRow.user_id == user_id))
        deed = Deed("second_factor.recover", "user", str(user_id), after={"codes_left": left})
        self._audit.write(session, actor, deed)
        return True

    def _new_codes(self, session: Session, user_id: int) -> tuple[str, ...]:
        codes = tuple(clear_text() for _ in range(RECOVERY_CODES))
        session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
        session.add_all(RecoveryCodeRow(code_hash=_hash(user_id, code), user_id=user_id) for code in codes)
        return codes


def forget_second_factor(session: Session, user_id: int) -> bool:
    """Forgets the second factor and the recovery codes of an account; whether there was one that held."""
    row = session.get(SecondFactorRow, user_id, with_for_update=True)
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    if row is None:
        return False
    held = row.sealed is not None
    session.delete(row)
    session.flush()
    return held


def has_second_factor(session: Session, user_id: int) -> bool:
    """Whether an account has a second factor that holds."""
    row = session.get(SecondFactorRow, user_id)
    return row is not None and row.sealed is not None


def clear_text() -> str:
    """16 random letters and digits (79 bits) in groups of four, to be copied from paper."""
    groups = ("".join(secrets.choice(_CLEAR) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _owner(user_id: int) -> str:
    return f"user {user_id}"


def _digits(code: str) -> str:
    """A code as apps show it, in two groups, and as a Chinese keyboard may give it."""
    return "".join(unicodedata.normalize("NFKC", code).split())


def _hash(user_id: int, code: str) -> str:
    """What is kept of a code of 79 random bits: a slow hash would protect nothing more."""
    plain = "".join(sign for sign in code.casefold() if sign.isalnum())
    return hashlib.sha256(f"{user_id}:{plain}".encode()).hexdigest()
