"""A data set on disk.

    dataset.yaml         the card (see card.py)
    annotations.jsonl    one labelled picture a line (see lines.py)
    images/              the pictures, by the names in the lines

A change happens wholly or not at all: new pictures wait in a folder of their own, the new lines in a file of their own,
and the rename of that file is the moment from which the change holds. What a crash leaves behind is never listed.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from core.errors import InputError
from training.datasets.card import Card, Tally, card_text, read_card
from training.datasets.files import flush_folder, is_safe, sha256_of, storing, write_flushed
from training.datasets.lines import from_line, to_line
from training.datasets.model import LabelledPicture

CARD, LINES, IMAGES = "dataset.yaml", "annotations.jsonl", "images"
_STAGING, _ADDED = ".incoming-", "added.jsonl"


class Dataset:
    """Reads a data set picture by picture, and replaces it by a new state of itself."""

    def __init__(self, folder: Path, card: Card) -> None:
        self.folder = folder
        self.card = card

    @classmethod
    def open(cls, folder: Path) -> "Dataset":
        """The data set in a folder.

        Raises:
            InputError: there is none, or its card is wrong.
        """
        return cls(folder, read_card(folder / CARD))

    @classmethod
    def open_or_new(cls, folder: Path, name: str) -> "Dataset":
        """The data set in a folder, or an empty one that is written with its first change.

        Raises:
            InputError: the card is wrong, or the folder holds something else.
        """
        if (folder / CARD).exists():
            return cls.open(folder)
        if folder.exists() and (not folder.is_dir() or any(not _is_staging(path) for path in folder.iterdir())):
            raise InputError("training.folder_holds_other_things", path=folder)
        return cls(folder, Card(name=name))

    def pictures(self) -> Iterator[LabelledPicture]:
        """Every picture in the order of the file, read as it is asked for.

        Raises:
            InputError: a line cannot be read; names it.
        """
        path = self.folder / LINES
        if not path.exists():
            return
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield from_line(line, f"{path}:{number}")

    def file(self, name: str) -> Path:
        """Where the picture of that name lies."""
        return self.folder / IMAGES / name

    @contextmanager
    def revise(self) -> Iterator["Revision"]:
        """A new state to be filled: it replaces the present one at the end, and not at all after an exception.

        Raises:
            StorageError: the disk refuses; the present state stands.
            InputError: somebody else is changing this data set.
        """
        is_new = not self.folder.exists()
        with storing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                with (
                    _locked(self.folder),
                    _staging(self.folder) as staging,
                    (staging / LINES).open("w", encoding="utf-8") as kept,
                    (staging / _ADDED).open("w+", encoding="utf-8") as added,
                ):
                    revision = Revision(self, staging, kept, added)
                    yield revision
                    self.card = revision.commit()
            finally:
                if is_new:
                    with suppress(OSError):  # removed only while it is empty: when nothing came of it
                        self.folder.rmdir()


class Revision:
    """A new state of a data set in the making. Pictures that are neither put nor added are no longer part of it."""

    def __init__(self, dataset: Dataset, staging: Path, kept: TextIO, added: TextIO) -> None:
        self.card = dataset.card
        self._dataset = dataset
        self._staging = staging
        self._kept, self._added = kept, added
        self._tally = Tally()
        self._taken: set[str] = set()

    def put(self, picture: LabelledPicture) -> None:
        """Keeps a picture whose file the data set holds already, as it is given here."""
        self._tally.add(picture)
        self._kept.write(to_line(picture) + "\n")

    def add(self, picture: LabelledPicture, content: bytes) -> None:
        """Takes in a new picture with its file's content, under the name it gives; it comes after those that are put.

        Raises:
            InputError: the name leads out of the data set.
        """
        if not is_safe(picture.file):
            raise InputError("training.picture_name_leads_out", name=repr(picture.file))
        path = self._staging / IMAGES / picture.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._taken.add(picture.file)
        self._tally.add(picture)
        self._added.write(to_line(picture) + "\n")

    def free_name(self, wanted: str, sha256: str) -> str:
        """`wanted`, or where another picture has that name, with a piece of its own hash before the suffix."""
        if wanted not in self._taken and not (self._dataset.folder / IMAGES / wanted).exists():
            return wanted
        stem, dot, suffix = wanted.rpartition(".")
        return f"{stem}-{sha256[:12]}{dot}{suffix}"

    def commit(self) -> Card:
        """Makes it the state that holds."""
        card = self.card.model_copy(update={"counts": self._tally.counts()})
        self._added.seek(0)
        shutil.copyfileobj(self._added, self._kept)
        self._kept.flush()
        os.fsync(self._kept.fileno())
        folder = self._dataset.folder
        # Pictures are not flushed one by one, that would take hours for a large set: each has its SHA-256 in its line,
        # so that the check names one that a power cut damaged.
        for path in sorted((self._staging / IMAGES).rglob("*")):
            if path.is_file():
                target = folder / path.relative_to(self._staging)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
        # The card first: it may list a label that no line has yet, never the other way round.
        write_flushed(self._staging / CARD, card_text(card).encode())
        (self._staging / CARD).replace(folder / CARD)
        (self._staging / LINES).replace(folder / LINES)
        flush_folder(folder)
        return card


def content_of(picture: Path | bytes) -> tuple[bytes, str]:
    """A picture file's bytes, or those given, and their SHA-256 in hex.

    Raises:
        InputError: it cannot be read.
    """
    if isinstance(picture, bytes):
        return picture, sha256_of(picture)
    try:
        content = picture.read_bytes()
    except OSError as error:
        raise InputError("training.picture_file_unreadable", path=picture, cause=error) from error
    return content, sha256_of(content)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keeps a second writer out, and clears away what a crash left of a former one."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError("training.data_set_busy", path=folder) from error
        for left in folder.glob(f"{_STAGING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        os.close(handle)


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    with TemporaryDirectory(dir=folder, prefix=_STAGING) as staging:
        yield Path(staging)


def _is_staging(path: Path) -> bool:
    return path.name.startswith(_STAGING)
