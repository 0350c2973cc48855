"""Which detections of one label in one picture are right: COCO's matching, with what nobody labelled left out.

The rules are those of COCO's reference implementation (Lin et al. 2014; pycocotools.cocoeval.evaluateImg): best score
first, at most MAX_DETECTIONS, each to the free truth that it overlaps most. An ignore region acts as COCO's crowd: any
number of detections may lie in it, and none of them counts. Where a label is not complete, a detection without partner
may be a thing that nobody labelled, so it does not count either, as in LVIS (Gupta et al. 2019).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry import iou_matrix

Floats = NDArray[np.float64]
Outcomes = NDArray[np.int8]

IOU_THRESHOLDS: Floats = np.linspace(0.5, 0.95, 10)
MAX_DETECTIONS = 100
RIGHT, WRONG, NEITHER = 1, 0, -1
NO_BOXES: Floats = np.empty((0, 4))


@dataclass(frozen=True, slots=True, eq=False)
class LabelTruth:
    """What is known of one label in one picture. Boxes are (N, 4) xyxy in pixels.

    Attributes:
        ignored: regions in which nothing counts.
        negatives: regions where a person decided that there is no such thing.
        complete: whether every thing of this label has its box.
    """

    boxes: Floats
    ignored: Floats
    negatives: Floats
    complete: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """The detections of one label in one picture, best score first, at most MAX_DETECTIONS.

    Attributes:
        order: (N,) their numbers in what was given.
        scores: (N,) 0-1.
        outcome: (10, N) RIGHT, WRONG or NEITHER, by IOU_THRESHOLDS.
        partner: (10, N) the number of the truth box that each one hit, or -1.
    """

    order: NDArray[np.intp]
    scores: Floats
    outcome: Outcomes
    partner: NDArray[np.intp]


def match(boxes: Floats, scores: Floats, truth: LabelTruth) -> Matching:
    """Matches detections to what is true.

    Args:
        boxes: (N, 4) xyxy in pixels.
        scores: (N,) 0-1.
    """
    order = np.argsort(-scores, kind="stable")[:MAX_DETECTIONS]
    ranked = boxes[order]
    partner = _partners(iou_matrix(ranked, truth.boxes))
    outcome = np.where(partner >= 0, RIGHT, WRONG).astype(np.int8)
    outcome[(partner < 0) & _uncounted(ranked, truth)] = NEITHER
    return Matching(order, scores[order], outcome, partner)


def _partners(overlap: Floats) -> NDArray[np.intp]:
    """The truth box that each detection hits at each threshold, or -1: (10, N), from (N, M) IoU in order of score."""
    found, boxes = overlap.shape
    levels = np.arange(len(IOU_THRESHOLDS))
    partner = np.full((len(levels), found), -1, np.intp)
    taken = np.zeros((len(levels), boxes), bool)
    for number in np.flatnonzero((overlap >= IOU_THRESHOLDS[0]).any(axis=1)):
        free = np.where(taken | (overlap[number] < IOU_THRESHOLDS[:, None]), -1.0, overlap[number])
        best = boxes - 1 - free[:, ::-1].argmax(axis=1)  # of equals the last, as the reference does
        hit = free[levels, best] >= 0
        partner[hit, number] = best[hit]
        taken[levels[hit], best[hit]] = True
    return partner


def _uncounted(boxes: Floats, truth: LabelTruth) -> NDArray[np.bool_]:
    """Which detections, having no partner, count neither way: (10, N)."""
    inside = inside_share(boxes, truth.ignored).max(axis=1, initial=0.0) >= IOU_THRESHOLDS[:, None]
    if truth.complete:
        return np.asarray(inside, np.bool_)
    decided = iou_matrix(boxes, truth.negatives).max(axis=1, initial=0.0) >= IOU_THRESHOLDS[0]
    return np.asarray(inside | ~decided, np.bool_)


def inside_share(boxes: Floats, regions: Floats) -> Floats:
    """How much of each box (N, 4) lies in each region (M, 4): (N, M), 0-1."""
    one, other = boxes.reshape(-1, 1, 4), regions.reshape(1, -1, 4)
    size = np.clip(np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2]), 0, None)
    shared = size.prod(-1)
    whole = np.broadcast_to(np.clip(one[..., 2:] - one[..., :2], 0, None).prod(-1), shared.shape)
    return np.asarray(np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0))
