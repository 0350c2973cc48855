"""The rules on recorded detections. Parking's defaults hold unless a row says otherwise: candidate after 10 s,
violation after 300 s, gaps of 60 s bridged, reopened within 1,800 s; one look a second. What is seen to
arrive is counted from the next look on."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from core.domain import Gap, RuleEvent
from detector.dwell import GAPS_KEPT
from tests.streets import CAR, START, Actor, between, brief, film, unfit, watch

pytestmark = pytest.mark.slow

C, V, X = "candidate", "violation", "cleared"


def stalls(count: int, **actor: Any) -> list[Actor]:
    return [Actor(box=(40 + 40 * n, 400, 70 + 40 * n, 450), label="stall", **actor) for n in range(count)]


def gap(start_s: float, end_s: float) -> Gap:
    return Gap(START + timedelta(seconds=start_s), START + timedelta(seconds=end_s))


# fmt: off
ONE_CAR = [
    # name, actor, seconds filmed, expected changes (state, second last seen)
    ("it stays", Actor(), 320, [(C, 10), (V, 300)]),
    ("jitter of 4 px", Actor(jitter_px=4), 320, [(C, 10), (V, 300)]),
    ("it leaves one second early", Actor(seen=between((0, 299.5))), 400, [(C, 10), (X, 299)]),
    ("a stop of nine seconds is nothing", Actor(seen=between((0, 9.5))), 100, []),
    ("occluded for 50 s, shorter than the bridge", Actor(seen=between((0, 100), (150, 999))), 320, [(C, 10), (V, 300)]),
    ("occluded at the very moment of violation: only an observed second counts",
     Actor(seen=between((0, 290), (310, 999))), 320, [(C, 10), (V, 310)]),
    ("occluded for 70 s, longer than the bridge: the dwell starts anew",
     Actor(seen=between((0, 100), (170, 999))), 400, [(C, 10), (X, 99), (C, 180)]),
    ("before it is a candidate only a short gap is bridged",
     Actor(seen=between((0, 8), (14, 999))), 40, [(C, 25)]),
    ("label flicker inside the group", Actor(label=lambda t: ("car", "truck", "van")[int(t) % 3]), 320,
     [(C, 10), (V, 300)]),
    ("a label outside the type's", Actor(label="bicycle"), 320, []),
    ("below the zone's min_score", Actor(score=0.2), 320, []),
    ("creeping by a third of its length a minute", Actor(path=lambda t: (t * 0.9, 0)), 900, []),
    ("driving by", Actor(path=lambda t: (t * 40 - 600, 0)), 60, []),
]
# fmt: on


@pytest.mark.parametrize(
    ("actor", "until_s", "expected"), [row[1:] for row in ONE_CAR], ids=[row[0] for row in ONE_CAR]
)
def test_one_car(actor: Actor, until_s: float, expected: list[tuple[str, float]]) -> None:
    events = watch(film([actor], until_s))
    if actor.path is Actor.path:
        assert brief(events) == expected
    else:  # what moves may be taken for standing for a moment, never for a violation
        assert all(event.state != V for event in events)


def test_a_third_missed_is_still_one_violation_near_its_time() -> None:
    events = watch(film([Actor(missed=0.3, jitter_px=2)], 340))
    (violation,) = [event for event in events if event.state == V]
    assert 300 <= violation.dwell_s <= 305
    assert violation.observed_s > 0.8 * violation.dwell_s  # four looks missed on end are bridged, not observed
    assert len({event.event_id for event in events}) == 1


def test_bridged_time_is_named_as_such() -> None:
    events = watch(film([Actor(seen=between((0, 100), (150, 999)))], 320))
    violation = events[-1]
    assert (violation.dwell_s, violation.observed_s, violation.bridged_s) == (300, 249, 51)
    assert violation.gaps == (gap(99, 150),)


def test_every_gap_is_told_whatever_its_cause() -> None:
    """Hidden by a bus, the camera lost, frames unfit; three looks missed on end are a gap, two are none."""
    bus, lost, shaken = between((50, 80)), between((120, 140)), between((200, 230))
    flicker = between((260, 262), (270, 273))
    frames = film([Actor(seen=lambda t: not bus(t) and not flicker(t))], 320, frames=lambda t: not lost(t))
    *_, violation = watch(unfit(frames, shaken))
    assert violation.state == V
    assert violation.gaps == (gap(49, 80), gap(119, 140), gap(199, 230), gap(269, 273))


def test_a_new_dwell_begins_without_gaps() -> None:
    events = watch(film([Actor(seen=between((0, 100), (130, 200), (300, 999)))], 700))
    assert [(one.state, one.gaps) for one in events] == [
        (C, ()), (X, (gap(99, 130),)), (C, ()), (V, ()),
    ]  # fmt: skip


def test_a_zones_event_tells_of_the_thing_that_has_stood_longest() -> None:
    first, *others = stalls(3, seen=between((5, 999)))
    hidden = replace(first, seen=between((0, 60), (70, 999)))
    *_, violation = watch(film([hidden, *others], 700), violation="street_vending")
    assert (violation.state, violation.count) == (V, 3)
    assert violation.gaps == (gap(59, 70),)


def test_too_many_gaps_are_joined_and_nothing_unseen_is_left_out() -> None:
    """Two looks in six, for twenty minutes, but for one half minute that was seen whole."""
    looks = between((0, 20), (300, 330))
    *_, violation = watch(film([Actor(seen=lambda t: looks(t) or t % 6 < 2)], 1300), violation_after_s=1200)
    assert violation.gaps is not None
    assert len(violation.gaps) == GAPS_KEPT
    assert all(before.end <= after.start for before, after in pairwise(violation.gaps))
    assert sum((one.end - one.start).total_seconds() for one in violation.gaps) > violation.bridged_s
    seen = [one for one in violation.gaps if one.start < START + timedelta(seconds=315) < one.end]
    assert seen == []


def test_two_boxes_on_one_car_are_one_car() -> None:
    x1, y1, x2, y2 = CAR
    double = Actor(box=(x1 + 8, y1 + 5, x2 + 6, y2), label="truck", score=0.7, seen=lambda t: t % 3 != 0)
    part = Actor(box=(x1, y1 + 10, x1 + 70, y2), score=0.5, seen=lambda t: t % 2 == 0)
    events = watch(film([Actor(missed=0.1), double, part], 320))
    assert [event.state for event in events] == [C, V]


def test_a_row_of_ten_is_ten_cars() -> None:
    row = [
        Actor(box=(20 + 110 * n, 300 - 4 * n, 150 + 110 * n, 380 - 4 * n), jitter_px=2, missed=0.1) for n in range(10)
    ]
    violations = [event for event in watch(film(row, 330)) if event.state == V]
    assert len(violations) == 10
    assert len({event.event_id for event in violations}) == 10


def test_boxes_across_neighbours_in_a_row_are_no_further_cars() -> None:
    row = [Actor(box=(100 + 80 * n, 300, 200 + 80 * n, 360)) for n in range(4)]
    across = [Actor(box=(140 + 80 * n, 300, 240 + 80 * n, 360), score=0.4, seen=between((20, 999))) for n in range(3)]
    violations = [event for event in watch(film([*row, *across], 330)) if event.state == V]
    assert len(violations) == 4


def test_traffic_past_one_spot_is_never_one_thing() -> None:
    """A car every two seconds, always at the same places: one look in two finds a car at the spot."""
    lane = [Actor(path=lambda t, n=n: (-600 + 60 * ((t + 2 * n) % 20), 0)) for n in range(10)]
    assert [event for event in watch(film(lane, 600, interval_s=0.5), interval_s=0.5) if event.state == V] == []


def test_a_creeping_queue_is_no_parking() -> None:
    """Cars 200 px apart creep on at 2 px a second: each spot is taken anew every 100 s, and never empty for long."""
    queue = [Actor(path=lambda t, n=n: (-500 + (2 * t + 200 * n) % 1200, 0)) for n in range(6)]
    assert [event for event in watch(film(queue, 1200)) if event.state == V] == []


def test_a_queue_that_stops_and_goes_is_no_parking() -> None:
    """Twenty seconds stop, then on by one car's place within ten: the next car stands where the last one stood."""

    def place(t: float, n: int) -> tuple[float, float]:
        cycle, into = divmod(t, 30)
        return -500 + (200 * (cycle + n) + 20 * max(0.0, into - 20)) % 1200, 0.0

    queue = [Actor(path=lambda t, n=n: place(t, n)) for n in range(6)]
    assert [event for event in watch(film(queue, 1200)) if event.state == V] == []


