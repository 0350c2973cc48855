"""Garbage bags, heaps of waste, bins, and bins that run over."""

from collections.abc import Callable
from math import pi

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, Rgb, ball, box, boxes, joined, loft, rounded_rectangle, skin, tube, wheel
from scenes.things.coachwork import DARK, RUBBER, STEEL
from scenes.things.part import Part, Thing, footprint

Rng = np.random.Generator

_BAGS: tuple[Rgb, ...] = (
    (0.10, 0.10, 0.11),
    (0.10, 0.10, 0.11),
    (0.10, 0.10, 0.11),
    (0.85, 0.86, 0.86),
    (0.62, 0.15, 0.15),
    (0.20, 0.32, 0.55),
)
_BINS: tuple[tuple[Rgb, Rgb], ...] = (
    ((0.15, 0.42, 0.24), (0.13, 0.38, 0.22)),
    ((0.13, 0.32, 0.60), (0.12, 0.28, 0.54)),
    ((0.34, 0.35, 0.36), (0.30, 0.31, 0.32)),
    ((0.66, 0.14, 0.12), (0.60, 0.12, 0.11)),
)


def _bag(rng: Rng, colour: Rgb | None = None) -> Mesh:
    """A tied bag, sagging, its neck up."""
    paint = Paint(colour or _BAGS[rng.integers(len(_BAGS))], 0.42, Layer.CRINKLE)
    radius, height = float(rng.uniform(0.20, 0.30)), float(rng.uniform(0.32, 0.48))
    rings = []
    sides = 16
    angles = np.arange(sides) * 2 * pi / sides
    phase = rng.uniform(0, 2 * pi, 3)
    for share, wide in (
        (0.0, 0.78),
        (0.10, 0.98),
        (0.35, 1.05),
        (0.60, 0.88),
        (0.78, 0.52),
        (0.86, 0.16),
        (0.92, 0.13),
        (1.0, 0.30),
    ):
        lumps = 1 + 0.07 * np.sin(angles * 3 + phase[0]) + 0.06 * np.sin(angles * 5 + phase[1] + share * 4)
        lumps += 0.05 * np.sin(angles * 9 + phase[2] + share * 9)
        ring = np.column_stack([np.cos(angles) * radius * wide * lumps, np.sin(angles) * radius * wide * lumps])
        rings.append(np.column_stack([ring, np.full(sides, height * share)]))
    return skin(np.array(rings, np.float32), paint, caps=True, crease_deg=75)


def _thrown(rng: Rng, mesh: Mesh, spread: float) -> Mesh:
    tipped = mesh.turned(float(rng.uniform(-28, 28)), 0).turned(float(rng.uniform(-28, 28)), 1)
    low = float(tipped.bounds[0][2])
    return tipped.moved((*rng.normal(0, spread, 2), -low - 0.03), heading_deg=float(rng.uniform(0, 360)))


def _scraps(rng: Rng, count: int, spread: float) -> Mesh:
    """Paper, peel, cups and boxes strewn about."""
    parts = []
    for _ in range(count):
        x, y = rng.normal(0, spread, 2)
        size = rng.uniform((0.05, 0.05, 0.008), (0.22, 0.18, 0.05))
        shade = float(rng.uniform(0.45, 0.95))
        paint = Paint((shade, shade * float(rng.uniform(0.75, 1)), shade * float(rng.uniform(0.5, 1))), 0.1)
        piece = box(size, (0, 0, size[2] / 2 + 0.004), paint).turned(float(rng.uniform(-12, 12)), 0)
        parts.append(piece.moved((x, y, 0), heading_deg=float(rng.uniform(0, 360))))
    return joined(*parts)


def _carton(rng: Rng) -> Mesh:
    """A crushed carton, a flap open."""
    x, y, z = rng.uniform((0.3, 0.25, 0.12), (0.55, 0.42, 0.34))
    brown = Paint((0.70, 0.55, 0.38), 0.05, Layer.CARDBOARD)
    flap = box((x, y * 0.5, 0.012), (0, y * 0.68, z * 0.9), brown).turned(25, 0, (0, y / 2, z))
    return joined(box((x, y, z), (0, 0, z / 2), brown), flap)


def bag(rng: Rng) -> Thing:
    """One or two bags left on the ground."""
    parts = [_bag(rng, _BAGS[0])]
    if rng.random() < 0.5:
        parts.append(_bag(rng).moved((float(rng.uniform(0.3, 0.45)), float(rng.uniform(-0.2, 0.2)), 0)))
    return _solid("garbage bag", "garbage", joined(*parts))


def bags(rng: Rng) -> Thing:
    """Several bags with some scraps."""
    count = int(rng.integers(4, 9))
    parts = [_thrown(rng, _bag(rng), 0.42) for _ in range(count)]
    return _solid("garbage bags", "garbage", joined(*parts, _scraps(rng, 10, 0.45)))


def pile(rng: Rng) -> Thing:
    """A heap of loose waste with bags and cartons in it."""
    angles = np.arange(18) * 2 * pi / 18
    rings = []
    for share, high in ((1.0, 0.0), (0.85, 0.35), (0.55, 0.75), (0.2, 1.0)):
        wobble = 1 + 0.10 * np.sin(angles * 4 + rng.uniform(0, 6)) + 0.06 * np.sin(angles * 7)
        ring = np.column_stack([np.cos(angles) * wobble * 0.80 * share, np.sin(angles) * wobble * 0.95 * share])
        rings.append(np.column_stack([ring, np.full(18, 0.38 * high)]))
    heap = skin(np.array(rings, np.float32), Paint((0.92, 0.90, 0.86), 0.1, Layer.TRASH), caps=True, crease_deg=60)
    vertices = heap.vertices.copy()
    vertices["uv"] = vertices["position"][:, :2] * (0.7, 1.4)
    parts = [Mesh(vertices)]
    parts += [
        _thrown(rng, _bag(rng), 0.42).moved((0, 0, float(rng.uniform(0, 0.18)))) for _ in range(int(rng.integers(3, 6)))
    ]
    parts += [
        _thrown(rng, _carton(rng), 0.50).moved((0, 0, float(rng.uniform(0, 0.2))))
        for _ in range(int(rng.integers(2, 5)))
    ]
    return _solid("heap of waste", "garbage", joined(*parts, _scraps(rng, 26, 0.62)))


