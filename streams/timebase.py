"""Stream time -> time of a clock, so that jitter of arrival does not jitter frames.

A packet cannot arrive before its picture was taken. So the smallest (arrival - stream time) seen is the best guess of
when stream time zero was, and late packets say nothing. Two things make that guess move: the camera's clock and ours
run at different rates (a camera that declares 25 frames a second and gives 21 runs 19 % fast), and congestion hides
the true minimum for a while. Therefore:

* For SETTLE_S after the first packet the offset jumps to each new minimum, because servers send what they have stored
  in a burst; nothing should be stamped before `settled`.
* Later, at most once every STEP_S of stream time, the offset is given a slope towards the minimum of the last
  WINDOW_S of arrivals: error / SLEW_S, held between -MAX_FALL and +MAX_RISE seconds a second. As MAX_FALL < 1, time
  never runs backwards.
* A time stamp that cannot be, further than LEAP_S (JIEJING_STALL_S where that is more) from where the stream should be,
  never gets here: see streams.graph.
* If the minimum is further away than MAX_ERROR_S (the stream's time stamps or the system clock jumped, or the backlog
  on the way grew), the mapping is `lost`: connect anew.
"""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

SETTLE_S = 1.0
WINDOW_S = 10.0
STEP_S = 1.0
SLEW_S = 5.0
MAX_FALL = 0.5
MAX_RISE = 2.0
MAX_ERROR_S = 5.0
LEAP_S = 5.0
_KEEP_STEPS = 1024


@dataclass(frozen=True, slots=True)
class _Step:
    """From stream_s on the offset moves by `slope` seconds a second for STEP_S, then stays."""

    stream_s: float
    offset_s: float
    slope: float

    def offset_at(self, stream_s: float) -> float:
        return self.offset_s + self.slope * min(max(stream_s - self.stream_s, 0.0), STEP_S)


class Timebase:
    """The mapping of one connection. Pure: seconds in, seconds out; arrivals never go back."""

    def __init__(self) -> None:
        self._first_arrival_s: float | None = None
        self._minimum: deque[tuple[float, float]] = deque()
        self._steps: deque[_Step] = deque(maxlen=_KEEP_STEPS)
        self.settled = False
        self.lost = False

    def packet(self, stream_s: float, arrival_s: float) -> None:
        """A packet of that stream time arrived."""
        if self._first_arrival_s is None:
            self._first_arrival_s = arrival_s
        self._remember(arrival_s, arrival_s - stream_s)
        smallest_s = self._minimum[0][1]
        if not self.settled:
            self.settled = arrival_s - self._first_arrival_s >= SETTLE_S
            self._steps.clear()
            self._steps.append(_Step(stream_s, smallest_s, 0.0))
            return
        error_s = smallest_s - self._steps[-1].offset_at(stream_s)
        self.lost = self.lost or abs(error_s) > MAX_ERROR_S
        if stream_s >= self._steps[-1].stream_s + STEP_S:
            self._step(stream_s, error_s)

    def time_s(self, stream_s: float) -> float:
        """When that stream time was, on the clock that the arrivals were read from. Never falls as stream_s rises.

        Raises:
            LookupError: no packet has arrived yet.
        """
        if not self._steps:
            raise LookupError("no packet has arrived yet")
        index = bisect_right(self._steps, stream_s, key=lambda step: step.stream_s)
        return stream_s + self._steps[max(index - 1, 0)].offset_at(stream_s)

    def _step(self, stream_s: float, error_s: float) -> None:
        slope = min(max(error_s / SLEW_S, -MAX_FALL), MAX_RISE)
        self._steps.append(_Step(stream_s, self._steps[-1].offset_at(stream_s), slope))

    def _remember(self, arrival_s: float, offset_s: float) -> None:
        """Keeps the minimum of the last WINDOW_S at the front (a queue of rising minima)."""
        while self._minimum and self._minimum[-1][1] >= offset_s:
            self._minimum.pop()
        self._minimum.append((arrival_s, offset_s))
        while self._minimum[0][0] < arrival_s - WINDOW_S:
            self._minimum.popleft()
