"""What a change takes from the rules: areas to the last corner, and each number in the direction that weakens it."""

import math
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.coverage import Effort, uncovered_area
from core.geometry import Polygon, polygon_area
from core.policy.relaxations import NOTHING, Scene, relaxations
from core.site import Preset, StreamKind, Zone

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
LARGER = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
DENTED = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.5, 0.79), (0.2, 0.8))
LEFT, RIGHT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)), ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
AWAY = ((0.9, 0.9), (1.0, 0.9), (1.0, 1.0), (0.9, 1.0))


def scene(*zones: Zone, masks: tuple[Polygon, ...] = (), preset_id: str = "1") -> Scene:
    return Scene((Preset(id=preset_id, zones=zones),), masks)


def zone(**changes: Any) -> Zone:
    return Zone(**{"id": "a", "violation": "illegal_parking", "polygon": SQUARE} | changes)


def kinds(before: Scene, after: Scene) -> list[str]:
    return [one.kind for one in relaxations("cam", before, after, NOW)]


NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
BEFORE, LATER = NOW - timedelta(seconds=1), NOW + timedelta(seconds=1)

WEEKDAYS = [{"days": ["mon", "tue", "wed", "thu", "fri"]}]
PERMIT = {"permit_no": "2026-1"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({}, {"polygon": LARGER, "name": "another name"}, []),
        ({}, {"polygon": LEFT}, ["zone_smaller"]),
        ({}, {"polygon": DENTED}, ["zone_smaller"]),
        ({"polygon": DENTED}, {}, []),
        ({}, {"violation": "fire_lane_blocked"}, ["type_changed"]),
        ({}, {"observe": True}, ["alarms_off"]),
        # What only observes can be adjusted freely, and put in force.
        ({"observe": True}, {"observe": True, "polygon": LEFT, "violation_after_s": 3000}, []),
        ({"observe": True}, {"polygon": LEFT}, []),
        ({"observe": True, "observe_until": LATER}, {"polygon": LEFT}, []),
        # The moment has passed: it is in force.
        ({"observe": True, "observe_until": BEFORE}, {"polygon": LEFT}, ["zone_smaller"]),
        ({"observe": True, "observe_until": NOW}, {"observe": True, "observe_until": LATER}, ["alarms_off"]),
        ({}, {"observe": True, "observe_until": BEFORE}, []),
        # A smaller budget sends the zone back to observing sooner.
        ({}, {"daily_budget": 49}, ["budget_lower"]),
        ({}, {"daily_budget": 51}, []),
        # The defaults of the type count like numbers that are written.
        ({}, {"violation_after_s": 300}, []),
        ({}, {"violation_after_s": 301}, ["limit_longer"]),
        ({}, {"violation_after_s": 299, "candidate_after_s": 5}, []),
        ({}, {"bridge_gap_s": 59}, ["gap_shorter"]),
        ({}, {"bridge_gap_s": 61}, []),
        ({}, {"min_score": 0.3}, ["score_higher"]),
        ({}, {"min_score": 0.2}, []),
        ({}, {"schedule": WEEKDAYS}, ["hours_fewer"]),
        ({"schedule": WEEKDAYS}, {}, []),
        # The same hours in other words, past midnight.
        ({"schedule": [{"from": "22:00", "to": "02:00"}]}, {"schedule": [{"to": "02:00"}, {"from": "22:00"}]}, []),
        ({}, {"permits": [PERMIT]}, ["permit_added"]),
        ({"permits": [PERMIT]}, {}, []),
        ({"permits": [PERMIT]}, {"permits": [PERMIT | {"polygon": SQUARE}]}, ["permit_added"]),
        ({}, {"exempt": ["van"]}, ["exemption_added"]),
        ({"exempt": ["van"]}, {}, []),
        ({}, {"attended": "unattended"}, ["attended_narrower"]),
        ({"attended": "unattended"}, {"attended": "ignore"}, []),
        ({}, {"agency": "交警"}, ["agency_changed"]),
        ({"agency": "交警"}, {}, []),
    ],
)
def test_what_a_change_of_a_zone_takes(before: dict[str, Any], after: dict[str, Any], expected: list[str]) -> None:
    assert kinds(scene(zone(**before)), scene(zone(**after))) == expected


def test_a_zone_that_goes_and_one_that_comes() -> None:
    assert kinds(scene(zone()), scene()) == ["zone_removed"]
    assert kinds(scene(), scene(zone(permits=[PERMIT]))) == []
    assert kinds(scene(zone(observe=True)), scene()) == []
    assert kinds(scene(zone()), NOTHING) == ["zone_removed"]
    # By another name it is another zone: the old one would go.
    assert kinds(scene(zone()), scene(zone(id="b"))) == ["zone_removed"]


def test_live_frames_belong_to_the_first_preset() -> None:
    first, second = Preset(id="1", zones=(zone(),)), Preset(id="2")
    assert kinds(Scene((first, second), ()), Scene((second, first), ())) == ["preset_unwatched"]


