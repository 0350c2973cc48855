"""The things that happen in streets, one function each: four violations and a fifth, and what only looks like one."""

from dataclasses import dataclass

import numpy as np

from core.site import Zone
from scenes.director import Director
from scenes.timeline import Route, Spot, drive, rest

CAR_M_S, CART_M_S, WALK_M_S, RIDE_M_S = 7.0, 0.9, 1.25, 4.2
SIGHT_M = 75.0


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of a story's rules, in seconds."""

    candidate_after_s: float
    violation_after_s: float
    bridge_gap_s: float

    def rule(self) -> dict[str, float]:
        """As the numbers of a zone."""
        return {
            "candidate_after_s": self.candidate_after_s,
            "violation_after_s": self.violation_after_s,
            "bridge_gap_s": self.bridge_gap_s,
        }


# -- passing traffic ------------------------------------------------------------------------------------------------


def traffic(director: Director, length_s: float, *, every_s: float) -> None:
    """Vehicles in all lanes, from before the beginning to after the end."""
    plan = director.plan
    for lane in plan.lanes:
        forward = 1 if lane < (plan.kerb_m + plan.far_kerb_m) / 2 else -1
        t = float(director.rng.uniform(-9, 3))
        while t < length_s:
            kind = str(
                director.rng.choice(
                    ("car", "van", "bus", "truck", "motorcyclist", "tricyclist"), p=(0.55, 0.1, 0.07, 0.08, 0.14, 0.06)
                )
            )
            speed = (
                RIDE_M_S if kind in {"motorcyclist", "tricyclist"} else CAR_M_S * float(director.rng.uniform(0.85, 1.2))
            )
            _pass(director, kind, lane + float(director.rng.uniform(-0.2, 0.2)), forward, t, speed)
            t += float(director.rng.uniform(0.6, 1.5)) * every_s + (3.0 if kind == "bus" else 0.0)


def walkers(director: Director, length_s: float, *, every_s: float, clear: tuple[float, float] | None = None) -> None:
    """People and bicycles along the pavements.

    Args:
        clear: y between which nobody walks on the near pavement.
    """
    plan, t = director.plan, float(director.rng.uniform(-20, 0))
    low, high = 1.6, plan.kerb_m - 1.8
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
            _pass(director, kind, y, forward, t, speed, reach_m=45.0)
        t += float(director.rng.uniform(0.5, 1.5)) * every_s


def _pass(
    director: Director, kind: str, y: float, forward: int, t: float, speed: float, *, reach_m: float = SIGHT_M
) -> str:
    behind, beyond = director.ahead(-12.0), director.ahead(reach_m)
    ends = (behind, beyond) if forward == director.plan.direction else (beyond, behind)
    route = drive([(ends[0], y), (ends[1], y)], t, speed)
    return director.add(director.thing(kind), route, from_s=max(0.0, t), until_s=route.ends_s)


# -- parking --------------------------------------------------------------------------------------------------------


def parking_zone(director: Director, pace: Pace, far_m: float = 34.0) -> Zone:
    """No parking on the pavement."""
    plan = director.plan
    near = director.first_visible_m(plan.kerb_m / 2)
    polygon = director.polygon(max(2.5, near - 3), far_m, 0.2, plan.kerb_m + 0.35)
    return director.zone("pavement", "人行道禁停", "illegal_parking", polygon, **pace.rule())


def parks(
    director: Director, zone: Zone, kind: str, at_s: float, stays_s: float | None, xs: tuple[float, float]
) -> tuple[str, float]:
    """Somebody drives on to the pavement and stops there; gives the name and when it came to rest."""
    plan = director.plan
    thing = director.thing(kind)
    half = thing.size_m[1] / 2
    spot = director.find(thing, 0.0, xs, (plan.kerb_m - 3.0 - half, plan.kerb_m - 1.9), inside=zone)
    lane = plan.lanes[0]
    begin = min(spot[0] - 26.0, director.ahead(-12.0) if plan.direction > 0 else spot[0] - 26.0)
    way_in = [
        (begin, lane),
        (spot[0] - 9.5, lane),
        (spot[0] - 5.5, (lane + spot[1]) / 2),
        (spot[0] - 2.5, spot[1]),
        spot,
    ]
    route = drive(way_in, at_s, CAR_M_S * 0.75, brake_s=3.0)
    stopped_s = route.ends_s
    until_s = float("inf")
    if stays_s is not None:
        end = director.ahead(SIGHT_M) if plan.direction > 0 else director.ahead(-12.0)
        way_out = [spot, (spot[0] + 3.0, spot[1]), (spot[0] + 7.5, lane), (end, lane)]
        away = drive(way_out, stopped_s + stays_s, CAR_M_S, launch_s=3.0)
        route, until_s = route.then(away), away.ends_s
    return director.add(thing, route, from_s=max(0.0, at_s), until_s=until_s), stopped_s


