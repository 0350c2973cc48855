"""Files that are wholly there or not at all, and the disk's refusals in one line for people."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from core.errors import StorageError
from core.messages import Message
from core.sharing import share

_ADVICE = {
    errno.ENOSPC: Message("evidence.disk_full"),
    errno.EDQUOT: Message("evidence.quota_used_up"),
    errno.EROFS: Message("evidence.file_system_read_only"),
    errno.EACCES: Message("evidence.write_permission_denied"),
    errno.EPERM: Message("evidence.write_permission_denied"),
    errno.ENOTDIR: Message("evidence.path_part_is_file"),
}


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Maps what the operating system refuses about `path`.

    Raises:
        StorageError: names the path, the cause and what to do.
    """
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0) or Message("evidence.check_the_disk", cause=error)
        raise StorageError("core.located", where=path, cause=advice) from error


def write_flushed(path: Path, content: bytes) -> None:
    """Writes a file and waits until the disk has it."""
    with path.open("wb") as file:
        file.write(content)
        flush(file)


def flush(file: BinaryIO) -> None:
    """Waits until the disk has what was written into an open file."""
    file.flush()
    os.fsync(file.fileno())


def write_atomic(path: Path, content: bytes) -> None:
    """Replaces a file so that a reader, or a restart, sees the old content or the new, never a part.

    Raises:
        StorageError: the disk refuses; the old content stands.
    """
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            draft = Path(file.name)
        try:
            write_flushed(draft, content)
            share(draft)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        flush_folder(path.parent)


def flush_tree(folder: Path) -> None:
    """Waits until the disk has every file and folder below `folder`, and itself."""
    for root, _, names in os.walk(folder, topdown=False):
        for name in names:
            _flush(Path(root, name))
        flush_folder(Path(root))


def flush_folder(folder: Path) -> None:
    """Waits until the disk has the folder's entries: without it a rename may be undone by a power cut."""
    _flush(folder)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
