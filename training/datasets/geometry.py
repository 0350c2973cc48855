"""Small questions about boxes in pictures."""

from collections.abc import Iterable

from core.geometry import Box, area_px, intersection_px, iou
from core.labels import group_of

SAME_THING_IOU = 0.55  # as the detector suppresses
_THINNEST_PX = 0.99
EDGE_TOLERANCE_PX = 1.0
EDGE_TOLERANCE = 0.002  # of the side: labelling tools round


def clipped(box: Box, size_wh: tuple[int, int]) -> Box:
    """The part of a box inside its picture."""
    width, height = float(size_wh[0]), float(size_wh[1])
    x1, y1, x2, y2 = box
    return min(max(x1, 0.0), width), min(max(y1, 0.0), height), min(max(x2, 0.0), width), min(max(y2, 0.0), height)


def reaches_out(box: Box, size_wh: tuple[int, int]) -> bool:
    """Whether a box leaves its picture by more than rounding explains."""
    x_px, y_px = (max(EDGE_TOLERANCE_PX, EDGE_TOLERANCE * side) for side in size_wh)
    return box[0] < -x_px or box[1] < -y_px or box[2] > size_wh[0] + x_px or box[3] > size_wh[1] + y_px


def is_empty(box: Box) -> bool:
    """Whether a box is thinner than a pixel, by more than the hundredth that boxes are rounded to."""
    return box[2] - box[0] < _THINNEST_PX or box[3] - box[1] < _THINNEST_PX


def same_thing(label: str, box: Box, others: Iterable[tuple[str, Box]]) -> bool:
    """Whether one of the others, of the same group of labels, lies at the same place."""
    group = group_of(label)
    return any(group_of(other) == group and iou(box, place) > SAME_THING_IOU for other, place in others)


def hidden_share(box: Box, cover: Box) -> float:
    """How much of a box another one covers, 0-1."""
    whole = area_px(box)
    return intersection_px(box, cover) / whole if whole > 0 else 0.0
