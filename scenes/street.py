"""Builds the street of a plan: everything that stands for ever, with its textures and lamps."""

from dataclasses import replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from scenes import textures
from scenes.furniture import (
    LAMP_M,
    LAMP_REACH_M,
    bollards,
    cabinet,
    hydrant,
    no_parking_sign,
    planter,
    railing,
    street_lamp,
    wires,
)
from scenes.greenery import tree
from scenes.ground import paint_ground
from scenes.houses import SHOP_M, house
from scenes.lamps import Lamp
from scenes.layers import GROUND, Layer
from scenes.mesh import Mesh, Paint, boxes, joined, quad
from scenes.plan import PAVEMENT_Z, House, Plan
from scenes.signs import board
from scenes.still import Still

_EARTH = Paint((1, 1, 1), 0.2, GROUND)
_LAMP_RGB = (52.0, 40.0, 25.0)
_FINE_TO_M = 36.0
_SHOP_RGB = (2.6, 2.45, 2.1)


@lru_cache(maxsize=2)
def build(plan: Plan) -> Still:
    """The street of a plan. The last two are kept: a street is mostly wanted again in another light."""
    rng = np.random.default_rng([plan.seed, 5])
    names = list(
        dict.fromkeys(shop.name for row in (plan.houses, plan.far_houses) for one in row for shop in one.shops)
    )
    boards = {name: Layer.FIRST_OF_STREET + number for number, name in enumerate(names)}
    far = _across(plan)
    parts = [_floor(plan), _kerbs(plan)]
    parts += [house(one, boards, rng) for one in plan.houses]
    parts += [house(_mirrored(one), boards, rng).moved((0, plan.far_wall_m, 0), heading_deg=180) for one in far]
    parts += [tree(rng, fine=abs(x) < _FINE_TO_M).moved((x, y, PAVEMENT_Z)) for x, y in (*plan.trees, *plan.far_trees)]
    parts += [street_lamp().moved((x, y, PAVEMENT_Z)) for x, y in plan.lamps]
    parts += _odds_and_ends(plan, rng)
    return Still(
        joined(*parts),
        cache(lambda: paint_ground(plan)),
        cache(lambda: np.concatenate([textures.common(), _boards(plan, names)])),
        _lamps(plan),
        plan.viewpoint,
    )


def _boards(plan: Plan, names: list[str]) -> NDArray[np.uint8]:
    return np.stack([board(np.random.default_rng([plan.seed, 7, number]), name) for number, name in enumerate(names)])


def _across(plan: Plan) -> tuple[House, ...]:
    return tuple(one for one in plan.far_houses if max(one.x1 * plan.direction, one.x2 * plan.direction) > 4)


def _mirrored(one: House) -> House:
    """The same house as it must be built so that turning it by 180 degrees puts it where it belongs."""
    shops = tuple(replace(shop, x1=-shop.x2, x2=-shop.x1) for shop in one.shops)
    return replace(one, x1=-one.x2, x2=-one.x1, shops=shops)


def _span(plan: Plan) -> tuple[float, float]:
    return (-24.0, 122.0) if plan.direction > 0 else (-122.0, 24.0)


def _floor(plan: Plan) -> Mesh:
    x1, x2 = _span(plan)
    bands = (
        (-11.0, plan.kerb_m, PAVEMENT_Z),
        (plan.kerb_m, plan.far_kerb_m, 0.0),
        (plan.far_kerb_m, plan.far_wall_m + 11, PAVEMENT_Z),
    )
    return joined(*[quad([(x1, a, z), (x2, a, z), (x2, b, z), (x1, b, z)], _EARTH) for a, b, z in bands])


def _kerbs(plan: Plan) -> Mesh:
    x1, x2 = _span(plan)
    stone = Paint((0.66, 0.65, 0.63), 0.15, Layer.CONCRETE)
    xs = np.arange(x1, x2, 1.0) + 0.5
    sizes = [(0.985, 0.16, 0.30)] * len(xs)
    near = boxes(sizes, [(x, plan.kerb_m - 0.08, 0.005) for x in xs], stone)
    far = boxes(sizes, [(x, plan.far_kerb_m + 0.08, 0.005) for x in xs], stone)
    return joined(near, far)


def _odds_and_ends(plan: Plan, rng: np.random.Generator) -> list[Mesh]:
    d, edge = plan.direction, plan.kerb_m - 0.5
    parts = [cabinet(rng).moved((d * float(rng.uniform(20, 40)), edge - 0.1, PAVEMENT_Z))]
    if rng.random() < 0.6:
        parts.append(no_parking_sign().moved((d * float(rng.uniform(13, 20)), edge, PAVEMENT_Z)))
    if rng.random() < 0.5:
        parts.append(hydrant().moved((d * float(rng.uniform(14, 24)), edge, PAVEMENT_Z)))
    if rng.random() < 0.35:
        parts.append(planter(3.0).moved((d * float(rng.uniform(30, 40)), edge - 0.1, PAVEMENT_Z)))
    if rng.random() < 0.35:
        start = d * 42.0
        parts.append(bollards(min(start, start + d * 12), max(start, start + d * 12), edge).moved((0, 0, PAVEMENT_Z)))
    if len(plan.lanes) == 4:
        ends = sorted((d * 9.0, d * 90.0))
        parts.append(railing(ends[0], ends[1], (plan.kerb_m + plan.far_kerb_m) / 2))
    edges = sorted({x for one in plan.houses for x in (one.x1, one.x2)})
    parts.append(wires([(x, 0.25, PAVEMENT_Z + SHOP_M + 0.35) for x in edges]))
    return parts


def _lamps(plan: Plan) -> tuple[Lamp, ...]:
    """Street lamps first, then the light that falls out of the nearest shops."""
    street = [
        Lamp((x, y + LAMP_REACH_M, PAVEMENT_Z + LAMP_M), _LAMP_RGB, 26.0, (0.0, 0.0, -1.0), 0.35) for x, y in plan.lamps
    ]
    near = [shop for shop in plan.shops if shop.front != "shutter" and shop.middle * plan.direction > -6]
    shops = [Lamp((shop.middle, 0.7, 2.9), _SHOP_RGB, 8.0) for shop in near[:10]]
    return (*street, *shops)
