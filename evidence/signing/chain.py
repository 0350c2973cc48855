"""The chain: each package names the one that was sealed before it with the same key.

One line of JSON a package in home/keys/chain-<16 hex of the key id>.jsonl, in the order of sealing. The file is only
ever appended to, by one writer at a time (flock, across threads and processes).

Order of sealing: the package is complete in its staging folder -> its line is appended and flushed -> the folder gets
its name. Were it the other way round, a crash in between would leave a package that the chain does not know, and the
next one would take its place: two packages with one number. So a crash can only leave a line whose package still has
its staging name; whoever comes next in turn gives it its name first. A line cut off by a crash was never followed by
a rename: it is removed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import StorageError
from core.messages import Message
from evidence.package.layout import MANIFEST, sha256_of
from evidence.package.listing import Link
from evidence.package.storage import flush_folder, storing
from evidence.signing.keys import PREFIX_LENGTH

_TAIL_BYTES = 64 << 10  # more than any line


class ChainEntry(BaseModel):
    """One line of the chain.

    Attributes:
        entry: what happened; what was removed is told in evidence.signing.removals.
        folder: where the package was put: relative to the home where it lies in it, so that a home can be moved; else,
            and in lines of earlier versions, absolute.
        staged: the name it had beside that place until it was complete.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    seq: int
    entry: Literal["sealed"] = "sealed"
    package_id: str
    manifest_sha256: str
    sealed_at: str
    folder: str
    staged: str

    def link(self) -> Link:
        """How the next package names this one."""
        return Link(package_id=self.package_id, seq=self.seq, manifest_sha256=self.manifest_sha256)


class Turn:
    """The right to append, while the chain is locked."""

    def __init__(self, handle: int, path: Path) -> None:
        self._handle = handle
        self._path = path
        self._size = os.fstat(handle).st_size
        self.last = self._repaired_last()

    def append(self, entry: ChainEntry) -> None:
        """Appends a line and waits until the disk has it. Where it raises, withdraw() removes what it wrote."""
        line = entry.model_dump_json().encode() + b"\n"
        if os.write(self._handle, line) != len(line):
            raise StorageError("core.located", where=self._path, cause=Message("evidence.disk_full"))
        os.fsync(self._handle)

    def withdraw(self) -> None:
        """Takes back the line appended in this turn: nobody else can have followed it."""
        os.ftruncate(self._handle, self._size)
        os.fsync(self._handle)

    def _repaired_last(self) -> ChainEntry | None:
        start = max(0, self._size - _TAIL_BYTES)
        tail = os.pread(self._handle, self._size - start, start)
        whole = tail[: tail.rfind(b"\n") + 1]
        if len(whole) < len(tail):
            self._size -= len(tail) - len(whole)
            self.withdraw()
        lines = whole.splitlines()
        return _entry(lines[-1], self._path) if lines else None


class Chain:
    """The chain of one key."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._home = path.absolute().parent.parent

    def told(self, folder: Path) -> str:
        """How a line names the place of a package."""
        inside = folder.is_relative_to(self._home)
        return folder.relative_to(self._home).as_posix() if inside else str(folder)

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Waits for one's turn and locks the chain, after finishing what a crash left.

        Raises:
            StorageError: the chain cannot be read or written.
        """
        with storing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            with storing(self.path):
                fcntl.flock(handle, fcntl.LOCK_EX)
                turn = Turn(handle, self.path)
                if turn.last:
                    _finish(self._home / turn.last.folder, turn.last)
            yield turn
        finally:
            os.close(handle)

    def recover(self) -> None:
        """Finishes what a crash left, if anything; for the start of a process."""
        with self.turn():
            pass

    def entries(self) -> Iterator[ChainEntry]:
        """All lines, oldest first, with absolute folders; a line that a crash cut off is left out.

        Raises:
            StorageError: the chain cannot be read, or a line is not one of ours.
        """
        if not self.path.exists():
            return
        with storing(self.path), self.path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    entry = _entry(line, self.path)
                    yield entry.model_copy(update={"folder": str(self._home / entry.folder)})


def chain_path(home: Path, key_id: str) -> Path:
    """Where the chain of a key is kept."""
    return home / "keys" / f"chain-{key_id[:PREFIX_LENGTH]}.jsonl"


def _entry(line: bytes, path: Path) -> ChainEntry:
    try:
        return ChainEntry.model_validate_json(line)
    except ValidationError as error:
        raise StorageError("evidence.chain_line_damaged", path=path) from error


def _finish(target: Path, entry: ChainEntry) -> None:
    """Names a package whose sealer died after appending its line."""
    staged = target.parent / entry.staged
    if target.exists() or not (staged / MANIFEST).is_file():
        return
    if sha256_of(staged / MANIFEST) == entry.manifest_sha256:
        staged.rename(target)
        flush_folder(target.parent)
