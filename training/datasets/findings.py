"""What may be wrong with a data set: each kind of finding, and whether it is a fault or only worth knowing."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from core.errors import JiejingError
from core.messages import Message

Level = Literal["fault", "note"]

# kind -> (level, what it means); the report explains them in these words.
KINDS = MappingProxyType(
    {
        "row": ("fault", Message("training.kind_row")),
        "polygon": ("fault", Message("training.kind_polygon")),
        "scored": ("fault", Message("training.kind_scored")),
        "class": ("fault", Message("training.kind_class")),
        "unmapped": ("fault", Message("training.kind_unmapped")),
        "label": ("fault", Message("training.kind_label")),
        "id": ("fault", Message("training.kind_id")),
        "path": ("fault", Message("training.kind_path")),
        "no-picture": ("fault", Message("training.kind_no_picture")),
        "no-labels": ("fault", Message("training.kind_no_labels")),
        "unreadable": ("fault", Message("training.kind_unreadable")),
        "size": ("fault", Message("training.kind_size")),
        "changed": ("fault", Message("training.kind_changed")),
        "box-outside": ("fault", Message("training.kind_box_outside")),
        "box-empty": ("fault", Message("training.kind_box_empty")),
        "box-twice": ("fault", Message("training.kind_box_twice")),
        "leak-time": ("fault", Message("training.kind_leak_time")),
        "leak-duplicate": ("fault", Message("training.kind_leak_duplicate")),
        "duplicate": ("note", Message("training.kind_duplicate")),
        "near-duplicate": ("note", Message("training.kind_near_duplicate")),
        "empty": ("note", Message("training.kind_empty")),
        "part-missing": ("note", Message("training.kind_part_missing")),
        "part-empty": ("note", Message("training.kind_part_empty")),
        "unsplit": ("note", Message("training.kind_unsplit")),
        "suggested": ("note", Message("training.kind_suggested")),
        "orphan": ("note", Message("training.kind_orphan")),
        "licence": ("note", Message("training.kind_licence")),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes:
        kind: one of KINDS.
        where: file, or file:line, or a part's name.
        what: one line for people, like `where`, which is a message where it holds words.
        pictures: the pictures concerned, by the names under which the data set knows them.
    """

    kind: str
    where: str
    what: Message
    pictures: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        """fault: learning from it would go wrong; note: worth knowing."""
        return "fault" if KINDS[self.kind][0] == "fault" else "note"

    def plain(self) -> dict[str, Any]:
        """As plain data, for scripts: what it says in English words, by its code and by its parameters."""
        return {
            "level": self.level,
            "kind": self.kind,
            "where": self.where,
            "what": str(self.what),
            **self.what.plain(),
            "pictures": list(self.pictures),
        }


def unreadable(name: str, cause: JiejingError) -> Finding:
    """That a picture cannot be read, and why."""
    return Finding("unreadable", name, Message("training.the_picture", cause=cause), (name,))
