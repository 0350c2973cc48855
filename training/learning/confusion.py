"""What a network takes for what: how often each label was found as each other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.domain import Detection
from core.geometry import iou_matrix
from detector.engine import Detector
from training.datasets.model import LabelledPicture
from training.evaluation.matching import inside_share
from training.evaluation.pictures import SCORE, PictureSet

SAME_IOU = 0.5


def confusion_of(detector: Detector, pictures: PictureSet) -> NDArray[np.int64]:
    """Counts over all pictures: (L + 1, L + 1), true labels in rows, found ones in columns, in the order of the data
    set. The last row is where nothing is, the last column what was not found. Shown is what scores at least SCORE.

    What lies in an ignore region, or may be a thing that nobody labelled, is not counted.

    Raises:
        InputError: a picture cannot be read.
    """
    number_of = {label: number for number, label in enumerate(pictures.labels)}
    matrix = np.zeros((len(number_of) + 1, len(number_of) + 1), np.int64)
    for picture in pictures.pictures:
        found = detector.detect(pictures.image(picture), min_score=SCORE)
        for true, taken_for in _pairs(picture, found):
            matrix[number_of.get(true or "", -1), number_of.get(taken_for or "", -1)] += 1
    return matrix


def _pairs(picture: LabelledPicture, found: Sequence[Detection]) -> list[tuple[str | None, str | None]]:
    """Each thing with the best detection at its place, whatever its label; None = nothing there, or not found."""
    overlap = iou_matrix(
        np.array([one.bbox_xyxy_px for one in found]), np.array([one.bbox_xyxy_px for one in picture.objects])
    )
    free = set(range(len(picture.objects)))
    pairs: list[tuple[str | None, str | None]] = []
    for detection, row in zip(found, overlap, strict=True):
        partner = max(free, key=lambda number: row[number], default=None)
        if partner is not None and row[partner] >= SAME_IOU:
            free.remove(partner)
            pairs.append((picture.objects[partner].label, detection.label))
        elif _counts(picture, detection):
            pairs.append((None, detection.label))
    return pairs + [(picture.objects[number].label, None) for number in sorted(free)]


def _counts(picture: LabelledPicture, detection: Detection) -> bool:
    regions = [one.bbox_xyxy_px for one in picture.ignore if one.label in (None, detection.label)]
    box = np.array([detection.bbox_xyxy_px])
    ignored = bool(regions) and bool(inside_share(box, np.array(regions)).max() >= SAME_IOU)
    return not ignored and not picture.incomplete((detection.label,))
