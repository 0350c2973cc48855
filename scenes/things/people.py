"""Walkers in mid-stride, standing people, sellers on stools, riders."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, Rgb, ball, joined, lathe, loft, tube
from scenes.things.part import Part, Thing, footprint

Rng = np.random.Generator
Point = tuple[float, float, float]

POSES = 12
STRIDE_M = 1.36

_SKIN: tuple[Rgb, ...] = ((0.86, 0.68, 0.55), (0.80, 0.61, 0.47), (0.73, 0.54, 0.41))
_HAIR: tuple[Rgb, ...] = ((0.07, 0.06, 0.06), (0.12, 0.09, 0.08), (0.55, 0.54, 0.53))
_TOPS: tuple[Rgb, ...] = (
    (0.85, 0.85, 0.84),
    (0.15, 0.17, 0.22),
    (0.62, 0.14, 0.14),
    (0.20, 0.36, 0.58),
    (0.75, 0.60, 0.35),
    (0.25, 0.40, 0.28),
    (0.80, 0.55, 0.62),
    (0.42, 0.42, 0.45),
    (0.90, 0.78, 0.30),
)
_TROUSERS: tuple[Rgb, ...] = ((0.12, 0.13, 0.17), (0.22, 0.28, 0.40), (0.38, 0.35, 0.30), (0.55, 0.50, 0.42))


@dataclass(frozen=True, slots=True)
class Clothes:
    """What a person wears."""

    skin: Paint
    hair: Paint
    top: Paint
    trousers: Paint
    shoes: Paint
    skirt: bool
    long_hair: bool
    sleeves: bool
    hat: Paint | None


def clothes(rng: Rng) -> Clothes:
    """Something to wear by chance."""
    woman = rng.random() < 0.5
    hat = Paint((0.85, 0.78, 0.55), 0.05, Layer.WOVEN) if rng.random() < 0.12 else None
    return Clothes(
        Paint(_SKIN[rng.integers(len(_SKIN))], 0.1),
        Paint(_HAIR[rng.choice(3, p=(0.55, 0.3, 0.15))], 0.3),
        Paint(_TOPS[rng.integers(len(_TOPS))], 0.05, Layer.CLOTH),
        Paint(_TROUSERS[rng.integers(len(_TROUSERS))], 0.05, Layer.CLOTH),
        Paint(((0.9, 0.9, 0.9), (0.1, 0.1, 0.1), (0.3, 0.2, 0.15))[rng.integers(3)], 0.2),
        skirt=bool(woman and rng.random() < 0.35),
        long_hair=bool(woman and rng.random() < 0.7),
        sleeves=bool(rng.random() < 0.5),
        hat=hat,
    )


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the joints are, metres, for a body 1.70 m tall; x ahead, y to the left.

    Attributes:
        hip, neck: middle of the body.
        knees, feet, elbows, hands: right and left.
    """

    hip: Point
    neck: Point
    knees: tuple[Point, Point]
    feet: tuple[Point, Point]
    elbows: tuple[Point, Point]
    hands: tuple[Point, Point]


def walking(phase: float) -> Pose:
    """A moment of a stride, phase 0-1."""
    knees, feet, elbows, hands = [], [], [], []
    bob = 0.025 * cos(4 * pi * phase)
    hip = (0.0, 0.0, 0.90 + bob)
    for side, shift in ((-1, 0.0), (1, 0.5)):
        angle = 2 * pi * (phase + shift)
        swing, lift = 0.46 * sin(angle), max(0.0, cos(angle))
        thigh = swing + 0.18 * lift
        knee = (0.44 * sin(thigh), side * 0.09, hip[2] - 0.44 * cos(thigh))
        shin = thigh - 0.12 - 0.75 * lift
        foot = (knee[0] + 0.42 * sin(shin), side * 0.09, max(0.06, knee[2] - 0.42 * cos(shin)))
        arm = -0.50 * sin(angle)
        elbow = (0.28 * sin(arm), side * 0.235, 1.40 + bob - 0.28 * cos(arm))
        hand = (elbow[0] + 0.26 * sin(arm + 0.35), side * 0.25, elbow[2] - 0.26 * cos(arm + 0.35))
        knees.append(knee)
        feet.append(foot)
        elbows.append(elbow)
        hands.append(hand)
    return Pose(hip, (0.03, 0, 1.44 + bob), _two(knees), _two(feet), _two(elbows), _two(hands))


