"""A clock that runs wrong is told once; congestion, a new connection and a leap are no drift."""

import logging
from collections.abc import Callable

import pytest

from streams.drift import STRETCH_S, Drift
from streams.leaps import Leaps

NAME = "rtsp://camera/ch1"
LENGTH_S = 300


@pytest.mark.parametrize(
    ("stamp", "told"),
    [
        (lambda s: s, None),
        (lambda s: s * 1.01, "1.0 % fast"),
        (lambda s: s * 0.99, "1.0 % slow"),
        (lambda s: s * 25 / 21, "19.0 % fast"),  # declares 25 pictures a second and gives 21
        (lambda s: s * 1.0002, None),  # as good as quartz is
        (lambda s: s - 0.4 * (s > 100), None),  # from here on the way takes longer
        (lambda s: s - 2 * (100 < s < 160), None),  # congestion that passes
        (lambda s: s - (0.5 if s % 7 < 3 else 0.0), None),  # jitter
    ],
    ids=["true", "fast", "slow", "wrong rate", "quartz", "longer way", "congestion", "jitter"],
)
def test_what_is_told(stamp: Callable[[float], float], told: str | None, caplog: pytest.LogCaptureFixture) -> None:
    drift = Drift(NAME)
    for tenth in range(LENGTH_S * 10):
        drift.packet(stamp(tenth / 10), 1000 + tenth / 10)
    lines = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert lines == ([f"{NAME}: its clock runs {told}; its times are fitted to this server's clock"] if told else [])


def test_connections_that_each_begin_anew_are_no_drift() -> None:
    drift = Drift(NAME)
    for connection in range(20):
        drift.begin()
        for second in range(int(STRETCH_S) + 5):
            drift.packet(second + 4, connection * 30 + second + connection)
    assert drift.rate is None


def test_a_stream_that_is_counted_on_after_a_leap_does_not_drift() -> None:
    """What the frame rate gains then is no clock's doing."""
    leaps = Leaps(NAME, lambda: 0.0)
    for second in range(LENGTH_S):
        leaps.add(3600)
        leaps.drift.packet(second * 1.02, second)
    assert leaps.drift.rate is None
