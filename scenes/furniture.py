"""What stands about in a street and is no thing of its own: lamps, boxes, bollards, signs, wires, railings."""

from collections.abc import Sequence
from itertools import pairwise
from math import pi

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, ball, box, boxes, joined, lathe, plate, tube

Rng = np.random.Generator

_GREY = Paint((0.46, 0.48, 0.49), 0.35)
LAMP_M = 6.8
LAMP_REACH_M = 1.9


def street_lamp() -> Mesh:
    """A lamp whose arm reaches over the road (+y)."""
    glass = Paint((1.0, 0.94, 0.80), 0.3, glow=1.0, lamp=1.0)
    parts = [
        lathe([(0.14, 0), (0.13, 0.5), (0.085, 0.55)], _GREY),
        tube([(0, 0, 0.4), (0, 0, LAMP_M)], (0.08, 0.055), _GREY),
    ]
    parts.append(tube([(0, 0, LAMP_M - 0.1), (0, 0.7, LAMP_M + 0.25), (0, LAMP_REACH_M, LAMP_M + 0.3)], 0.04, _GREY))
    parts.append(box((0.26, 0.75, 0.11), (0, LAMP_REACH_M, LAMP_M + 0.30), _GREY, bevel=0.04))
    parts.append(box((0.20, 0.60, 0.02), (0, LAMP_REACH_M, LAMP_M + 0.235), glass))
    return joined(*parts)


def cabinet(rng: Rng) -> Mesh:
    """A box of the electricity or telephone company."""
    colour = ((0.62, 0.64, 0.62), (0.32, 0.44, 0.38), (0.72, 0.70, 0.64))[rng.integers(3)]
    body = box((0.95, 0.42, 1.25), (0, 0, 0.72), Paint(colour, 0.2), bevel=0.02)
    foot = box((1.0, 0.48, 0.10), (0, 0, 0.05), Paint((0.5, 0.5, 0.5), 0.1, Layer.CONCRETE))
    gap = boxes([(0.012, 0.01, 1.1)], [(0, 0.212, 0.72)], Paint((0.2, 0.2, 0.2), 0.1))
    warning = boxes([(0.18, 0.012, 0.18)], [(0.24, 0.213, 1.0)], Paint((0.90, 0.78, 0.12), 0.2))
    return joined(body, foot, gap, warning)


def bollards(x1: float, x2: float, y: float) -> Mesh:
    """A row of round posts."""
    post = lathe([(0.09, 0), (0.09, 0.62), (0.07, 0.68), (0.02, 0.70)], Paint((0.55, 0.56, 0.57), 0.3), sides=10)
    band = lathe([(0.093, 0.48), (0.093, 0.56)], Paint((0.85, 0.65, 0.10), 0.3), sides=10)
    one = joined(post, band)
    return joined(*[one.moved((x, y, 0)) for x in np.arange(x1, x2, 1.6)])


def no_parking_sign() -> Mesh:
    """A round sign on a pole: blue with a red cross."""
    angles = np.arange(20) * 2 * pi / 20
    disc = np.column_stack([np.cos(angles), np.sin(angles)])
    red, blue = Paint((0.75, 0.08, 0.08), 0.3), Paint((0.10, 0.22, 0.62), 0.3)
    parts = [plate(disc * 0.30, 0.02, red), plate(disc * 0.25, 0.026, blue)]
    parts += [boxes([(0.52, 0.032, 0.06)], [(0, 0, 0)], red).turned(turn, 1) for turn in (45, -45)]
    pole = tube([(0, 0, 0), (0, 0, 2.7)], 0.035, _GREY)
    return joined(pole, joined(*parts).moved((0, -0.05, 2.4)).turned(90, 2, (0, 0, 0)))


def hydrant() -> Mesh:
    """A red fire hydrant."""
    red = Paint((0.72, 0.10, 0.08), 0.4)
    body = lathe(
        [(0.15, 0), (0.15, 0.06), (0.09, 0.08), (0.09, 0.55), (0.12, 0.58), (0.10, 0.68), (0.03, 0.74)], red, sides=12
    )
    arms = tube([(0, -0.17, 0.45), (0, 0.17, 0.45)], 0.05, red)
    return joined(body, arms)


def railing(x1: float, x2: float, y: float) -> Mesh:
    """The white railing in the middle of a wide road."""
    white, foot = Paint((0.88, 0.89, 0.90), 0.3), Paint((0.35, 0.35, 0.36), 0.1)
    bars = np.arange(x1, x2, 0.16)
    posts = np.arange(x1, x2, 2.4)
    parts = [boxes([(0.018, 0.018, 0.62)] * len(bars), [(x, y, 0.55) for x in bars], white)]
    parts.append(boxes([(x2 - x1, 0.04, 0.05)] * 2, [((x1 + x2) / 2, y, z) for z in (0.25, 0.86)], white))
    parts.append(boxes([(0.08, 0.08, 1.0)] * len(posts), [(x, y, 0.5) for x in posts], white))
    parts.append(boxes([(0.35, 0.4, 0.08)] * len(posts), [(x, y, 0.04) for x in posts], foot))
    return joined(*parts)


def wires(points: Sequence[tuple[float, float, float]], count: int = 3) -> Mesh:
    """Cables that sag between points along a house front."""
    black, parts = Paint((0.08, 0.08, 0.08), 0.1), []
    for number in range(count):
        for a, b in pairwise(points):
            shares = np.linspace(0, 1, 7)[:, None]
            path = np.asarray(a) + (np.asarray(b) - np.asarray(a)) * shares
            path[:, 2] -= (0.22 + 0.1 * number) * 4 * (shares * (1 - shares))[:, 0]
            path[:, 1:] += (0.05 * number, 0.12 * number)
            parts.append(tube(path, 0.012, black, sides=4))
    return joined(*parts)


def planter(length: float) -> Mesh:
    """A box with a clipped hedge."""
    stone = box((length, 0.6, 0.4), (0, 0, 0.2), Paint((0.60, 0.58, 0.55), 0.1, Layer.CONCRETE), bevel=0.02)
    green = Paint((0.26, 0.38, 0.16), 0.08, Layer.FOLIAGE)
    tufts = [
        ball((x, 0, 0.55), (0.30, 0.28, 0.27), green, sides=8) for x in np.arange(-length / 2 + 0.25, length / 2, 0.3)
    ]
    return joined(stone, *tufts)
