"""Writes the events of the spool to the data base, in the order of each camera, and the rows of sealed packages."""

import logging
import threading
from collections import deque
from collections.abc import Iterable
from functools import partial

from sqlalchemy.exc import DataError, IntegrityError

from core.duties import Duties, Duty, Trouble
from core.errors import StorageError
from core.messages import Message
from runtime.camera.package_rows import rows_left_out
from runtime.camera.spool import CameraSpool, Spool
from runtime.home.installation import Installation
from store.events.records import PackageRecord

_log = logging.getLogger(__name__)

# A data base that answers within this is slow; one that does not is locked or gone.
PATIENCE_S = 2.5
LONGEST_PAUSE_S = 10.0
# After so many tries an event that the data base does not refuse, but the program cannot write, is set aside.
MOST_TRIES = 5


class EventWriter:
    """One thread's work; cameras only put."""

    def __init__(self, installation: Installation, spool: Spool, duties: Duties) -> None:
        self._installation = installation
        self._spool = spool
        self._duties = duties
        self._rows: deque[PackageRecord] = deque()
        self._looked_for_rows = False
        self._tries: dict[str, int] = {}
        self._rows_duty = duties.of("package rows", longest_pause_s=LONGEST_PAUSE_S, patience_s=PATIENCE_S)

    def add_rows(self, rows: Iterable[PackageRecord]) -> None:
        """Takes the rows of packages that were just sealed: a crash before they are written costs nothing, as the next
        process finds them by their packages."""
        self._rows.extend(rows)
        self._spool.changed.set()

    def keep(self, stop: threading.Event) -> None:
        """Writes what comes until `stop` is set, then once more."""
        while not stop.is_set():
            self._spool.changed.wait(0.5)
            self._spool.changed.clear()
            self.write()
        self.write()

    def write(self) -> None:
        """Writes what waits and is due; what the data base refuses goes on waiting. Nothing is raised."""
        for camera_id, spool in self._spool.cameras():
            duty = self._duties.of("events", camera_id, longest_pause_s=LONGEST_PAUSE_S, patience_s=PATIENCE_S)
            if duty.due:
                duty.attempt(partial(self._write_events, spool, duty))
            duty.waits(spool.backlog.events)
        if self._rows_duty.due:
            self._rows_duty.attempt(self._write_rows)
        self._rows_duty.waits(len(self._rows))

    def _write_events(self, spool: CameraSpool, duty: Duty) -> Trouble | None:
        while (event := spool.first()) is not None:
            duty.waits(spool.backlog.events)
            try:
                self._installation.store.events.apply(event)
            except Exception as error:
                if not _is_for_good(error) or self._tried(event.event_id) < MOST_TRIES:
                    raise
                spool.refuse(f"cannot be written: {error}")
                continue
            spool.done()
            self._tries.pop(event.event_id, None)
            duty.alive()
        return _trouble(spool)

    def _write_rows(self) -> None:
        if not self._looked_for_rows and self._spool.is_empty:
            # Only now the events of all packages are in the data base, without which a package has no row.
            self._rows.extend(rows_left_out(self._installation))
            self._looked_for_rows = True
        refused: StorageError | None = None
        for _ in range(len(self._rows)):
            row = self._rows.popleft()
            try:
                self._installation.store.packages.add(row)
                _log.info("package %s sealed (%s)", row.package_id, "complete" if row.complete else "incomplete")
            except StorageError as error:
                self._rows.append(row)
                refused = refused or error
                if not _is_for_good(error):
                    break
            self._rows_duty.alive()
        if refused:
            raise refused

    def _tried(self, event_id: str) -> int:
        self._tries[event_id] = self._tries.get(event_id, 0) + 1
        return self._tries[event_id]


def _is_for_good(error: Exception) -> bool:
    """Whether it is this record that cannot be written, while the data base takes others."""
    if not isinstance(error, StorageError):
        return True
    return error.__cause__ is None or isinstance(error.__cause__, IntegrityError | DataError)


def _trouble(spool: CameraSpool) -> Trouble | None:
    backlog = spool.backlog
    if not backlog.lost:
        return None
    if backlog.refusal is None:
        return Trouble(Message("runtime.events_were_lost", count=backlog.lost))
    return Trouble(Message("runtime.events_lost", count=backlog.lost, cause=backlog.refusal))
