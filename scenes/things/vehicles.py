"""Cars, vans, buses and trucks."""

from collections.abc import Callable

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, Rgb, box, boxes, joined, tube, wheel
from scenes.things.coachwork import DARK, GLASS, RIM, RUBBER, STEEL, TAILLIGHT, Shape, coachwork
from scenes.things.part import Thing, solid

Rng = np.random.Generator

_COLOURS: tuple[Rgb, ...] = (
    (0.90, 0.90, 0.89),
    (0.93, 0.93, 0.92),
    (0.12, 0.12, 0.13),
    (0.62, 0.64, 0.66),
    (0.36, 0.37, 0.39),
    (0.10, 0.17, 0.32),
    (0.52, 0.09, 0.09),
    (0.45, 0.35, 0.24),
    (0.28, 0.36, 0.33),
    (0.55, 0.66, 0.72),
)

_SEDAN = Shape(
    4.62, 1.80, 1.46, 0.24, 0.93,
    ((-2.31, 0.80), (-2.2, 0.98), (-1.75, 1.02), (-1.2, 0.95), (0.75, 0.93), (1.05, 0.95), (1.9, 0.82), (2.2, 0.68),
     (2.31, 0.56)),
    (-1.92, 1.12), (-1.02, 0.34),
    ((0.14, 0.46), (0.49, 0.76), (0.78, 0.94)), (-1.38, 1.38), 0.32,
)  # fmt: skip
_HATCHBACK = Shape(
    4.10, 1.74, 1.52, 0.24, 0.95,
    ((-2.05, 0.78), (-1.98, 0.98), (-1.6, 1.0), (0.7, 0.95), (0.95, 0.97), (1.65, 0.86), (1.97, 0.68), (2.05, 0.56)),
    (-2.0, 1.08), (-1.62, 0.32),
    ((0.10, 0.42), (0.45, 0.74), (0.77, 0.94)), (-1.25, 1.25), 0.31,
)  # fmt: skip
_SUV = Shape(
    4.66, 1.88, 1.70, 0.30, 1.06,
    ((-2.33, 0.85), (-2.27, 1.08), (-1.8, 1.10), (0.9, 1.06), (1.15, 1.08), (1.95, 1.0), (2.24, 0.82), (2.33, 0.65)),
    (-2.27, 1.20), (-1.90, 0.48),
    ((0.08, 0.30), (0.33, 0.58), (0.61, 0.84), (0.86, 0.95)), (-1.38, 1.40), 0.37,
    roof_narrower=0.14,
)  # fmt: skip
_MICROBUS = Shape(
    4.25, 1.66, 1.90, 0.28, 1.08,
    ((-2.12, 0.9), (-2.08, 1.1), (1.4, 1.08), (1.72, 1.06), (2.02, 0.86), (2.12, 0.60)),
    (-2.08, 1.86), (-1.98, 1.22),
    ((0.04, 0.27), (0.30, 0.54), (0.57, 0.78), (0.81, 0.95)), (-1.32, 1.30), 0.29,
    roof_narrower=0.10,
)  # fmt: skip
_PANEL_VAN = Shape(
    5.30, 1.95, 2.30, 0.32, 1.22,
    ((-2.65, 1.0), (-2.61, 1.22), (1.55, 1.20), (1.9, 1.16), (2.5, 0.95), (2.65, 0.66)),
    (-2.62, 2.15), (-2.56, 1.32),
    ((0.74, 0.82), (0.84, 0.96)), (-1.55, 1.72), 0.34,
    roof_narrower=0.09, rear_glass=False,
)  # fmt: skip
_BUS = Shape(
    10.4, 2.48, 3.08, 0.34, 1.38,
    ((-5.2, 1.3), (-5.15, 1.38), (5.0, 1.38), (5.2, 1.1)),
    (-5.17, 5.10), (-5.14, 5.0),
    tuple((0.03 + 0.118 * n, 0.03 + 0.118 * n + 0.108) for n in range(8)), (-2.6, 3.0), 0.48,
    roof_narrower=0.05, nose=0.2,
)  # fmt: skip
_CAB = Shape(
    1.85, 2.02, 2.28, 0.45, 1.32,
    ((-0.92, 1.25), (-0.88, 1.34), (0.80, 1.32), (0.92, 1.02)),
    (-0.90, 0.90), (-0.86, 0.62),
    ((0.30, 0.93),), (0.15,), 0.38,
    roof_narrower=0.06, nose=0.1, rear_glass=False,
)  # fmt: skip


