"""The plan of a street: how wide, which shops, which trees, where the camera hangs. Numbers only, all from a seed.

The shops stand along y = 0 and look towards +y; then come pavement, kerb, road, the far pavement and the far houses.
The camera hangs at x = 0 and looks along the street, towards +x or -x.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from scenes.paving import PAVINGS
from scenes.signs import SHOPS
from scenes.viewpoint import Viewpoint

PAVEMENT_Z = 0.15
SHOP_KINDS = ("open", "glass", "glass", "shutter")

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class ShopFront:
    """One shop: from x1 to x2, its name, what it sells, and how its front is built (open, glass or shutter)."""

    x1: float
    x2: float
    name: str
    trade: str
    front: str
    awning: bool

    @property
    def middle(self) -> float:
        """x of its middle."""
        return (self.x1 + self.x2) / 2


@dataclass(frozen=True, slots=True)
class House:
    """One house with its shops; `tone` picks its wall."""

    x1: float
    x2: float
    floors: int
    wall: str
    tone: tuple[float, float, float]
    shops: tuple[ShopFront, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A street in numbers, metres.

    Attributes:
        direction: 1 = the camera looks towards +x, -1 = towards -x.
        kerb_m, far_kerb_m, far_wall_m: y of the kerbs and of the far houses.
        shop_line_m: y of the line up to which shops may put goods.
        lanes: y of the middle of each lane; lane_edges: of the dashed lines.
        bays: x, y, length, width of marked parking bays.
        trees, lamps: x, y.
    """

    seed: int
    direction: int
    kerb_m: float
    far_kerb_m: float
    far_wall_m: float
    shop_line_m: float
    paving: str
    no_parking: bool
    lanes: tuple[float, ...]
    lane_edges: tuple[float, ...]
    tactile_m: tuple[float, float]
    bays: tuple[tuple[float, float, float, float], ...]
    crossing_x: float | None
    trees: tuple[tuple[float, float], ...]
    far_trees: tuple[tuple[float, float], ...]
    lamps: tuple[tuple[float, float], ...]
    houses: tuple[House, ...]
    far_houses: tuple[House, ...]
    viewpoint: Viewpoint

    @property
    def shops(self) -> tuple[ShopFront, ...]:
        """All shops of the near side, by distance from the camera."""
        return tuple(sorted((s for house in self.houses for s in house.shops), key=lambda s: s.middle * self.direction))


WALLS = {
    "tiles": ((0.80, 0.76, 0.70), (0.74, 0.72, 0.70), (0.78, 0.68, 0.60), (0.68, 0.72, 0.72)),
    "plaster": ((0.80, 0.74, 0.62), (0.72, 0.70, 0.66), (0.82, 0.80, 0.76), (0.70, 0.62, 0.54)),
    "brick": ((0.66, 0.42, 0.34), (0.60, 0.46, 0.38)),
}


def plan_of(seed: int) -> Plan:
    """The street of a seed."""
    rng = np.random.default_rng([seed, 1])
    direction = 1 if rng.random() < 0.6 else -1
    kerb = float(rng.uniform(5.4, 7.2))
    four_lanes = rng.random() < 0.3
    road = float(rng.uniform(12.6, 14.0) if four_lanes else rng.uniform(7.4, 9.0))
    far_kerb = kerb + road
    far_wall = far_kerb + float(rng.uniform(3.0, 4.5))
    lanes, edges = _lanes(kerb, far_kerb, four=bool(four_lanes))
    names = list(rng.permutation(len(SHOPS)))
    houses = _row(rng, direction, [SHOPS[number] for number in names])
    far_houses = _row(rng, direction, [SHOPS[number] for number in names[::-1]])
    viewpoint = _viewpoint(rng, direction, kerb, road)
    trees = _out_of_the_way(_trees(rng, direction, kerb - 0.95, skip_below=7.5), viewpoint, direction, kerb)
    bays: tuple[tuple[float, float, float, float], ...] = ()
    if rng.random() < 0.35:
        start = direction * 15.0
        bays = tuple(
            (start + direction * 6.0 * n - (0 if direction > 0 else 5.6), kerb + 0.45, 5.6, 2.1) for n in range(3)
        )
    tactile = kerb - 2.55
    return Plan(
        seed,
        direction,
        kerb,
        far_kerb,
        far_wall,
        shop_line_m=1.15,
        paving=tuple(PAVINGS)[int(rng.integers(len(PAVINGS)))],
        no_parking=not bays,
        lanes=lanes,
        lane_edges=edges,
        tactile_m=(tactile, tactile + 0.3),
        bays=bays,
        crossing_x=direction * float(rng.uniform(27, 34)) if rng.random() < 0.4 else None,
        trees=trees,
        far_trees=_trees(rng, direction, far_kerb + 0.9, skip_below=9.0),
        lamps=tuple((direction * x, kerb - 0.55) for x in (11.5, 31.5, 51.5, 71.5)),
        houses=houses,
        far_houses=far_houses,
        viewpoint=viewpoint,
    )