STANDING = Pose(
    (0, 0, 0.91), (0.0, 0, 1.45),
    ((0.02, -0.10, 0.48), (0.02, 0.10, 0.48)), ((0, -0.12, 0.06), (0, 0.12, 0.06)),
    ((-0.03, -0.25, 1.14), (-0.03, 0.25, 1.14)), ((0.10, -0.24, 0.90), (0.10, 0.24, 0.90)),
)  # fmt: skip
SITTING = Pose(
    (0, 0, 0.46), (0.10, 0, 0.98),
    ((0.42, -0.14, 0.48), (0.42, 0.14, 0.48)), ((0.40, -0.16, 0.06), (0.44, 0.16, 0.06)),
    ((0.10, -0.26, 0.70), (0.10, 0.26, 0.70)), ((0.36, -0.16, 0.58), (0.36, 0.16, 0.58)),
)  # fmt: skip
PUSHING = Pose(
    (0, 0, 0.90), (0.12, 0, 1.43),
    ((0.20, -0.10, 0.50), (-0.05, 0.10, 0.47)), ((0.12, -0.10, 0.06), (-0.35, 0.10, 0.10)),
    ((0.16, -0.26, 1.16), (0.16, 0.26, 1.16)), ((0.44, -0.24, 1.02), (0.44, 0.24, 1.02)),
)  # fmt: skip
RIDING = Pose(
    (-0.18, 0, 0.86), (0.02, 0, 1.38),
    ((0.22, -0.16, 0.74), (0.22, 0.16, 0.74)), ((0.12, -0.15, 0.34), (0.16, 0.15, 0.36)),
    ((0.22, -0.28, 1.16), (0.22, 0.28, 1.16)), ((0.50, -0.27, 1.04), (0.50, 0.27, 1.04)),
)  # fmt: skip


def body(pose: Pose, wear: Clothes, height_m: float = 1.70) -> Mesh:
    """A person in a pose."""
    parts = [_trunk(pose, wear), _head(pose, wear)]
    for side in (0, 1):
        sign = -1 if side == 0 else 1
        hip = (pose.hip[0], pose.hip[1] + sign * 0.085, pose.hip[2])
        leg = wear.skin if wear.skirt else wear.trousers
        path, radii = _bent(hip, pose.knees[side], pose.feet[side], (0.088, 0.066, 0.062, 0.046))
        parts.append(tube(path, radii, leg, sides=8))
        foot = pose.feet[side]
        parts.append(ball((foot[0] + 0.055, foot[1], foot[2] - 0.012), (0.13, 0.05, 0.05), wear.shoes, sides=8))
        shoulder = (pose.neck[0] - 0.01, pose.neck[1] + sign * 0.185, pose.neck[2] - 0.05)
        path, radii = _bent(shoulder, pose.elbows[side], pose.hands[side], (0.056, 0.046, 0.042, 0.032))
        half = len(path) // 2
        lower = wear.top if wear.sleeves else wear.skin
        parts.append(tube(path[: half + 1], radii[: half + 1], wear.top, sides=7))
        parts.append(tube(path[half:], radii[half:], lower, sides=7))
        parts.append(ball(pose.hands[side], (0.045, 0.035, 0.06), wear.skin, sides=6))
    if wear.skirt:
        parts.append(_skirt(pose, wear))
    return joined(*parts).moved(scale=height_m / 1.70).shaded_below(0.5, 0.5)


