"""A run: the folder of one training.

run.yaml                    what was asked, the data set's fingerprint, versions, and how far it came
results.csv                 one line an epoch
curves.png, confusion.png   how it went, and what the network takes for what
weights/best.pt             the best network so far
weights/last.pt             where to go on from; gone when the run is done
weights/kept.pt             the network that answers beside it, if it was asked for
model.onnx, model.yaml      what went into the model store; model-int8.onnx if it was asked for
log.txt                     what Ultralytics says
work/                       what only the training needs; gone when the run is done
"""

import shutil
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from core.errors import InputError
from models.card import Strict
from training.datasets.files import storing, write_flushed
from training.learning.settings import TrainSettings
from training.learning.source import DatasetNote

RECORD = "run.yaml"
State = Literal["training", "trained", "done"]


class StartNote(Strict):
    """What the network was before it learned.

    Attributes:
        architecture: as Ultralytics names it.
        sha256: of the weights file; None = at random.
        tensors_taken: of how many; the rest starts at random.
        same_classes: whether the weights had the data set's classes; else the head starts anew, but for classes of the
            same name.
    """

    architecture: str
    sha256: str | None = None
    tensors_taken: int = 0
    tensors: int
    same_classes: bool = False


class KeptNote(Strict):
    """The network that answers beside the trained one.

    Attributes:
        sha256: of its weights file.
        labels: which it has a say in.
    """

    sha256: str
    labels: tuple[str, ...]


class RunRecord(Strict):
    """run.yaml."""

    format: Literal["jiejing-run/1"] = "jiejing-run/1"
    state: State = "training"
    settings: TrainSettings
    dataset: DatasetNote
    start: StartNote
    kept: KeptNote | None = None
    versions: dict[str, str]


class RunFolder:
    """Where the files of a run lie."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = folder / "results.csv"
        self.curves = folder / "curves.png"
        self.confusion = folder / "confusion.png"
        self.best = folder / "weights" / "best.pt"
        self.last = folder / "weights" / "last.pt"
        self.kept = folder / "weights" / "kept.pt"
        self.onnx = folder / "model.onnx"
        self.int8 = folder / "model-int8.onnx"
        self.card = folder / "model.yaml"
        self.work = folder / "work"
        self.data = self.work / "data"
        self.confined = self.work / "ultralytics"
        self.log = folder / "log.txt"

    def exists(self) -> bool:
        """Whether a run was begun here."""
        return (self.folder / RECORD).exists()

    def refuse_taken(self) -> None:
        """Lets pass a folder that is new or empty.

        Raises:
            InputError: something is in it.
        """
        if self.exists():
            raise InputError("training.run_exists_already", path=self.folder)
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            raise InputError("training.run_folder_not_empty", path=self.folder)

    def read(self) -> RunRecord:
        """The record of the run.

        Raises:
            InputError: there is none, or it cannot be read.
        """
        path = self.folder / RECORD
        try:
            return RunRecord.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise InputError("training.run_not_begun", path=self.folder) from None
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
            cause = " ".join(str(error).split())[:200]
            raise InputError("training.run_record_unreadable", path=path, cause=cause) from error

    def write(self, record: RunRecord) -> None:
        """Replaces the record at once or not at all.

        Raises:
            StorageError: the disk refuses.
        """
        with storing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            replace(self.folder / RECORD, _yaml(record.model_dump(mode="json")))

    def tidy(self) -> None:
        """Removes what only the training needed."""
        shutil.rmtree(self.work, ignore_errors=True)
        self.last.unlink(missing_ok=True)


def replace(path: Path, content: bytes) -> None:
    """Writes a file that is, at any moment, wholly the old or wholly the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}")
    write_flushed(fresh, content)
    fresh.replace(path)


def _yaml(content: Any) -> bytes:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True).encode()
