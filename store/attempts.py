"""Failures to sign in, counted by account name and by address: after some, each further one costs more time."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from store.account_tables import AttemptRow
from store.engine import writing
from store.mapping import insert_once

FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Patience:
    """From failure number `free` in a row on, the next attempt waits `first`, then twice that, up to `longest`."""

    free: int
    first: timedelta = timedelta(seconds=30)
    longest: timedelta = timedelta(minutes=30)

    def wait_after(self, failures: int) -> timedelta | None:
        """How long nobody may try again; None = at once."""
        if failures < self.free:
            return None
        # Doubled more often than that, it is the longest anyway.
        doubled: int = 2 ** min(failures - self.free, 16)
        return min(self.longest, self.first * doubled)


BY_NAME = Patience(free=5)
# Many people may share an address.
BY_ADDRESS = Patience(free=50)


class AttemptRepository:
    """Counts attempts before they are judged, so that many at once gain nothing."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()

    def begin(self, name: str, address: str) -> timedelta | None:
        """Counts an attempt as failed until it succeeds. While the name or address is locked nothing is counted.

        Returns:
            How long it is still locked; None = the attempt may be judged.
        """
        now = self._clock.utc()
        keys = {_key("name", name): BY_NAME, _key("address", address): BY_ADDRESS}
        with writing(self._engine) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.last_at <= now - FORGOTTEN_AFTER))
            # In one order for all, so that none waits for another in a circle.
            rows = {key: _row(session, key, now) for key in sorted(keys)}
            locks = [row.locked_until for row in rows.values() if row.locked_until and row.locked_until > now]
            if locks:
                return max(locks) - now
            for key, row in rows.items():
                row.failures += 1
                row.last_at = now
                wait = keys[key].wait_after(row.failures)
                row.locked_until = now + wait if wait else None
        return None

    def succeeded(self, name: str, address: str) -> None:
        """The attempt was no failure: those of the name are forgotten, and this one of the address."""
        with writing(self._engine) as session:
            by_name = session.get(AttemptRow, _key("name", name), with_for_update=True)
            if by_name is not None:
                by_name.failures, by_name.locked_until = 0, None
            by_address = session.get(AttemptRow, _key("address", address), with_for_update=True)
            if by_address is not None:
                by_address.failures -= 1
                by_address.locked_until = None

    def unlock(self, name: str) -> bool:
        """Forgets the failures of a name; whether there were any."""
        with writing(self._engine) as session:
            row = session.get(AttemptRow, _key("name", name), with_for_update=True)
            if row is None or row.failures == 0:
                return False
            row.failures, row.locked_until = 0, None
            return True


def _row(session: Session, key: str, now: datetime) -> AttemptRow:
    insert_once(session, AttemptRow, {"key": key, "failures": 0, "last_at": now, "locked_until": None})
    return session.get_one(AttemptRow, key, with_for_update=True)


def _key(kind: str, what: str) -> str:
    return hashlib.sha256(f"{kind}:{what}".encode()).hexdigest()
