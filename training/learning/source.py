"""The data set that a training learns from: whole, parted, and known by its fingerprint."""

import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from core.errors import InputError
from models.card import Strict
from training.datasets.check import check_dataset
from training.datasets.exporting import export_set
from training.datasets.folder import Dataset
from training.datasets.lines import to_line
from training.datasets.model import Part
from training.datasets.selection import ExportRules
from training.learning.settings import TrainSettings

LEARNED_FROM: tuple[Part, ...] = ("train", "val")


class DatasetNote(Strict):
    """What a run remembers of its data set.

    Attributes:
        sha256: of its labels and all its lines, and so of every picture and box; hex.
        licences: of each taking-in, by its name.
    """

    name: str
    sha256: str
    labels: tuple[str, ...]
    pictures: dict[str, int]
    licences: dict[str, str]

    @property
    def short(self) -> str:
        """Name and the first digits of the fingerprint."""
        return f"{self.name} ({self.sha256[:12]})"


def note_of(dataset: Dataset) -> DatasetNote:
    """What there is to remember of a data set.

    Raises:
        InputError: a line cannot be read, or there are no parts train and val to learn and to measure on.
    """
    digest = hashlib.sha256("\n".join(dataset.card.labels).encode())
    parts: Counter[str] = Counter()
    for picture in dataset.pictures():
        digest.update(b"\n" + to_line(picture).encode())
        parts.update([picture.part] if picture.part else [])
    missing = [part for part in LEARNED_FROM if not parts[part]]
    if missing:
        raise InputError("training.part_without_picture", path=dataset.folder, parts=missing)
    return DatasetNote(
        name=dataset.card.name,
        sha256=digest.hexdigest(),
        labels=dataset.card.labels,
        pictures=dict(sorted(parts.items())),
        licences={source.name: source.licence for source in dataset.card.sources},
    )


def refuse_faulty(dataset: Dataset, *, step: Callable[[int], object] = lambda _: None) -> None:
    """Lets pass what may be learned from.

    Raises:
        InputError: the check finds a fault; names the first.
    """
    faults = check_dataset(dataset, step=step).faults
    if faults:
        first = {"path": dataset.folder, "where": faults[0].where, "cause": faults[0].what}
        if len(faults) == 1:
            raise InputError("training.data_set_has_fault", **first)
        raise InputError("training.data_set_has_faults", **first, more=len(faults) - 1)


def write_yolo(dataset: Dataset, out: Path, settings: TrainSettings) -> None:
    """Writes the parts train and val as Ultralytics reads them; what nobody knows is grey, or refused.

    Raises:
        InputError: the data set holds what must not be learned, as the settings have it, or has no taking-in that they
            name.
        StorageError: the disk refuses.
    """
    known = {source.name for source in dataset.card.sources}
    for name in sorted(settings.repeat.keys() - known):
        raise InputError("training.repeat_unknown", name=name, path=dataset.folder, known=sorted(known))
    rules = ExportRules(
        form="yolo",
        parts=LEARNED_FROM,
        ignore="grey",
        partial=settings.partial,
        suggestions=settings.suggestions,
        link=True,
        repeat=settings.repeat,
    )
    report = export_set(dataset, out, rules)
    missing = [part for part in LEARNED_FROM if not report.by_part[part]]
    if missing:
        raise InputError("training.nothing_left_to_learn", path=dataset.folder, parts=missing)
