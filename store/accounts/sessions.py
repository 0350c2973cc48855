"""Who is signed in. The data base holds hashes of the secrets that the browsers hold."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, or_, select, update
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.principal import Principal
from core.rights import Role
from store.accounts.principals import principal_of
from store.accounts.second_factors import has_second_factor
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.tables.accounts import SessionRow, secret_hash

# A session in use is written to at most this often.
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """How long a session lasts: unused, and at all; and how it is made sure whose it is.

    Attributes:
        second_factor: roles that have nothing to do without a second factor.
        step_up: how long a code of the second factor counts for grants, originals and exports.
    """

    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    second_factor: frozenset[Role] = frozenset()
    step_up: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session, as its user may know it. `session_id` tells it from others, and is no secret."""

    session_id: str
    address: str
    agent: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool


class SessionRepository:
    """Begins, finds and ends sessions."""

    def __init__(self, engine: Engine, clock: Clock | None = None, policy: SessionPolicy | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()
        self._policy = policy or SessionPolicy()

    def begin(self, user_id: int, address: str, agent: str = "", *, verified: bool = False) -> str:
        """Begins a session and gives its secret. Sessions that are over are forgotten.

        Args:
            agent: what the browser calls itself.
            verified: whether a code of the second factor was given now.
        """
        now, secret = self._clock.utc(), secrets.token_urlsafe(32)
        row = SessionRow(
            secret_hash=secret_hash(secret),
            user_id=user_id,
            address=address,
            agent="".join(sign for sign in agent if sign.isprintable())[:200],
            verified_at=now if verified else None,
            created_at=now,
            last_seen_at=now,
            expires_at=now + self._policy.longest,
        )
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(self._is_over(now)))
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
            if found:
                found = self._judged(session, found, row.verified_at, now)
            is_due = keeps_alive and now >= row.last_seen_at + TOUCH_EVERY
        if found and is_due:
            with writing(self._engine) as session:
                session.execute(update(SessionRow).where(SessionRow.secret_hash == name).values(last_seen_at=now))
        return found

    def principal(self, user_id: int, address: str) -> Principal | None:
        """The user as one who asks from this address; None if the account is out of service."""
        with reading(self._engine) as session:
            return principal_of(session, user_id, address, self._clock.utc())

    def of_user(self, user_id: int, secret: str | None) -> tuple[OpenSession, ...]:
        """The sessions of a user that go on, the last used first; `secret` is that of the one who asks."""
        wanted = (SessionRow.user_id == user_id, ~self._is_over(self._clock.utc()))
        this = secret_hash(secret) if secret else ""
        with reading(self._engine) as session:
            rows = session.scalars(select(SessionRow).where(*wanted).order_by(SessionRow.last_seen_at.desc())).all()
        return tuple(
            OpenSession(
                _id(row.secret_hash),
                row.address,
                row.agent,
                row.created_at,
                row.last_seen_at,
                row.secret_hash == this,
            )
            for row in rows
        )

    def end_others(self, user_id: int, secret: str | None, audit: AuditLog, actor: Actor, wanted: str | None) -> bool:
        """Ends sessions of a user but the one of that secret; whether there were any.

        Args:
            wanted: the id of the one that is meant; None = all of them.
        """
        this = secret_hash(secret) if secret else ""
        with writing(self._engine) as session:
            rows = session.scalars(select(SessionRow).where(SessionRow.user_id == user_id)).all()
            ended = [row for row in rows if row.secret_hash != this and wanted in (None, _id(row.secret_hash))]
            for row in ended:
                session.delete(row)
                before = {"address": row.address, "began": row.created_at.isoformat()}
                audit.write(session, actor, Deed("session.end_other", "user", str(user_id), before=before))
            return bool(ended)

    def end(self, secret: str) -> None:
        """Ends a session."""
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(SessionRow.secret_hash == secret_hash(secret)))

    def _is_over(self, now: datetime) -> ColumnElement[bool]:
        return or_(SessionRow.expires_at <= now, SessionRow.last_seen_at <= now - self._policy.idle)

    def _judged(
        self, session: Session, who: Principal, verified_at: datetime | None, now: datetime
    ) -> Principal | None:
        """The principal of a session, by what was given in it of a second factor; None where there is one of which it
        never gave a code."""
        if not has_second_factor(session, who.user_id):
            if who.role not in self._policy.second_factor:
                return who
            return replace(who, rights=frozenset(), must_set_second_factor=True)
        if verified_at is None:
            return None
        return replace(who, is_fresh=now < verified_at + self._policy.step_up)


def _id(hashed: str) -> str:
    """What tells a session from others, and leads back neither to its secret nor to the hash that is kept of it."""
    return hashlib.sha256(f"session:{hashed}".encode()).hexdigest()[:16]
