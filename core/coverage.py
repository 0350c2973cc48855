"""How much of a polygon others leave uncovered, exact but for rounding: the plane is cut into slabs in which no edge
ends or crosses another, so that what is covered changes linearly and its middle is its mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from core.geometry import Point, Polygon

Edge = tuple[Point, Point]
Span = tuple[float, float]


class TooIntricateError(Exception):
    """More edges cross each other than anybody draws: the areas would take minutes to compute."""


@dataclass(slots=True)
class Effort:
    """What comparisons may cost all together, in steps of about a microsecond."""

    left: int = 1_000_000

    def spend(self, steps: int) -> None:
        """Takes from what is left.

        Raises:
            TooIntricateError: it is used up.
        """
        self.left -= steps
        if self.left < 0:
            raise TooIntricateError


def uncovered_area(polygon: Polygon, covers: Sequence[Polygon], effort: Effort) -> float:
    """Area of the part of a simple polygon that none of the others covers, in the square of its unit.

    Raises:
        TooIntricateError: it takes more than is left of the effort.
    """
    if polygon in covers:
        return 0.0
    near = [one for one in covers if _meet(polygon, one)]
    shapes = [_edges(one) for one in (polygon, *near)]
    edges = [edge for shape in shapes for edge in shape]
    effort.spend(len(edges) ** 2 // 2)
    levels = sorted(_levels(edges))
    effort.spend(len(levels) * len(edges))
    area = 0.0
    for low, high in pairwise(levels):
        middle = (low + high) / 2
        own, *others = (_spans(shape, middle) for shape in shapes)
        area += (high - low) * _length_beside(own, [span for spans in others for span in spans])
    return area


def _meet(one: Polygon, other: Polygon) -> bool:
    """Whether the boxes around two polygons share anything: what lies elsewhere covers nothing."""
    return all(
        min(p[axis] for p in one) <= max(p[axis] for p in other)
        and min(p[axis] for p in other) <= max(p[axis] for p in one)
        for axis in (0, 1)
    )


def _edges(polygon: Polygon) -> list[Edge]:
    """The edges that are not level, from top to bottom."""
    around = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    return [(a, b) if a[1] < b[1] else (b, a) for a, b in around if a[1] != b[1]]


def _levels(edges: Sequence[Edge]) -> set[float]:
    levels = {point[1] for edge in edges for point in edge}
    for (a, b), (c, d) in combinations(edges, 2):
        low, high = max(a[1], c[1]), min(b[1], d[1])
        if low >= high:
            continue
        # How far apart they are at the ends of what they share; a change of sign is a crossing.
        at_low, at_high = (_x((a, b), y) - _x((c, d), y) for y in (low, high))
        if at_low * at_high < 0:
            levels.add(low + (high - low) * at_low / (at_low - at_high))
    return levels


def _x(edge: Edge, y: float) -> float:
    (x1, y1), (x2, y2) = edge
    return x1 + (x2 - x1) * (y - y1) / (y2 - y1)


def _spans(edges: Iterable[Edge], y: float) -> list[Span]:
    xs = sorted(_x(edge, y) for edge in edges if edge[0][1] < y < edge[1][1])
    return list(zip(xs[::2], xs[1::2], strict=False))


def _length_beside(spans: Sequence[Span], covers: Iterable[Span]) -> float:
    """Length of the spans that the covers leave bare."""
    bare = list(spans)
    for start, end in covers:
        cut = [((left, min(right, start)), (max(left, end), right)) for left, right in bare]
        bare = [one for pair in cut for one in pair if one[1] > one[0]]
    return sum(right - left for left, right in bare)
