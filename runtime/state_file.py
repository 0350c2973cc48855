"""Keeps what is known of a camera in a file: a restart of the process loses no dwell and trusts no new view."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from core.clock import Clock
from core.duties import Duty
from core.errors import StorageError

T = TypeVar("T")


class StateFile(Generic[T]):
    """One thing that is known of one camera, on disk."""

    def __init__(
        self,
        path: Path,
        duty: Duty,
        clock: Clock,
        *,
        every_s: float,
        written: Callable[[T], bytes],
        read: Callable[[bytes], T | None],
    ) -> None:
        """
        Args:
            duty: is told what the disk refuses.
            every_s: seconds between two times that it is due.
            read: of what was written; None where that is damaged.
        """
        self._path = path
        self._duty = duty
        self._clock = clock
        self._every_s = every_s
        self._written = written
        self._read = read
        self._due_s = clock.mono_s() + every_s

    def load(self) -> T | None:
        """What an earlier process left; None where there is nothing, or nothing that can be read."""
        try:
            return self._read(self._path.read_bytes())
        except OSError:
            return None

    @property
    def due(self) -> bool:
        """Whether it is time to save."""
        return self._clock.mono_s() >= self._due_s

    def save(self, known: T) -> None:
        """Writes it down, whole or not at all; a disk that refuses is told, and the camera goes on."""
        self._due_s = self._clock.mono_s() + self._every_s
        self._duty.attempt(lambda: self._write(known))

    def _write(self, known: T) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(self._written(known))
            fresh.replace(self._path)
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}; a restart now would forget it") from error
