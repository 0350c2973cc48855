"""Street trees: a trunk with boughs, and a crown of many small leaves."""

from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from scenes.layers import Layer
from scenes.mesh import NO_TEXTURE, VERTEX, Mesh, Paint, joined, tube

Rng = np.random.Generator


def tree(rng: Rng, *, fine: bool = True) -> Mesh:
    """One tree, its foot at the origin; one that is not fine has fewer and larger leaves."""
    height = float(rng.uniform(5.6, 7.6))
    trunk_top = float(rng.uniform(2.7, 3.3))
    bark = Paint((0.42, 0.35, 0.28), 0.05, Layer.BARK)
    lean = rng.normal(0, 0.08, 2)
    top = (float(lean[0]), float(lean[1]), trunk_top)
    parts = [tube([(0, 0, -0.05), (lean[0] / 2, lean[1] / 2, trunk_top / 2), top], (0.17, 0.13, 0.115), bark, sides=10)]
    white = Paint((0.88, 0.88, 0.85), 0.05)
    parts.append(tube([(0, 0, 0.0), (lean[0] * 0.2, lean[1] * 0.2, 1.05)], (0.178, 0.152), white, sides=10))
    centres = []
    for number in range(6):
        angle = number * 2 * pi / 6 + float(rng.uniform(-0.4, 0.4))
        reach = float(rng.uniform(0.8, 1.6))
        end = (
            top[0] + reach * cos(angle),
            top[1] + reach * sin(angle),
            float(rng.uniform(trunk_top + 0.9, height - 0.9)),
        )
        middle = (top[0] + reach * 0.35 * cos(angle), top[1] + reach * 0.35 * sin(angle), trunk_top + 0.7)
        parts.append(tube([top, middle, end], (0.08, 0.055, 0.025), bark, sides=6))
        centres.append(end)
    centres.append((top[0], top[1], height - 0.6))
    parts.append(leaves(rng, np.array(centres), 1.15, 330 if fine else 90, larger=1.0 if fine else 1.8))
    return joined(*parts)


def leaves(rng: Rng, centres: NDArray[np.floating], radius_m: float, each: int, *, larger: float = 1.0) -> Mesh:
    """Leaves in loose balls around the centres (N, 3)."""
    count = len(centres) * each
    middle = np.repeat(centres, each, axis=0)
    way = rng.normal(0, 1, (count, 3))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    distance = radius_m * rng.uniform(0.25, 1.0, (count, 1)) ** 0.45
    spot = middle + way * distance * (1.0, 1.0, 0.78)
    side = rng.normal(0, 1, (count, 3))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(side, way)
    other /= np.maximum(np.linalg.norm(other, axis=1, keepdims=True), 1e-6)
    size = rng.uniform(0.10, 0.19, (count, 1)) * larger
    corners = np.stack(
        [spot - side * size, spot - other * size * 0.55, spot + side * size, spot + other * size * 0.55], axis=1
    )
    vertices = np.zeros(count * 6, VERTEX)
    vertices["position"] = corners[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    normal = way * 0.8 + np.array((0, 0, 0.5))
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    vertices["normal"] = np.repeat(normal, 6, axis=0)
    hue = rng.uniform(0.75, 1.15, (count, 1)) * np.array((0.33, 0.45, 0.17)) + rng.uniform(0, 0.08, (count, 1)) * (
        1,
        0.8,
        0,
    )
    inner = 0.55 + 0.45 * (distance / radius_m)
    vertices["colour"][:, :3] = np.repeat(np.clip(hue * inner * 255, 0, 255), 6, axis=0).astype(np.uint8)
    vertices["colour"][:, 3] = 0
    vertices["extra"] = (NO_TEXTURE, 0, 255, 0)
    return Mesh(vertices)