def illegal_parking(
    director: Director,
    zone: Zone,
    at_s: float,
    *,
    kind: str = "car",
    stays_s: float | None = None,
    xs: tuple[float, float] = (6, 20),
) -> None:
    """A car parks on the pavement for too long."""
    name, since_s = parks(director, zone, kind, at_s, stays_s, xs)
    director.expect(
        f"{name} parks on the pavement",
        zone,
        [name],
        "vehicle",
        since_s,
        None if stays_s is None else since_s + stays_s,
    )


def short_stop(
    director: Director, zone: Zone, at_s: float, waits_s: float, *, xs: tuple[float, float] = (6, 20)
) -> None:
    """A car waits on the pavement, not long enough."""
    name, _ = parks(director, zone, "car", at_s, waits_s, xs)
    director.no_violation(f"{name} only waits for {waits_s:.0f} s", zone, [name])


# -- trade ----------------------------------------------------------------------------------------------------------


def vending_zone(director: Director, pace: Pace, far_m: float = 30.0) -> Zone:
    """No trading on the open pavement."""
    plan = director.plan
    near = director.first_visible_m(plan.kerb_m / 2)
    polygon = director.polygon(max(2.5, near - 3), far_m, 0.9, plan.kerb_m + 0.2)
    return director.zone("vending", "流动摊贩管控区", "street_vending", polygon, **pace.rule())


def street_vending(
    director: Director,
    zone: Zone,
    at_s: float,
    *,
    kinds: tuple[str, ...] = ("cart",),
    leaves_s: float | None = None,
    xs: tuple[float, float] = (6, 17),
) -> None:
    """Sellers come, set up and stay."""
    plan = director.plan
    names, since = [], []
    for number, kind in enumerate(kinds):
        thing = director.thing(kind)
        heading = 90.0 if kind != "selling_tricycle" else 0.0
        spot = director.find(thing, heading, xs, (2.4, plan.kerb_m - 1.7), inside=zone)
        start_s = at_s + 9.0 * number
        if kind == "selling_tricycle":
            route = _rides_up(director, spot, start_s)
            names.append(director.add(thing, route, from_s=max(0.0, start_s), until_s=_or_never(leaves_s)))
            since.append(route.ends_s)
        else:
            arrived_s = _walks_up(director, spot, start_s)
            names.append(director.put(thing, spot, heading, from_s=arrived_s, until_s=_or_never(leaves_s)))
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


def passing_cart(director: Director, zone: Zone, at_s: float) -> None:
    """Somebody pushes a cart along the pavement and does not stop."""
    y = float(director.rng.uniform(2.6, 3.6))
    name = _pass(director, "pushed_cart", y, director.plan.direction, at_s, CART_M_S, reach_m=40.0)
    director.no_violation(f"{name} only passes", zone, [name])


# -- shops ----------------------------------------------------------------------------------------------------------


def shop_zone(director: Director, pace: Pace, *, near_m: float = 5.0, far_m: float = 20.0) -> Zone:
    """Nothing of a shop beyond its line."""
    shop = director.shop_in_sight(near_m, far_m)
    plan = director.plan
    ends = sorted((abs(shop.x1) - 1.2, abs(shop.x2) + 1.2))
    polygon = director.polygon(max(2.5, ends[0]), ends[1], plan.shop_line_m + 0.05, 3.9)
    zone_id = f"shop-{1 + sum(zone.violation == 'window_front_trading' for zone in director.zones)}"
    return director.zone(
        zone_id,
        f"{shop.name}门前",
        "window_front_trading",
        polygon,
        shop={"name": shop.name, "licence_no": ""},
        **pace.rule(),
    )


def window_front_trading(
    director: Director,
    zone: Zone,
    at_s: float,
    *,
    kinds: tuple[str, ...] = ("crates", "clothes_rack", "table"),
    cleared_s: float | None = None,
) -> None:
    """A shop carries goods and tables out beyond its line."""
    names, since = [], []
    low, high = _reach_of(director, zone)
    for number, kind in enumerate(kinds):
        thing = director.thing(kind)
        heading = 90.0 if kind != "table" else 20.0
        spot = director.find(thing, heading, (low, high), (1.9, 3.4), inside=zone)
        placed_s = _carried_out(director, spot, at_s + 7.0 * number)
        names.append(director.put(thing, spot, heading, from_s=placed_s, until_s=_or_never(cleared_s)))
        since.append(placed_s)
    director.expect(f"goods beyond the line: {', '.join(names)}", zone, names, "goods", min(since), cleared_s)


def goods_inside(director: Director, zone: Zone, *, kinds: tuple[str, ...] = ("cartons", "shelf")) -> None:
    """Goods before a shop that keep to its line."""
    names = []
    low, high = _reach_of(director, zone)
    for kind in kinds:
        thing = director.thing(kind)
        spot = director.find(
            thing,
            90.0,
            (low - 3, high + 3),
            (0.25, 0.75),
            outside=[one for one in director.zones if one.violation == zone.violation],
        )
        names.append(director.put(thing, spot, 90.0))
    director.no_violation(f"goods inside the line: {', '.join(names)}", zone, names)


def _reach_of(director: Director, zone: Zone) -> tuple[float, float]:
    """The distances before the camera between which a shop's zone lies."""
    name = zone.shop.name if zone.shop else ""
    shop = next(one for one in director.plan.shops if one.name == name and one.middle * director.plan.direction > 0)
    ends = sorted((shop.x1 * director.plan.direction, shop.x2 * director.plan.direction))
    return ends[0] - 0.6, ends[1] + 0.6


