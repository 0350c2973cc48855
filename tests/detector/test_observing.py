"""A zone that observes until a moment, and one that is sent back or put in force: nothing is told twice in two ways."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from core.domain import Observation, RuleEvent
from core.rules import resolve
from core.site import Zone
from detector.memory import from_json, to_json
from detector.watch import CameraMemory, CameraWatch
from tests.streets import SHANGHAI, START, WHOLE, Actor, between, brief, film, watch

pytestmark = pytest.mark.slow

C, V, X = "candidate", "violation", "cleared"
LEFT = (100, 300, 260, 400)


def until(second: float) -> dict[str, Any]:
    return {"observe": True, "observe_until": START + timedelta(seconds=second)}


def told(events: Iterable[RuleEvent]) -> list[tuple[str, float, bool]]:
    """State, second and whether it is only observed."""
    events = list(events)
    return [(state, second, one.observing) for (state, second), one in zip(brief(events), events, strict=True)]


@pytest.mark.parametrize(
    ("end", "is_observed"),
    [
        # Its dwell goes on over the end: an alarm at the second at which it would be one in any other zone.
        (200, False),
        (299, False),
        # In force from that very moment on.
        (300, False),
        (301, True),
    ],
)
def test_what_was_no_violation_yet_keeps_its_dwell(end: float, is_observed: bool) -> None:
    events = watch(film([Actor()], 300), **until(end))
    assert told(events) == [(C, 10, True), (V, 300, is_observed)]
    assert events[-1].dwell_s == 300


def test_what_was_told_as_observed_alarms_only_for_what_it_stands_after_the_end() -> None:
    events = watch(film([Actor()], 710), **until(400))
    assert told(events) == [(C, 10, True), (V, 300, True), (X, 399, True), (C, 410, False), (V, 700, False)]
    observed, alarm = events[0].event_id, events[-1]
    assert [one.event_id == observed for one in events] == [True, True, True, False, False]
    assert (alarm.still_since, alarm.dwell_s) == (START + timedelta(seconds=400), 300)


def test_what_left_while_it_was_observed_is_another_event_when_it_is_back() -> None:
    events = watch(film([Actor(seen=between((0, 320), (400, 999)), look=1)], 720), **until(390))
    assert told(events)[-2:] == [(C, 410, False), (V, 700, False)]
    assert events[-1].violation_at == START + timedelta(seconds=700)
    assert events[-1].event_id != events[0].event_id


def test_in_a_zone_that_counts_as_a_whole_each_thing_keeps_the_dwell_that_nobody_was_told_of() -> None:
    late = Actor(box=LEFT, label="stall", seen=between((200, 9999)))
    events = watch(film([Actor(label="stall"), late], 600), violation="street_vending", **until(400))
    (alarm,) = [one for one in events if one.state == V and not one.observing]
    assert brief([alarm]) == [(V, 501)]
    assert alarm.still_since == START + timedelta(seconds=201)


def watched(
    observations: Iterable[Observation], memory: CameraMemory | None, **zone: Any
) -> tuple[list[RuleEvent], CameraMemory | None]:
    """What a watch tells that goes on from another one's memory, as after a change of the camera."""
    full = {"id": "zone", "violation": "illegal_parking", "polygon": WHOLE} | zone
    camera = CameraWatch([resolve("cam", "1", Zone.model_validate(full))], SHANGHAI, 1.0, memory)
    events = [event for observation in observations for event in camera.update(observation)]
    return events, from_json(to_json(camera.memory))


def test_an_alarm_that_stands_when_its_zone_is_sent_back_remains_an_alarm() -> None:
    second = Actor(box=LEFT, seen=between((100, 500)))
    frames = film([Actor(seen=between((0, 400))), second], 700)
    before, memory = watched(frames[:350], None)
    after, _ = watched(frames[350:], memory, observe=True)
    assert told(before) == [(C, 10, False), (C, 111, False), (V, 300, False)]
    assert told(after) == [(V, 401, True), (X, 399, False), (X, 499, True)]


def test_a_zone_that_is_put_in_force_again_counts_from_then_on_what_it_had_only_observed() -> None:
    frames = film([Actor()], 800)
    before, memory = watched(frames[:450], None, observe=True)
    after, _ = watched(frames[450:], memory)
    assert told(before) == [(C, 10, True), (V, 300, True)]
    assert told(after) == [(X, 449, True), (C, 460, False), (V, 750, False)]
