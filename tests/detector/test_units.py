"""What is counted as one thing."""

import pytest

from core.geometry import Box
from core.violations import violation_types
from detector.units import units_of
from tests.streets import Actor, film, watch

pytestmark = pytest.mark.slow

STALL, UMBRELLA = (100, 300, 200, 400), (80, 220, 220, 310)
OTHER, FAR_UMBRELLA = (500, 300, 600, 400), (700, 220, 820, 300)

# fmt: off
STREETS = [
    # violation, what stands there, how many that is
    ("a stall", "street_vending", [("stall", STALL)], 1),
    ("with its umbrella", "street_vending", [("stall", STALL), ("umbrella", UMBRELLA)], 1),
    ("two of them", "street_vending",
     [("stall", STALL), ("umbrella", UMBRELLA), ("stall", OTHER), ("umbrella", (480, 220, 620, 310))], 2),
    ("a tricycle under an umbrella", "street_vending", [("tricycle", STALL), ("umbrella", UMBRELLA)], 1),
    ("an umbrella further away is another's", "street_vending", [("stall", STALL), ("umbrella", FAR_UMBRELLA)], 2),
    ("two stalls side by side", "street_vending", [("stall", STALL), ("stall", (205, 300, 305, 400))], 2),
    ("goods in front of a stall", "window_front_trading",
     [("stall", STALL), ("goods", (110, 390, 190, 430)), ("table", (120, 380, 200, 440))], 1),
    ("goods and a table without a stall", "window_front_trading",
     [("goods", (110, 390, 190, 430)), ("table", (120, 380, 200, 440))], 1),
    ("bicycles are counted each", "non_motor_parking", [("bicycle", STALL), ("bicycle", (150, 300, 250, 400))], 2),
]
# fmt: on


@pytest.mark.parametrize(
    ("violation", "things", "count"), [row[1:] for row in STREETS], ids=[row[0] for row in STREETS]
)
def test_count(violation: str, things: list[tuple[str, Box]], count: int) -> None:
    cast = [Actor(box=box, label=label, look=n) for n, (label, box) in enumerate(things, start=1)]
    events = watch(film(cast, 100), violation=violation, candidate_after_s=5, violation_after_s=50)
    alarm = next(one for one in events if one.state == "violation")
    assert alarm.count == count
    assert len({one.unit for one in alarm.members}) == count
    assert all(one.over_limit for one in alarm.members)


def test_what_has_not_stood_long_enough_is_told_apart() -> None:
    """The second vendor came later: of the same event, and not over the limit."""
    first = [Actor(box=STALL, label="stall"), Actor(box=UMBRELLA, label="umbrella", look=2)]
    late = Actor(box=OTHER, label="stall", look=3, seen=lambda t: t >= 30)
    events = watch(film([*first, late], 100), violation="street_vending", candidate_after_s=5, violation_after_s=50)
    alarm = next(one for one in events if one.state == "violation")
    assert (alarm.count, sorted(one.over_limit for one in alarm.members)) == (2, [False, True, True])


def test_parts_are_labels_of_their_type() -> None:
    for kind in violation_types().values():
        assert kind.parts <= kind.labels
    assert units_of([], ()) == {}
