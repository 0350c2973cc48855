"""Average precision of one label over many pictures, as COCO defines it, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.evaluation.matching import IOU_THRESHOLDS, NEITHER, RIGHT, WRONG, Floats, Matching, Outcomes

RECALLS: Floats = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True, eq=False)
class LabelMatches:
    """The detections of one label in all pictures, best score first.

    Attributes:
        scores: (N,) 0-1.
        outcome: (10, N) RIGHT, WRONG or NEITHER, by IOU_THRESHOLDS.
        picture: (N,) the number of the picture of each.
        positives: (P,) how many true boxes each picture has.
    """

    scores: Floats
    outcome: Outcomes
    picture: NDArray[np.intp]
    positives: NDArray[np.int64]

    @classmethod
    def of(cls, matchings: Sequence[Matching], positives: Sequence[int]) -> "LabelMatches":
        """Joins the matchings of pictures.

        Args:
            positives: true boxes of each picture, in the same order.
        """
        picture = np.repeat(np.arange(len(matchings)), [len(one.scores) for one in matchings])
        scores = np.concatenate([np.empty(0), *(one.scores for one in matchings)])
        empty = np.empty((len(IOU_THRESHOLDS), 0), np.int8)
        outcome = np.concatenate([empty, *(one.outcome for one in matchings)], axis=1)
        order = np.argsort(-scores, kind="stable")
        return cls(scores[order], outcome[:, order], picture[order], np.asarray(positives, np.int64))

    @property
    def boxes(self) -> int:
        """How many true boxes there are."""
        return int(self.positives.sum())


@dataclass(frozen=True, slots=True)
class Counts:
    """Detections at or above a score: right ones and wrong ones at IoU 0.5, and how many things there are."""

    right: int
    wrong: int
    boxes: int


def average_precisions(matches: LabelMatches) -> Floats:
    """Average precision at each of IOU_THRESHOLDS: (10,), 0-1; NaN where there is no true box.

    The mean, over 101 levels of recall, of the best precision at that recall or above (Everingham et al. 2010 with 101
    levels, as pycocotools.cocoeval.accumulate does it).
    """
    once = np.ones(len(matches.positives), np.int64)
    return np.array([_weighted(matches, level, once) for level in range(len(IOU_THRESHOLDS))])


def bootstrap_ap50(matches: LabelMatches, draws: NDArray[np.int64]) -> Floats:
    """AP at IoU 0.5 in each resample of the pictures: (B,); NaN where a resample holds no true box.

    Args:
        draws: (B, P) how often each picture was drawn (`intervals.resamples`).
    """
    return np.array([_weighted(matches, 0, times) for times in draws])


def counts_at(matches: LabelMatches, score: float) -> Counts:
    """What a user sees who shows everything at or above a score (0-1)."""
    shown = matches.outcome[0, matches.scores >= score]
    return Counts(int((shown == RIGHT).sum()), int((shown == WRONG).sum()), matches.boxes)


def _weighted(matches: LabelMatches, level: int, times: NDArray[np.int64]) -> float:
    boxes = int((matches.positives * times).sum())
    if boxes == 0:
        return float("nan")
    outcome = matches.outcome[level]
    weight = times[matches.picture] * (outcome != NEITHER)
    right = np.cumsum(weight * (outcome == RIGHT))
    counted = np.cumsum(weight)
    precision = np.divide(right, counted, out=np.zeros(len(right)), where=counted > 0)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    reached = np.searchsorted(right / boxes, RECALLS, side="left")
    return float(np.append(best, 0.0)[reached].mean())
