"""A package as it lies there, folder or .zip, read without trusting it and without unpacking it."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from core.errors import JiejingError
from core.messages import Message
from evidence.package.layout import ENVELOPE, MANIFEST, MAX_ENTRIES, Fault, chunks_of, printable
from evidence.package.names import MAX_PARTS


class TreeError(JiejingError):
    """A file that cannot be read to its end; its message says why."""


class Tree(Protocol):
    """The files and folders of a package.

    Attributes:
        top: the name of the folder that holds it.
        files: the size in bytes of each regular file, by its path.
        folders: the paths of folders.
        faults: what is wrong with the container itself (links, what cannot be listed).
        overflows: whether it holds more than a package may have, and was not listed to its end.
    """

    @property
    def top(self) -> str: ...

    @property
    def files(self) -> Mapping[str, int]: ...

    @property
    def folders(self) -> frozenset[str]: ...

    @property
    def faults(self) -> tuple[Fault, ...]: ...

    @property
    def overflows(self) -> bool: ...

    def chunks(self, path: str) -> Iterator[bytes]:
        """A file's content in pieces.

        Raises:
            TreeError: it cannot be read.
        """
        ...


def holds_package(folder: Path) -> bool:
    """Whether a folder is meant as a package at all: it has a manifest or an envelope, whatever they are worth."""
    return any(os.path.lexists(folder / name) for name in (MANIFEST, ENVELOPE))


def whole(tree: Tree, path: str, max_bytes: int) -> bytes:
    """A small file as a whole.

    Raises:
        TreeError: missing, empty, unreadable, or too large to be what it should be.
    """
    size = tree.files.get(path)
    if size is None:
        raise TreeError("evidence.file_missing")
    if size == 0:
        raise TreeError("evidence.file_empty")
    content = bytearray()
    for chunk in tree.chunks(path):
        content += chunk
        if len(content) > max_bytes:
            raise TreeError("evidence.file_too_large")
    return bytes(content)


class FolderTree:
    """A folder on disk. Links are never followed.

    Args:
        only: look for these files alone, directly below the folder.
    """

    def __init__(self, root: Path, only: Sequence[str] | None = None) -> None:
        self._root = root
        self.top = root.resolve().name
        self.files: dict[str, int] = {}
        folders: set[str] = set()
        faults: list[Fault] = []
        for path, mode, size in islice(_walk(root) if only is None else _those(root, only), MAX_ENTRIES + 1):
            if stat.S_ISREG(mode):
                self.files[path] = size
            elif stat.S_ISDIR(mode):
                folders.add(path)
            else:
                faults.append(Fault(printable(path), _KINDS.get(stat.S_IFMT(mode), _NO_FILE)))
        self.folders = frozenset(folders)
        self.overflows = len(self.files) + len(folders) + len(faults) > MAX_ENTRIES
        too_much = Fault(".", Message("evidence.too_many_entries", limit=MAX_ENTRIES))
        self.faults = (too_much,) if self.overflows else tuple(faults)

    def chunks(self, path: str) -> Iterator[bytes]:
        try:
            with (self._root / path).open("rb") as file:
                yield from chunks_of(file)
        except OSError as error:
            raise TreeError("evidence.file_cannot_be_read", cause=error) from error


_NO_FILE = Message("evidence.is_no_regular_file")
_KINDS = {stat.S_IFLNK: Message("evidence.is_symbolic_link"), 0: Message("evidence.unreadable_or_too_deep")}


def _those(root: Path, names: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    for name in names:
        try:
            state = (root / name).lstat()
        except OSError:
            continue
        yield name, state.st_mode, state.st_size


def _walk(root: Path) -> Iterator[tuple[str, int, int]]:
    """Path, mode and size of everything below a folder; what cannot be listed has the mode 0. Of a folder with more
    entries than a package may have, so many and one are listed."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            states = _states(root / folder)
        except OSError:
            yield folder or ".", 0, 0
            continue
        for name, state in states:
            path = f"{folder}/{name}" if folder else name
            yield path, state.st_mode, state.st_size
            if stat.S_ISDIR(state.st_mode) and path.count("/") < MAX_PARTS:
                waiting.append(path)
            elif stat.S_ISDIR(state.st_mode):
                yield path, 0, 0


def _states(folder: Path) -> list[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        some = list(islice(entries, MAX_ENTRIES + 1))
    return sorted(((entry.name, entry.stat(follow_symlinks=False)) for entry in some), key=lambda one: one[0])
