"""Sellers without a shop, and carts that only pass."""

from collections.abc import Sequence

from core.site import Zone
from scenes.acts.pace import CART_M_S, WALK_M_S, Pace, or_never
from scenes.acts.passing import pass_by
from scenes.director import Director
from scenes.timeline import Route, Spot, drive


def vending_zone(director: Director, pace: Pace, far_m: float = 30.0) -> Zone:
    """No trading on the open pavement."""
    kerb_m = director.plan.kerb_m
    polygon = director.polygon(director.near_edge_m(kerb_m / 2, 3), far_m, 0.9, kerb_m + 0.2)
    return director.zone("vending", "流动摊贩管控区", "street_vending", polygon, **pace.rule())


def street_vending(
    director: Director,
    zone: Zone,
    at_s: float,
    *,
    kinds: tuple[str, ...] = ("cart",),
    leaves_s: float | None = None,
    xs: tuple[float, float] = (6, 17),
    outside: Sequence[Zone] = (),
) -> None:
    """Sellers come, set up and stay; none of them in other zones that would count them too."""
    plan = director.plan
    names, since = [], []
    for number, kind in enumerate(kinds):
        thing = director.thing(kind)
        heading = 90.0 if kind != "selling_tricycle" else 0.0
        spot = director.find(thing, heading, xs, (2.4, plan.kerb_m - 1.7), inside=zone, outside=outside)
        start_s = at_s + 9.0 * number
        if kind == "selling_tricycle":
            route = _rides_up(director, spot, start_s)
            names.append(director.add(thing, route, from_s=max(0.0, start_s), until_s=or_never(leaves_s)))
            since.append(route.ends_s)
        else:
            arrived_s = _walks_up(director, spot, start_s)
            names.append(director.put(thing, spot, heading, from_s=arrived_s, until_s=or_never(leaves_s)))
            since.append(arrived_s)
    director.expect(f"{len(kinds)} seller(s): {', '.join(names)}", zone, names, "stall", min(since), leaves_s)


def _rides_up(director: Director, spot: Spot, start_s: float) -> Route:
    lane = director.plan.lanes[0]
    begin = spot[0] - 22.0
    points = [
        (begin, lane),
        (spot[0] - 6.0, lane),
        (spot[0] - 3.0, (lane + spot[1]) / 2),
        (spot[0] - 1.2, spot[1]),
        spot,
    ]
    return drive(points, start_s, 3.2, brake_s=2.0)


def _walks_up(director: Director, spot: Spot, start_s: float) -> float:
    """A seller walks to the place and is one with the stall from then on; gives when."""
    begin = (director.ahead(-8.0), spot[1] - 0.9)
    route = drive(
        [begin, (spot[0] - director.plan.direction, spot[1] - 0.9), (spot[0], spot[1] - 0.9)], start_s, WALK_M_S
    )
    director.add(director.thing("walker"), route, from_s=max(0.0, start_s), until_s=route.ends_s)
    return route.ends_s


def passing_cart(director: Director, zone: Zone, at_s: float, *, ys: tuple[float, float] = (2.6, 3.6)) -> None:
    """Somebody pushes a cart along the pavement, or the kerb, and does not stop."""
    y = float(director.rng.uniform(*ys))
    name = pass_by(director, "pushed_cart", y, director.plan.direction, at_s, CART_M_S, reach_m=40.0)
    director.no_violation(f"{name} only passes", zone, [name])