def _trunk(pose: Pose, wear: Clothes) -> Mesh:
    levels: tuple[tuple[float, float, float], ...] = (
        (0.0, 0.150, 0.105),
        (0.12, 0.165, 0.115),
        (0.42, 0.150, 0.105),
        (0.72, 0.190, 0.120),
        (0.90, 0.205, 0.105),
    )
    levels += ((0.99, 0.16, 0.08), (1.05, 0.06, 0.055))
    start, end = np.array(pose.hip) - (0, 0, 0.07), np.array(pose.neck)
    angles = np.arange(12) * 2 * pi / 12
    rings = []
    for share, wide, deep in levels:
        centre = start + (end - start) * share
        rings.append(centre + np.column_stack([deep * np.cos(angles), wide * np.sin(angles), np.zeros(12)]))
    paints = [[wear.trousers if row == 0 else wear.top] * 12 for row in range(len(levels) - 1)]
    shell = loft(rings[1:], wear.top, caps=True, crease_deg=70)
    seat = loft(rings[:2], paints[0][0], caps=True, crease_deg=70)
    return joined(shell, seat)


def _head(pose: Pose, wear: Clothes) -> Mesh:
    x, y, z = pose.neck
    parts = [tube([(x, y, z - 0.03), (x + 0.01, y, z + 0.09)], 0.052, wear.skin, sides=8)]
    parts.append(ball((x + 0.025, y, z + 0.165), (0.095, 0.078, 0.118), wear.skin))
    parts.append(ball((x + 0.002, y, z + 0.195), (0.104, 0.088, 0.105), wear.hair))
    if wear.long_hair:
        parts.append(ball((x - 0.055, y, z + 0.08), (0.06, 0.085, 0.16), wear.hair, sides=8))
    if wear.hat:
        brim = [(0.05, 0.0), (0.21, -0.03), (0.21, -0.02), (0.11, 0.02), (0.10, 0.11), (0.02, 0.13)]
        parts.append(lathe(brim, wear.hat, sides=14).moved((x + 0.01, y, z + 0.215)))
    return joined(*parts)


def _skirt(pose: Pose, wear: Clothes) -> Mesh:
    x, y, z = pose.hip
    profile = [(0.27, -0.46), (0.21, -0.2), (0.155, 0.08)]
    return lathe(profile, wear.trousers, sides=12, crease_deg=80).moved((x, y, z), scale=(0.85, 1.0, 1.0))


def _bent(a: Point, b: Point, c: Point, radii: tuple[float, ...]) -> tuple[list[Point], list[float]]:
    """A limb with a rounded joint: points and radii."""
    before, after = _between(a, b, 0.88), _between(b, c, 0.12)
    return [a, before, after, c], list(radii)


def _between(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def _two(points: list[Point]) -> tuple[Point, Point]:
    return points[0], points[1]


def walker(rng: Rng) -> Thing:
    """Somebody who walks, sometimes with a bag."""
    wear, height = clothes(rng), float(rng.uniform(1.54, 1.80))
    bag = _bag(rng)
    poses = []
    for number in range(POSES):
        pose = walking(number / POSES)
        mesh = body(pose, wear, height)
        scale = height / 1.70
        poses.append(joined(mesh, bag.moved([value * scale for value in pose.hands[0]])))
    return Thing("walker", "person", (Part(None, tuple(poses)),), (0.7, 0.6), stride_m=STRIDE_M * height / 1.70)


def _bag(rng: Rng) -> Mesh:
    if rng.random() > 0.4:
        return joined()
    paint = Paint(_TOPS[rng.integers(len(_TOPS))], 0.35, Layer.CRINKLE)
    return ball((0, 0, -0.20), (0.12, 0.07, 0.17), paint, sides=8)


def stander(rng: Rng) -> Thing:
    """Somebody who stands."""
    return _still("standing person", STANDING, rng)


def sitter(rng: Rng) -> Thing:
    """Somebody on a small stool."""
    wear = clothes(rng)
    stool = lathe([(0.14, 0), (0.12, 0.02), (0.13, 0.38), (0.16, 0.40), (0.16, 0.43)], Paint((0.75, 0.2, 0.15), 0.3))
    mesh = joined(body(SITTING, wear), stool)
    return Thing("sitting person", "person", (Part(None, (mesh,)),), footprint(mesh))


def _still(name: str, pose: Pose, rng: Rng) -> Thing:
    mesh = body(pose, clothes(rng), float(rng.uniform(1.54, 1.80)))
    return Thing(name, "person", (Part(None, (mesh,)),), footprint(mesh))


MAKERS: dict[str, Callable[[Rng], Thing]] = {"walker": walker, "stander": stander, "sitter": sitter}
