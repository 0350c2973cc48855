"""The coachwork of anything with a cabin: a lower body, a cabin with windows, and what is fixed to them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, Rgb, box, boxes, fan, joined, lathe, skin, wheel

GLASS = Paint((0.07, 0.09, 0.10), 0.85)
RUBBER = Paint((0.07, 0.07, 0.075), 0.08)
DARK = Paint((0.05, 0.05, 0.055), 0.25)
CHROME = Paint((0.72, 0.73, 0.75), 0.7)
RIM = Paint((0.62, 0.63, 0.65), 0.55)
STEEL = Paint((0.40, 0.41, 0.43), 0.4)
HEADLIGHT = Paint((0.92, 0.94, 0.96), 0.7, glow=0.9, lamp=1.0)
TAILLIGHT = Paint((0.62, 0.05, 0.05), 0.6, glow=0.5, lamp=1.0)


@dataclass(frozen=True, slots=True)
class Shape:
    """The lines of a car, in metres, x from its middle towards its front.

    Attributes:
        top: x, z along the upper edge of the lower body, from rear to front.
        cabin_foot, cabin_roof: rear and front end of the cabin at the belt and at the roof.
        windows: shares of the cabin's length, from the rear, between which its sides are glass.
        wheels: x of the axles.
    """

    length: float
    width: float
    roof: float
    sill: float
    belt: float
    top: tuple[tuple[float, float], ...]
    cabin_foot: tuple[float, float]
    cabin_roof: tuple[float, float]
    windows: tuple[tuple[float, float], ...]
    wheels: tuple[float, ...]
    wheel_radius: float
    roof_narrower: float = 0.17
    nose: float = 0.16
    rear_glass: bool = True

    def top_at(self, x: float) -> float:
        """z of the upper edge of the lower body at x."""
        xs, zs = zip(*self.top, strict=True)
        return float(np.interp(x, xs, zs))


def coachwork(shape: Shape, colour: Rgb, *, roof: Rgb | None = None) -> Mesh:
    """The whole vehicle without load."""
    paint = Paint(colour, 0.55)
    parts = [_lower_body(shape, paint), _cabin(shape, paint, Paint(roof or colour, 0.55)), _fittings(shape, paint)]
    parts += [_wheel(shape, x, side) for x in shape.wheels for side in (-1, 1)]
    parts += _seams(shape)
    return joined(*parts)


def _lower_body(shape: Shape, paint: Paint) -> Mesh:
    half, end = shape.width / 2, shape.length / 2
    xs = np.array([-end, -end + 0.05, -end + shape.nose, -end + 0.5, -0.5, 0.5, end - 0.6, end - 0.3, end - 0.1, end])
    xs = np.unique(np.concatenate([xs, [x for x, _ in shape.top if abs(x) < end]]))
    top = [shape.top_at(float(x)) for x in xs]
    reach = np.minimum((xs + end) / shape.nose, (end - xs) / (shape.nose * 1.5))
    narrow = 1 - 0.20 * np.clip(1 - reach, 0, 1) ** 2
    rise = 0.10 * np.clip(1 - (end - np.abs(xs)) / 0.4, 0, 1)
    rows = []
    for x, z, share, lift in zip(xs, top, narrow, rise, strict=True):
        w, low = half * share, shape.sill + lift
        side = [(0.90, low), (0.985, low + 0.06), (1.0, low + 0.45 * (z - low)), (0.975, z - 0.10), (0.92, z - 0.03)]
        side.append((0.72, z + 0.005))
        ring = [(x, w * y, height) for y, height in side] + [(x, -w * y, height) for y, height in reversed(side)]
        rows.append(ring)
    points = np.array(rows, np.float32)
    paints = [[paint if 0 < column < 11 else DARK for column in range(12)] for _ in range(len(rows) - 1)]
    return joined(skin(points, paints), fan(points[0][::-1], paint), fan(points[-1], paint))


def _cabin(shape: Shape, paint: Paint, roof: Paint) -> Mesh:
    half = shape.width / 2
    levels: tuple[tuple[float, float, float], ...] = (
        (0.0, 0.0, 0.91),
        (0.08, 0.04, 0.90),
        (0.86, 0.9, 0.91 - shape.roof_narrower * 0.85),
    )
    levels += ((0.96, 1.02, 0.90 - shape.roof_narrower), (1.0, 1.18, 0.80 - shape.roof_narrower))
    cuts = sorted({0.0, 1.0, *[cut for window in shape.windows for cut in window]})
    ends = (0.0, 0.08, 0.92, 1.0)
    rows = []
    for level, lean, wide in levels:
        rear, front = (foot + (up - foot) * lean for foot, up in zip(shape.cabin_foot, shape.cabin_roof, strict=True))
        z, w = shape.belt - 0.03 + (shape.roof - shape.belt + 0.03) * level, half * wide
        bow = 0.10 * (1 - level * 0.5)
        ring = [(rear + (front - rear) * cut, -w, z) for cut in cuts]
        ring += [(front + bow * np.sin(np.pi * share), -w + 2 * w * share, z) for share in ends[1:-1]]
        ring += [(rear + (front - rear) * cut, w, z) for cut in reversed(cuts)]
        ring += [(rear - bow * 0.6 * np.sin(np.pi * share), w - 2 * w * share, z) for share in ends[1:-1]]
        rows.append(ring)
    points = np.array(rows, np.float32)
    side = [_is_glass(shape, a, b) for a, b in pairwise(cuts)]
    glass = [*side, False, True, False, *side[::-1], False, shape.rear_glass, False]
    window_row = [GLASS if one else paint for one in glass]
    plain, roof_row = [paint] * len(glass), [roof] * len(glass)
    shell = skin(points, [plain, window_row, roof_row, roof_row])
    return joined(shell, fan(points[-1], roof))


def _is_glass(shape: Shape, start: float, end: float) -> bool:
    return any(a <= start and end <= b for a, b in shape.windows)


def _wheel(shape: Shape, x: float, side: int) -> Mesh:
    radius, width = shape.wheel_radius, 0.2
    y = side * (shape.width / 2 - 0.085)
    arch = lathe([(radius * 1.17, -0.1), (radius * 1.17, 0.1)], DARK, sides=20).turned(90, 0)
    return joined(
        arch.moved((x, side * (shape.width / 2 - 0.088), radius * 1.04)),
        wheel((x, y, radius), radius, width, RUBBER, RIM),
    )


def _fittings(shape: Shape, paint: Paint) -> Mesh:
    """Lights, grille, bumpers, plates, mirrors."""
    end, half = shape.length / 2, shape.width / 2
    nose = shape.top_at(end - 0.05)
    tail = shape.top_at(-end + 0.05)
    middle, low = (nose + shape.sill) / 2, shape.sill + 0.16
    parts = []
    for side in (-1, 1):
        parts.append(box((0.26, 0.34, 0.13), (end - 0.16, side * (half * 0.70), nose - 0.13), HEADLIGHT, bevel=0.03))
        parts.append(box((0.16, 0.26, 0.16), (-end + 0.10, side * (half * 0.74), tail - 0.17), TAILLIGHT, bevel=0.03))
        mirror = (shape.cabin_foot[1] - 0.30, side * (half + 0.08), shape.belt + 0.09)
        parts.append(box((0.12, 0.19, 0.13), mirror, paint, bevel=0.03))
    grille = Paint((0.55, 0.55, 0.56), 0.4, Layer.GRILLE)
    parts.append(box((0.06, half * 0.85, 0.20), (end - 0.015, 0, middle + 0.04), grille))
    parts.append(box((0.10, shape.width * 0.80, 0.16), (end - 0.03, 0, low - 0.04), DARK, bevel=0.03))
    parts.append(box((0.10, shape.width * 0.84, 0.18), (-end + 0.03, 0, low - 0.02), DARK, bevel=0.03))
    blank = Paint((0.10, 0.25, 0.62), 0.3)
    parts.append(boxes([(0.02, 0.44, 0.14)] * 2, [(end + 0.035, 0, low + 0.06), (-end - 0.03, 0, low + 0.22)], blank))
    return joined(*parts)


def _seams(shape: Shape) -> list[Mesh]:
    """Door gaps and handles along the sides."""
    length = shape.cabin_foot[1] - shape.cabin_foot[0]
    gaps = sorted({end for window in shape.windows for end in window if 0.02 < end < 0.999})
    half, height = shape.width / 2, shape.belt - shape.sill - 0.2
    sizes: list[tuple[float, float, float]] = []
    centres: list[tuple[float, float, float]] = []
    handles: list[Mesh] = []
    for cut in gaps[1::2]:
        x = shape.cabin_foot[0] + length * cut + 0.04
        for side in (-1, 1):
            sizes.append((0.018, 0.016, height))
            centres.append((x, side * (half - 0.004), shape.sill + 0.12 + height / 2))
            handles.append(
                box((0.17, 0.03, 0.03), (x - 0.22 * np.sign(length), side * half * 0.99, shape.belt - 0.16), CHROME)
            )
    sill = boxes([(shape.length * 0.5, shape.width * 0.985, 0.08)], [(0, 0, shape.sill + 0.06)], DARK)
    return [boxes(sizes, centres, DARK), sill, *handles] if sizes else [sill]
