"""Which parts of a picture change when things come, go or move: theirs, those of their shadows and mirror images."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from scenes.mesh import Floats
from scenes.viewpoint import NEAR_M, Viewpoint

Rect = tuple[int, int, int, int]
Points = NDArray[np.float64]

SHADE_M = 0.8  # how far beside a thing it still takes light from the ground
MARGIN_PX = 4


def corners(bounds: tuple[Floats, Floats], model: Floats, *, wider_m: float = 0.0) -> Points:
    """The eight corners (8, 3) of a thing's bounds in the world."""
    wider = np.array((wider_m, wider_m, 0.0))
    low, high = bounds[0] - wider, bounds[1] + wider
    points = np.array([(x, y, z) for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    result: Points = points @ model[:3, :3].T.astype(np.float64) + model[:3, 3]
    return result


def reach(points: Points, sun: Sequence[float], *, mirrored: bool) -> Points:
    """The points with their shadows on the ground, and with their mirror images in a wet one."""
    down = np.maximum(points[:, 2:], 0) / max(sun[2], 0.05)
    shadow = points - down * np.asarray(sun)
    foot = points * (1, 1, 0)
    parts = [points, shadow, foot]
    if mirrored:
        parts.append(points * (1, 1, -1))
    return np.concatenate(parts)


def rect_of(points: Points, viewpoint: Viewpoint, size_wh: tuple[int, int]) -> Rect | None:
    """The part of the picture in which the points (N, 3) and all between them lie; None = none of it."""
    depth = -(np.column_stack([points, np.ones(len(points))]) @ viewpoint.view().T.astype(np.float64))[:, 2]
    before, behind = points[depth > NEAR_M], points[depth <= NEAR_M]
    if not len(before):
        return None
    if len(behind):
        share = (depth[depth > NEAR_M] - NEAR_M)[:, None] / (depth[depth > NEAR_M][:, None] - depth[depth <= NEAR_M])
        crossing = before[:, None] + (behind - before[:, None]) * share[..., None]
        points = np.concatenate([before, crossing.reshape(-1, 3)])
    spots = viewpoint.pixels(points, size_wh)
    low = np.maximum(np.floor(spots.min(axis=0)).astype(int) - MARGIN_PX, 0)
    high = np.minimum(np.ceil(spots.max(axis=0)).astype(int) + MARGIN_PX, size_wh)
    return (int(low[0]), int(low[1]), int(high[0]), int(high[1])) if (high > low).all() else None


def merged(rects: Iterable[Rect]) -> list[Rect]:
    """Rects that cover the same pixels and more only where that makes them fewer at no cost."""
    kept: list[Rect] = []
    for rect in sorted(set(rects)):
        grown = rect
        while partner := next((one for one in kept if _cheaper(one, grown)), None):
            kept.remove(partner)
            grown = _around(partner, grown)
        kept.append(grown)
    return kept


def _cheaper(a: Rect, b: Rect) -> bool:
    return _area(_around(a, b)) <= 1.05 * (_area(a) + _area(b))


def _around(a: Rect, b: Rect) -> Rect:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _area(rect: Rect) -> int:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def overlap(a: Rect, b: Rect) -> bool:
    """Whether two rects share a pixel."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
