"""dataset.yaml, the card of a data set: its labels in order, where it came from, how it was split, what it holds."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from core.errors import InputError, InvalidValueError
from core.invalid_values import message_of_invalid
from core.labels import LABELS
from core.messages import Message
from store.files import yaml_tree
from training.datasets.files import read_text
from training.datasets.model import LabelledPicture

UNKNOWN = "unknown"
UNSPLIT = "unsplit"


class Strict(BaseModel):
    """Refuses unknown keys; never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceNote(Strict):
    """One taking-in: its name, the format it came in, its licence, and how much it brought."""

    name: str
    format: str
    licence: str = UNKNOWN
    pictures: int = Field(ge=0)
    boxes: int = Field(ge=0)


class SplitNote(Strict):
    """How the parts were made: the block of time that stays together, the seed, the share wanted for each part."""

    block: Literal["camera", "day", "hour", "minute"]
    seed: int
    shares: dict[str, float]


class Counts(Strict):
    """How much there is, as of the last change."""

    pictures: int = 0
    boxes: int = 0
    by_label: dict[str, int] = Field(default_factory=dict)
    by_part: dict[str, int] = Field(default_factory=dict)


class Card(Strict):
    """One data set.

    Attributes:
        labels: in the order of the class numbers that an export gives them; new ones join at the end.
        sources: every taking-in, oldest first, each with its licence.
    """

    format: Literal["jiejing-dataset/1"] = "jiejing-dataset/1"
    name: str = Field(min_length=1)
    labels: tuple[str, ...] = ()
    sources: tuple[SourceNote, ...] = ()
    split: SplitNote | None = None
    counts: Counts = Counts()

    @field_validator("labels")
    @classmethod
    def _labels_are_ours(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        for label in labels:
            if label not in LABELS:
                raise InvalidValueError("training.unknown_label", label=repr(label), labels=LABELS)
        if len(set(labels)) < len(labels):
            raise InvalidValueError("training.label_named_twice")
        return labels

    def with_labels(self, labels: frozenset[str]) -> "Card":
        """The card with these labels too; those that it has keep their numbers."""
        fresh = tuple(label for label in LABELS if label in labels and label not in self.labels)
        return self.model_copy(update={"labels": self.labels + fresh})

    def with_source(self, note: SourceNote) -> "Card":
        """The card with one more taking-in."""
        return self.model_copy(update={"sources": (*self.sources, note)})


class Tally:
    """Counts pictures as they pass by."""

    def __init__(self) -> None:
        self.pictures = 0
        self._labels: Counter[str] = Counter()
        self._parts: Counter[str] = Counter()

    def add(self, picture: LabelledPicture) -> None:
        """Counts one picture and its boxes."""
        self.pictures += 1
        self._labels.update(one.label for one in picture.objects)
        self._parts[picture.part or UNSPLIT] += 1

    def counts(self) -> Counts:
        """What was counted so far."""
        return Counts(
            pictures=self.pictures,
            boxes=self._labels.total(),
            by_label=_sorted(self._labels),
            by_part=_sorted(self._parts),
        )


def read_card(path: Path) -> Card:
    """The card in a file.

    Raises:
        InputError: it is missing, no YAML, or says something that cannot be; names the line.
    """
    text = read_text(path, Message("training.wanted_data_set"))
    try:
        tree = yaml_tree.read(text)
        # JSON, because only there is pydantic strict about types and content with lists for tuples.
        return Card.model_validate_json(json.dumps(tree.data), strict=True)
    except InputError as error:
        raise InputError("training.file_line_unusable", path=path, cause=error) from error
    except ValidationError as error:
        first = error.errors()[0]
        cause = yaml_tree.located(tree.line_of(first["loc"]), first["loc"], message_of_invalid(first))
        raise InputError("training.file_line_unusable", path=path, cause=cause) from error


def card_text(card: Card) -> str:
    """The card as a file that `read_card` reads back to the same card."""
    return yaml_tree.write(card.model_dump(mode="json"))


def _sorted(counter: Mapping[str, int]) -> dict[str, int]:
    return {name: counter[name] for name in sorted(counter)}