# fmt: off
LOOKS = [
    # at second 100 it is hidden, at 140 something stands there again; the looks before and after, and what follows
    ("the same car", 1, 1, [(C, 10), (V, 300)]),
    ("another car in the same place", 1, 2, [(C, 10), (C, 151), (X, 99)]),
]
# fmt: on


@pytest.mark.parametrize(("before", "after", "expected"), [row[1:] for row in LOOKS], ids=[row[0] for row in LOOKS])
def test_same_place_other_look(before: int, after: int, expected: list[tuple[str, float]]) -> None:
    cast = [Actor(look=before, seen=between((0, 100))), Actor(look=after, seen=between((140, 999)))]
    events = watch(film(cast, 320))
    assert brief(events) == expected
    assert len({event.event_id for event in events}) == (1 if before == after else 2)


def test_a_sudden_change_of_light_is_the_same_car() -> None:
    """From one look to the next everything looks different, and stays so: it stands there without a gap."""
    cast = [Actor(look=1, seen=between((0, 100))), Actor(look=2, seen=between((100, 999)))]
    assert brief(watch(film(cast, 320))) == [(C, 10), (V, 300)]


# fmt: off
GROUND = [
    # the strip where the wheels stand decides, not the centre of the box
    ("wheels inside, centre outside", [(0.3, 0.53), (0.6, 0.53), (0.6, 0.7), (0.3, 0.7)], True),
    ("wheels outside, centre inside", [(0.3, 0.3), (0.6, 0.3), (0.6, 0.53), (0.3, 0.53)], False),
    ("a third of the wheels inside", [(0.47, 0.3), (0.9, 0.3), (0.9, 0.7), (0.47, 0.7)], False),
    ("two thirds of the wheels inside", [(0.43, 0.3), (0.9, 0.3), (0.9, 0.7), (0.43, 0.7)], True),
]
# fmt: on


