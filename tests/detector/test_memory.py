"""A restart of the process loses no dwell."""

import re

from core.domain import Gap, RuleEvent
from core.rules import ZoneRule, resolve
from core.site import Zone
from detector.memory import from_json, to_json
from detector.watch import CameraMemory, CameraWatch
from tests.streets import SHANGHAI, WHOLE, Actor, between, brief, film


def rule(**zone: object) -> ZoneRule:
    full = {"id": "zone", "violation": "illegal_parking", "polygon": WHOLE} | zone
    return resolve("cam", "1", Zone.model_validate(full))


def restarted(camera: CameraWatch, under: ZoneRule) -> CameraWatch:
    return CameraWatch([under], SHANGHAI, 1.0, from_json(to_json(camera.memory)))


def test_a_restart_at_every_frame_changes_nothing() -> None:
    frames = film([Actor(missed=0.2, jitter_px=3, look=1), Actor(box=(100, 300, 200, 360), label="van")], 60)
    quick = rule(violation_after_s=40)
    straight, broken = CameraWatch([quick], SHANGHAI, 1.0), CameraWatch([quick], SHANGHAI, 1.0)
    expected: list[RuleEvent] = []
    found: list[RuleEvent] = []
    for frame in frames:
        expected += straight.update(frame)
        broken = restarted(broken, quick)
        found += broken.update(frame)
    assert len(expected) == 4
    assert found == expected


def test_gaps_outlive_a_restart_inside_one() -> None:
    frames = film([Actor(seen=between((0, 20), (30, 99)))], 60)
    quick = rule(violation_after_s=40)
    camera = CameraWatch([quick], SHANGHAI, 1.0)
    for frame in frames[:25]:
        camera.update(frame)
    camera = restarted(camera, quick)
    (violation,) = [event for frame in frames[25:] for event in camera.update(frame)]
    assert violation.gaps == (Gap(frames[19].utc, frames[30].utc),)


def test_a_memory_of_an_earlier_version_keeps_its_dwell_and_claims_no_gaps() -> None:
    frames = film([Actor(seen=between((0, 20), (30, 99)))], 60)
    quick = rule(violation_after_s=40)
    camera = CameraWatch([quick], SHANGHAI, 1.0)
    for frame in frames[:35]:
        camera.update(frame)
    earlier = re.sub(rb',"gaps":\[[^]]*\]', b"", to_json(camera.memory))
    assert b"gaps" not in earlier
    camera = CameraWatch([quick], SHANGHAI, 1.0, from_json(earlier))
    (violation,) = [event for frame in frames[35:] for event in camera.update(frame)]
    assert (violation.dwell_s, violation.bridged_s, violation.gaps) == (40, 11, None)


def test_a_changed_rule_clears_what_stood_under_the_old_one_and_begins_anew() -> None:
    frames = film([Actor()], 60)
    old, new = rule(), rule(violation_after_s=20)
    camera = CameraWatch([old], SHANGHAI, 1.0)
    before = [event for frame in frames[:30] for event in camera.update(frame)]
    camera = restarted(camera, new)
    after = [event for frame in frames[30:] for event in camera.update(frame)]
    assert brief(before) == [("candidate", 10)]
    assert brief(after) == [("cleared", 29), ("candidate", 40), ("violation", 50)]
    assert after[0].event_id == before[0].event_id
    assert after[0].rule_version == old.version
    assert after[1].rule_version == new.version


def test_a_damaged_memory_is_no_memory() -> None:
    good = to_json(CameraMemory())
    assert from_json(good) == CameraMemory()
    assert from_json(good[:-3]) is None
    assert from_json(b'{"presets": {"1": {"tracker": {"things": [{"number": 1}]}}}}') is None
