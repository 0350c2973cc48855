"""Keeps what a camera's rules remember in a file, so that a restart of the process loses no dwell."""

import logging
from pathlib import Path

from core.clock import Clock
from detector.memory import from_json, to_json
from detector.watch import CameraMemory

_log = logging.getLogger(__name__)

SAVE_EVERY_S = 10.0


class MemoryFile:
    """The memory of one camera on disk."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._due_s = clock.mono_s() + SAVE_EVERY_S

    def load(self) -> CameraMemory | None:
        """What an earlier process left; None where there is nothing, or nothing that can be read."""
        try:
            return from_json(self._path.read_bytes())
        except OSError:
            return None

    @property
    def due(self) -> bool:
        """Whether it is time to save."""
        return self._clock.mono_s() >= self._due_s

    def save(self, memory: CameraMemory) -> None:
        """Writes the memory down, whole or not at all; a disk that refuses is logged, and the camera goes on."""
        self._due_s = self._clock.mono_s() + SAVE_EVERY_S
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(to_json(memory))
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("%s: %s; a restart now would forget what stands", self._path, error.strerror)
