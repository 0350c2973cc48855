"""A clock that moves only when told to."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock for tests: it moves only when told to, and sleeping moves it."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed_s = 0.0

    def utc(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed_s)

    def mono_s(self) -> float:
        return self._elapsed_s

    def sleep(self, duration_s: float) -> None:
        self._elapsed_s += duration_s
