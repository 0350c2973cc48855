"""Passing traffic, and what only stands about."""

import numpy as np

from scenes.acts.pace import CAR_M_S, RIDE_M_S, WALK_M_S
from scenes.director import Director
from scenes.timeline import drive, rest

SIGHT_M = 75.0
_SHARES = {"car": 0.55, "van": 0.1, "bus": 0.07, "truck": 0.08, "motorcyclist": 0.14, "tricyclist": 0.06}


def traffic(director: Director, length_s: float, *, every_s: float, buses: bool = True) -> None:
    """Vehicles in all lanes, from before the beginning to after the end.

    Args:
        buses: without them nothing hides what stands for longer than a moment.
    """
    plan, shares = director.plan, _SHARES if buses else _SHARES | {"car": 0.62, "bus": 0.0}
    for lane in plan.lanes:
        forward = 1 if lane < (plan.kerb_m + plan.far_kerb_m) / 2 else -1
        t = float(director.rng.uniform(-9, 3))
        while t < length_s:
            kind = str(director.rng.choice(tuple(shares), p=tuple(shares.values())))
            speed = (
                RIDE_M_S if kind in {"motorcyclist", "tricyclist"} else CAR_M_S * float(director.rng.uniform(0.85, 1.2))
            )
            pass_by(director, kind, lane + float(director.rng.uniform(-0.2, 0.2)), forward, t, speed)
            t += float(director.rng.uniform(0.6, 1.5)) * every_s + (3.0 if kind == "bus" else 0.0)


def walkers(
    director: Director,
    length_s: float,
    *,
    every_s: float,
    near_ys: tuple[float, float] | None = None,
    clear: tuple[float, float] | None = None,
) -> None:
    """People and bicycles along the pavements.

    Args:
        near_ys: y between which they walk on the near pavement; None = in its middle.
        clear: y between which nobody walks on the near pavement.
    """
    plan, t = director.plan, float(director.rng.uniform(-20, 0))
    low, high = near_ys or (1.6, plan.kerb_m - 1.8)
    while t < length_s:
        forward = 1 if director.rng.random() < 0.5 else -1
        if director.rng.random() < 0.35:
            y = float(director.rng.uniform(plan.far_kerb_m + 1.6, plan.far_wall_m - 0.6))
        else:
            y = float(director.rng.uniform(low, high))
        if clear is None or not clear[0] < y < clear[1]:
            kind, speed = (
                ("cyclist", 3.2)
                if director.rng.random() < 0.08
                else ("walker", WALK_M_S * float(director.rng.uniform(0.85, 1.15)))
            )
            pass_by(director, kind, y, forward, t, speed, reach_m=45.0)
        t += float(director.rng.uniform(0.5, 1.5)) * every_s


def pass_by(
    director: Director, kind: str, y: float, forward: int, t: float, speed: float, *, reach_m: float = SIGHT_M
) -> str:
    """Somebody comes along the street at y and does not stop; gives the name.

    Args:
        forward: 1 = towards +x, -1 = towards -x. t: when, seconds. speed: m/s.
        reach_m: to, or from, so far before the camera.
    """
    behind, beyond = director.ahead(-12.0), director.ahead(reach_m)
    ends = (behind, beyond) if forward == director.plan.direction else (beyond, behind)
    route = drive([(ends[0], y), (ends[1], y)], t, speed)
    return director.add(director.thing(kind), route, from_s=max(0.0, t), until_s=route.ends_s)


def parked_two_wheelers(director: Director, count: int, *, xs: tuple[float, float] = (5, 30)) -> None:
    """Bicycles and scooters along the kerb."""
    plan = director.plan
    for _ in range(count):
        kind = "bicycle" if director.rng.random() < 0.4 else "motorcycle"
        thing = director.thing(kind)
        spot = director.find(thing, 90.0, xs, (plan.kerb_m - 1.2, plan.kerb_m - 0.8))
        director.put(thing, spot, 90.0 + float(director.rng.normal(0, 6)))


def idlers(director: Director, count: int, *, xs: tuple[float, float] = (6, 25)) -> None:
    """People who stand and talk before the shops."""
    for _ in range(count):
        thing = director.thing("stander")
        spot = director.find(thing, 0.0, xs, (0.4, 1.4))
        director.add(thing, rest(spot, float(np.round(director.rng.uniform(0, 360)))))
