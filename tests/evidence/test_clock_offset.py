"""The state of the clock: a number with its method, or unknown."""

import ctypes
from typing import Any

import pytest

from evidence.signing.clock_offset import UNKNOWN, ClockOffset, system_clock_offset

# A state, and whether the clock surely is within one second.
STATES = [
    (ClockOffset("adjtimex", synchronised=True, offset_s=0.002, max_error_s=0.05), True),
    (ClockOffset("adjtimex", synchronised=True, offset_s=-0.9, max_error_s=0.2), False),
    (ClockOffset("adjtimex", synchronised=False), None),
    (UNKNOWN, None),
]


@pytest.mark.parametrize(("state", "within"), STATES)
def test_within_one_second(state: ClockOffset, within: bool | None) -> None:
    assert state.within_limit is within
    assert state.as_record()["within_1_s"] is within


def test_this_machine_answers() -> None:
    state = system_clock_offset()
    assert state.method == "adjtimex"
    assert (state.offset_s is None) == (state.synchronised is not True)


class _Kernel:
    """A C library whose adjtimex answers as told."""

    def __init__(self, state: int, **fields: int) -> None:
        self._state = state
        self._fields = fields

    def adjtimex(self, reference: Any) -> int:
        for name, value in self._fields.items():
            setattr(reference._obj, name, value)
        return self._state


# What the kernel answers, and what is made of it.
ANSWERS = [
    (_Kernel(0, offset=1_500_000, maxerror=20_000, status=0x2001), (True, 0.0015, 0.02)),  # nanoseconds
    (_Kernel(0, offset=1_500, maxerror=20_000, status=0x0001), (True, 0.0015, 0.02)),  # microseconds
    (_Kernel(5, offset=7, maxerror=16_000_000, status=0x0040), (False, None, None)),  # not synchronised
    (_Kernel(-1), (None, None, None)),  # refused
    (object(), (None, None, None)),  # a system without adjtimex
]


@pytest.mark.parametrize(("kernel", "expected"), ANSWERS)
def test_answers_of_the_kernel(monkeypatch: pytest.MonkeyPatch, kernel: object, expected: tuple[object, ...]) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: kernel)
    state = system_clock_offset()
    assert (state.synchronised, state.offset_s, state.max_error_s) == expected
