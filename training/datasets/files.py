"""Names that stay where they belong, files that are wholly there or not at all, and the disk's refusals in one line."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath

from core.errors import InputError, StorageError


def is_safe(name: str) -> bool:
    """Whether a path from outside stays inside its folder on any system: relative, with / alone, in normal form."""
    parts = name.split("/")
    harmless = "\\" not in name and name.isprintable() and not PureWindowsPath(name).drive
    return harmless and all(part not in ("", ".", "..") for part in parts)


def inside(root: Path, name: str) -> Path | None:
    """The path that `name` (as some tool wrote it, perhaps with \\ and ..) means below `root`; None if it leads out."""
    written = name.replace("\\", "/")
    if not written or not written.isprintable() or PureWindowsPath(written).drive or written.startswith("/"):
        return None
    path = Path(os.path.normpath(root / written))
    return path if path.is_relative_to(os.path.normpath(root)) else None


def sha256_of(content: bytes) -> str:
    """SHA-256 of bytes, hex."""
    return hashlib.sha256(content).hexdigest()


def read_text(path: Path, what: str) -> str:
    """A UTF-8 text, with or without byte order mark.

    Raises:
        InputError: it cannot be read, or is no text; says that `what` was wanted.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give {what}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: this is no UTF-8 text, so it cannot be {what}") from error


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Maps what the operating system refuses about `path`.

    Raises:
        StorageError: names the path and the cause; nothing was changed.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}; nothing was changed there") from error


def write_flushed(path: Path, content: bytes) -> None:
    """Writes a file and waits until the disk has it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Waits until the disk has the folder's entries: without it a rename may be undone by a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
