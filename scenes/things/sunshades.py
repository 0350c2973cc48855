"""Umbrellas and tents."""

from collections.abc import Callable
from math import cos, pi, sin

import numpy as np

from scenes.mesh import Mesh, Paint, Rgb, joined, lathe, skin, tube
from scenes.things.coachwork import CHROME, STEEL
from scenes.things.part import Part, Thing

Rng = np.random.Generator

CANVAS: tuple[Rgb, ...] = (
    (0.75, 0.14, 0.12),
    (0.15, 0.35, 0.65),
    (0.12, 0.50, 0.32),
    (0.90, 0.70, 0.15),
    (0.85, 0.40, 0.12),
)


def sunshade(rng: Rng, radius: float = 1.35, height: float = 2.35) -> Mesh:
    """A big sunshade in coloured panels on a pole with a foot."""
    colour = CANVAS[rng.integers(len(CANVAS))]
    second = colour if rng.random() < 0.35 else ((0.92, 0.91, 0.88), (0.92, 0.80, 0.30))[rng.integers(2)]
    panels = 8
    angles = np.arange(panels * 2 + 1) * pi / panels
    rings = []
    for share, drop in ((0.03, 0.0), (0.35, 0.10), (0.7, 0.27), (1.0, 0.48), (1.0, 0.64)):
        dip = 1 - 0.06 * (np.arange(panels * 2 + 1) % 2) * share
        rings.append(
            np.column_stack(
                [
                    np.cos(angles) * radius * share * dip,
                    np.sin(angles) * radius * share * dip,
                    np.full(len(angles), height - drop),
                ]
            )
        )
    points = np.array(rings[::-1], np.float32)
    first, other = Paint(colour, 0.15), Paint(second, 0.15)
    row = [first if (column // 2) % 2 == 0 else other for column in range(panels * 2)]
    canopy = skin(points, [row] * 4, closed=False, crease_deg=75)
    pole = tube([(0, 0, 0.05), (0, 0, height + 0.05)], 0.022, CHROME)
    foot = lathe([(0.26, 0), (0.26, 0.08), (0.05, 0.11)], Paint((0.35, 0.35, 0.36), 0.1))
    ribs = [
        tube(
            [(0, 0, height - 0.5), (radius * 0.6 * cos(a), radius * 0.6 * sin(a), height - 0.24)], 0.008, STEEL, sides=4
        )
        for a in angles[::4]
    ]
    return joined(canopy, pole, foot, *ribs)


def tent(rng: Rng, length: float = 2.4, width: float = 1.9, height: float = 2.1) -> Mesh:
    """A folding tent with a pitched roof and a hem."""
    canvas = Paint(CANVAS[rng.integers(len(CANVAS))], 0.12)
    x, y, top = width / 2, length / 2, height + 0.5
    eaves = [(-x, -y), (x, -y), (x, y), (-x, y)]
    rings = [
        [(px, py, height - 0.22) for px, py in eaves],
        [(px, py, height) for px, py in eaves],
        [(px * 0.06, py * 0.06, top) for px, py in eaves],
    ]
    roof = skin(np.array(rings, np.float32), canvas, crease_deg=20)
    legs = [tube([(px * 0.96, py * 0.96, 0), (px * 0.96, py * 0.96, height)], 0.022, CHROME) for px, py in eaves]
    return joined(roof, *legs)


def umbrella(rng: Rng) -> Thing:
    """A sunshade alone."""
    mesh = sunshade(rng)
    return Thing("umbrella", "umbrella", (Part(None, (mesh,)),), (0.6, 0.6))


MAKERS: dict[str, Callable[[Rng], Thing]] = {
    "umbrella": umbrella,
}