@pytest.mark.parametrize(("polygon", "counts"), [row[1:] for row in GROUND], ids=[row[0] for row in GROUND])
def test_ground_contact(polygon: list[tuple[float, float]], counts: bool) -> None:
    assert bool(watch(film([Actor()], 20), polygon=polygon)) is counts


# fmt: off
GAPS = [
    # no frames (camera off) or no fit frames (view moved): a gap like any other
    ("40 s: bridged", 40, [(C, 10), (V, 300)]),
    ("200 s: the dwell ends when it was last seen, and starts anew", 200, [(C, 10), (X, 99), (C, 310)]),
]
# fmt: on


@pytest.mark.parametrize("how", ["no frames", "unfit frames"])
@pytest.mark.parametrize(("gap_s", "expected"), [row[1:] for row in GAPS], ids=[row[0] for row in GAPS])
def test_unobserved_time(how: str, gap_s: float, expected: list[tuple[str, float]]) -> None:
    off = between((100, 100 + gap_s))
    if how == "no frames":
        observations = film([Actor()], 320, frames=lambda t: not off(t))
    else:
        observations = unfit(film([Actor()], 320), off)
    assert brief(watch(observations)) == expected


def test_back_after_90_s_is_the_same_event() -> None:
    events = watch(film([Actor(seen=between((0, 320), (410, 999)))], 740))
    assert brief(events) == [(C, 10), (V, 300), (X, 319), (C, 420), (V, 710)]
    assert len({event.event_id for event in events}) == 1
    assert [event.opening for event in events] == [1, 1, 1, 2, 2]
    assert {event.violation_at for event in events[1:]} == {START + timedelta(seconds=300)}
    assert {event.first_seen for event in events} == {START}
    assert events[-1].dwell_s == 300


def test_back_after_31_minutes_is_another_event() -> None:
    events = watch(film([Actor(seen=between((0, 320), (320 + 1860, 9999)))], 2300))
    assert [event.state for event in events] == [C, V, X, C]
    assert len({event.event_id for event in events}) == 2


def test_the_end_of_the_recording_clears_nothing() -> None:
    assert brief(watch(film([Actor()], 400)))[-1] == (V, 300)


# fmt: off
HOURS = [
    # filming begins on Monday at 09:00:00 local time
    ("begins at 09:02: the dwell begins there", {"from": "09:02", "to": "18:00"}, [(C, 130), (V, 420)]),
    ("ends at 09:04: the dwell ends there", {"from": "08:00", "to": "09:04"}, [(C, 10), (X, 239)]),
    ("other days", {"days": ["tue", "wed"], "from": "00:00", "to": "24:00"}, []),
    ("past midnight, belongs to Sunday", {"days": ["sun"], "from": "22:00", "to": "09:05"}, [(C, 10), (X, 299)]),
]
# fmt: on


