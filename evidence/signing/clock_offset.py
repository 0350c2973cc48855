"""How far this machine's clock may be off, as its kernel knows it from NTP."""

import ctypes
from dataclasses import dataclass
from typing import Any, Literal

GAT832_LIMIT_S = 1.0  # GA/T 832-2014: clock error of the equipment, seconds

_STA_UNSYNC = 0x0040
_STA_NANO = 0x2000
_TIME_ERROR = 5


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2), up to the fields read here; the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_long * 40),
    )


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """The state of a clock at one moment.

    Attributes:
        method: how it was learnt; unknown is a state of its own.
        synchronised: whether NTP steers the clock; None = unknown.
        offset_s: what is still to be corrected; None = unknown.
        max_error_s: a bound of the error, by the kernel; None = unknown.
    """

    method: Literal["adjtimex", "unknown"]
    synchronised: bool | None = None
    offset_s: float | None = None
    max_error_s: float | None = None

    @property
    def within_limit(self) -> bool | None:
        """Whether the error surely is at most GAT832_LIMIT_S; None = nobody knows."""
        if self.offset_s is None or self.max_error_s is None:
            return None
        return abs(self.offset_s) + self.max_error_s <= GAT832_LIMIT_S

    def as_record(self) -> dict[str, Any]:
        """Plain data for a manifest."""
        return {
            "method": self.method,
            "synchronised": self.synchronised,
            "offset_s": self.offset_s,
            "max_error_s": self.max_error_s,
            "within_1_s": self.within_limit,
        }


UNKNOWN = ClockOffset("unknown")


def system_clock_offset() -> ClockOffset:
    """Asks the kernel by adjtimex(2), which every NTP service (chrony, ntpd, systemd-timesyncd) feeds; never raises."""
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return UNKNOWN
    timex = _Timex()
    state = adjtimex(ctypes.byref(timex))
    if state < 0:
        return UNKNOWN
    if state == _TIME_ERROR or timex.status & _STA_UNSYNC:
        return ClockOffset("adjtimex", synchronised=False)
    unit_s = 1e-9 if timex.status & _STA_NANO else 1e-6
    return ClockOffset(
        "adjtimex",
        synchronised=True,
        offset_s=round(timex.offset * unit_s, 9),
        max_error_s=round(timex.maxerror * 1e-6, 6),
    )
