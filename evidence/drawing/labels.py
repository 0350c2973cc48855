"""Where names are written on a picture: beside their boxes, never over a thing that is marked, over each other, or over
the edge strips in which cameras burn their clock and name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.geometry import Box, intersection_px

OVER_RGB = (255, 45, 45)

# Cameras write their clock and their name along the upper and the lower edge.
STRIP_SHARE = 0.11
_RINGS = (0.0, 1.2, 2.5, 4.0, 6.0, 9.0, 13.0)  # distances from the box, in heights of a label


@dataclass(frozen=True, slots=True)
class LabelPlace:
    """Where a name stands; from_ to to: the line that leads there, where it does not touch its box (from_ None)."""

    box: Box
    from_: tuple[float, float] | None
    to: tuple[float, float]


def place_labels(
    size_wh: tuple[int, int], boxes: Sequence[Box], sizes: Sequence[tuple[float, float]], keep_free: Sequence[Box]
) -> list[LabelPlace | None]:
    """A place for each label, in the order of the boxes; None where there is none that covers nothing.

    Args:
        boxes: what each label names; sizes: width and height of each label, in pixels.
        keep_free: all boxes on the picture.
    """
    taken: list[Box] = []
    places: list[LabelPlace | None] = []
    for box, size in zip(boxes, sizes, strict=True):
        place = next(
            (one for one in _candidates(box, size, size_wh) if _is_free(one.box, size_wh, keep_free, taken)), None
        )
        if place:
            taken.append(place.box)
        places.append(place)
    return places


def _candidates(box: Box, size: tuple[float, float], size_wh: tuple[int, int]) -> Iterator[LabelPlace]:
    """Above, below, at the sides; then further away, with a line."""
    width, height = size
    x1, y1, x2, y2 = box
    for ring in _RINGS:
        far = ring * height
        above, below = y1 - height - far, y2 + far
        xs = (x1, x2 - width, (x1 + x2 - width) / 2, x1 - far, x2 + far - width)
        corners = [(x, y) for y in (above, below) for x in xs]
        ys = (y1, y2 - height, (y1 + y2 - height) / 2, y1 - far, y2 + far - height)
        corners += [(x, y) for y in ys for x in (x2 + far, x1 - width - far)]
        for wanted_x, y in corners:
            x = min(max(wanted_x, 0.0), size_wh[0] - width)
            place = (x, y, x + width, y + height)
            middle = (x + width / 2, y + height / 2)
            edge = (min(max(middle[0], x1), x2), min(max(middle[1], y1), y2))
            end = (min(max(edge[0], place[0]), place[2]), min(max(edge[1], place[1]), place[3]))
            yield LabelPlace(place, edge if ring else None, end)


def _is_free(place: Box, size_wh: tuple[int, int], boxes: Sequence[Box], taken: Sequence[Box]) -> bool:
    strip_px = STRIP_SHARE * size_wh[1]
    inside = place[0] >= 0 and place[2] <= size_wh[0] and place[1] >= strip_px and place[3] <= size_wh[1] - strip_px
    return inside and not any(intersection_px(place, other) > 0 for other in (*boxes, *taken))
