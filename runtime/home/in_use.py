"""Whether something works on a home: `run` and `serve` say so with a lock, which ends with their process."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import ConflictError
from evidence.package.storage import storing

_FILE = "in-use.lock"


@contextmanager
def in_use(home: Path) -> Iterator[None]:
    """Says that this process works on the home; any number may.

    Raises:
        ConflictError: the home is being restored.
    """
    with _locked(home, fcntl.LOCK_SH, "runtime.home_is_restored"):
        yield


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Makes sure that nobody works on the home.

    Raises:
        ConflictError: `run` or `serve` does.
    """
    with _locked(home, fcntl.LOCK_EX, "runtime.home_in_use"):
        yield


@contextmanager
def _locked(home: Path, kind: int, code: str) -> Iterator[None]:
    with storing(home):
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / _FILE).open("ab")
    with lock:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConflictError(code, path=home) from None
        yield
