"""What an export takes along, decided before anything is written: what a form cannot say is refused, left out or kept
on purpose, never dropped in silence."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.errors import InputError
from training.datasets.folder import Dataset
from training.datasets.masking import Masker
from training.datasets.model import LabelledPicture, Part
from training.datasets.uncertainty import uncertain_first

Form = Literal["yolo", "coco", "cvat"]
Partial = Literal["refuse", "skip", "keep"]
Suggestions = Literal["refuse", "skip", "include"]
Ignore = Literal["grey", "keep"]


@dataclass(frozen=True)
class ExportRules:
    """What the user decided.

    Attributes:
        parts: None = all, also what belongs to none.
        ignore: grey = ignore regions become grey in the copy, but for labelled things and confirmed negatives in them;
            keep = they stay as they are, for forms that carry them.
        partial: what to do with pictures in which a label is not complete: a trainer would learn from them that the
            unlabelled things are background.
        suggestions: what to do with pictures that wait for a person.
        first: only so many pictures, the least sure first; None = all.
        link: unchanged pictures are hard links, which take no room.
        repeat: how often a picture of the part train is written, by the name of its taking-in; elsewhere once. What is
            scarce is so learned from more often; only for YOLO.
        masker: None = nothing is masked.
    """

    form: Form
    parts: tuple[Part, ...] | None = None
    ignore: Ignore = "keep"
    partial: Partial = "refuse"
    suggestions: Suggestions = "refuse"
    first: int | None = None
    link: bool = False
    masker: Masker | None = None
    repeat: Mapping[str, int] = field(default_factory=dict)


@dataclass
class ExportReport:
    """What was written.

    Attributes:
        greyed: ignore regions; masked: by what was hidden; spared: masks not laid, for a label's sake.
        skipped_partial, skipped_suggested: pictures left out.
        kept_partial: pictures written although a label in them is not complete.
    """

    pictures: int = 0
    boxes: Counter[str] = field(default_factory=Counter)
    by_part: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    greyed: int = 0
    masked: Counter[str] = field(default_factory=Counter)
    spared: int = 0
    skipped_partial: int = 0
    skipped_suggested: int = 0
    kept_partial: int = 0


class Selection:
    """The pictures that go along, read anew each time they are asked for.

    Raises:
        InputError: the rules refuse what the data set holds, or nothing is left.
    """

    def __init__(self, dataset: Dataset, rules: ExportRules) -> None:
        self._dataset = dataset
        self._rules = rules
        self._counts: Counter[str] = Counter()
        self._partial: Counter[str] = Counter()
        self._unmaskable: Counter[str] = Counter()
        for picture in self._chosen():
            self._look_at(picture)
        self._refuse()

    def pictures(self) -> Iterator[LabelledPicture]:
        """Those that are left."""
        return (picture for picture in self._chosen() if not self._is_skipped(picture))

    def report(self) -> ExportReport:
        """A report that knows so far what was left out, and what was kept on purpose."""
        rules, counts = self._rules, self._counts
        return ExportReport(
            skipped_suggested=counts["suggested"] if rules.suggestions == "skip" else 0,
            skipped_partial=counts["partial"] if rules.partial == "skip" else 0,
            kept_partial=counts["partial"] if rules.partial == "keep" else 0,
        )

    def _chosen(self) -> Iterator[LabelledPicture]:
        rules = self._rules
        chosen = (one for one in self._dataset.pictures() if rules.parts is None or one.part in rules.parts)
        return chosen if rules.first is None else iter(uncertain_first(chosen)[: rules.first])

    def _missing(self, picture: LabelledPicture) -> frozenset[str]:
        """The labels of which unlabelled things may be visible in the copy."""
        labels = self._dataset.card.labels
        return picture.unsettled(labels) if self._rules.ignore == "grey" else picture.incomplete(labels)

    def _is_skipped(self, picture: LabelledPicture) -> bool:
        if self._rules.suggestions == "skip" and picture.status == "suggested":
            return True
        return self._rules.partial == "skip" and bool(self._missing(picture))

    def _look_at(self, picture: LabelledPicture) -> None:
        counts = self._counts
        is_suggested, missing = picture.status == "suggested", self._missing(picture)
        counts["suggested"] += is_suggested
        if is_suggested and self._rules.suggestions == "skip":
            return
        counts["partial"] += bool(missing)
        self._partial.update(missing)
        if self._is_skipped(picture):
            return
        lacking = self._rules.masker.lacking(picture) if self._rules.masker else frozenset()
        counts["unmaskable"] += bool(lacking)
        self._unmaskable.update(lacking)
        counts["left"] += 1
        counts["unsplit"] += picture.part is None

    def _refuse(self) -> None:
        rules, counts = self._rules, self._counts
        if rules.suggestions == "refuse" and counts["suggested"]:
            raise InputError("training.suggestions_unconfirmed", count=counts["suggested"])
        if rules.partial == "refuse" and counts["partial"]:
            raise InputError("training.labels_partial", count=counts["partial"], labels=sorted(self._partial))
        if counts["unmaskable"]:
            raise InputError("training.cannot_mask_all", count=counts["unmaskable"], labels=sorted(self._unmaskable))
        if not counts["left"]:
            raise InputError("training.no_picture_to_export")
        if rules.form == "yolo" and counts["unsplit"]:
            raise InputError("training.pictures_in_no_part", count=counts["unsplit"])