def car(rng: Rng) -> Thing:
    """A saloon, a hatchback or an SUV; sometimes a taxi in two colours."""
    shape = (_SEDAN, _HATCHBACK, _SUV)[rng.choice(3, p=(0.45, 0.2, 0.35))]
    colour = _pick(rng)
    parts = []
    if shape is _SEDAN and rng.random() < 0.15:
        colour = ((0.10, 0.42, 0.38), (0.85, 0.65, 0.12), (0.12, 0.35, 0.62))[rng.integers(3)]
        sign = Paint((0.95, 0.92, 0.75), 0.3, glow=0.6, lamp=1.0)
        parts.append(box((0.16, 0.55, 0.14), (-0.25, 0, 1.52), sign, bevel=0.03))
    elif shape is _SUV:
        rails = [tube([(-1.6, y, 1.70), (-0.6, y, 1.75), (0.3, y, 1.72)], 0.022, STEEL) for y in (-0.6, 0.6)]
        parts += rails
    return _vehicle("car", "car", joined(coachwork(shape, colour), *parts), shape)


def van(rng: Rng) -> Thing:
    """A microbus or a panel van."""
    if rng.random() < 0.5:
        return _vehicle("microbus", "van", coachwork(_MICROBUS, _silver(rng)), _MICROBUS)
    colour = ((0.92, 0.92, 0.91), (0.92, 0.92, 0.91), (0.15, 0.35, 0.25), (0.75, 0.76, 0.78))[rng.integers(4)]
    stripe = Paint(_pick(rng), 0.4)
    bands = boxes([(3.2, 0.01, 0.18)] * 2, [(-0.9, side * 0.972, 1.05) for side in (-1, 1)], stripe)
    doors = boxes([(0.012, 0.012, 1.5)], [(-2.645, 0, 1.35)], DARK)
    rear = boxes([(0.012, 0.7, 0.45)] * 2, [(-2.62, side * 0.42, 1.75) for side in (-1, 1)], GLASS)
    return _vehicle("panel van", "van", joined(coachwork(_PANEL_VAN, colour), bands, doors, rear), _PANEL_VAN)


def bus(rng: Rng) -> Thing:
    """A city bus with a board over its windscreen and two doors."""
    colour, band = (
        ((0.88, 0.90, 0.90), (0.12, 0.45, 0.30)),
        ((0.15, 0.42, 0.66), (0.90, 0.90, 0.90)),
        ((0.90, 0.88, 0.84), (0.72, 0.18, 0.14)),
        ((0.20, 0.55, 0.40), (0.92, 0.92, 0.86)),
    )[rng.integers(4)]
    amber = Paint((0.95, 0.55, 0.10), 0.2, Layer.PACKETS, glow=0.7)
    board = joined(box((0.06, 1.9, 0.30), (5.08, 0, 2.80), DARK), box((0.02, 1.5, 0.14), (5.12, 0, 2.80), amber))
    bands = boxes([(9.9, 0.012, 0.42)] * 2, [(0, side * 1.236, 0.98) for side in (-1, 1)], Paint(band, 0.4))
    doors = boxes([(1.15, 0.02, 2.05)] * 2, [(x, -1.235, 1.42) for x in (4.25, -0.3)], GLASS)
    frames = boxes(
        [(0.05, 0.03, 2.05)] * 6, [(x + d, -1.24, 1.42) for x in (4.25, -0.3) for d in (-0.6, 0, 0.6)], STEEL
    )
    cooler = box((3.0, 1.5, 0.26), (-1.0, 0, 3.15), Paint(colour, 0.3), bevel=0.08)
    mirrors = [tube([(5.1, s * 1.15, 2.6), (5.45, s * 1.3, 2.55), (5.45, s * 1.3, 2.1)], 0.05, DARK) for s in (-1, 1)]
    mesh = joined(coachwork(_BUS, colour), board, bands, doors, frames, cooler, *mirrors)
    return _vehicle("bus", "bus", mesh, _BUS)


