"""Who is signed in. The data base holds hashes of the secrets that the browsers hold."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, delete, or_, update

from core.clock import Clock, SystemClock
from core.principal import Principal
from store.account_tables import SessionRow
from store.engine import reading, writing
from store.principals import principal_of

# A session in use is written to at most this often.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long a session lasts: unused, and at all."""

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)


def secret_hash(secret: str) -> str:
    """What is kept of a secret of 256 random bits: SHA-256 in hex. A slow hash would protect nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()


class SessionRepository:
    """Begins, finds and ends sessions."""

    def __init__(self, engine: Engine, clock: Clock | None = None, policy: SessionPolicy | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        self._policy = policy or SessionPolicy()

    def begin(self, user_id: int, address: str) -> str:
        """Begins a session and gives its secret. Sessions that are over are forgotten."""
        now, secret = self._clock.utc(), secrets.token_urlsafe(32)
        row = SessionRow(
            secret_hash=secret_hash(secret),
            user_id=user_id,
            address=address,
            created_at=now,
            last_seen_at=now,
            expires_at=now + self._policy.longest,
        )
        over = or_(SessionRow.expires_at <= now, SessionRow.last_seen_at <= now - self._policy.idle)
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(over))
            session.add(row)
        return secret

    def find(self, secret: str, address: str, *, keeps_alive: bool = True) -> Principal | None:
        """Who holds this secret, and asks from this address; None if nobody does (any more).

        Args:
            keeps_alive: whether this counts as using the session.
        """
        now, name = self._clock.utc(), secret_hash(secret)
        with reading(self._engine) as session:
            row = session.get(SessionRow, name)
            if row is None or now >= row.expires_at or now >= row.last_seen_at + self._policy.idle:
                return None
            found = principal_of(session, row.user_id, address, now)
            is_due = keeps_alive and now >= row.last_seen_at + TOUCH_EVERY
        if found and is_due:
            with writing(self._engine) as session:
                session.execute(update(SessionRow).where(SessionRow.secret_hash == name).values(last_seen_at=now))
        return found

    def principal(self, user_id: int, address: str) -> Principal | None:
        """The user as one who asks from this address; None if the account is out of service."""
        with reading(self._engine) as session:
            return principal_of(session, user_id, address, self._clock.utc())

    def end(self, secret: str) -> None:
        """Ends a session."""
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(SessionRow.secret_hash == secret_hash(secret)))
