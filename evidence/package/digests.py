"""Digests of files that are looked at again and again: worked out once, as long as a file is the same."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from evidence.package.layout import sha256_of

_MOST = 2000

_State = tuple[int, int, int, int]


class FileDigests:
    """SHA-256 of files. Safe for several threads.

    A file is the same while its inode, size and times are: the time of change is the kernel's, nobody can set it back.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Path, tuple[_State, str]] = OrderedDict()
        self._lock = Lock()

    def of(self, path: Path) -> str | None:
        """In hex; None where the file is gone or cannot be read."""
        try:
            state = _state(path)
            with self._lock:
                known = self._known.get(path)
            if known and known[0] == state:
                return known[1]
            digest = sha256_of(path)
        except OSError:
            return None
        with self._lock:
            self._known[path] = (state, digest)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return digest


def _state(path: Path) -> _State:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_ctime_ns, found.st_mtime_ns
