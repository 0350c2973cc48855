"""The demo street, and families of streets for tests: what happens, under which zones, and what must come of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from core.site import Zone
from scenes.acts import parking, passing, shops, vending, waste
from scenes.acts.pace import Pace
from scenes.director import Director, NoRoomError, Story
from scenes.light import LIGHTS, Light, light_of
from scenes.plan import plan_of

DEMO_PACE = Pace(candidate_after_s=5, violation_after_s=30, bridge_gap_s=12)
TEST_PACE = Pace(candidate_after_s=8, violation_after_s=90, bridge_gap_s=30)
DEMO_S, TEST_S = 120.0, 190.0
BUSY_EVENTS, BUSY_LOOK_ALIKES = 5, 3
ATTEMPTS = 40

Rng = np.random.Generator


def demo(camera: str, seed: int) -> Story:
    """The street before one of the DEMO_CAMERAS; together they show all four violations, each beside a look-alike.

    No clock is written into the pictures: they are played again and again, at other times than they were made for.
    """
    return replace(_first_that_fits(DEMO_CAMERAS[camera], seed), shows_clock=False)


def story(seed: int) -> Story:
    """The test street of a seed: families in turn, another street and another light each time."""
    family = FAMILIES[seed % len(FAMILIES)]
    return _first_that_fits(family, seed)


def busy(seed: int) -> Story:
    """A street to measure on: as many violations and look-alikes at once as it has room for."""
    return _first_that_fits(_busy, seed)


def _first_that_fits(make: Callable[[Director, int], Story], seed: int) -> Story:
    """The story in the first street of this seed that has room for it."""
    for attempt in range(ATTEMPTS):
        street = seed + 1000 * attempt
        director = Director(plan_of(street), np.random.default_rng([street, 31]))
        try:
            return make(director, seed)
        except NoRoomError:
            continue
    raise RuntimeError(f"no street of seed {seed} has room for its story")


# -- the demo -------------------------------------------------------------------------------------------------------


def _demo_parking_and_vending(director: Director, seed: int) -> Story:
    _ = seed
    pavement, trade = parking.parking_zone(director, DEMO_PACE), vending.vending_zone(director, DEMO_PACE)
    parking.illegal_parking(director, pavement, 6.0, xs=(13, 22))
    vending.street_vending(director, trade, 4.0, kinds=("bench", "mat"), xs=(6, 14))
    parking.short_stop(director, pavement, 60.0, 14.0, xs=(8, 26))
    vending.passing_cart(director, trade, 70.0)
    _life(director, DEMO_S)
    return director.story(
        "demo-1",
        "parking on the pavement, street vending; a short stop, a passing cart",
        "解放路与中山路口",
        LIGHTS["day"],
        DEMO_S,
    )


def _demo_shop_and_waste(director: Director, seed: int) -> Story:
    _ = seed
    front, kerb = shops.shop_zone(director, DEMO_PACE), waste.garbage_zone(director, DEMO_PACE)
    shops.window_front_trading(director, front, 4.0)
    shops.goods_inside(director, front, kinds=("cartons",))
    waste.exposed_garbage(director, kerb, 2.0, kind="pile")
    waste.closed_bins(director, kerb)
    _life(director, DEMO_S)
    return director.story(
        "demo-2",
        "a shop beyond its line, waste left at the kerb; goods inside the line, closed bins",
        "中山路步行街",
        LIGHTS["overcast"],
        DEMO_S,
    )


DEMO_CAMERAS: Mapping[str, Callable[[Director, int], Story]] = {
    "demo-1": _demo_parking_and_vending,
    "demo-2": _demo_shop_and_waste,
}

# -- families of test streets ---------------------------------------------------------------------------------------


def _parking(director: Director, seed: int) -> Story:
    zone = parking.parking_zone(director, TEST_PACE)
    kind = str(director.rng.choice(("car", "van", "truck")))
    parking.illegal_parking(director, zone, 5.0, kind=kind, stays_s=float(director.rng.uniform(105, 130)))
    parking.short_stop(director, zone, 20.0, 60.0, xs=(6, 28))
    return _told(director, seed, "parking", f"a {kind} parks on the pavement and leaves; a car waits 60 s")


def _vending(director: Director, seed: int) -> Story:
    zone = vending.vending_zone(director, TEST_PACE)
    kinds = (("cart",), ("mat", "bench"), ("selling_tricycle",), ("cart", "selling_tricycle", "mat"))[
        seed // len(FAMILIES) % 4
    ]
    vending.street_vending(director, zone, 6.0, kinds=kinds, leaves_s=float(director.rng.uniform(140, 170)))
    vending.passing_cart(director, zone, 40.0)
    return _told(director, seed, "vending", f"sellers come and go ({', '.join(kinds)}); somebody passes with a cart")


def _shop(director: Director, seed: int) -> Story:
    zone = shops.shop_zone(director, TEST_PACE)
    kinds = (("crates", "table"), ("clothes_rack", "shelf"), ("cartons", "buckets"), ("table", "table"))[
        seed // len(FAMILIES) % 4
    ]
    shops.window_front_trading(director, zone, 5.0, kinds=kinds, cleared_s=float(director.rng.uniform(130, 160)))
    shops.goods_inside(director, zone)
    return _told(director, seed, "shop", f"a shop goes beyond its line ({', '.join(kinds)}); other goods keep inside")


def _waste(director: Director, seed: int) -> Story:
    zone = waste.garbage_zone(director, TEST_PACE)
    kind = ("bags", "pile", "bag")[seed // len(FAMILIES) % 3]
    waste.exposed_garbage(director, zone, 4.0, kind=kind, cleared_s=float(director.rng.uniform(140, 170)))
    waste.closed_bins(director, zone)
    return _told(director, seed, "waste", f"{kind} left at the kerb and cleared; closed bins")


def _bins(director: Director, seed: int) -> Story:
    kerb = waste.garbage_zone(director, TEST_PACE, attended="unattended")
    bins = waste.bin_zone(director, TEST_PACE)
    waste.bin_overflow(director, bins, 10.0)
    waste.closed_bins(director, bins)
    waste.waste_with_its_keeper(director, kerb, 20.0, 80.0)
    return _told(director, seed, "bins", "a bin runs over; closed bins; bags with somebody beside them")


def _nothing(director: Director, seed: int) -> Story:
    pavement, trade = parking.parking_zone(director, TEST_PACE), vending.vending_zone(director, TEST_PACE)
    parking.short_stop(director, pavement, 10.0, 60.0)
    vending.passing_cart(director, trade, 15.0)
    vending.passing_cart(director, trade, 90.0)
    return _told(director, seed, "nothing", "nothing to report: a car waits 60 s, carts pass, people walk")


FAMILIES: tuple[Callable[[Director, int], Story], ...] = (_parking, _vending, _shop, _waste, _bins, _nothing)


def _told(director: Director, seed: int, family: str, note: str) -> Story:
    _life(director, TEST_S)
    return director.story(f"{family}-{seed}", note, "江山市城区", _light(seed), TEST_S)


def _light(seed: int) -> Light:
    return light_of(seed, str(np.random.default_rng([seed, 71]).choice(tuple(LIGHTS))))


def _life(director: Director, length_s: float) -> None:
    """Everything else that goes on in a street."""
    passing.traffic(director, length_s, every_s=11.0)
    passing.walkers(director, length_s, every_s=9.0, clear=(director.plan.kerb_m - 2.6, director.plan.kerb_m))
    try:
        passing.parked_two_wheelers(director, 3, xs=(12, 34))
        passing.idlers(director, 1)
    except NoRoomError:
        return


# -- a busy street --------------------------------------------------------------------------------------------------


def _busy(director: Director, seed: int) -> Story:
    _shops_beyond_their_lines(director)
    pavement = parking.parking_zone(director, TEST_PACE)
    _parked(director, pavement)
    parts = (_sellers_and_carts, _waste_and_bins, partial(_waiting, zone=pavement))
    for number in director.rng.permutation(len(parts)):
        parts[number](director)
    if len(director.expected) < BUSY_EVENTS or len(director.look_alikes) < BUSY_LOOK_ALIKES:
        raise NoRoomError("a busy street")
    passing.traffic(director, TEST_S, every_s=11.0, buses=False)
    passing.walkers(director, TEST_S, every_s=11.0, near_ys=(1.2, 1.5))
    note = f"{len(director.expected)} violations at once, {len(director.look_alikes)} look-alikes"
    return director.story(f"busy-{seed}", note, "江山市城区", _light(seed), TEST_S)


def _parked(director: Director, zone: Zone) -> None:
    """Up to three park, so far apart in time that nobody takes one for another."""
    for at_s in (3.0, 17.0, 31.0)[: int(director.rng.integers(2, 4))]:
        kind = str(director.rng.choice(("car", "car", "van", "truck")))
        stays_s = float(director.rng.uniform(105, 130)) if director.rng.random() < 0.3 else None
        with director.if_room():
            parking.illegal_parking(director, zone, at_s, kind=kind, stays_s=stays_s, xs=(8, 24))


def _waiting(director: Director, zone: Zone) -> None:
    """One or two only wait."""
    for at_s in (48.0, 115.0)[: int(director.rng.integers(1, 3))]:
        with director.if_room():
            parking.short_stop(director, zone, at_s, 60.0, xs=(7, 28))


def _shops_beyond_their_lines(director: Director) -> None:
    """One shop or two; before the first, other goods keep inside."""
    near_m = 5.0
    for at_s in (8.0, 40.0):
        with director.if_room():
            zone = shops.shop_zone(director, TEST_PACE, near_m=near_m, far_m=24.0)
            near_m = shops.reach_of(director, zone)[1] + 2.0
            kinds = tuple(str(kind) for kind in director.rng.choice(_GOODS, 2, replace=False))
            shops.window_front_trading(director, zone, at_s, kinds=kinds, cleared_s=_perhaps(director, 150, 170))
            with director.if_room():
                shops.goods_inside(director, zone, kinds=("shelf",))


def _sellers_and_carts(director: Director) -> None:
    """Sellers away from the shops' zones, which would count them too; carts are pushed past along the kerb."""
    zone, shops = vending.vending_zone(director, TEST_PACE), [one for one in director.zones if one.shop]
    with director.if_room():
        kinds = tuple(str(kind) for kind in director.rng.choice(_STALLS, int(director.rng.integers(1, 3))))
        leaves_s = _perhaps(director, 150, 170)
        vending.street_vending(director, zone, 6.0, kinds=kinds, leaves_s=leaves_s, xs=(6, 24), outside=shops)
    kerb_m = director.plan.kerb_m
    for at_s in (30.0, 100.0)[: int(director.rng.integers(1, 3))]:
        vending.passing_cart(director, zone, at_s, ys=(kerb_m + 0.45, kerb_m + 0.6))


def _waste_and_bins(director: Director) -> None:
    """Waste on the ground, bins that run over, bins that are shut."""
    kerb, bins = waste.garbage_zone(director, TEST_PACE), waste.bin_zone(director, TEST_PACE)
    with director.if_room():
        kind = str(director.rng.choice(("bags", "pile")))
        waste.exposed_garbage(director, kerb, 10.0, kind=kind, cleared_s=_perhaps(director, 150, 170))
    for at_s in (12.0, 36.0)[: int(director.rng.integers(1, 3))]:
        with director.if_room():
            waste.bin_overflow(director, bins, at_s, xs=(5, 18))
    with director.if_room():
        waste.closed_bins(director, bins, xs=(5, 18))


_GOODS = ("crates", "table", "clothes_rack", "shelf", "cartons", "buckets")
_STALLS = ("cart", "mat", "bench", "selling_tricycle")


def _perhaps(director: Director, first_s: float, last_s: float) -> float | None:
    """A time between two for every other street."""
    return float(director.rng.uniform(first_s, last_s)) if director.rng.random() < 0.5 else None
