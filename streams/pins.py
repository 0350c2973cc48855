"""Which times of a ring must stay. A pin is an empty file whose name says it all, so pins outlive the process."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import StorageError
from streams.segment import Segment, from_micros, micros

_NAME = re.compile(r"pin_([0-9a-f]{32})_(\d+)_(\d+)")


@dataclass(frozen=True, slots=True)
class Pin:
    """A time that stays, both ends included."""

    start: datetime
    end: datetime

    def holds(self, segment: Segment) -> bool:
        """Whether the segment has part in it."""
        return segment.start <= self.end and self.start <= segment.end


class Pins:
    """The pins of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, pin_id: str, start: datetime, end: datetime) -> None:
        """Adds a time under an id.

        Raises:
            StorageError: the disk refuses.
        """
        try:
            (self._folder / f"pin_{_key(pin_id)}_{micros(start)}_{micros(end)}").touch()
        except OSError as error:
            raise StorageError("streams.no_pin_set", path=self._folder, cause=error) from error

    def remove(self, pin_id: str) -> None:
        """Removes every time under an id."""
        for path in self._folder.glob(f"pin_{_key(pin_id)}_*"):
            path.unlink(missing_ok=True)

    def all(self) -> list[Pin]:
        """Every pin there is."""
        names = (_NAME.fullmatch(path.name) for path in self._folder.glob("pin_*"))
        return [Pin(from_micros(int(name[2])), from_micros(int(name[3]))) for name in names if name]


def _key(pin_id: str) -> str:
    return hashlib.sha256(pin_id.encode()).hexdigest()[:32]
