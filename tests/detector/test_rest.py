"""Since when a thing stands, on films in which the true moment of its stop is known between two looks: never earlier
than it did, and not much later."""

from datetime import timedelta

import pytest

from tests.streets import START, Actor, film, watch

pytestmark = pytest.mark.slow

STOP_S = 12.0
RULE = {"candidate_after_s": 5, "violation_after_s": 30}

# fmt: off
ARRIVALS = [
    # name, how far from its place (pixels) so many seconds before it stands there
    ("at 80 px a second, then at once", lambda left_s: 80 * left_s),
    ("at 30 px a second", lambda left_s: 30 * left_s),
    ("at a walk", lambda left_s: 12 * left_s),
    ("creeping", lambda left_s: 5 * left_s),
    ("braking hard: 4 m/s2 of a car of 4.5 m", lambda left_s: 0.5 * 100 * left_s**2),
    ("braking gently: 1.5 m/s2", lambda left_s: 0.5 * 40 * left_s**2),
]
# fmt: on


@pytest.mark.parametrize("jitter_px", [0, 1])
@pytest.mark.parametrize("interval_s", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("phase", [0.0, 0.1, 0.3, 0.5, 0.75, 0.99])
@pytest.mark.parametrize("away", [row[1] for row in ARRIVALS], ids=[row[0] for row in ARRIVALS])
def test_a_dwell_never_begins_before_the_thing_stood(away, phase: float, interval_s: float, jitter_px: float) -> None:  # type: ignore[no-untyped-def]
    stop_s = STOP_S + phase * interval_s
    car = Actor(path=lambda t: (-away(max(0.0, stop_s - t)), 0.0), jitter_px=jitter_px)
    events = watch(film([car], stop_s + 45, interval_s=interval_s), interval_s=interval_s, **RULE)
    [violation] = [one for one in events if one.state == "violation"]
    since_s = (violation.still_since - START).total_seconds()
    assert stop_s <= since_s <= stop_s + 2.0 + 3 * interval_s
    true_dwell_s = (violation.last_seen - START - timedelta(seconds=stop_s)).total_seconds()
    assert RULE["violation_after_s"] <= violation.dwell_s <= true_dwell_s


def test_what_stood_there_from_the_first_picture_on_is_counted_from_it() -> None:
    [_, violation] = watch(film([Actor()], 40), **RULE)
    assert violation.still_since == START
