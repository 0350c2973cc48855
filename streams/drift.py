"""A camera's clock that runs too fast or too slow: harmless, as times are fitted to this server's clock; told once."""

import logging
from collections import deque
from itertools import pairwise

# The least delay of so long a stretch is what its way takes; what is left over between stretches is the clock.
STRETCH_S = 20.0
# Every one of so many steps in a row must say so: congestion comes and goes, a clock that runs wrong goes on.
STEPS = 3
LEAST_RATE = 0.005


class Drift:
    """How the time stamps of one stream run against this server's clock, over all connections to it.

    Attributes:
        rate: seconds that they gain a second, where they surely do; None = nothing to tell, or not known yet.
    """

    def __init__(self, name: str) -> None:
        self._log = logging.getLogger("jiejing.streams")
        self._name = name
        self.rate: float | None = None
        self._told = False
        self.begin()

    def begin(self) -> None:
        """A new connection: its stream time has nothing to do with the former's."""
        self._began_s: float | None = None
        self._least_s = 0.0
        self._delays_s: deque[float] = deque(maxlen=STEPS + 1)

    def packet(self, stream_s: float, arrival_s: float) -> None:
        """A packet of that stream time arrived, on the monotonic clock."""
        delay_s = arrival_s - stream_s
        if self._began_s is None or arrival_s - self._began_s >= STRETCH_S:
            if self._began_s is not None:
                self._judge(self._least_s)
            self._began_s, self._least_s = arrival_s, delay_s
        self._least_s = min(self._least_s, delay_s)

    def _judge(self, least_s: float) -> None:
        self._delays_s.append(least_s)
        gains = [(earlier - later) / STRETCH_S for earlier, later in pairwise(self._delays_s)]
        even = all(gain > LEAST_RATE for gain in gains) or all(gain < -LEAST_RATE for gain in gains)
        self.rate = sum(gains) / STEPS if len(gains) == STEPS and even else None
        if self.rate is None or self._told:
            return
        self._told = True
        way = "fast" if self.rate > 0 else "slow"
        self._log.warning(
            "%s: its clock runs %.1f %% %s; its times are fitted to this server's clock",
            self._name,
            abs(self.rate) * 100,
            way,
        )