@pytest.mark.parametrize(("hours", "expected"), [row[1:] for row in HOURS], ids=[row[0] for row in HOURS])
def test_schedule_edges(hours: dict[str, Any], expected: list[tuple[str, float]]) -> None:
    assert brief(watch(film([Actor()], 430), schedule=[hours])) == expected


AROUND_CAR = [(0.35, 0.3), (0.6, 0.3), (0.6, 0.7), (0.35, 0.7)]
ELSEWHERE = [(0.7, 0.3), (0.9, 0.3), (0.9, 0.7), (0.7, 0.7)]
# fmt: off
PERMITS = [
    ("all day, the whole zone", {}, []),
    ("the part where it stands", {"polygon": AROUND_CAR}, []),
    ("another part", {"polygon": ELSEWHERE}, [(C, 10), (V, 300)]),
    ("until 09:01: the dwell begins there", {"schedule": [{"from": "08:00", "to": "09:01"}]}, [(C, 70), (V, 360)]),
    ("half a minute from 09:02, shorter than the bridge: the dwell ends, and begins anew",
     {"valid_from": "2026-03-02T09:02:00+08:00", "valid_to": "2026-03-02T09:02:30+08:00"},
     [(C, 10), (X, 119), (C, 160)]),
    ("not yet valid", {"valid_from": "2026-03-03T00:00:00+08:00"}, [(C, 10), (V, 300)]),
    ("no longer valid", {"valid_to": "2026-03-01T00:00:00+08:00"}, [(C, 10), (V, 300)]),
]
# fmt: on


@pytest.mark.parametrize(("permit", "expected"), [row[1:] for row in PERMITS], ids=[row[0] for row in PERMITS])
def test_permits(permit: dict[str, Any], expected: list[tuple[str, float]]) -> None:
    assert brief(watch(film([Actor()], 370), permits=[{"permit_no": "江综执许 2026-1", **permit}])) == expected


def test_exempt_labels_may_stand() -> None:
    assert watch(film([Actor(label="bus")], 320), exempt=["bus"]) == []
    assert brief(watch(film([Actor(label="car")], 320), exempt=["bus"])) == [(C, 10), (V, 300)]


def test_thirty_stalls_are_one_event() -> None:
    events = watch(film(stalls(30, jitter_px=1, missed=0.1), 330), violation="street_vending")
    assert [event.state for event in events] == [C, V]
    violation = events[-1]
    assert violation.count == 30
    assert len(violation.members) == 30
    assert violation.bbox_xyxy_px == pytest.approx((40, 400, 1230, 450), abs=3)


def test_a_zone_opens_with_the_first_and_clears_with_the_last() -> None:
    first, second = stalls(2)
    cast = [
        Actor(first.box, "stall", seen=between((0, 340))),
        Actor(second.box, "stall", seen=between((200, 700))),
    ]
    events = watch(film(cast, 800), violation="street_vending")
    assert brief(events) == [(C, 30), (V, 300), (X, 699)]
    assert [event.count for event in events] == [1, 2, 1]


# fmt: off
ATTENDED = [
    # garbage counts while nobody is with it; here after 60 / 300 s with gaps of 60 s bridged
    ("nobody", [], [(C, 60), (V, 300)]),
    ("somebody passes for 20 s", [(120, 140)], [(C, 60), (V, 300)]),
    ("somebody stands there from the start", [(0, 999)], []),
    ("somebody comes to clear it away", [(120, 999)], [(C, 60), (X, 119)]),
]
# fmt: on


@pytest.mark.parametrize(("spans", "expected"), [row[1:] for row in ATTENDED], ids=[row[0] for row in ATTENDED])
def test_unattended_garbage(spans: list[tuple[float, float]], expected: list[tuple[str, float]]) -> None:
    bag = Actor(box=(600, 500, 640, 540), label="garbage")
    person = Actor(box=(640, 430, 680, 545), label="person", seen=between(*spans))
    events = watch(film([bag, person], 330), violation="exposed_garbage", violation_after_s=300, bridge_gap_s=60)
    assert brief(events) == expected


def test_events_name_what_was_there() -> None:
    event: RuleEvent = watch(film([Actor()], 20))[0]
    assert (event.camera_id, event.preset_id, event.zone_id, event.violation) == ("cam", "1", "zone", "illegal_parking")
    assert (event.label, event.count, event.score) == ("car", 1, pytest.approx(0.8))
    assert event.bbox_xyxy_px == pytest.approx(CAR)
    assert event.observing is False
