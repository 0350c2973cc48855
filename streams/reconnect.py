"""Keeps one camera connected, for ever."""

import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, Self, runtime_checkable

from core.clock import Clock
from core.domain import Frame
from core.errors import StorageError, StreamError
from core.health import Status, StreamState
from core.messages import Message
from core.ports import FrameSource

MIN_DELAY_S = 2.0
MAX_DELAY_S = 60.0
STEP_S = 3.0
JITTER = 0.2
_LOOK_S = 0.5


def retry_delay_s(failures: int, jitter: float) -> float:
    """Seconds to wait after so many failures in a row: failures x 3 s, from 2 to 60 s.

    Args:
        jitter: 0-1; takes up to a fifth off, so that the cameras of a gateway that came back do not all call at once.
    """
    return max(min(failures * STEP_S, MAX_DELAY_S) * (1 - JITTER * jitter), MIN_DELAY_S)


@runtime_checkable
class ReportsState(Protocol):
    """A source that can say how its stream is doing."""

    def state(self) -> StreamState:
        """The figures of this moment."""
        ...


def keep_connected(
    open_source: Callable[[], FrameSource],
    clock: Clock,
    on_state: Callable[[StreamState], None],
    stop: threading.Event,
    *,
    camera_id: str = "",
    jitter: Callable[[], float] = random.random,
    wait: Callable[[float], object] | None = None,
) -> Iterator[Frame]:
    """Yields the frames of one source after the other; ends only when `stop` is set.

    The end of a live stream is a failure like any other. The first frame of a connection ends a row of failures.

    Args:
        open_source: gives a new source for each connection; it is closed here.
        on_state: told of each change of status and with each frame; frames and drops are counted over all connections.
        stop: ends a wait or a connection at once.
        wait: waits for that many seconds; default: until `stop` is set or they have passed.

    Raises:
        SourceError: the source can never be read; trying again is no use.
    """
    reporter = _Reporter(camera_id, clock, on_state)
    with _Stopper(stop) as stopper:
        while not stop.is_set():
            reporter.report("connecting")
            error = Message("streams.stream_ended")
            try:
                source = stopper.watch(open_source())
                with contextlib.closing(source):
                    for frame in source.frames():
                        if stop.is_set():
                            break
                        reporter.online(source, frame)
                        yield frame
            except (StreamError, StorageError) as failure:
                error = failure.message
            if not stop.is_set():
                (wait or stop.wait)(reporter.failed(error, jitter()))
        reporter.report("stopped", retry_at=None)


class _Reporter:
    """Joins what the supervisor knows with what the sources say."""

    def __init__(self, camera_id: str, clock: Clock, on_state: Callable[[StreamState], None]) -> None:
        self._clock = clock
        self._on_state = on_state
        self._state = StreamState(camera_id, "connecting", clock.utc())
        self._earlier_frames = 0
        self._earlier_drops = 0

    def report(self, status: Status, *, retry_at: datetime | None = None, error: Message | None = None) -> None:
        since = self._state.since if status == self._state.status else self._clock.utc()
        self._state = replace(
            self._state, status=status, since=since, retry_at=retry_at, error=error or self._state.error
        )
        self._on_state(self._state)

    def online(self, source: FrameSource, frame: Frame) -> None:
        """A frame came."""
        figures = source.state() if isinstance(source, ReportsState) else replace(self._state, frames=0, error=None)
        self._state = replace(
            figures,
            camera_id=frame.camera_id,
            status=self._state.status,
            since=self._state.since,
            last_frame_utc=frame.utc,
            frames=self._earlier_frames + figures.frames,
            dropped=self._earlier_drops + figures.dropped,
            failures=0,
        )
        self.report("online")

    def failed(self, error: Message, jitter: float) -> float:
        """A connection ended; says in how many seconds to try again."""
        self._earlier_frames, self._earlier_drops = self._state.frames, self._state.dropped
        failures = self._state.failures + 1
        delay_s = retry_delay_s(failures, jitter)
        self._state = replace(self._state, failures=failures)
        self.report("waiting", retry_at=self._clock.utc() + timedelta(seconds=delay_s), error=error)
        return delay_s


class _Stopper:
    """Closes the source of the moment as soon as `stop` is set, from a thread of its own."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._finished = threading.Event()
        self._source: FrameSource | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="stop-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._finished.set()
        self._thread.join()

    def watch(self, source: FrameSource) -> FrameSource:
        """From now on it is this source that is closed."""
        with self._lock:
            self._source = source
            if self._stop.is_set():
                source.close()
        return source

    def _run(self) -> None:
        while not self._finished.is_set():
            if self._stop.wait(_LOOK_S):
                with self._lock:
                    if self._source:
                        self._source.close()
                return
