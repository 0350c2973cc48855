"""How much each folder of the home takes. Millions of files take minutes to count: it is done aside, now and then."""

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from api.http.services import Services
from core.clock import Clock
from core.duties import Duty

MEASURED_EVERY = timedelta(minutes=10)

# What grows, by the name under which it is shown.
FOLDERS: Mapping[str, str] = {
    "packages": "packages",
    "ring": "ring",
    "drafts": "drafts",
    "attachments": "attachments",
    "models": "models",
    "quiet": "quiet",
}


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes by folder, as they were at a moment."""

    measured_at: datetime
    bytes_of: Mapping[str, int]


class DiskMeter:
    """Knows how much each folder took when it was last counted."""

    def __init__(self, home: Path, clock: Clock, duty: Duty | None = None) -> None:
        self._home = home
        self._clock = clock
        self._known: DiskUse | None = None
        self._duty = duty or Duty("disk use", clock)
        self._counting = threading.Lock()

    def latest(self) -> DiskUse | None:
        """What is known; None before the first count. Begins another one where that is old."""
        known = self._known
        is_old = known is None or self._clock.utc() - known.measured_at >= MEASURED_EVERY
        if is_old and self._duty.due and self._counting.acquire(blocking=False):
            threading.Thread(target=self._count_and_release, name="disk use", daemon=True).start()
        return known

    def count(self) -> DiskUse:
        """Counts now."""
        sizes = {name: sum(_sizes(self._home / folder)) for name, folder in FOLDERS.items()}
        self._known = DiskUse(self._clock.utc(), sizes)
        return self._known

    def _count_and_release(self) -> None:
        try:
            self._duty.attempt(self._count)
        finally:
            self._counting.release()

    def _count(self) -> None:
        self.count()


def _sizes(folder: Path) -> Iterator[int]:
    """The sizes of all files below a folder; what goes away meanwhile is left out."""
    try:
        entries = list(os.scandir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _sizes(Path(entry.path))
        else:
            try:
                yield entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                continue


def disk_meter(services: Services) -> DiskMeter:
    """The meter of an application; to be asked for with `Services.shared`."""
    return DiskMeter(services.home, services.clock, services.duties.of("disk use"))