def _carried_out(director: Director, spot: Spot, at_s: float) -> float:
    """Somebody comes out of the shop to the place and goes in again; gives when the thing is set down."""
    door = (spot[0], -1.2)
    out = drive([door, (spot[0], spot[1] - 0.9)], at_s, WALK_M_S)
    back = drive([out.end, door], out.ends_s + 2.0, WALK_M_S)
    director.add(director.thing("walker"), out.then(back), from_s=max(0.0, at_s), until_s=back.ends_s)
    return out.ends_s


# -- waste ----------------------------------------------------------------------------------------------------------


def garbage_zone(director: Director, pace: Pace, far_m: float = 24.0, attended: str | None = "ignore") -> Zone:
    """No waste on the ground."""
    plan = director.plan
    near = director.first_visible_m(plan.kerb_m - 1)
    polygon = director.polygon(max(2.5, near - 2), far_m, plan.kerb_m - 2.4, plan.kerb_m + 0.5)
    return director.zone("waste", "环境卫生责任区", "exposed_garbage", polygon, attended=attended, **pace.rule())


def exposed_garbage(
    director: Director,
    zone: Zone,
    at_s: float,
    *,
    kind: str = "bags",
    cleared_s: float | None = None,
    xs: tuple[float, float] = (5, 15),
) -> None:
    """Somebody comes with waste, leaves it at the kerb and goes."""
    plan = director.plan
    thing = director.thing(kind)
    heading = float(director.rng.uniform(0, 360))
    spot = director.find(thing, heading, xs, (plan.kerb_m - 1.7, plan.kerb_m - 0.7), inside=zone)
    begin = (director.ahead(-8.0), 3.0)
    route = drive([begin, (spot[0] - plan.direction * 3, 3.0), (spot[0], spot[1] - 1.1)], at_s, WALK_M_S)
    away = drive(
        [route.end, (spot[0] + plan.direction * 3, 2.6), (director.ahead(40.0), 2.6)],
        route.ends_s + 1.5,
        WALK_M_S * 1.1,
    )
    director.add(director.thing("walker"), route.then(away), from_s=max(0.0, at_s), until_s=away.ends_s)
    placed_s = route.ends_s
    name = director.put(thing, spot, heading, from_s=placed_s, until_s=_or_never(cleared_s))
    director.expect(f"{name} left at the kerb", zone, [name], "garbage", placed_s, cleared_s)


def closed_bins(director: Director, zone: Zone, *, count: int = 2, xs: tuple[float, float] = (5, 15)) -> None:
    """Bins that are shut."""
    plan, names = director.plan, []
    for _ in range(count):
        thing = director.thing("closed_bin")
        spot = director.find(thing, 90.0, xs, (plan.kerb_m - 1.5, plan.kerb_m - 0.7), inside=zone)
        names.append(director.put(thing, spot, 90.0))
    director.no_violation("closed bins", zone, names)


def waste_with_its_keeper(
    director: Director, zone: Zone, at_s: float, stays_s: float, *, xs: tuple[float, float] = (5, 15)
) -> None:
    """Bags on the ground with somebody beside them who takes them along: attended, and gone in time."""
    plan = director.plan
    bags, keeper = director.thing("bags"), director.thing("stander")
    spot = director.find(bags, 0.0, xs, (plan.kerb_m - 1.7, plan.kerb_m - 0.9), inside=zone)
    name = director.put(bags, spot, 0.0, from_s=at_s, until_s=at_s + stays_s)
    director.put(keeper, (spot[0], spot[1] - 0.75), 90.0, from_s=at_s, until_s=at_s + stays_s)
    director.no_violation(f"{name}: somebody stands by it", zone, [name])


def bin_zone(director: Director, pace: Pace, far_m: float = 24.0) -> Zone:
    """Bins must not run over."""
    plan = director.plan
    near = director.first_visible_m(plan.kerb_m - 1)
    polygon = director.polygon(max(2.5, near - 2), far_m, plan.kerb_m - 2.4, plan.kerb_m + 0.5)
    return director.zone("bins", "垃圾桶点位", "bin_overflow", polygon, **pace.rule())


def bin_overflow(director: Director, zone: Zone, at_s: float, *, xs: tuple[float, float] = (5, 15)) -> None:
    """A closed bin is filled until it runs over."""
    plan = director.plan
    full, closed = director.thing("overflowing_bin"), director.thing("closed_bin")
    spot = director.find(full, 90.0, xs, (plan.kerb_m - 1.5, plan.kerb_m - 0.7), inside=zone)
    director.put(closed, spot, 90.0, until_s=at_s)
    name = director.put(full, spot, 90.0, from_s=at_s)
    director.expect(f"{name} runs over", zone, [name], "bin_overflow", at_s)


# -- what only stands about -----------------------------------------------------------------------------------------


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


def _or_never(t_s: float | None) -> float:
    return float("inf") if t_s is None else t_s
