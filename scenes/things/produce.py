"""Fruit, vegetables and small wares: heaps, crates, baskets, and the boards with their prices."""

from math import pi

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, Rgb, box, boxes, boxes_at, joined, lathe, skin
from scenes.things.coachwork import DARK

Rng = np.random.Generator

_FRUIT: tuple[Rgb, ...] = (
    (0.90, 0.48, 0.10),
    (0.78, 0.14, 0.10),
    (0.92, 0.80, 0.22),
    (0.55, 0.72, 0.22),
    (0.42, 0.12, 0.28),
)
_GREENS: tuple[Rgb, ...] = ((0.45, 0.68, 0.28), (0.30, 0.52, 0.22), (0.75, 0.82, 0.60), (0.85, 0.86, 0.78))
PLASTIC: tuple[Rgb, ...] = ((0.16, 0.35, 0.65), (0.70, 0.16, 0.14), (0.20, 0.50, 0.30), (0.88, 0.86, 0.80))


def heap(size: tuple[float, float, float], paint: Paint) -> Mesh:
    """A mound of loose goods, its foot on z = 0."""
    x, y, z = size
    rings = []
    for share, high in ((1.0, 0.0), (0.88, 0.45), (0.6, 0.82), (0.25, 1.0)):
        angles = np.arange(14) * 2 * pi / 14
        wobble = 1 + 0.05 * np.sin(angles * 5 + high * 3)
        ring = np.column_stack([np.cos(angles) * wobble * x / 2 * share, np.sin(angles) * wobble * y / 2 * share])
        rings.append(np.column_stack([ring, np.full(14, high * z)]))
    mesh = skin(np.array(rings, np.float32), paint, caps=True, crease_deg=85)
    return _textured_from_above(mesh)


def _textured_from_above(mesh: Mesh) -> Mesh:
    vertices = mesh.vertices.copy()
    vertices["uv"] = vertices["position"][:, :2] * (1.1, 2.2)
    return Mesh(vertices)


def produce(rng: Rng) -> Paint:
    if rng.random() < 0.6:
        return Paint(_FRUIT[rng.integers(len(_FRUIT))], 0.3, Layer.FRUIT)
    return Paint(_GREENS[rng.integers(len(_GREENS))], 0.1, Layer.GREENS)


def crate(rng: Rng, size: tuple[float, float, float] = (0.52, 0.36, 0.24)) -> Mesh:
    """An open crate with fruit or vegetables heaped over its edge."""
    x, y, z = size
    kind = rng.random()
    paint = (
        Paint(PLASTIC[rng.integers(len(PLASTIC))], 0.25, Layer.GRILLE)
        if kind < 0.6
        else Paint((0.93, 0.93, 0.91), 0.1)
        if kind < 0.8
        else Paint((0.70, 0.55, 0.36), 0.05, Layer.WOOD)
    )
    walls = [((x, 0.03, z), (0, s * y / 2, z / 2)) for s in (-1, 1)] + [
        ((0.03, y, z), (s * x / 2, 0, z / 2)) for s in (-1, 1)
    ]
    inside = boxes([(x * 0.96, y * 0.95, 0.03)], [(0, 0, z * 0.75)], DARK)
    top = heap((x * 1.0, y * 1.02, 0.14), produce(rng)).moved((0, 0, z * 0.80))
    rim = boxes(
        [(x + 0.04, 0.05, 0.03), (x + 0.04, 0.05, 0.03)], [(0, s * y / 2, z) for s in (-1, 1)], Paint(paint.rgb, 0.2)
    )
    return joined(boxes_at(walls, paint, tile_m=0.5), inside, top, rim)


def rows_of_crates(rng: Rng, columns: int, rows: int, *, height: float, tilt_deg: float) -> Mesh:
    """Crates side by side on a slanting bench, the front (+x) lower."""
    parts = []
    for row in range(rows):
        for column in range(columns):
            spot = ((row - (rows - 1) / 2) * 0.42, (column - (columns - 1) / 2) * 0.58, 0)
            parts.append(crate(rng, (0.38, 0.54, 0.18)).moved(spot))
    return joined(*parts).turned(tilt_deg, 1).moved((0, 0, height))


def basket(rng: Rng) -> Mesh:
    reed = Paint((0.66, 0.50, 0.28), 0.1, Layer.WOVEN)
    wall = lathe([(0.15, 0), (0.20, 0.16), (0.215, 0.17), (0.19, 0.17)], reed, sides=12)
    return joined(wall, heap((0.40, 0.40, 0.13), produce(rng)).moved((0, 0, 0.13)))


def board(rng: Rng) -> Mesh:
    """A price board of cardboard."""
    paint = Paint((0.90, 0.86, 0.70), 0.05)
    ink = Paint((0.75, 0.10, 0.08), 0.05)
    strokes = [((0.01, 0.16, 0.025), (0.012, float(rng.uniform(-0.06, 0.06)), 0.06 - 0.06 * n)) for n in range(3)]
    return joined(box((0.012, 0.34, 0.26), (0, 0, 0), paint), boxes_at(strokes, ink))
