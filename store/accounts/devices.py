"""Browsers that a user signed in from before: strangers who guess the password do not lock those out."""

import secrets
from datetime import timedelta

from sqlalchemy import Engine, delete, select

from core.clock import Clock, SystemClock
from store.base.engine import reading, writing
from store.tables.accounts import DeviceRow, UserRow, secret_hash

FORGOTTEN_AFTER = timedelta(days=180)


class DeviceRepository:
    """Knows browsers by a secret of 256 random bits in a cookie; a chosen or reset password makes all unknown."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()

    def knows(self, secret: str, name: str) -> bool:
        """Whether the user of that name signed in from there before."""
        since = self._clock.utc() - FORGOTTEN_AFTER
        query = select(DeviceRow.secret_hash).join(UserRow, UserRow.user_id == DeviceRow.user_id)
        wanted = (DeviceRow.secret_hash == secret_hash(secret), UserRow.name == name, DeviceRow.last_at > since)
        with reading(self._engine) as session:
            return session.scalar(query.where(*wanted)) is not None

    def remember(self, user_id: int, former: str | None) -> str:
        """Knows a browser from now on; gives its new secret, in place of the former one."""
        now, secret = self._clock.utc(), secrets.token_urlsafe(32)
        with writing(self._engine) as session:
            over = DeviceRow.last_at <= now - FORGOTTEN_AFTER
            session.execute(delete(DeviceRow).where(over))
            if former:
                session.execute(delete(DeviceRow).where(DeviceRow.secret_hash == secret_hash(former)))
            session.add(DeviceRow(secret_hash=secret_hash(secret), user_id=user_id, last_at=now))
        return secret
