"""The worst misses and false alarms in pictures, and what went wrong there (after Bolya et al. 2020, TIDE).

place: right label, but the box fits badly; label: the thing is there, under another label; twice: one thing, two boxes;
faint: found, but below the score that counts; nothing: nothing of the kind.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.domain import Detection
from core.geometry import area_px, iou
from core.labels import group_of
from training.datasets.model import LabelledBox, LabelledPicture
from training.evaluation.matching import WRONG, Matching
from training.evaluation.result import Slip

FITS_IOU = 0.5
TOUCHES_IOU = 0.1
KEPT = 24  # of each kind
A_PICTURE = 2  # of each kind: one crowded picture must not fill the page


@dataclass(frozen=True, slots=True)
class Looked:
    """One picture after it was looked at.

    Attributes:
        truth, found: by label; a label's detections are in the order that was matched.
    """

    picture: LabelledPicture
    truth: Mapping[str, Sequence[LabelledBox]]
    found: Mapping[str, Sequence[Detection]]
    matchings: Mapping[str, Matching]


def slips_of(looked: Looked, min_score: float) -> Iterator[Slip]:
    """All slips of a picture, as a user sees it who shows everything at or above a score (0-1)."""
    for label, matching in looked.matchings.items():
        yield from _false_alarms(looked, label, matching, min_score)
        yield from _misses(looked, label, matching, min_score)


def worst(slips: Sequence[Slip]) -> tuple[Slip, ...]:
    """The misses that are largest in their picture, and the false alarms that were surest.

    Another label of the same group comes last: for the rules it is the same thing.
    """
    misses = [one for one in slips if one.kind == "miss"]
    alarms = [one for one in slips if one.kind == "false_alarm"]
    ranked = (
        sorted(misses, key=lambda one: (_in_group(one), -_share_of_picture(one))),
        sorted(alarms, key=lambda one: (_in_group(one), -(one.score or 0.0))),
    )
    return tuple(one for kind in ranked for one in _spread(kind))


def _false_alarms(looked: Looked, label: str, matching: Matching, min_score: float) -> Iterator[Slip]:
    wrong = (matching.outcome[0] == WRONG) & (matching.scores >= min_score)
    for rank in np.flatnonzero(wrong):
        one = looked.found[label][int(matching.order[rank])]
        why, other = _why_false(looked, one)
        yield Slip(
            kind="false_alarm",
            picture=looked.picture.file,
            size_wh=looked.picture.size_wh,
            label=label,
            bbox_xyxy_px=one.bbox_xyxy_px,
            score=one.score,
            why=why,
            other=other,
        )


def _misses(looked: Looked, label: str, matching: Matching, min_score: float) -> Iterator[Slip]:
    hit = set(matching.partner[0, matching.scores >= min_score].tolist())
    for number, thing in enumerate(looked.truth[label]):
        if number in hit:
            continue
        why, other = _why_missed(looked, thing, min_score)
        yield Slip(
            kind="miss",
            picture=looked.picture.file,
            size_wh=looked.picture.size_wh,
            label=label,
            bbox_xyxy_px=thing.bbox_xyxy_px,
            score=None,
            why=why,
            other=other,
        )


def _why_false(looked: Looked, one: Detection) -> tuple[str, str | None]:
    overlaps = {
        label: max((iou(one.bbox_xyxy_px, thing.bbox_xyxy_px) for thing in things), default=0.0)
        for label, things in looked.truth.items()
    }
    own = overlaps.pop(one.label, 0.0)
    if own >= FITS_IOU:
        return "twice", None
    other = max(overlaps, key=lambda label: overlaps[label], default=None)
    if other is not None and overlaps[other] >= FITS_IOU:
        return "label", other
    return ("place", None) if own >= TOUCHES_IOU else ("nothing", None)


def _why_missed(looked: Looked, thing: LabelledBox, min_score: float) -> tuple[str, str | None]:
    near = [
        (iou(one.bbox_xyxy_px, thing.bbox_xyxy_px), one)
        for found in looked.found.values()
        for one in found
        if iou(one.bbox_xyxy_px, thing.bbox_xyxy_px) >= TOUCHES_IOU
    ]
    shown = [(overlap, one) for overlap, one in near if one.score >= min_score]
    mistaken = [one for overlap, one in shown if overlap >= FITS_IOU and one.label != thing.label]
    if mistaken:
        return "label", max(mistaken, key=lambda one: one.score).label
    if any(one.label == thing.label for _, one in shown):
        return "place", None
    faint = any(one.label == thing.label and overlap >= FITS_IOU for overlap, one in near)
    return ("faint", None) if faint else ("nothing", None)


def _in_group(slip: Slip) -> bool:
    return slip.other is not None and group_of(slip.other) == group_of(slip.label)


def _share_of_picture(slip: Slip) -> float:
    return area_px(slip.bbox_xyxy_px) / (slip.size_wh[0] * slip.size_wh[1])


def _spread(ranked: Sequence[Slip]) -> list[Slip]:
    kept: list[Slip] = []
    for one in ranked:
        if len(kept) < KEPT and sum(other.picture == one.picture for other in kept) < A_PICTURE:
            kept.append(one)
    return kept
