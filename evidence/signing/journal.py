"""A journal: signed lines, each of which names the one before it by its digest. Only ever appended to, or begun anew.

A line is a DSSE envelope of the type OPENING_TYPE in its canonical form. Its payload is JSON: `seq`, `previous` (the
SHA-256 of the line before it, null in the first), `at` (this server's time), `entry` (what it tells) and more.

Who signs a line vouches for all before it: a change of key in between is no fault, as long as the last line is signed
by a key that is trusted.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from core.clock import rfc3339
from evidence.package.layout import MAX_ENVELOPE_BYTES, MAX_MANIFEST_BYTES
from evidence.package.storage import flush, storing, write_atomic
from evidence.package.strict_json import parse
from evidence.signing.dsse import OPENING_TYPE, EnvelopeError, Opened, envelope, read_envelope
from evidence.signing.keys import KeyRing, SigningKey

Entry = Mapping[str, Any]


class Journal:
    """One file of signed lines, remembered as it was written. Safe for several threads.

    What the disk refuses is written with the next line: nothing is lost but by the end of the process.
    """

    def __init__(self, path: Path, key: SigningKey, now: Callable[[], datetime], lines: Sequence[bytes] = ()) -> None:
        """Goes on after these lines, which the file holds."""
        self.path = path
        self._key = key
        self._now = now
        self._lines = list(lines)
        self._written = sum(len(line) for line in lines)
        self._was_cut = False
        self._lock = Lock()

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    @property
    def content(self) -> bytes:
        """All lines."""
        return b"".join(self._lines)

    def append(self, entry: str, known: Mapping[str, Any], *, flushed: bool = False) -> None:
        """Adds a line.

        Args:
            flushed: wait until the disk has it, and all before it.

        Raises:
            StorageError: the disk refuses for now.
        """
        with self._lock:
            self._lines.append(self._line(entry, known))
            self._write(flushed=flushed)

    def begin_anew(self, entry: str, known: Mapping[str, Any]) -> None:
        """Replaces all lines but the first by one.

        Raises:
            StorageError: the disk refuses for now.
        """
        with self._lock:
            del self._lines[1:]
            self._lines.append(self._line(entry, known))
            self._written = 0
            self._rewrite()

    def restore(self) -> bool:
        """Whether the file held anything but what was written; then it is written again.

        Raises:
            StorageError: the disk refuses for now.
        """
        with self._lock:
            with storing(self.path):
                there = self.path.read_bytes() if self.path.exists() else b""
            known = self.content[: self._written]
            waiting = self._written < len(self.content)
            was_cut, self._was_cut = self._was_cut, False
            if not was_cut and (there == known or (waiting and there.startswith(known))):
                return False
            self._rewrite()
            return True

    def _line(self, entry: str, known: Mapping[str, Any]) -> bytes:
        previous = hashlib.sha256(self._lines[-1]).hexdigest() if self._lines else None
        record = {"seq": len(self._lines) + 1, "previous": previous, "at": rfc3339(self._now()), "entry": entry}
        payload = json.dumps({**record, **known}, ensure_ascii=False, allow_nan=False).encode()
        return envelope(payload, [self._key], OPENING_TYPE) + b"\n"

    def _write(self, *, flushed: bool) -> None:
        """Writes what is not written yet, over whatever a refusal left of it."""
        with storing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            is_whole = self.path.exists() and self.path.stat().st_size >= self._written
            self._was_cut = self._was_cut or (self._written > 0 and not is_whole)
            self._written = self._written if is_whole else 0
            with self.path.open("r+b" if is_whole and self._written else "wb") as file:
                file.seek(self._written)
                file.truncate()
                file.write(self.content[self._written :])
                if flushed:
                    flush(file)
        self._written = sum(len(line) for line in self._lines)

    def _rewrite(self) -> None:
        write_atomic(self.path, self.content)
        self._written = sum(len(line) for line in self._lines)


def lines_of(content: bytes) -> list[bytes]:
    """The lines of a file; one that a crash cut off is left out."""
    return [line for line in content.splitlines(keepends=True) if line.endswith(b"\n")]


def entries_of(lines: Sequence[bytes], keys: KeyRing) -> list[Entry]:
    """What signed lines say.

    Raises:
        EnvelopeError: there is none, one does not hold or does not follow the one before it, or the last is signed by
            nobody who is trusted.
    """
    if sum(len(line) for line in lines) > MAX_ENVELOPE_BYTES:
        raise EnvelopeError("evidence.journal_too_large")
    entries = list(followed(lines, keys))
    if not entries:
        raise EnvelopeError("evidence.journal_has_no_line")
    if not entries[-1][1].key_ids:
        raise EnvelopeError("evidence.journal_last_key_untrusted")
    return [entry for entry, _ in entries]


def followed(lines: Sequence[bytes], keys: KeyRing, payload_type: str = OPENING_TYPE) -> Iterator[tuple[Entry, Opened]]:
    """What signed lines say, and who signed each, as long as each follows the one before it.

    Raises:
        EnvelopeError: one does not hold, or does not follow.
    """
    previous = None
    for number, line in enumerate(lines, 1):
        opened = read_envelope(line.removesuffix(b"\n"), keys, payload_type)
        try:
            entry = parse(opened.payload, MAX_MANIFEST_BYTES)
        except ValueError as error:
            raise EnvelopeError("evidence.journal_line_wrong", number=number, cause=error) from error
        if not isinstance(entry, dict) or entry.get("seq") != number or entry.get("previous") != previous:
            raise EnvelopeError("evidence.journal_line_not_following", number=number)
        previous = hashlib.sha256(line).hexdigest()
        yield entry, opened