def test_a_preset_without_a_picture_is_watched_as_the_first_alone() -> None:
    zones, picture = (zone(),), "0123456789abcdef"
    first, other = Preset(id="1", zones=zones), Preset(id="2", view=picture)
    assert kinds(Scene((first,), ()), Scene((first, other), ())) == ["preset_unwatched"]
    known = first.model_copy(update={"view": picture})
    assert kinds(Scene((first,), ()), Scene((known, other), ())) == []
    assert kinds(Scene((known, other), ()), Scene((first, other), ())) == ["view_changed", "preset_unwatched"]


def test_a_mask_hides_a_zone_and_its_absence_bares_a_window() -> None:
    before = scene(zone(), masks=(AWAY,))
    assert kinds(before, scene(zone(), masks=(AWAY, LEFT))) == ["zone_covered"]
    assert kinds(before, scene(zone())) == ["mask_smaller"]
    assert kinds(before, scene(zone(), masks=(RIGHT,))) == ["zone_covered"]
    # Under a mask nothing was seen before either.
    assert (
        kinds(scene(zone(), masks=(LEFT,)), scene(zone(polygon=((0.5, 0.2), *SQUARE[1:3], (0.5, 0.8))), masks=(LEFT,)))
        == []
    )


UNIT = st.integers(0, 64).map(lambda value: value / 64)


@st.composite
def rectangles(draw: st.DrawFn) -> Polygon:
    (x1, x2), (y1, y2) = (sorted(draw(st.lists(UNIT, min_size=2, max_size=2, unique=True))) for _ in "xy")
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2))


@given(rectangles(), st.lists(rectangles(), max_size=4))
def test_what_is_uncovered_is_counted_cell_by_cell(own: Polygon, covers: list[Polygon]) -> None:
    def holds(one: Polygon, x: float, y: float) -> bool:
        return one[0][0] < x < one[2][0] and one[0][1] < y < one[2][1]

    centres = [((column + 0.5) / 64, (row + 0.5) / 64) for column in range(64) for row in range(64)]
    bare = sum(holds(own, *at) and not any(holds(one, *at) for one in covers) for at in centres)
    assert uncovered_area(own, covers, Effort()) == pytest.approx(bare / 64**2, abs=1e-12)


@given(st.lists(st.tuples(UNIT, UNIT), min_size=3, max_size=3, unique=True))
def test_a_triangle_is_covered_by_itself_and_by_its_halves(corners: list[tuple[float, float]]) -> None:
    a, b, c = corners
    half = ((b[0] + c[0]) / 2, (b[1] + c[1]) / 2)
    assert uncovered_area((a, b, c), [(c, b, a)], Effort()) == pytest.approx(0, abs=1e-12)
    assert uncovered_area((a, b, c), [(a, b, half), (a, half, c)], Effort()) == pytest.approx(0, abs=1e-12)
    assert uncovered_area((a, b, c), [(a, b, half)], Effort()) == pytest.approx(polygon_area((a, b, c)) / 2, abs=1e-12)


@pytest.mark.parametrize(
    ("before", "after", "taken"),
    [
        ("replayed", "live", ["replay_hidden"]),  # packages would call a recording live
        ("replayed", "gateway", ["replay_hidden"]),
        ("live", "replayed", []),  # claims less
        ("live", "gateway", []),
        ("gateway", "live", []),
    ],
)
def test_a_recording_is_not_declared_live_by_one_alone(before: StreamKind, after: StreamKind, taken: list[str]) -> None:
    assert kinds(replace(scene(), source_kind=before), replace(scene(), source_kind=after)) == taken


def star(points: int, turned: float) -> Polygon:
    radii = (0.4 if number % 2 else 0.2 for number in range(points))
    angles = (2 * math.pi * number / points + turned for number in range(points))
    return tuple(
        (0.5 + radius * math.cos(at), 0.5 + radius * math.sin(at)) for radius, at in zip(radii, angles, strict=True)
    )


def test_what_is_too_intricate_to_be_compared_is_looked_at_by_a_second_person() -> None:
    """64 zones of 100 points under 100 masks of as many: exact areas would take hours."""
    zones = [zone(id=f"z{number}", polygon=star(100, number / 100)) for number in range(64)]
    masks = tuple(star(100, number / 1000) for number in range(100))
    moved = [one.model_copy(update={"polygon": star(100, number / 90)}) for number, one in enumerate(zones)]
    began = time.process_time()
    found = kinds(scene(*zones), scene(*moved, masks=masks))
    assert time.process_time() - began < 20
    assert {"zone_smaller", "zone_covered"} <= set(found)
    # The same zones under the same masks take nothing, however intricate they are.
    assert kinds(scene(*zones, masks=masks), scene(*zones, masks=masks)) == []
