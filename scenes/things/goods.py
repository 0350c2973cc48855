"""Goods that shops put outside."""

from collections.abc import Callable

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, ball, box, joined, lathe, tube
from scenes.things.coachwork import CHROME, STEEL
from scenes.things.part import Thing, solid
from scenes.things.produce import PLASTIC, crate

Rng = np.random.Generator


def crates(rng: Rng) -> Thing:
    """Crates of fruit stacked in steps before a shop."""
    columns = int(rng.integers(2, 5))
    parts = []
    for column in range(columns):
        y = (column - (columns - 1) / 2) * 0.60
        for step in range(3):
            parts += [
                crate(rng, (0.40, 0.54, 0.24)).moved((-0.42 + step * 0.44, y, level * 0.25))
                for level in range(3 - step)
            ]
    return _goods("fruit crates", joined(*parts))


def cartons(rng: Rng) -> Thing:
    """Cartons and crates of drink piled up before a shop."""
    parts = []
    for column in range(int(rng.integers(2, 4))):
        level = 0.0
        for _ in range(int(rng.integers(2, 5))):
            height = float(rng.uniform(0.22, 0.36))
            brown = Paint((float(rng.uniform(0.66, 0.80)), 0.58, 0.40), 0.05, Layer.CARDBOARD)
            bright = Paint(PLASTIC[rng.integers(len(PLASTIC))], 0.25, Layer.PACKETS)
            piece = box(
                (0.42, 0.50, height), (0, column * 0.55, level + height / 2), brown if rng.random() < 0.7 else bright
            )
            parts.append(piece.turned(float(rng.uniform(-5, 5)), 2, (0, column * 0.55, 0)))
            level += height
    return _goods("stacked cartons", joined(*parts).moved((0, -0.5, 0)))


def clothes_rack(rng: Rng) -> Thing:
    """A rail with clothes."""
    length = float(rng.uniform(1.3, 1.9))
    posts = [tube([(0, s * length / 2, 0.06), (0, s * length / 2, 1.55)], 0.018, CHROME) for s in (-1, 1)]
    feet = [tube([(-0.25, s * length / 2, 0.04), (0.25, s * length / 2, 0.04)], 0.018, CHROME) for s in (-1, 1)]
    parts = [*posts, *feet, tube([(0, -length / 2, 1.55), (0, length / 2, 1.55)], 0.018, CHROME)]
    y = -length / 2 + 0.08
    while y < length / 2 - 0.08:
        colour = rng.uniform(0.12, 0.95, 3)
        cloth = Paint((float(colour[0]), float(colour[1]), float(colour[2])), 0.05, Layer.CLOTH)
        drop = float(rng.uniform(0.6, 1.05))
        parts.append(box((0.44, 0.05, drop), (0, y, 1.50 - drop / 2), cloth, bevel=0.022))
        y += float(rng.uniform(0.07, 0.11))
    return _goods("clothes rack", joined(*parts))


def shelf(rng: Rng) -> Thing:
    """A shelf with packets and buckets of small wares."""
    length, height = float(rng.uniform(1.0, 1.6)), 1.5
    frame = [
        tube([(x, y * length / 2, 0), (x, y * length / 2, height)], 0.016, STEEL) for x in (-0.2, 0.2) for y in (-1, 1)
    ]
    parts = list(frame)
    for level in range(4):
        z = 0.12 + level * 0.38
        parts.append(box((0.44, length, 0.025), (0, 0, z), Paint((0.82, 0.82, 0.80), 0.2)))
        y = -length / 2 + 0.08
        while y < length / 2 - 0.1:
            width, tall = float(rng.uniform(0.08, 0.2)), float(rng.uniform(0.14, 0.30))
            colour = rng.uniform(0.1, 0.95, 3)
            paint = Paint((float(colour[0]), float(colour[1]), float(colour[2])), 0.25)
            parts.append(box((0.34, width, tall), (0.02, y + width / 2, z + tall / 2 + 0.012), paint))
            y += width + 0.012
    return _goods("shelf of wares", joined(*parts))


def buckets(rng: Rng) -> Thing:
    """Flower buckets and potted plants before a shop."""
    parts = []
    for number in range(int(rng.integers(6, 11))):
        x, y = (number % 2) * 0.38, (number // 2) * 0.40
        pot = Paint(PLASTIC[rng.integers(len(PLASTIC))], 0.25)
        parts.append(lathe([(0.12, 0), (0.16, 0.26), (0.13, 0.26)], pot, sides=10).moved((x, y, 0)))
        leaf = Paint((0.35, 0.58, 0.25), 0.1, Layer.FOLIAGE)
        parts.append(ball((x, y, 0.42), (0.17, 0.17, 0.22), leaf, sides=8))
        bloom = Paint(((0.9, 0.3, 0.4), (0.95, 0.85, 0.3), (0.95, 0.95, 0.95), (0.7, 0.4, 0.75))[rng.integers(4)], 0.1)
        spots = rng.normal(0, 1, (7, 3)) * (0.09, 0.09, 0.06) + (x, y, 0.56)
        parts += [ball(spot, 0.045, bloom, sides=6) for spot in spots]
    return _goods("flower buckets", joined(*parts).moved((-0.2, -0.8, 0)))


def _goods(name: str, mesh: Mesh) -> Thing:
    return solid(name, "goods", mesh.shaded_below(0.5, 0.45))


MAKERS: dict[str, Callable[[Rng], Thing]] = {
    "crates": crates,
    "cartons": cartons,
    "clothes_rack": clothes_rack,
    "shelf": shelf,
    "buckets": buckets,
}