def _lanes(kerb: float, far_kerb: float, *, four: bool) -> tuple[tuple[float, ...], tuple[float, ...]]:
    quarter = (far_kerb - kerb) / 4
    if four:
        return tuple(kerb + quarter * (n + 0.5) for n in range(4)), (kerb + quarter, kerb + 3 * quarter)
    return (kerb + quarter, kerb + 3 * quarter), ()


def _row(rng: Rng, direction: int, names: list[tuple[str, str]]) -> tuple[House, ...]:
    houses, x, used = [], -16.0, 0
    while x < 105:
        bays = int(rng.integers(2, 5))
        bay = float(rng.uniform(3.8, 4.8))
        wall = ("tiles", "tiles", "plaster", "brick")[rng.integers(4)]
        tone = WALLS[wall][rng.integers(len(WALLS[wall]))]
        shops = []
        for number in range(bays):
            name, trade = names[used % len(names)]
            used += 1
            x1, x2 = x + number * bay, x + (number + 1) * bay
            front = SHOP_KINDS[rng.choice(4, p=(0.42, 0.26, 0.20, 0.12))]
            ends = (x1, x2) if direction > 0 else (-x2, -x1)
            shops.append(ShopFront(*ends, name, trade, front, bool(rng.random() < 0.3)))
        end = x + bays * bay
        ends = (x, end) if direction > 0 else (-end, -x)
        houses.append(House(*ends, int(rng.integers(3, 7)), wall, tone, tuple(shops)))
        x = end + (float(rng.uniform(1.5, 4.0)) if rng.random() < 0.2 else 0.0)
    return tuple(houses)


def _trees(rng: Rng, direction: int, y: float, *, skip_below: float) -> tuple[tuple[float, float], ...]:
    gap, start = float(rng.uniform(6.0, 9.0)), float(rng.uniform(-14, -10))
    spots = [start + gap * n for n in range(14)]
    return tuple((direction * x, y) for x in spots if x < -6 or x > skip_below)


def _out_of_the_way(
    trees: tuple[tuple[float, float], ...], viewpoint: Viewpoint, direction: int, kerb: float
) -> tuple[tuple[float, float], ...]:
    """The trees whose crowns do not hide the near pavement from the camera, as those who hang cameras see to it."""
    spots = [
        (direction * x, kerb * share, PAVEMENT_Z + z) for x in range(6, 23, 2) for share in (0.3, 0.7) for z in (0, 1)
    ]
    seen = viewpoint.pixels(spots, (1000, 1000))

    def hides(tree: tuple[float, float]) -> bool:
        if not 0 < tree[0] * direction < 26:
            return False
        around = [(tree[0] + dx, tree[1] + dy, z) for dx in (-1.9, 1.9) for dy in (-1.9, 1.9) for z in (3.2, 7.0)]
        crown = viewpoint.pixels(around, (1000, 1000))
        low, high = crown.min(axis=0), crown.max(axis=0)
        return int(((seen > low) & (seen < high)).all(axis=1).sum()) > 3

    return tuple(tree for tree in trees if not hides(tree))


def _viewpoint(rng: Rng, direction: int, kerb: float, road: float) -> Viewpoint:
    """On a pole at the kerb, over the road or on its far side, 3-8 m up."""
    height = float(rng.uniform(3.6, 7.8))
    kind = rng.random()
    y = kerb + (
        rng.uniform(-0.4, 1.0) if kind < 0.45 else rng.uniform(2.0, 5.0) if kind < 0.8 else rng.uniform(0.7, 0.9) * road
    )
    yaw = radians(float(rng.uniform(9, 17) + 5.0 * (y - kerb)))
    reach = float(rng.uniform(11, 15) + 0.7 * height)
    target = (direction * reach * cos(yaw), y - reach * sin(yaw), 0.6)
    return Viewpoint((0.0, float(y), height), target, float(rng.uniform(58, 78)))
