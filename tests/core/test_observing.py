"""Whether a zone observes: what is said, what a new zone does by itself, and what is remembered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from core.policy.observing import settled
from core.rules import resolve
from core.site import Camera, Preset, SentBack, Zone
from tests.core.finds import finds
from tests.store.examples import PAVEMENT, camera

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
BACK = SentBack(at=NOW - timedelta(days=1), why="budget", count=51, limit=50)


def zone(**changes: Any) -> Zone:
    return Zone.model_validate(PAVEMENT.model_dump(exclude_none=True) | changes)


def one(of: Zone) -> Camera:
    return camera("gate", presets=(Preset(id="1", zones=(of,)),))


def kept(after: dict[str, Any], before: dict[str, Any] | None) -> Zone:
    """The zone as it is kept, after what was kept before; None = the camera is new."""
    was = None if before is None else one(zone(**before))
    return settled(one(zone(**after)), was, NOW).presets[0].zones[0]


@pytest.mark.parametrize(
    ("said", "observes_at", "not_at"),
    [
        ({}, (), (NOW,)),
        ({"observe": False}, (), (NOW,)),
        # Until told otherwise.
        ({"observe": True}, (NOW, NOW + 99 * WEEK), ()),
        ({"observe": True, "observe_until": NOW}, (NOW - SECOND,), (NOW, NOW + SECOND)),
    ],
)
def test_whether_a_zone_observes(
    said: dict[str, Any], observes_at: tuple[datetime, ...], not_at: tuple[datetime, ...]
) -> None:
    assert all(zone(**said).observes(at) for at in observes_at)
    assert not any(zone(**said).observes(at) for at in not_at)


@pytest.mark.parametrize("said", [{"observe_until": NOW}, {"observe": False, "observe_until": NOW}])
def test_an_end_belongs_to_observing(said: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, check=finds("core.observe_until_without_observe")):
        zone(**said)


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        # A new zone observes its first week unless told otherwise.
        ({}, None, (True, NOW + WEEK)),
        ({"observe": False}, None, (False, None)),
        ({"observe": True}, None, (True, None)),
        ({"observe": True, "observe_until": NOW + SECOND}, None, (True, NOW + SECOND)),
        # The same file again changes nothing, however often and late it is imported.
        ({}, {"observe": True, "observe_until": NOW - WEEK}, (True, NOW - WEEK)),
        ({}, {"observe": True}, (True, None)),
        ({}, {"observe": False}, (False, None)),
        ({"observe": False}, {"observe": True}, (False, None)),
    ],
)
def test_how_a_zone_is_kept(
    after: dict[str, Any], before: dict[str, Any] | None, expected: tuple[bool, datetime | None]
) -> None:
    found = kept(after, before)
    assert (found.observe, found.observe_until) == expected


def test_another_zone_of_a_camera_that_is_there_is_new() -> None:
    both = one(zone(observe=False)).model_copy(update={"presets": (Preset(id="1", zones=(zone(), zone(id="b"))),)})
    old, new = settled(both, one(zone(observe=False)), NOW).presets[0].zones
    assert (old.observes(NOW), new.observe_until) == (False, NOW + WEEK)


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        # Put in force: what came before no longer counts, so it is remembered.
        ({"observe": False}, {"observe": True, "sent_back": BACK}, BACK),
        ({"observe": False}, {"observe": False, "sent_back": BACK}, BACK),
        ({}, {"observe": True, "sent_back": BACK}, BACK),
        # A person had it in force and takes it out: that is no sending back.
        ({"observe": True}, {"observe": False, "sent_back": BACK}, None),
        # It is not for people to write.
        ({"observe": True, "sent_back": BACK}, {"observe": True}, None),
        # An export comes back as it went.
        ({"observe": True, "sent_back": BACK}, None, BACK),
    ],
)
def test_what_is_remembered_of_being_sent_back(
    after: dict[str, Any], before: dict[str, Any] | None, expected: SentBack | None
) -> None:
    assert kept(after, before).sent_back == expected


def test_nothing_of_it_is_part_of_the_rule() -> None:
    other = zone(observe=True, observe_until=NOW, daily_budget=3, sent_back=BACK)
    assert resolve("a", "1", other).version == resolve("a", "1", zone()).version
    assert resolve("a", "1", other).snapshot() == resolve("a", "1", zone()).snapshot()
