"""Decided events as an installation gives them out: one .zip with the decisions and their pictures."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import InputError
from training.datasets.decisions import read_decisions
from training.datasets.files import storing
from training.datasets.packages import PackageDecisions

_DECISIONS = "decisions.jsonl"
_PACKAGES = "packages"
_MAGIC = b"PK"


def is_archive(path: Path) -> bool:
    """Whether a file begins as a .zip does, whole or not."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


@contextmanager
def unpacked(archive: Path, folder: Path) -> Iterator[PackageDecisions]:
    """What was decided, with its pictures unpacked below `folder` for as long as they are needed.

    Raises:
        InputError: no whole archive, or none of decided events.
        StorageError: the disk refuses.
    """
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        place = TemporaryDirectory(dir=folder, prefix=".harvest-")
    with place as name:
        home = Path(name)
        with storing(home):
            _unpack(archive, home)
        if not (home / _DECISIONS).is_file():
            raise InputError("training.archive_without_decisions", path=archive, name=_DECISIONS)
        yield PackageDecisions(read_decisions(home / _DECISIONS), home / _PACKAGES, home, masked=True)


def _unpack(archive: Path, home: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as file:
            file.extractall(home)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputError("training.archive_damaged", path=archive, cause=error) from error
