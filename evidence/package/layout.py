"""How a package is laid out, and how its pieces are named."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.messages import Message

MANIFEST = "manifest.json"
ENVELOPE = "manifest.dsse.json"
TIMESTAMP = "timestamp.tsr"  # the only file that may join a sealed package
STAGING = ".sealing-"  # a folder that begins like this is being made, or was left by a crash

CHUNK_BYTES = 1 << 20
MAX_ENTRIES = 2000  # a package has about 12 files
# A manifest has some 20 kB, and 2 MB after a dwell with 20,000 gaps. Whatever claims more is not read into memory.
MAX_MANIFEST_BYTES = 4 << 20
MAX_ENVELOPE_BYTES = 6 << 20  # base64 of that, and signatures


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong: where (a path inside the package, or of the archive itself) and what."""

    path: str
    what: Message


def at_key(key: str, code: str, /, **params: object) -> Message:
    """What is wrong at a key of the manifest, which is named in every language as it is written there."""
    return Message("core.located", where=key, cause=Message(code, **params))


def package_id(event_id: str, opening: int) -> str:
    """The name of an opening's package: the event's own, from the second opening on with its number."""
    return event_id if opening == 1 else f"{event_id}-{opening}"


def clearing_id(event_id: str, opening: int) -> str:
    """The name of the supplement that shows an opening's end."""
    return f"{package_id(event_id, opening)}-clearing"


def is_safe(path: str) -> bool:
    """Whether a path stays inside its package on any system: relative, with / alone, in normal form."""
    parts = path.split("/")
    return "\\" not in path and "\0" not in path and all(part not in ("", ".", "..") for part in parts)


def parents(path: str) -> Iterator[str]:
    """The folders that a path lies in, nearest first."""
    while "/" in path:
        path = path.rsplit("/", 1)[0]
        yield path


def printable(name: str) -> str:
    """A name from outside as one harmless line: what cannot be printed is escaped."""
    return name if name.isprintable() else name.encode("unicode_escape", "backslashreplace").decode()


def chunks_of(file: BinaryIO) -> Iterator[bytes]:
    """A file's content in pieces that fit in memory."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
