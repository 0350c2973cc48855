"""The clock that is injected wherever the present moment is needed. Rules never see one: they take time from frames."""

import time
from datetime import UTC, datetime
from typing import Protocol

from core.errors import InvalidValueError


class Clock(Protocol):
    """Tells the time and waits."""

    def utc(self) -> datetime:
        """Now, aware, in UTC."""
        ...

    def mono_s(self) -> float:
        """Seconds on a clock that never jumps."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Waits."""
        ...


class SystemClock:
    """The clock of this machine."""

    def utc(self) -> datetime:
        return datetime.now(UTC)

    def mono_s(self) -> float:
        return time.monotonic()

    def sleep(self, duration_s: float) -> None:
        time.sleep(duration_s)


def rfc3339(moment: datetime) -> str:
    """RFC 3339 with offset, to the millisecond: 2026-01-01T08:00:00.000+08:00.

    >>> rfc3339(datetime(2026, 1, 1, 8, 0, tzinfo=UTC))
    '2026-01-01T08:00:00.000+00:00'
    """
    return moment.isoformat(timespec="milliseconds")


def parse_rfc3339(text: str) -> datetime:
    """The aware moment that `text` names.

    Raises:
        InvalidValueError: not RFC 3339, or without an offset.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidValueError("core.no_time_with_offset", found=repr(text)) from error
    if moment.tzinfo is None:
        raise InvalidValueError("core.time_without_offset", text=repr(text))
    return moment


def to_millisecond(moment: datetime) -> datetime:
    """The moment cut to whole milliseconds, as everything that is written out holds it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
