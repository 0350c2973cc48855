"""Tables that shops put outside."""

from collections.abc import Callable
from math import cos, pi, sin

import numpy as np

from scenes.mesh import Mesh, Paint, box, joined, lathe, tube
from scenes.things.coachwork import STEEL
from scenes.things.part import Thing, solid

Rng = np.random.Generator


def table(rng: Rng) -> Thing:
    """A folding table laid for guests, with stools; the stools belong to its box."""
    tall = rng.random() < 0.75
    height, radius = (0.74, 0.42) if tall else (0.52, 0.36)
    top = Paint(((0.86, 0.84, 0.80), (0.62, 0.42, 0.24), (0.75, 0.20, 0.16), (0.25, 0.45, 0.62))[rng.integers(4)], 0.3)
    if rng.random() < 0.5:
        parts = [lathe([(radius, height - 0.04), (radius, height)], top, sides=20)]
    else:
        parts = [box((0.74, 0.74, 0.04), (0, 0, height - 0.02), top, bevel=0.01)]
    legs = [((-0.3, -0.3), (0.22, 0.22)), ((-0.3, 0.3), (0.22, -0.22))]
    parts += [
        tube([(*foot, 0), (*head, height - 0.04)], 0.016, STEEL) for foot, head in legs + [(b, a) for a, b in legs]
    ]
    for _ in range(int(rng.integers(3, 7))):
        x, y = rng.uniform(-0.26, 0.26, 2)
        parts.append(
            lathe([(0.04, 0), (0.09, 0.05), (0.085, 0.055)], Paint((0.92, 0.92, 0.90), 0.5), sides=10).moved(
                (x, y, height)
            )
        )
    parts.append(
        lathe([(0.035, 0), (0.035, 0.16), (0.012, 0.24)], Paint((0.25, 0.42, 0.22), 0.6), sides=8).moved(
            (0.1, 0.1, height)
        )
    )
    seat = Paint(((0.78, 0.20, 0.16), (0.20, 0.42, 0.66), (0.90, 0.88, 0.84))[rng.integers(3)], 0.3)
    for number in range(int(rng.integers(3, 5))):
        angle = number * pi / 2 + float(rng.uniform(-0.2, 0.2))
        parts.append(stool(seat).moved((0.66 * cos(angle), 0.66 * sin(angle), 0)))
    return solid("table", "table", joined(*parts).shaded_below(0.5, 0.45))


def stool(paint: Paint) -> Mesh:
    legs = [
        tube([(x * 0.15, y * 0.15, 0), (x * 0.11, y * 0.11, 0.42)], 0.018, paint, sides=6)
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    return joined(*legs, box((0.28, 0.28, 0.04), (0, 0, 0.43), paint, bevel=0.012))


MAKERS: dict[str, Callable[[Rng], Thing]] = {
    "table": table,
}
