"""Waste on the ground and bins: left there, running over, watched over, shut."""

from core.geometry import Polygon
from core.site import Zone
from scenes.acts.pace import WALK_M_S, Pace, or_never
from scenes.director import Director
from scenes.timeline import drive


def garbage_zone(director: Director, pace: Pace, far_m: float = 24.0, attended: str | None = "ignore") -> Zone:
    """No waste on the ground."""
    return director.zone(
        "waste", "环境卫生责任区", "exposed_garbage", _along_kerb(director, far_m), attended=attended, **pace.rule()
    )


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
    name = director.put(thing, spot, heading, from_s=placed_s, until_s=or_never(cleared_s))
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
    return director.zone("bins", "垃圾桶点位", "bin_overflow", _along_kerb(director, far_m), **pace.rule())


def bin_overflow(director: Director, zone: Zone, at_s: float, *, xs: tuple[float, float] = (5, 15)) -> None:
    """A closed bin is filled until it runs over."""
    plan = director.plan
    full, closed = director.thing("overflowing_bin"), director.thing("closed_bin")
    spot = director.find(full, 90.0, xs, (plan.kerb_m - 1.5, plan.kerb_m - 0.7), inside=zone)
    director.put(closed, spot, 90.0, until_s=at_s)
    name = director.put(full, spot, 90.0, from_s=at_s)
    director.expect(f"{name} runs over", zone, [name], "bin_overflow", at_s)


def _along_kerb(director: Director, far_m: float) -> Polygon:
    kerb_m = director.plan.kerb_m
    return director.polygon(director.near_edge_m(kerb_m - 1, 2), far_m, kerb_m - 2.4, kerb_m + 0.5)
