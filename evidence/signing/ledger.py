"""A ledger: signed lines about keys and packages, each of which names the one before it by its digest.

A line is a DSSE envelope of the ledger's own type, and its payload is JSON as in evidence.signing.journal. The file is
only ever appended to, by one writer at a time (flock, across threads and processes); of a line that a crash cut off
nothing stays.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import rfc3339
from core.errors import EvidenceError, StorageError
from core.messages import Message
from evidence.package.storage import flush_folder, storing
from evidence.signing.dsse import EnvelopeError, envelope
from evidence.signing.journal import followed, lines_of
from evidence.signing.keys import KeyRing, SigningKey


@dataclass(frozen=True)
class Line:
    """A line that follows the one before it.

    Attributes:
        says: its payload; `at` is text.
        signed_by: the trusted keys whose signature holds.
        sha256: of the line, in hex.
    """

    says: Mapping[str, Any]
    signed_by: tuple[str, ...]
    sha256: str

    @property
    def at(self) -> str:
        """When it was written, by the server's clock."""
        return str(self.says["at"])


class Ledger:
    """One file of signed lines."""

    def __init__(self, path: Path, payload_type: str) -> None:
        self.path = path
        self._type = payload_type

    def lines(self, keys: KeyRing) -> list[Line]:
        """All lines, oldest first; none where there is no file.

        Raises:
            StorageError: it cannot be read.
            EvidenceError: a line is not ours, does not follow, or is signed by nobody who is trusted.
        """
        with storing(self.path):
            content = self.path.read_bytes() if self.path.exists() else b""
        return self._read(content, keys)

    @contextmanager
    def turn(self, keys: KeyRing) -> Iterator["Turn"]:
        """Waits for one's turn and locks the ledger.

        Raises:
            as of `lines`.
        """
        with self.locked() as handle:
            with storing(self.path):
                content = self.path.read_bytes()
            yield Turn(handle, self.path, self._type, content, self._read(content, keys))

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Waits for one's turn, for whoever reads nothing; gives the open file.

        Raises:
            StorageError: it cannot be written.
        """
        with storing(self.path):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            with storing(self.path):
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)

    def _read(self, content: bytes, keys: KeyRing) -> list[Line]:
        raw = lines_of(content)
        try:
            read = zip(raw, followed(raw, keys, self._type), strict=True)
            found = [Line(says, opened.key_ids, hashlib.sha256(line).hexdigest()) for line, (says, opened) in read]
        except EnvelopeError as error:
            raise self._refusal(error.message) from error
        for number, line in enumerate(found, 1):
            if not line.signed_by:
                raise self._refusal(Message("evidence.ledger_line_key_untrusted", number=number))
            if not isinstance(line.says.get("at"), str):
                raise self._refusal(Message("evidence.ledger_line_without_time", number=number))
        return found

    def _refusal(self, why: Message) -> EvidenceError:
        return EvidenceError("evidence.ledger_not_believed", path=self.path, cause=why)


class Turn:
    """The right to append, while a ledger is locked.

    Attributes:
        lines: those that are there.
    """

    def __init__(self, handle: int, path: Path, payload_type: str, content: bytes, lines: list[Line]) -> None:
        self.lines = lines
        self._handle = handle
        self._path = path
        self._type = payload_type
        self._whole = sum(len(line) for line in lines_of(content))

    def append(self, entry: str, known: Mapping[str, Any], signers: Sequence[SigningKey], now: datetime) -> Line:
        """Adds a line and waits until the disk has it.

        Raises:
            StorageError: the disk refuses; then the line is not there.
        """
        previous = self.lines[-1].sha256 if self.lines else None
        says = {"seq": len(self.lines) + 1, "previous": previous, "at": rfc3339(now), "entry": entry, **known}
        payload = json.dumps(says, ensure_ascii=False, allow_nan=False).encode()
        raw = envelope(payload, signers, self._type) + b"\n"
        with storing(self._path):
            os.ftruncate(self._handle, self._whole)
            whole = os.write(self._handle, raw) == len(raw)
            if not whole:
                os.ftruncate(self._handle, self._whole)
                raise StorageError("core.located", where=self._path, cause=Message("evidence.disk_full"))
            os.fsync(self._handle)
            flush_folder(self._path.parent)
        self._whole += len(raw)
        line = Line(says, tuple(key.key_id for key in signers), hashlib.sha256(raw).hexdigest())
        self.lines.append(line)
        return line
