"""Time stamps that cannot be: counted, and told once however long it goes on."""

import logging
from collections.abc import Callable

from core.messages import Message
from streams.drift import Drift

# After so long without one, the next begins a new episode.
QUIET_S = 60.0
_DAY_S = 86_400


class Leaps:
    """The impossible time stamps of one stream, over all connections to it.

    Attributes:
        count: how many there were.
        drift: what else the stream's clock does.
    """

    def __init__(self, name: str, mono_s: Callable[[], float]) -> None:
        self._log = logging.getLogger("jiejing.streams")
        self._name = name
        self._mono_s = mono_s
        self._last_s: float | None = None
        self.count = 0
        self.drift = Drift(name)

    def add(self, seconds: float) -> None:
        """One lay so many seconds from where the stream should be."""
        now_s = self._mono_s()
        if self._last_s is None or now_s - self._last_s > QUIET_S:
            self._log.warning("%s: its time stamps leapt %s; they are counted on from here", self._name, _far(seconds))
        self._last_s = now_s
        self.count += 1
        self.drift.begin()  # what is counted on at the frame rate says nothing of the clock

    @property
    def trouble(self) -> Message | None:
        """What to tell while it goes on; None = nothing."""
        if self._last_s is None or self._mono_s() - self._last_s > QUIET_S:
            return None
        return Message("streams.time_stamps_leap", count=self.count)


def _far(seconds: float) -> str:
    way = "ahead" if seconds > 0 else "back"
    return f"by more than a day {way}" if abs(seconds) > _DAY_S else f"{abs(seconds):.0f} s {way}"
