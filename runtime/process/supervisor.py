"""Runs `run` and `serve` as processes of their own and starts again what ends unasked."""

import ctypes
import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.clock import Clock
from core.errors import JiejingError
from runtime.process.restarts import told

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.2
END_WITHIN_S = 4.5
SETTLED_S = 60.0
WRONG_USE = 2
_PR_SET_PDEATHSIG = 1


@dataclass(slots=True)
class _Child:
    """One command, started as often as needed."""

    command: str
    process: subprocess.Popen[bytes]
    started_s: float
    failures: int = 0
    ended: int = 0
    code: int = 0
    again_s: float | None = field(default=None)


class Supervisor:
    """Keeps commands of jiejing going."""

    def __init__(self, commands: tuple[str, ...], clock: Clock, environment: Mapping[str, str]) -> None:
        self._clock = clock
        self._environment = dict(environment)
        self._children = [_Child(command, self._start(command), clock.mono_s()) for command in commands]

    def run(self, stop: threading.Event) -> None:
        """Looks after them until `stop` is set, then ends all.

        Raises:
            JiejingError: as of look_after.
        """
        try:
            while not stop.wait(LOOK_EVERY_S):
                self.look_after()
        finally:
            self.end()

    def look_after(self) -> None:
        """Starts again what ended unasked.

        Raises:
            JiejingError: a command refused to start, which trying again would not mend; it said why itself.
        """
        for child in self._children:
            self._look_after(child)

    def end(self) -> None:
        """Ends all processes, at last by force."""
        for child in self._children:
            child.process.terminate()
        until_s = self._clock.mono_s() + END_WITHIN_S
        for child in self._children:
            try:
                child.process.wait(max(0.1, until_s - self._clock.mono_s()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()

    def _look_after(self, child: _Child) -> None:
        now_s = self._clock.mono_s()
        code = child.process.poll()
        if code is None:
            return
        if code == WRONG_USE:
            raise JiejingError("runtime.command_did_not_start", command=child.command)
        if child.again_s is None:
            child.ended, child.code = child.ended + 1, code
            child.failures = 1 if now_s - child.started_s > SETTLED_S else child.failures + 1
            child.again_s = now_s + min(2.0**child.failures, SETTLED_S)
            _log.error("jiejing %s ended with %d; starting again in %.0f s", child.command, code, child.again_s - now_s)
        elif now_s >= child.again_s:
            child.process, child.started_s, child.again_s = self._start_again(child), now_s, None

    def _start_again(self, child: _Child) -> subprocess.Popen[bytes]:
        return self._start(child.command, told(child.code, child.ended))

    def _start(self, command: str, more: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "runtime.cli", command],
            env={**self._environment, **(more or {})},
            preexec_fn=_end_with_parent,  # noqa: PLW1509  this process has one thread
        )


def _end_with_parent() -> None:
    """A supervisor that was killed leaves nobody behind: Linux then sends its children SIGTERM (prctl(2))."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
