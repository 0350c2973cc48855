"""The words of a data set. Frozen; boxes are (x1, y1, x2, y2) in pixels of the picture as shown (EXIF applied).

The point of the form: it says what is *not* known. A label that is not in `exhaustive` may be in the picture without a
box, and must not be learned as background.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.geometry import Box

Part = Literal["train", "val", "test"]
Status = Literal["confirmed", "suggested"]
SourceKind = Literal["import", "event", "miss", "sample"]

PARTS: tuple[Part, ...] = ("train", "val", "test")
# What the folder or list of a part is called, by others too.
FOLDERS_OF_PARTS: Mapping[Part, tuple[str, ...]] = {
    "train": ("train",),
    "val": ("val", "valid", "validation"),
    "test": ("test",),
}
PERSON = "person"  # origin: drawn or decided by a person
TRUTH = "truth"  # origin: known, because the picture was rendered
MODEL = "model:"  # origin: MODEL + name of the model that found it


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """One thing.

    Attributes:
        label: one of core.labels.LABELS.
        bbox_xyxy_px: kept to a hundredth of a pixel.
        origin: PERSON, TRUTH, or MODEL and the model's name.
        score: 0-1 where a model found it.
    """

    label: str
    bbox_xyxy_px: Box
    origin: str = PERSON
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A place of which something is known, or given up.

    Attributes:
        reason: why, for people.
        label: what it is about; None = everything.
    """

    bbox_xyxy_px: Box
    reason: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a picture came from: the name of an import, an event's id, or the name of a sample."""

    kind: SourceKind
    name: str


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture and all that is known of it.

    Attributes:
        file: its path below images/, with / alone.
        size_wh: width and height in pixels, as shown.
        sha256: of the file, hex.
        ignore: regions to learn nothing from.
        negatives: regions where a person decided that `label` is not: to be learned as background.
        exhaustive: the labels of which every thing has its box; None = all labels.
        screened: labels that are not exhaustive, but whose finds by a model are ignore regions.
        status: suggested = some boxes wait for a person.
        utc: aware; None where it is not known.
        part: None = not split yet.
        uncertainty: 0-1, how unsure the models were; None = not asked.
    """

    file: str
    size_wh: tuple[int, int]
    sha256: str
    source: Source
    objects: tuple[LabelledBox, ...] = ()
    ignore: tuple[Region, ...] = ()
    negatives: tuple[Region, ...] = ()
    exhaustive: frozenset[str] | None = None
    screened: frozenset[str] = field(default=frozenset())
    status: Status = "confirmed"
    camera_id: str | None = None
    utc: datetime | None = None
    part: Part | None = None
    uncertainty: float | None = None

    def incomplete(self, labels: Collection[str]) -> frozenset[str]:
        """Those of `labels` that may be in the picture without a box."""
        return frozenset() if self.exhaustive is None else frozenset(labels) - self.exhaustive

    def unsettled(self, labels: Collection[str]) -> frozenset[str]:
        """Those of `labels` that may be in the picture with neither box nor ignore region."""
        return self.incomplete(labels) - self.screened


def rounded_box(box: Box) -> Box:
    """The box to a hundredth of a pixel, as a data set keeps it: finer than anybody draws."""
    x1, y1, x2, y2 = (round(float(value), 2) + 0.0 for value in box)  # + 0.0: no minus zero
    return x1, y1, x2, y2
