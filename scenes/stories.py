"""The demo street, and families of streets for tests: what happens, under which zones, and what must come of it."""

from collections.abc import Callable

import numpy as np

from scenes import acts
from scenes.acts import Pace
from scenes.director import Director, NoRoomError, Story
from scenes.light import LIGHTS, light_of
from scenes.plan import plan_of

DEMO_PACE = Pace(candidate_after_s=5, violation_after_s=30, bridge_gap_s=12)
TEST_PACE = Pace(candidate_after_s=8, violation_after_s=90, bridge_gap_s=30)
DEMO_S, TEST_S = 120.0, 190.0
ATTEMPTS = 40

Rng = np.random.Generator


def demo() -> tuple[Story, Story]:
    """Two cameras of the demo: all four violations within two minutes, each beside a look-alike."""
    return _first_that_fits(_demo_parking_and_vending, 1), _first_that_fits(_demo_shop_and_waste, 1)


def story(seed: int) -> Story:
    """The test street of a seed: families in turn, another street and another light each time."""
    family = FAMILIES[seed % len(FAMILIES)]
    return _first_that_fits(family, seed)


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
    pavement, vending = acts.parking_zone(director, DEMO_PACE), acts.vending_zone(director, DEMO_PACE)
    acts.illegal_parking(director, pavement, 6.0, xs=(13, 22))
    acts.street_vending(director, vending, 4.0, kinds=("bench", "mat"), xs=(6, 14))
    acts.short_stop(director, pavement, 60.0, 14.0, xs=(8, 26))
    acts.passing_cart(director, vending, 70.0)
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
    front, waste = acts.shop_zone(director, DEMO_PACE), acts.garbage_zone(director, DEMO_PACE)
    acts.window_front_trading(director, front, 4.0)
    acts.goods_inside(director, front, kinds=("cartons",))
    acts.exposed_garbage(director, waste, 2.0, kind="pile")
    acts.closed_bins(director, waste)
    _life(director, DEMO_S)
    return director.story(
        "demo-2",
        "a shop beyond its line, waste left at the kerb; goods inside the line, closed bins",
        "中山路步行街",
        LIGHTS["overcast"],
        DEMO_S,
    )


# -- families of test streets ---------------------------------------------------------------------------------------


def _parking(director: Director, seed: int) -> Story:
    zone = acts.parking_zone(director, TEST_PACE)
    kind = str(director.rng.choice(("car", "van", "truck")))
    acts.illegal_parking(director, zone, 5.0, kind=kind, stays_s=float(director.rng.uniform(105, 130)))
    acts.short_stop(director, zone, 20.0, 60.0, xs=(6, 28))
    return _told(director, seed, "parking", f"a {kind} parks on the pavement and leaves; a car waits 60 s")


def _vending(director: Director, seed: int) -> Story:
    zone = acts.vending_zone(director, TEST_PACE)
    kinds = (("cart",), ("mat", "bench"), ("selling_tricycle",), ("cart", "selling_tricycle", "mat"))[
        seed // len(FAMILIES) % 4
    ]
    acts.street_vending(director, zone, 6.0, kinds=kinds, leaves_s=float(director.rng.uniform(140, 170)))
    acts.passing_cart(director, zone, 40.0)
    return _told(director, seed, "vending", f"sellers come and go ({', '.join(kinds)}); somebody passes with a cart")


def _shop(director: Director, seed: int) -> Story:
    zone = acts.shop_zone(director, TEST_PACE)
    kinds = (("crates", "table"), ("clothes_rack", "shelf"), ("cartons", "buckets"), ("table", "table"))[
        seed // len(FAMILIES) % 4
    ]
    acts.window_front_trading(director, zone, 5.0, kinds=kinds, cleared_s=float(director.rng.uniform(130, 160)))
    acts.goods_inside(director, zone)
    return _told(director, seed, "shop", f"a shop goes beyond its line ({', '.join(kinds)}); other goods keep inside")


def _waste(director: Director, seed: int) -> Story:
    zone = acts.garbage_zone(director, TEST_PACE)
    kind = ("bags", "pile", "bag")[seed // len(FAMILIES) % 3]
    acts.exposed_garbage(director, zone, 4.0, kind=kind, cleared_s=float(director.rng.uniform(140, 170)))
    acts.closed_bins(director, zone)
    return _told(director, seed, "waste", f"{kind} left at the kerb and cleared; closed bins")


def _bins(director: Director, seed: int) -> Story:
    waste = acts.garbage_zone(director, TEST_PACE, attended="unattended")
    bins = acts.bin_zone(director, TEST_PACE)
    acts.bin_overflow(director, bins, 10.0)
    acts.closed_bins(director, bins)
    acts.waste_with_its_keeper(director, waste, 20.0, 80.0)
    return _told(director, seed, "bins", "a bin runs over; closed bins; bags with somebody beside them")


def _nothing(director: Director, seed: int) -> Story:
    pavement, vending = acts.parking_zone(director, TEST_PACE), acts.vending_zone(director, TEST_PACE)
    acts.short_stop(director, pavement, 10.0, 60.0)
    acts.passing_cart(director, vending, 15.0)
    acts.passing_cart(director, vending, 90.0)
    return _told(director, seed, "nothing", "nothing to report: a car waits 60 s, carts pass, people walk")


FAMILIES: tuple[Callable[[Director, int], Story], ...] = (_parking, _vending, _shop, _waste, _bins, _nothing)


def _told(director: Director, seed: int, family: str, note: str) -> Story:
    _life(director, TEST_S)
    light = light_of(seed, str(np.random.default_rng([seed, 71]).choice(tuple(LIGHTS))))
    return director.story(f"{family}-{seed}", note, "江山市城区", light, TEST_S)


def _life(director: Director, length_s: float) -> None:
    """Everything else that goes on in a street."""
    acts.traffic(director, length_s, every_s=11.0)
    acts.walkers(director, length_s, every_s=9.0, clear=(director.plan.kerb_m - 2.6, director.plan.kerb_m))
    try:
        acts.parked_two_wheelers(director, 3, xs=(12, 34))
        acts.idlers(director, 1)
    except NoRoomError:
        return
