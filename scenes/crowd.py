"""Streets full of things for single pictures: every label, in the numbers and places in which streets have them."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from scenes.acts.passing import SIGHT_M
from scenes.director import Director, NoRoomError, Story
from scenes.light import Light
from scenes.plan import Plan

_FAR_M = 30.0


def crowd(plan: Plan, light: Light, seed: int, number: int) -> Story:
    """A moment of a street; another one for each number."""
    director = Director(plan, np.random.default_rng([seed, 51, number]))
    _fill(director, _driving, int(director.rng.integers(2, 8)))
    for scene in director.rng.permutation(len(_SCENES))[: int(director.rng.integers(3, 6))]:
        _SCENES[scene](director)
    _fill(director, _walking, int(director.rng.integers(1, 7)))
    _fill(director, _at_kerb, int(director.rng.integers(0, 5)))
    return director.story(f"crowd-{seed}-{number}", "a full street", "江山市城区", light, 1.0)


def _fill(director: Director, place: Callable[[Director], None], count: int) -> None:
    for _ in range(count):
        with suppress(NoRoomError):
            place(director)


def _somewhere(
    director: Director, kind: str, heading_deg: float, ys: tuple[float, float], far_m: float = _FAR_M
) -> None:
    """Puts a thing of a kind into the picture; nearer places are as likely as farther ones."""
    thing = director.thing(kind)
    turned = heading_deg + float(director.rng.normal(0, 5))
    director.put(thing, director.find(thing, turned, (3.0, far_m), ys, whole=director.rng.random() < 0.7), turned)


def _one(director: Director, *kinds: str) -> str:
    return kinds[int(director.rng.integers(len(kinds)))]


def _driving(director: Director) -> None:
    plan = director.plan
    kinds = ("car", "van", "bus", "truck", "motorcyclist", "tricyclist", "cyclist")
    kind = str(director.rng.choice(kinds, p=(0.36, 0.13, 0.12, 0.13, 0.12, 0.08, 0.06)))
    lane = plan.lanes[int(director.rng.integers(len(plan.lanes)))]
    forward = lane < (plan.kerb_m + plan.far_kerb_m) / 2
    _somewhere(director, kind, 0.0 if forward else 180.0, (lane - 0.3, lane + 0.3), SIGHT_M * 0.6)


def _walking(director: Director) -> None:
    thing = director.thing("walker" if director.rng.random() < 0.75 else "stander")
    heading = float(director.rng.choice((0.0, 180.0, director.rng.uniform(0, 360))))
    spot = director.find(thing, heading, (3.0, _FAR_M), (0.6, director.plan.kerb_m - 0.4))
    # Walkers meet the camera at any moment of their stride.
    route = director.stride(spot, heading, float(director.rng.uniform(0, 1.4)))
    director.add(thing, route)


def _at_kerb(director: Director) -> None:
    kerb = director.plan.kerb_m
    _somewhere(
        director, _one(director, "bicycle", "motorcycle", "motorcycle", "tricycle"), 90.0, (kerb - 1.4, kerb - 0.7)
    )


def _parked(director: Director) -> None:
    kerb = director.plan.kerb_m
    for _ in range(int(director.rng.integers(1, 4))):
        on_pavement = director.rng.random() < 0.5
        ys = (kerb - 3.2, kerb - 1.8) if on_pavement else (kerb + 1.1, kerb + 1.5)
        heading = float(director.rng.choice((0.0, 0.0, 180.0, 90.0))) if on_pavement else 0.0
        _fill(director, lambda d, h=heading, y=ys: _somewhere(d, _one(d, "car", "car", "van", "truck"), h, y), 1)  # type: ignore[misc]


def _sellers(director: Director) -> None:
    kerb = director.plan.kerb_m
    for _ in range(int(director.rng.integers(1, 4))):
        kind = _one(director, "cart", "mat", "bench", "selling_tricycle", "pushed_cart")
        heading = float(director.rng.choice((90.0, 90.0, 0.0, 180.0, -90.0)))
        _fill(director, lambda d, k=kind, h=heading: _somewhere(d, k, h, (2.0, kerb - 0.9), 22.0), 1)  # type: ignore[misc]


def _shop_goods(director: Director) -> None:
    for _ in range(int(director.rng.integers(2, 7))):
        kind = _one(director, "crates", "cartons", "clothes_rack", "shelf", "buckets", "crates")
        _fill(director, lambda d, k=kind: _somewhere(d, k, 90.0, (0.4, 3.2), 22.0), 1)  # type: ignore[misc]


def _guests(director: Director) -> None:
    for _ in range(int(director.rng.integers(1, 5))):
        _fill(director, lambda d: _somewhere(d, "table", float(d.rng.uniform(0, 360)), (1.0, 4.0), 22.0), 1)
    _fill(director, lambda d: _somewhere(d, "sitter", float(d.rng.uniform(0, 360)), (1.0, 4.0), 20.0), 3)
    _fill(director, lambda d: _somewhere(d, "umbrella", 0.0, (1.4, 4.0), 22.0), int(director.rng.integers(0, 3)))


def _waste(director: Director) -> None:
    kerb = director.plan.kerb_m
    for _ in range(int(director.rng.integers(1, 4))):
        kind = _one(director, "bag", "bags", "pile")
        _fill(director, lambda d, k=kind: _somewhere(d, k, float(d.rng.uniform(0, 360)), (0.8, kerb - 0.4), 20.0), 1)  # type: ignore[misc]


def _bins(director: Director) -> None:
    kerb = director.plan.kerb_m
    for _ in range(int(director.rng.integers(2, 6))):
        kind = _one(director, "closed_bin", "closed_bin", "street_bin", "overflowing_bin", "overflowing_bin")
        _fill(director, lambda d, k=kind: _somewhere(d, k, 90.0, (kerb - 2.4, kerb - 0.6), 20.0), 1)  # type: ignore[misc]


_SCENES = (_parked, _sellers, _shop_goods, _guests, _waste, _bins, _sellers, _shop_goods)