def truck(rng: Rng) -> Thing:
    """A light truck: a closed box, or an open bed with something on it."""
    colour = ((0.16, 0.32, 0.60), (0.88, 0.88, 0.87), (0.62, 0.12, 0.10), (0.20, 0.42, 0.52))[rng.integers(4)]
    length = float(rng.uniform(3.3, 4.3))
    cab_x, bed_x = length / 2 + 0.15, -0.95
    frame = boxes([(length + 1.4, 0.16, 0.2)] * 2, [(0, side * 0.4, 0.62) for side in (-1, 1)], DARK)
    axle = bed_x - length * 0.22
    wheels = [wheel((axle, side * 0.80, 0.38), 0.38, 0.34, RUBBER, RIM) for side in (-1, 1)]
    guard = boxes([(length * 0.4, 0.04, 0.3)] * 2, [(bed_x + 0.7, side * 0.95, 0.55) for side in (-1, 1)], STEEL)
    lights = boxes([(0.04, 0.26, 0.12)] * 2, [(bed_x - length / 2, side * 0.8, 0.72) for side in (-1, 1)], TAILLIGHT)
    load = _closed_box(rng, length, bed_x) if rng.random() < 0.65 else _open_bed(rng, length, bed_x, colour)
    cab = coachwork(_CAB, colour).moved((cab_x, 0, 0))
    mesh = joined(cab, frame, *wheels, guard, lights, *load)
    return solid("truck", "truck", mesh.shaded_below(1.0, 0.3), headlights_at_m=cab_x + 0.95)


def _closed_box(rng: Rng, length: float, x: float) -> list[Mesh]:
    height = float(rng.uniform(1.9, 2.2))
    white = ((0.90, 0.90, 0.88), (0.86, 0.87, 0.88), (0.55, 0.66, 0.74))[rng.integers(3)]
    body = box((length, 2.06, height), (x, 0, 0.86 + height / 2), Paint(white, 0.25), bevel=0.03)
    ribs = [
        (x - length / 2 + 0.3 + n * 0.45, side * 1.035, 0.86 + height / 2)
        for n in range(int(length / 0.45))
        for side in (-1, 1)
    ]
    rib = boxes([(0.05, 0.02, height * 0.97)] * len(ribs), ribs, Paint(tuple(value * 0.93 for value in white), 0.2))  # type: ignore[arg-type]
    edge = boxes(
        [(0.03, 0.02, height * 0.92)] * 3,
        [(x - length / 2 - 0.012, y, 0.86 + height / 2) for y in (-0.9, 0, 0.9)],
        STEEL,
    )
    word = Paint(_pick(rng), 0.2)
    sign = boxes([(length * 0.5, 0.01, 0.34)] * 2, [(x, side * 1.047, 1.9) for side in (-1, 1)], word)
    return [body, rib, edge, sign]


def _open_bed(rng: Rng, length: float, x: float, colour: Rgb) -> list[Mesh]:
    paint, floor = Paint(colour, 0.35), Paint((0.35, 0.33, 0.30), 0.1, Layer.WOOD)
    walls = [box((length, 0.06, 0.42), (x, side * 1.0, 1.1), paint) for side in (-1, 1)]
    walls += [box((0.06, 2.0, 0.42), (x + end * length / 2, 0, 1.1), paint) for end in (-1, 1)]
    crates = []
    for row in range(int(length / 0.7)):
        for side in (-0.6, 0, 0.6):
            height = float(rng.uniform(0.3, 0.95))
            brown = Paint((0.72, 0.58, 0.40), 0.05, Layer.CARDBOARD)
            crates.append(
                box((0.6, 0.52, height), (x - length / 2 + 0.45 + row * 0.68, side, 0.95 + height / 2), brown)
            )
    return [box((length, 2.0, 0.1), (x, 0, 0.88), floor), *walls, *crates]


def _vehicle(name: str, label: str, mesh: Mesh, shape: Shape) -> Thing:
    return solid(name, label, mesh.shaded_below(0.9, 0.35), headlights_at_m=shape.length / 2)


def _pick(rng: Rng) -> Rgb:
    return _COLOURS[rng.integers(len(_COLOURS))]


def _silver(rng: Rng) -> Rgb:
    return ((0.70, 0.71, 0.73), (0.90, 0.90, 0.89), (0.55, 0.56, 0.58), (0.42, 0.12, 0.12))[rng.integers(4)]


MAKERS: dict[str, Callable[[Rng], Thing]] = {"car": car, "van": van, "bus": bus, "truck": truck}
