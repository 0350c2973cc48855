"""Events on their way to the data base: on the disk first, so that neither a data base that is away nor the end of the
process loses one.

Each camera has a file, JIEJING_HOME/spool/CAMERA.jsonl: a line an event, in the order of what happened, flushed to the
disk before the camera goes on. One thread writes them to the data base, the oldest first; a file whose events are all
written is emptied. After a crash a line may be written a second time, which alters nothing: changes are known by their
content (store/events/events.py).
"""

import logging
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.domain import RuleEvent
from core.messages import Message, message_of
from evidence.package.storage import flush, flush_folder

_log = logging.getLogger(__name__)

# A file of this size holds some ten thousand events: weeks of a data base that is away.
MOST_BYTES = 64 * 2**20
# Held in memory alone, while the disk refuses, too.
MOST_HELD = 1000

# Without rounding, unlike events.jsonl: what comes back is the very event.
_ADAPTER = TypeAdapter(RuleEvent)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits of one camera.

    Attributes:
        events: how many.
        in_memory: how many of them the disk refused, so that they are lost if the process ends.
        refusal: what the disk said; None while it takes them.
        lost: how many were let go of because neither disk nor memory took them.
    """

    events: int
    in_memory: int
    refusal: Message | None
    lost: int


class CameraSpool:
    """The events of one camera. One thread puts, another takes."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        """Takes up what an earlier process left."""
        self._path = path
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._held: deque[RuleEvent] = deque()
        self._refusal: Message | None = None
        self._lost = 0
        self._read_to = 0
        self._size, self._on_disk = _whole_lines(path)

    @property
    def backlog(self) -> Backlog:
        """What waits."""
        with self._lock:
            return Backlog(self._on_disk + len(self._held), len(self._held), self._refusal, self._lost)

    def put(self, event: RuleEvent) -> None:
        """Keeps an event; on the disk when this returns, or in memory where that refuses (`backlog` tells)."""
        with self._lock:
            if self._held or not self._append(event):
                self._hold(event)

    def first(self) -> RuleEvent | None:
        """The event that has waited longest; None = none waits. A line that cannot be read is set aside."""
        with self._lock:
            self._move_held_to_disk()
            while self._on_disk:
                line = self._line()
                if not line:
                    self._note_lost()
                    break
                try:
                    return _ADAPTER.validate_json(line)
                except ValidationError:
                    self._set_aside(line, "is damaged")
                    self._skip(line)
            return self._held[0] if self._held else None

    def done(self) -> None:
        """The first event is written: lets go of it."""
        with self._lock:
            if self._on_disk:
                self._skip(self._line())
            elif self._held:
                self._held.popleft()

    def refuse(self, why: str) -> None:
        """The first event can never be written: sets it aside, so that those behind it get on."""
        with self._lock:
            line = self._line() if self._on_disk else _ADAPTER.dump_json(self._held[0]) + b"\n"
            self._set_aside(line, why)
        self.done()

    def _append(self, event: RuleEvent) -> bool:
        line = _ADAPTER.dump_json(event) + b"\n"
        if self._size + len(line) > self._most_bytes:
            self._refusal = Message("runtime.spool_full", limit=self._most_bytes // 2**20)
            return False
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_new = not self._path.exists()
            with self._path.open("r+b" if not is_new else "w+b") as file:
                # What a refused write left behind the last whole line is overwritten.
                file.seek(self._size)
                file.truncate()
                file.write(line)
                flush(file)
            if is_new:
                self._path.chmod(0o600)
                flush_folder(self._path.parent)
        except OSError as error:
            self._refusal = message_of(error)
            return False
        self._size += len(line)
        self._on_disk += 1
        self._refusal = None
        return True

    def _hold(self, event: RuleEvent) -> None:
        if len(self._held) >= MOST_HELD:
            self._held.popleft()
            self._lost += 1
        self._held.append(event)

    def _move_held_to_disk(self) -> None:
        while self._held and self._append(self._held[0]):
            self._held.popleft()

    def _line(self) -> bytes:
        """The first line; nothing where somebody took the file away."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._read_to)
                return file.readline()
        except FileNotFoundError:
            return b""

    def _note_lost(self) -> None:
        _log.error("%s: %d events that waited there are gone: somebody took the file away", self._path, self._on_disk)
        self._lost += self._on_disk
        self._on_disk = self._read_to = self._size = 0

    def _skip(self, line: bytes) -> None:
        self._read_to += len(line)
        self._on_disk -= 1
        if self._on_disk == 0:
            self._read_to = self._size = 0
            with self._path.open("r+b") as file:
                file.truncate()
                flush(file)

    def _set_aside(self, line: bytes, why: str) -> None:
        aside = self._path.with_suffix(".refused")
        _log.error("%s: an event %s; it is kept in %s", self._path, why, aside)
        with aside.open("ab") as file:
            file.write(line)
            flush(file)


class Spool:
    """The events of all cameras of a home, those left by cameras that are gone included."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._cameras = {path.stem: CameraSpool(path) for path in sorted(folder.glob("*.jsonl"))}
        self.changed = threading.Event()

    def put(self, event: RuleEvent) -> None:
        """Keeps an event of its camera."""
        self.of(event.camera_id).put(event)
        self.changed.set()

    def of(self, camera_id: str) -> CameraSpool:
        """The events of that camera."""
        with self._lock:
            if camera_id not in self._cameras:
                self._cameras[camera_id] = CameraSpool(self._folder / f"{camera_id}.jsonl")
            return self._cameras[camera_id]

    def cameras(self) -> Iterator[tuple[str, CameraSpool]]:
        """Each camera with its events."""
        with self._lock:
            found = list(self._cameras.items())
        yield from found

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return all(one.backlog.events == 0 for _, one in self.cameras())


def _whole_lines(path: Path) -> tuple[int, int]:
    """Bytes and number of the lines that were written whole: a crash may have cut the last one."""
    try:
        content = path.read_bytes()
    except OSError:
        return 0, 0
    return content.rfind(b"\n") + 1, content.count(b"\n")
