"""Parking on the pavement, and waiting there for a moment."""

from core.site import Zone
from scenes.acts.pace import CAR_M_S, Pace
from scenes.acts.passing import SIGHT_M
from scenes.director import Director
from scenes.timeline import drive


def parking_zone(director: Director, pace: Pace, far_m: float = 34.0) -> Zone:
    """No parking on the pavement."""
    kerb_m = director.plan.kerb_m
    polygon = director.polygon(director.near_edge_m(kerb_m / 2, 3), far_m, 0.2, kerb_m + 0.35)
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