def _bin_body(colour: Rgb) -> Mesh:
    paint = Paint(colour, 0.3)
    rings = []
    for z, wide, deep in (
        (0.12, 0.40, 0.42),
        (0.16, 0.43, 0.46),
        (0.90, 0.54, 0.60),
        (0.97, 0.58, 0.66),
        (1.0, 0.58, 0.66),
    ):
        rings.append(np.column_stack([rounded_rectangle(deep, wide, 0.05), np.full(12, z)]))
    shell = loft(rings, paint)
    rim = np.column_stack([rounded_rectangle(0.62, 0.54, 0.04), np.full(12, 0.985)])
    inside = loft([rim - (0, 0, 0.2), rim], DARK, caps=True)
    wheels = [wheel((-0.24, s * 0.22, 0.10), 0.10, 0.06, RUBBER, DARK) for s in (-1, 1)]
    handle = tube([(-0.34, -0.2, 0.96), (-0.40, -0.2, 0.99), (-0.40, 0.2, 0.99), (-0.34, 0.2, 0.96)], 0.018, paint)
    label = boxes([(0.006, 0.26, 0.22)], [(0.284, 0, 0.62)], Paint((0.92, 0.93, 0.92), 0.2))
    mark = boxes([(0.008, 0.14, 0.10)], [(0.286, 0, 0.64)], Paint(colour, 0.2))
    return joined(
        shell, inside, *wheels, handle, label.turned(-5.5, 1, (0.284, 0, 0.62)), mark.turned(-5.5, 1, (0.284, 0, 0.62))
    )


def _lid(colour: Rgb, *, open_deg: float) -> Mesh:
    paint = Paint(colour, 0.35)
    rings = [
        np.column_stack([rounded_rectangle(0.70, 0.62, 0.05) * share, np.full(12, z)])
        for share, z in ((1.0, 1.0), (1.0, 1.03), (0.86, 1.075), (0.5, 1.09))
    ]
    lid = loft(rings, paint, caps=True)
    grip = boxes([(0.05, 0.22, 0.03)], [(0.36, 0, 1.02)], paint)
    return joined(lid, grip).turned(-open_deg, 1, (-0.34, 0, 1.0))


def closed_bin(rng: Rng) -> Thing:
    """A wheeled bin, its lid shut."""
    body, lid = _BINS[rng.integers(len(_BINS))]
    return _solid("closed bin", "bin", joined(_bin_body(body), _lid(lid, open_deg=0)))


def street_bin(rng: Rng) -> Thing:
    """A double litter bin of steel under a small roof."""
    parts = []
    for side, colour in ((-1, (0.15, 0.45, 0.28)), (1, (0.14, 0.32, 0.62))):
        parts.append(box((0.36, 0.42, 0.62), (0, side * 0.25, 0.46), Paint(colour, 0.3), bevel=0.02))
        parts.append(box((0.02, 0.26, 0.12), (0.18, side * 0.25, 0.66), DARK))
    parts += [box((0.10, 0.06, 0.95), (0, y, 0.475), STEEL) for y in (-0.5, 0, 0.5)]
    parts.append(box((0.46, 1.14, 0.05), (0, 0, 0.97), Paint((0.45, 0.46, 0.47), 0.4), bevel=0.015))
    _ = rng
    return _solid("litter bin", "bin", joined(*parts))


def overflowing_bin(rng: Rng) -> Thing:
    """A bin that cannot be shut: waste over its rim, the lid up or lying on the waste, bags at its foot."""
    body, lid = _BINS[rng.integers(3)]
    stuffed = [
        _bag(rng).moved((float(rng.uniform(-0.1, 0.12)), float(rng.uniform(-0.16, 0.16)), 0.84 + n * 0.14))
        for n in range(3)
    ]
    stuffed.append(_bag(rng).turned(35, 1).moved((0.16, float(rng.uniform(-0.14, 0.14)), 0.92)))
    heap = ball((0, 0, 0.98), (0.31, 0.28, 0.20), Paint((0.9, 0.88, 0.84), 0.1, Layer.TRASH))
    carton = _carton(rng).moved((0.06, 0.1, 1.08), heading_deg=30)
    hanging = box(
        (0.02, 0.16, 0.34), (0.33, float(rng.uniform(-0.15, 0.15)), 0.82), Paint((0.88, 0.88, 0.90), 0.3, Layer.CRINKLE)
    )
    parts = [_bin_body(body), _lid(lid, open_deg=float(rng.uniform(55, 115))), heap, *stuffed, hanging]
    if rng.random() < 0.6:
        parts.append(carton)
    mesh = joined(*parts)
    return _solid("bin running over", "bin_overflow", mesh)


def _solid(name: str, label: str, mesh: Mesh) -> Thing:
    return Thing(name, label, (Part(None, (mesh.shaded_below(0.35, 0.45),)),), footprint(mesh))


MAKERS: dict[str, Callable[[Rng], Thing]] = {
    "bag": bag,
    "bags": bags,
    "pile": pile,
    "closed_bin": closed_bin,
    "street_bin": street_bin,
    "overflowing_bin": overflowing_bin,
}
