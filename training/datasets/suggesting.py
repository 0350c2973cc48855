"""Lets models look at a data set: finds become suggestions or ignore regions; how unsure the models were is kept."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, Protocol

from core.domain import Detection, Image
from core.errors import InputError
from core.labels import LABELS
from models.card import ModelCard
from training.datasets.folder import Dataset
from training.datasets.model import MODEL, LabelledPicture
from training.datasets.pictures import NotAPicture, decoded
from training.datasets.prelabel import with_screening, with_suggestions
from training.datasets.uncertainty import uncertainty

As = Literal["suggestions", "ignore"]

_BELOW = 0.2  # finds so far under the threshold still say how unsure the model is
_LOWEST_SCORE = 0.05


class Finder(Protocol):
    """What is asked of a model; detector.engine.Detector is one."""

    card: ModelCard

    def detect(self, image: Image, *, min_score: float) -> tuple[Detection, ...]:
        """What it finds in a (height, width, 3) BGR picture."""
        ...


@dataclass(frozen=True)
class SuggestRules:
    """What the user decided.

    Attributes:
        labels: looked for; None = those of the data set.
        min_score: 0-1; the threshold that the model is to be used with.
    """

    as_: As = "suggestions"
    min_score: float = 0.4
    labels: frozenset[str] | None = None


@dataclass
class SuggestReport:
    """What the models added: things by label, in how many pictures; settled: pictures in which nothing was to be done.

    Attributes:
        waiting: pictures that now wait for a person.
    """

    looked_at: int = 0
    settled: int = 0
    waiting: int = 0
    added: Counter[str] = field(default_factory=Counter)


def suggest(
    dataset: Dataset,
    finders: Sequence[Finder],
    rules: SuggestRules,
    *,
    step: Callable[[int], object] = lambda _: None,
) -> SuggestReport:
    """Lets every finder look at each picture in which one of its labels is not exhaustive; wholly or not at all.

    Args:
        step: called with the number of pictures done.

    Raises:
        InputError: no model can find any of the labels, or a picture cannot be read.
        StorageError: the disk refuses.
    """
    looking = _Looking(finders, rules, dataset)
    with dataset.revise() as revision:
        for number, picture in enumerate(dataset.pictures(), start=1):
            revision.put(looking.at(picture, dataset.file(picture.file)))
            step(number)
        revision.card = revision.card.with_labels(frozenset(looking.report.added))
    return looking.report


class _Looking:
    """The finders and what they have found so far."""

    def __init__(self, finders: Sequence[Finder], rules: SuggestRules, dataset: Dataset) -> None:
        self.report = SuggestReport()
        self._rules = rules
        wanted = frozenset(dataset.card.labels) if rules.labels is None else rules.labels
        self._of_finder = [(finder, wanted & set(finder.card.labels.values())) for finder in finders]
        self._labels = frozenset(label for _, labels in self._of_finder for label in labels)
        if not self._labels:
            names = [finder.card.name for finder in finders]
            if not wanted:
                raise InputError("training.no_label_to_find", models=names)
            raise InputError("training.models_find_none_of", models=names, labels=sorted(wanted))

    def at(self, picture: LabelledPicture, path: Path) -> LabelledPicture:
        """The picture with what was found in it."""
        if not picture.incomplete(self._labels):
            self.report.settled += 1
            return picture
        try:
            image = decoded(path)
        except NotAPicture as error:
            raise InputError("training.dataset_picture_unusable", path=path, cause=error) from error
        lowest = max(_LOWEST_SCORE, self._rules.min_score - _BELOW)
        found = [
            [one for one in finder.detect(image, min_score=lowest) if one.label in labels]
            for finder, labels in self._of_finder
        ]
        after = self._with(picture, found)
        self.report.looked_at += 1
        self.report.waiting += after.status == "suggested"
        return replace(after, uncertainty=uncertainty(self._comparable(found), self._rules.min_score))

    def _with(self, picture: LabelledPicture, found: Sequence[Sequence[Detection]]) -> LabelledPicture:
        after = picture
        for (finder, labels), finds in zip(self._of_finder, found, strict=True):
            firm = [one for one in finds if one.score >= self._rules.min_score]
            origin = MODEL + finder.card.name
            if self._rules.as_ == "ignore":
                after = with_screening(after, firm, origin, labels)
            else:
                after = with_suggestions(after, firm, origin)
        self.report.added.update(one.label for one in after.objects if one not in picture.objects)
        self.report.added.update(one.label for one in after.ignore if one.label and one not in picture.ignore)
        return after

    def _comparable(self, found: Sequence[Sequence[Detection]]) -> list[list[Detection]]:
        """Finds of labels that every finder knows: for the others, they would disagree for want of words."""
        if len(found) == 1:
            return [list(found[0])]
        common = frozenset(LABELS).intersection(*(labels for _, labels in self._of_finder))
        return [[one for one in finds if one.label in common] for finds in found]
