"""Boxes on labelled pictures: what is evaluated, how models look at it, and the figures."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from core.domain import Detection, Frame, Image
from core.errors import InputError
from core.site import Camera, Preset, Zone
from detector.ensemble import Ensemble
from training.datasets.card import UNSPLIT
from training.datasets.folder import Dataset
from training.datasets.lines import to_line
from training.datasets.model import PARTS, LabelledBox, LabelledPicture, Part, Region
from training.datasets.pictures import NotAPicture, decoded
from training.evaluation.detection import LabelMatches, average_precisions, bootstrap_ap50, counts_at
from training.evaluation.intervals import resamples
from training.evaluation.matching import NO_BOXES, Floats, LabelTruth, Matching, match
from training.evaluation.result import LabelFigures, PictureFigures, Share, Slip
from training.evaluation.slips import Looked, slips_of, worst

SCORE = 0.25  # what zones show unless told otherwise
LOWEST_SCORE = 0.01  # the tail of the precision-recall curve; below it a weak network gives thousands of boxes
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class PictureSet:
    """The pictures of a data set on which models are compared.

    Attributes:
        part: train, val, test, or UNSPLIT: those that belong to none.
        skipped: pictures whose suggestions wait for a person: nobody knows yet what is true there.
    """

    dataset: Dataset
    part: str
    pictures: tuple[LabelledPicture, ...]
    skipped: int

    @classmethod
    def of(cls, dataset: Dataset, part: Part | None = None) -> "PictureSet":
        """The pictures of that part; of test, else val, else those that belong to none.

        Raises:
            InputError: there are none, or all of them are for training and nobody asked for that.
        """
        pictures = list(dataset.pictures())
        chosen = part or _usual_part(dataset, {one.part for one in pictures})
        wanted = [one for one in pictures if (one.part or UNSPLIT) == chosen]
        known = tuple(one for one in wanted if one.status == "confirmed")
        if not known:
            raise InputError("training.no_confirmed_picture", path=dataset.folder, part=chosen)
        return cls(dataset, chosen, known, len(wanted) - len(known))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are counted: those of the data set."""
        return self.dataset.card.labels

    def fingerprint(self) -> str:
        """SHA-256, in hex, over the pictures, what is known of them, and how they are counted."""
        digest = hashlib.sha256(f"{self.labels} {SCORE} {LOWEST_SCORE}".encode())
        for line in sorted(to_line(one) for one in self.pictures):
            digest.update(line.encode() + b"\n")
        return digest.hexdigest()

    def image(self, picture: LabelledPicture) -> Image:
        """The pixels of a picture: (height, width, 3) uint8, BGR.

        Raises:
            InputError: they cannot be had.
        """
        path = self.dataset.file(picture.file)
        try:
            return decoded(path)
        except NotAPicture as error:
            raise InputError("training.dataset_picture_unusable", path=path, cause=error) from error


def _usual_part(dataset: Dataset, parts: Collection[Part | None]) -> str:
    for name in reversed(PARTS[1:]):
        if name in parts:
            return name
    if None in parts:
        return UNSPLIT
    raise InputError("training.all_pictures_for_training", path=dataset.folder)


def all_seeing(min_score: float) -> Camera:
    """A camera whose zone is the whole picture and drops nothing at or above a score (0-1)."""
    corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    zone = Zone(id="zone", violation="illegal_parking", polygon=corners, min_score=min_score)
    return Camera(
        id="pictures", name="pictures", source="rtsp://127.0.0.1/pictures", presets=(Preset(id="1", zones=(zone,)),)
    )


def frame_of(image: Image, number: int) -> Frame:
    """A picture as the frame of that number, one a second."""
    return Frame("pictures", _EPOCH, float(number), float(number), "pictures", image)


def evaluate_pictures(
    pictures: PictureSet,
    ensemble: Ensemble,
    can_find: Collection[str],
    fingerprint: str,
    advance: Callable[[int], object] = lambda _: None,
) -> PictureFigures:
    """Lets models look at every picture.

    Args:
        ensemble: with LOWEST_SCORE.
        can_find: the labels that the models have.
        advance: is told the pictures that are done.

    Raises:
        InputError: a picture cannot be read.
        ModelError: a model does not run.
    """
    tally = _Tally(pictures.labels)
    for number, picture in enumerate(pictures.pictures):
        detections, _ = ensemble.detect(frame_of(pictures.image(picture), number))
        tally.add(picture, detections)
        advance(number + 1)
    return PictureFigures(
        fingerprint=fingerprint,
        name=pictures.dataset.card.name,
        part=pictures.part,
        pictures=len(pictures.pictures),
        skipped=pictures.skipped,
        score=SCORE,
        labels=tuple(tally.figures(can_find)),
        slips=worst(tally.slips),
    )


class _Tally:
    """What was matched so far, by label."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.slips: list[Slip] = []
        self._pictures = 0
        self._labels = labels
        self._matchings: dict[str, list[Matching]] = {label: [] for label in labels}
        self._positives: dict[str, list[int]] = {label: [] for label in labels}

    def add(self, picture: LabelledPicture, detections: Sequence[Detection]) -> None:
        truth = {label: [one for one in picture.objects if one.label == label] for label in self._labels}
        found = {label: [one for one in detections if one.label == label] for label in self._labels}
        incomplete = picture.incomplete(self._labels)
        matchings = {}
        for label in self._labels:
            known = LabelTruth(
                _boxes(truth[label]),
                _boxes([one for one in picture.ignore if one.label in (None, label)]),
                _boxes([one for one in picture.negatives if one.label in (None, label)]),
                complete=label not in incomplete,
            )
            scores = np.array([one.score for one in found[label]], np.float64)
            matchings[label] = match(_boxes(found[label]), scores, known)
            self._matchings[label].append(matchings[label])
            self._positives[label].append(len(truth[label]))
        self._pictures += 1
        self.slips += slips_of(Looked(picture, truth, found, matchings), SCORE)

    def figures(self, can_find: Collection[str]) -> Iterator[LabelFigures]:
        draws = resamples(self._pictures)
        for label in self._labels:
            matches = LabelMatches.of(self._matchings[label], self._positives[label])
            yield _figures(label, matches, draws, can_find=label in can_find)


def _figures(label: str, matches: LabelMatches, draws: NDArray[np.int64], *, can_find: bool) -> LabelFigures:
    precisions = average_precisions(matches)
    shown = counts_at(matches, SCORE)
    known = matches.boxes > 0
    return LabelFigures(
        label=label,
        boxes=matches.boxes,
        pictures=int((matches.positives > 0).sum()),
        can_find=can_find,
        ap50=_rounded(precisions[0]) if known else None,
        ap50_95=_rounded(precisions.mean()) if known else None,
        ap50_replicates=tuple(_rounded(one) for one in bootstrap_ap50(matches, draws)) if known else (),
        precision=Share.from_counts(shown.right, shown.right + shown.wrong),
        recall=Share.from_counts(shown.right, shown.boxes),
    )


def _boxes(things: Sequence[Detection | LabelledBox | Region]) -> Floats:
    return np.array([one.bbox_xyxy_px for one in things], np.float64) if things else NO_BOXES


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
