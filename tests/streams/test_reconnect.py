"""A camera is tried again for ever, ever more slowly, and stopped at once."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from core.clock import SystemClock
from core.domain import Frame
from core.errors import SourceError, StreamError
from core.health import StreamState
from streams.reconnect import keep_connected, retry_delay_s
from tests.fake_clock import FakeClock


@pytest.mark.parametrize(
    ("failures", "delay_s"),
    [(0, 2), (1, 3), (2, 6), (3, 9), (19, 57), (20, 60), (21, 60), (10_000, 60)],
)
def test_delay_grows_by_three_seconds_up_to_a_minute(failures: int, delay_s: float) -> None:
    assert retry_delay_s(failures, 0.0) == delay_s
    assert 2 <= retry_delay_s(failures, 1.0) <= delay_s


class Camera:
    """A source that gives so many frames and then does what it was told."""

    recording: Any = None
    interval_s = 1.0

    def __init__(self, frames: int, then: Exception | None = None) -> None:
        self._frames = frames
        self._then = then
        self.closed = threading.Event()

    def frames(self) -> Iterator[Frame]:
        for index in range(self._frames):
            yield Frame("c", datetime(2026, 1, 1, tzinfo=UTC), index, index, "s", np.zeros((2, 2, 3), np.uint8))
        if self._then:
            raise self._then

    def close(self) -> None:
        self.closed.set()


def test_every_end_of_a_stream_is_tried_again() -> None:
    failed = StreamError("rtsp://cam: no packet came for 10 s")
    cameras = [Camera(1), Camera(0, failed), Camera(0, failed), Camera(2, failed), Camera(1)]
    waiting = iter(cameras)
    clock, stop, states, waits = FakeClock(), threading.Event(), [], []

    def wait(delay_s: float) -> None:
        waits.append(delay_s)
        clock.sleep(delay_s)

    frames = keep_connected(
        lambda: next(waiting), clock, states.append, stop, camera_id="c", jitter=lambda: 0.0, wait=wait
    )
    for _ in range(4):
        next(frames)
    stop.set()
    assert list(frames) == []

    # The end of the first stream counts, two failures follow, and the frames of the fourth end the row.
    assert waits == [3, 6, 9, 3]
    assert [state.status for state in states[:4]] == ["connecting", "online", "waiting", "connecting"]
    worst = max(states, key=lambda state: state.failures)
    assert worst.error == "rtsp://cam: no packet came for 10 s"
    assert worst.retry_at is not None
    assert worst.retry_at > worst.since
    assert states[-1].status == "stopped"
    assert all(camera.closed.is_set() for camera in cameras)


def test_what_can_never_be_read_is_not_tried_again() -> None:
    camera = Camera(0, SourceError("not allowed"))
    frames = keep_connected(lambda: camera, FakeClock(), lambda state: None, threading.Event())
    with pytest.raises(SourceError):
        next(frames)
    assert camera.closed.is_set()


def test_stop_ends_a_wait_at_once() -> None:
    stop, states = threading.Event(), []

    def on_state(state: StreamState) -> None:
        states.append(state.status)
        if state.status == "waiting":
            threading.Timer(0.05, stop.set).start()

    began = time.monotonic()
    assert list(keep_connected(lambda: Camera(0), SystemClock(), on_state, stop)) == []
    assert time.monotonic() - began < 1.5
    assert states == ["connecting", "waiting", "stopped"]


def test_stop_closes_a_source_that_is_silent() -> None:
    class Silent(Camera):
        def frames(self) -> Iterator[Frame]:
            self.closed.wait(10)
            return iter(())

    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    began = time.monotonic()
    assert list(keep_connected(lambda: Silent(0), SystemClock(), lambda state: None, stop)) == []
    assert time.monotonic() - began < 2
