"""Which boxes of one frame are one thing: detectors put several boxes on it, on parts of it and across neighbours."""

from collections.abc import Iterable, Sequence

from core.domain import Detection
from core.geometry import Box, area_px, covered_share, intersection_px, iou
from core.labels import group_of
from detector.rest import BORDER_PX

# Two boxes of one frame are one thing when they overlap this much, or when this much of one lies in the other.
SAME_IOU = 0.55
SAME_CONTAINED = 0.9

# A box that things already seen cover this much is no further thing: detectors put boxes across neighbours in a row,
# and on parts of a thing that the border of the picture cuts or something hides.
STRADDLE_COVERED = 0.85


def distinct(detections: Iterable[Detection], size_wh: tuple[int, int]) -> list[Detection]:
    """One detection for each thing: of several boxes of one group on one thing, the best."""
    kept: list[Detection] = []
    for one in sorted(detections, key=lambda one: (-one.score, one.label, one.bbox_xyxy_px)):
        if not any(group_of(one.label) == group_of(other.label) and _same_place(one, other, size_wh) for other in kept):
            kept.append(one)
    return kept


def straddles(box: Box, places: Sequence[Box], size_wh: tuple[int, int]) -> bool:
    """Whether a box is no further thing beside those that cover these places."""
    return bool(places) and covered_share(box, [to_border(one, size_wh) for one in places]) >= STRADDLE_COVERED


def to_border(box: Box, size_wh: tuple[int, int]) -> Box:
    """A box whose edges near to the border of the picture lie on it: there the border ends the thing, and what the
    detector draws short of it is chance.

    >>> to_border((1.0, 100.0, 50.0, 200.0), (1920, 1080))
    (0.0, 100.0, 50.0, 200.0)
    """
    x1, y1 = (0.0 if edge <= BORDER_PX else edge for edge in box[:2])
    x2, y2 = (float(end) if edge >= end - BORDER_PX else edge for edge, end in zip(box[2:], size_wh, strict=True))
    return x1, y1, x2, y2


def _same_place(one: Detection, other: Detection, size_wh: tuple[int, int]) -> bool:
    a, b = (to_border(box, size_wh) for box in (one.bbox_xyxy_px, other.bbox_xyxy_px))
    return intersection_px(a, b) > SAME_CONTAINED * min(area_px(a), area_px(b)) or iou(a, b) > SAME_IOU
