"""Boxes and polygons. Boxes are (x1, y1, x2, y2) in pixels; polygons are points (x, y) in 0-1 of the frame."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Polygon = tuple[Point, ...]

# The part of a box, from its bottom, that stands on the ground; and how much of each side is left out,
# because the corners of a box seen in perspective show the street beside the thing.
GROUND_HEIGHT = 0.10
GROUND_INSET = 0.10


def area_px(box: Box) -> float:
    """Area of a box in square pixels; 0 for an empty one.

    >>> area_px((10.0, 10.0, 30.0, 20.0))
    200.0
    """
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def intersection_px(a: Box, b: Box) -> float:
    """Area that two boxes share, in square pixels."""
    return area_px((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes, 0-1.

    >>> iou((0, 0, 10, 10), (5, 0, 15, 10))
    0.3333333333333333
    """
    shared = intersection_px(a, b)
    union = area_px(a) + area_px(b) - shared
    return shared / union if union > 0 else 0.0


def iou_matrix(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Intersection over union of each box of `a` (N, 4) with each of `b` (M, 4): shape (N, M), 0-1."""
    a = np.asarray(a, np.float64).reshape(-1, 1, 4)
    b = np.asarray(b, np.float64).reshape(1, -1, 4)
    size = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    shared = size[..., 0] * size[..., 1]
    area_a = np.clip(a[..., 2:] - a[..., :2], 0, None).prod(-1)
    area_b = np.clip(b[..., 2:] - b[..., :2], 0, None).prod(-1)
    union = area_a + area_b - shared
    result: NDArray[np.float64] = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return result


def union_box(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of `boxes` (at least one).

    >>> union_box([(0, 0, 10, 10), (5, 5, 20, 8)])
    (0, 0, 20, 10)
    """
    x1, y1, x2, y2 = zip(*boxes, strict=True)
    return min(x1), min(y1), max(x2), max(y2)


def covered_share(box: Box, others: Sequence[Box]) -> float:
    """How much of a box the others cover together, 0-1, counted on a grid of 24 x 24 points.

    >>> covered_share((0, 0, 10, 10), [(0, 0, 5, 10)])
    0.5
    """
    x1, y1, x2, y2 = box
    steps = (np.arange(24) + 0.5) / 24
    xs, ys = x1 + steps * (x2 - x1), (y1 + steps * (y2 - y1))[:, None]
    covered = np.zeros((24, 24), bool)
    for ox1, oy1, ox2, oy2 in others:
        covered |= (xs >= ox1) & (xs <= ox2) & (ys >= oy1) & (ys <= oy2)
    return float(covered.mean())


def ground_strip(box: Box) -> Box:
    """The bottom strip of a box, where the thing touches the ground.

    >>> ground_strip((100, 100, 200, 300))
    (110.0, 280.0, 190.0, 300)
    """
    inset = (box[2] - box[0]) * GROUND_INSET
    return box[0] + inset, box[3] - (box[3] - box[1]) * GROUND_HEIGHT, box[2] - inset, box[3]


def ground_share(box: Box, polygon: Polygon, size_wh: tuple[int, int]) -> float:
    """How much of a box's ground strip lies in the polygon, 0-1.

    A car whose wheels stand half in a bay that is the left half of the picture:

    >>> bay = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    >>> round(ground_share((860, 500, 1060, 700), bay, (1920, 1080)), 3)
    0.5
    """
    strip = ground_strip(box)
    whole = area_px(strip)
    if whole <= 0:
        return 0.0
    scaled = [(x * size_wh[0], y * size_wh[1]) for x, y in polygon]
    return min(1.0, polygon_area(clip_to_box(scaled, strip)) / whole)


def polygon_area(points: Sequence[Point]) -> float:
    """Area of a simple polygon by the shoelace formula, in the square of its unit.

    >>> polygon_area([(0, 0), (4, 0), (4, 3)])
    6.0
    """
    if len(points) < 3:
        return 0.0
    x, y = np.asarray(points, np.float64).T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def clip_to_box(points: Sequence[Point], box: Box) -> list[Point]:
    """The part of a polygon inside a box (Sutherland and Hodgman 1974); the polygon may be concave."""
    result = list(points)
    for axis, bound, keep_above in ((0, box[0], True), (0, box[2], False), (1, box[1], True), (1, box[3], False)):
        result = _clip_half_plane(result, axis, bound, keep_above=keep_above)
    return result


def _clip_half_plane(points: list[Point], axis: int, bound: float, *, keep_above: bool) -> list[Point]:
    def inside(point: Point) -> bool:
        return point[axis] >= bound if keep_above else point[axis] <= bound

    result: list[Point] = []
    for start, end in zip(points, points[1:] + points[:1], strict=True):
        if inside(start):
            result.append(start)
        if inside(start) != inside(end):
            share = (bound - start[axis]) / (end[axis] - start[axis])
            crossing = [start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])]
            crossing[axis] = bound
            result.append((crossing[0], crossing[1]))
    return result


def crossing_edges(points: Sequence[Point]) -> tuple[int, int] | None:
    """The numbers (from 0) of two edges of a polygon that touch or cross without being neighbours, or None.

    >>> crossing_edges([(0, 0), (1, 1), (1, 0), (0, 1)])
    (0, 2)
    """
    start = np.array(points, dtype=float)
    end = np.roll(start, -1, axis=0)
    # turn[i, k]: on which side of edge i point k lies; on[i, k]: whether it lies on the edge itself.
    way, to_point = end - start, start[None, :, :] - start[:, None, :]
    turn = way[:, None, 0] * to_point[..., 1] - way[:, None, 1] * to_point[..., 0]
    low, high = np.minimum(start, end)[:, None, :], np.maximum(start, end)[:, None, :]
    on = (turn == 0) & ((low <= start) & (start <= high)).all(axis=2)
    parts = turn * np.roll(turn, -1, axis=1) < 0
    touches = on | np.roll(on, -1, axis=1)
    meet = np.triu((parts & parts.T) | touches | touches.T, 2)
    meet[0, -1] = False  # neighbours
    found = np.argwhere(meet)
    return (int(found[0, 0]), int(found[0, 1])) if len(found) else None
