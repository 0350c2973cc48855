"""A rule has every default filled in, and a version that follows its content alone."""

import pytest

from core.rules import drawing_of, resolve, rules_of
from core.site import Permit, Preset, Zone
from tests.store.examples import CAMERA, PAVEMENT, camera


def version(zone: Zone = PAVEMENT, camera_id: str = "a", preset_id: str = "1") -> str:
    return resolve(camera_id, preset_id, zone).version


def changed(**changes: object) -> Zone:
    return PAVEMENT.model_copy(update=changes)


def test_defaults_come_from_the_violations_type_and_give_way_to_the_zone() -> None:
    rule = resolve("a", "1", changed(violation_after_s=180.0))
    assert (rule.candidate_after_s, rule.violation_after_s, rule.bridge_gap_s) == (10, 180, 60)
    assert rule.zone.attended == "ignore"
    # zero is a number, not "left out"
    assert resolve("a", "1", changed(candidate_after_s=0.0)).candidate_after_s == 0


def test_what_is_written_out_is_the_same_rule_as_what_is_left_out() -> None:
    written_out = changed(candidate_after_s=10.0, violation_after_s=300.0, bridge_gap_s=60.0, attended="ignore")
    assert version(written_out) == version()


@pytest.mark.parametrize(
    "other",
    [
        changed(violation_after_s=180.0),
        changed(polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))),
        changed(min_score=0.3),
        changed(exempt=("bus",)),
        changed(permits=(Permit(permit_no="7"),)),
        changed(id="pavement-2"),
    ],
)
def test_another_content_is_another_version(other: Zone) -> None:
    assert version(other) != version()


def test_ending_the_observation_is_no_other_rule() -> None:
    assert version(changed(observe=True)) == version()


def test_the_same_zone_elsewhere_is_another_rule() -> None:
    assert len({version(), version(camera_id="b"), version(preset_id="2")}) == 3


def test_the_version_is_the_same_on_every_machine() -> None:
    # Written down on purpose: events of earlier years name it.
    assert rules_of(CAMERA)[0].version == "22ed8c71d4235c85"


def test_a_cameras_rules_are_those_of_all_its_presets() -> None:
    two = camera("a", presets=(Preset(id="1", zones=(PAVEMENT,)), Preset(id="2", zones=(PAVEMENT,))))
    assert [(rule.preset_id, rule.zone.id) for rule in rules_of(two)] == [("1", "pavement-1"), ("2", "pavement-1")]


def test_a_snapshot_is_plain_data_under_the_names_of_the_site_file() -> None:
    snapshot = rules_of(CAMERA)[0].snapshot()
    assert snapshot["zone"]["schedule"][0]["from"] == "00:00"
    assert snapshot["zone"]["violation_after_s"] == 300


@pytest.mark.parametrize(
    ("other", "is_redrawn"),
    [
        (changed(violation_after_s=180.0, name="north"), False),
        (changed(permits=(Permit(permit_no="7"),)), False),
        (changed(permits=(Permit(permit_no="7", polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))),)), True),
        (changed(polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))), True),
    ],
)
def test_a_drawing_changes_with_its_outlines_alone(other: Zone, is_redrawn: bool) -> None:
    drawn = drawing_of(Preset(id="1", zones=(PAVEMENT,)))
    assert (drawing_of(Preset(id="1", zones=(other,))) != drawn) is is_redrawn
    assert drawing_of(Preset(id="2", zones=(PAVEMENT,))) != drawn
