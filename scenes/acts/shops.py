"""Shops that go beyond their line, and goods that keep inside."""

from core.site import Zone
from scenes.acts.pace import WALK_M_S, Pace, or_never
from scenes.director import Director
from scenes.timeline import Spot, drive


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
    low, high = reach_of(director, zone)
    for number, kind in enumerate(kinds):
        thing = director.thing(kind)
        heading = 90.0 if kind != "table" else 20.0
        spot = director.find(thing, heading, (low, high), (1.9, 3.4), inside=zone)
        placed_s = _carried_out(director, spot, at_s + 7.0 * number)
        names.append(director.put(thing, spot, heading, from_s=placed_s, until_s=or_never(cleared_s)))
        since.append(placed_s)
    director.expect(f"goods beyond the line: {', '.join(names)}", zone, names, "goods", min(since), cleared_s)


def goods_inside(director: Director, zone: Zone, *, kinds: tuple[str, ...] = ("cartons", "shelf")) -> None:
    """Goods before a shop that keep to its line."""
    names = []
    low, high = reach_of(director, zone)
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


def reach_of(director: Director, zone: Zone) -> tuple[float, float]:
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
