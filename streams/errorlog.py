"""Errors of ffmpeg: remembered for the cause, logged at most once a second, never with credentials."""

import logging
import re
from collections import deque
from collections.abc import Callable

from core.messages import Message
from core.stream_address import Transport
from streams.failure import cause_of
from streams.lines import level_of

EVERY_S = 1.0
_REMEMBERED = 20
_HARMLESS = re.compile(r"Timestamps are unset|DTS discontinuity|deprecated pixel format|Invalid DTS|non-existing PPS")


class ErrorLog:
    """The errors and warnings of one ffmpeg process. A flood becomes one line every EVERY_S with a count."""

    def __init__(
        self, name: str, scrub: Callable[[str], str], mono_s: Callable[[], float], level: int = logging.WARNING
    ) -> None:
        self._log = logging.getLogger("jiejing.streams")
        self._name = name
        self._scrub = scrub
        self._mono_s = mono_s
        self._level = level
        self._errors: deque[str] = deque(maxlen=_REMEMBERED)
        self._logged_at_s: float | None = None
        self._held_back = 0

    def offer(self, line: str) -> bool:
        """Takes a line if it is a warning or an error; says whether it was one."""
        level = level_of(line)
        if level not in ("panic", "fatal", "error", "warning"):
            return False
        line = self._scrub(line)
        if level != "warning":
            self._errors.append(line)
        if not _HARMLESS.search(line):
            self._write(line)
        return True

    def take(self, line: str) -> None:
        """Takes a line, whatever it is."""
        self.offer(line)

    @property
    def has_errors(self) -> bool:
        """Whether anything worse than a warning was said."""
        return bool(self._errors)

    def said(self, pattern: str) -> bool:
        """Whether an error matched a pattern."""
        return any(re.search(pattern, one) for one in self._errors)

    @property
    def cause(self) -> Message:
        """Why it ended, in one line without credentials."""
        return self.cause_over("tcp")

    def cause_over(self, transport: Transport) -> Message:
        """The same of a stream whose media were asked for that way."""
        return cause_of(list(self._errors), transport)

    def _write(self, line: str) -> None:
        now_s = self._mono_s()
        if self._logged_at_s is not None and now_s - self._logged_at_s < EVERY_S:
            self._held_back += 1
            return
        more = f" (and {self._held_back} more lines like it)" if self._held_back else ""
        self._log.log(self._level, "%s: %s%s", self._name, line, more)
        self._logged_at_s = now_s
        self._held_back = 0
