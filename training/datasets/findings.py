"""What may be wrong with a data set: each kind of finding, and whether it is a fault or only worth knowing."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Level = Literal["fault", "note"]

# kind -> (level, what it means); the report explains them in these words.
KINDS = MappingProxyType(
    {
        "row": ("fault", "a row or shape that cannot be read"),
        "polygon": ("fault", "a polygon where a box is wanted"),
        "scored": ("fault", "a row with a score: a suggestion, no label"),
        "class": ("fault", "a class that nobody named"),
        "unmapped": ("fault", "a class that the class map does not name"),
        "label": ("fault", "a label that the data set does not list"),
        "id": ("fault", "a number that names nothing, or two things"),
        "path": ("fault", "a path that leads out of the data set"),
        "no-picture": ("fault", "labels without their picture"),
        "no-labels": ("fault", "a picture without a label file"),
        "unreadable": ("fault", "a picture that cannot be read"),
        "size": ("fault", "a picture of another size than its labels say"),
        "changed": ("fault", "a picture that is not the one that was taken in"),
        "box-outside": ("fault", "a box that reaches out of its picture"),
        "box-empty": ("fault", "a box without area"),
        "box-twice": ("fault", "two boxes of one label at the same place"),
        "leak-time": ("fault", "the same camera and minute in two parts"),
        "leak-duplicate": ("fault", "the same or nearly the same picture in two parts"),
        "duplicate": ("note", "the same picture twice"),
        "near-duplicate": ("note", "nearly the same picture, by perceptual hash"),
        "empty": ("note", "a picture without any box"),
        "part-missing": ("note", "a part that is named but not there"),
        "part-empty": ("note", "a part without any box of a label"),
        "unsplit": ("note", "pictures that belong to no part"),
        "suggested": ("note", "pictures whose suggestions wait for a person"),
        "orphan": ("note", "a file that the data set does not list"),
        "licence": ("note", "a source without a licence"),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        kind: one of KINDS.
        where: file, or file:line, or a part's name.
        what: one line for people.
        pictures: the pictures concerned, by the names under which the data set knows them.
    """

    kind: str
    where: str
    what: str
    pictures: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """fault: learning from it would go wrong; note: worth knowing."""
        return "fault" if KINDS[self.kind][0] == "fault" else "note"

    def plain(self) -> dict[str, Any]:
        """As plain data, for scripts."""
        return {
            "level": self.level,
            "kind": self.kind,
            "where": self.where,
            "what": self.what,
            "pictures": list(self.pictures),
        }
