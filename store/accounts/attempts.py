"""Failures to sign in: after some, each further one costs more time.

Counted are those with one name from one address, and those with one name from anywhere, but for browsers from which
that user signed in before: each of those is counted by itself, so that strangers lock nobody out of it. One address
alone is never locked: many people share one. Guessing one password with many names is slowed by the count of the name
and address, and by the time that each hash takes. Codes of a second factor are counted apart from passwords: a right
password clears the way for no code.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from store.base.engine import writing
from store.base.mapping import insert_once
from store.tables.accounts import AttemptRow

FORGOTTEN_AFTER = timedelta(hours=24)
What = Literal["password", "code"]


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


# With one name from one address, or from one known browser.
BY_PAIR = Patience(free=5)
# With one name from wherever: many addresses guess together.
BY_NAME = Patience(free=50)


class AttemptRepository:
    """Counts attempts before they are judged, so that many at once gain nothing."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()

    def begin(self, name: str, address: str, device: str | None = None, what: What = "password") -> timedelta | None:
        """Counts an attempt as failed until it succeeds. While it is locked nothing is counted.

        Args:
            device: the secret of a browser from which the user of that name signed in before.
            what: what is attempted.

        Returns:
            How long it is still locked; None = the attempt may be judged.
        """
        now = self._clock.utc()
        keys = _keys(name, address, device, what)
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

    def succeeded(self, name: str, address: str, device: str | None = None, what: What = "password") -> None:
        """The attempt was no failure: those of its kind are forgotten. The count of the name from anywhere loses this
        one alone: who knows the password does not clear the way for those who guess."""
        with writing(self._engine) as session:
            for key, patience in sorted(_keys(name, address, device, what).items()):
                row = session.get(AttemptRow, key, with_for_update=True)
                if row is not None:
                    row.failures = row.failures - 1 if patience is BY_NAME else 0
                    row.locked_until = None

    def unlock(self, name: str) -> bool:
        """Forgets the failures of a name, wherever they came from; whether there were any."""
        with writing(self._engine) as session:
            return unlock_within(session, name)


def unlock_within(session: Session, name: str) -> bool:
    """Forgets the failures of a name within a transaction; whether there were any."""
    rows = session.scalars(select(AttemptRow).where(AttemptRow.key.startswith(_half(name))))
    had = [row for row in rows if row.failures]
    for row in had:
        row.failures, row.locked_until = 0, None
    return bool(had)


def _keys(name: str, address: str, device: str | None, what: What) -> dict[str, Patience]:
    of = "code:" if what == "code" else ""
    if device is not None:
        return {_key(name, f"{of}device:{device}"): BY_PAIR}
    return {_key(name, f"{of}address:{address}"): BY_PAIR, _key(name, f"{of}anywhere"): BY_NAME}


def _row(session: Session, key: str, now: datetime) -> AttemptRow:
    insert_once(session, AttemptRow, {"key": key, "failures": 0, "last_at": now, "locked_until": None})
    return session.get_one(AttemptRow, key, with_for_update=True)


def _key(name: str, kind: str) -> str:
    """One half tells the name, the other the kind: what concerns a name is found by the first."""
    return _half(name) + _half(kind)


def _half(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
