"""Names that stay where they belong, files that are wholly there or not at all, and the disk's refusals in one line."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath

from core.errors import InputError, StorageError
from core.messages import Message
from core.plain_text import text_of

_MAX_TEXT_BYTES = 1 << 30  # the annotations of COCO itself are half of it


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


def located(folders: Sequence[Path], written: str) -> tuple[Path, str] | None:
    """The file that `written` means below one of the folders, and its name there, with / alone; None if none is there.

    A path that leads out (of another computer: D:/data/a.jpg, /home/me/a.jpg, ../a.jpg) means the file that is there by
    as much of its end as possible, at least its name.
    """
    for folder in folders:
        path = inside(folder, written)
        if path and path.is_file():
            return path, written.replace("\\", "/")
    if any(inside(folder, written) for folder in folders):
        return None
    steps = [step for step in written.replace("\\", "/").split("/") if step not in ("", ".", "..")]
    for begin in range(len(steps)):
        end = "/".join(steps[begin:])
        for folder in folders:
            path = inside(folder, end)
            if path and path.is_file():
                return path, end
    return None


def is_litter(path: Path) -> bool:
    """Whether a file is only what macOS or Windows keep beside files: ._a.jpg, __MACOSX, Thumbs.db."""
    return path.name.startswith("._") or path.name in {"Thumbs.db", ".DS_Store"} or "__MACOSX" in path.parts


def files_below(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder and those below it whose names fit the pattern, sorted, but for litter."""
    return [path for path in sorted(folder.rglob(pattern)) if not is_litter(path)]


def sha256_of(content: bytes) -> str:
    """SHA-256 of bytes, hex."""
    return hashlib.sha256(content).hexdigest()


def read_text(path: Path, wanted: Message) -> str:
    """A text: UTF-8, UTF-16 or GBK, see `core.plain_text`.

    Raises:
        InputError: it cannot be read, or is no text; says what was `wanted`.
    """
    try:
        if path.stat().st_size > _MAX_TEXT_BYTES:
            raise InputError("training.file_too_large", path=path, limit=_MAX_TEXT_BYTES >> 20, wanted=wanted)
        return text_of(path.read_bytes())
    except OSError as error:
        raise InputError("training.file_unreadable", path=path, cause=error, wanted=wanted) from error
    except UnicodeError as error:
        raise InputError("training.file_encoding_unknown", path=path, wanted=wanted) from error


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Maps what the operating system refuses about `path`.

    Raises:
        StorageError: names the path and the cause; nothing was changed.
    """
    try:
        yield
    except OSError as error:
        raise StorageError("training.nothing_was_changed", path=path, cause=error) from error


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
