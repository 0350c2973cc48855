"""A zone that alarms too often, or too often wrongly, goes back to observing, and the audit says why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from core.domain import RuleEvent
from core.rules import resolve
from core.site import Camera, Preset, SentBack, Zone
from store.audit.log import AuditFilter, AuditLog
from store.base.vault import Vault
from store.events.events import EventRepository
from store.review.observing import ObservingRepository, SentZone
from store.site.sites import SiteRepository
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, PAVEMENT, as_violation, event, site_of
from tests.store.review_examples import LI, decide, rejection, sealed, with_officers

pytestmark = pytest.mark.postgres

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)  # in Shanghai
MIDNIGHT = datetime(2026, 5, 3, 16, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


class Street:
    """One camera with one zone, whose alarms and verdicts are put on record."""

    def __init__(self, engine: Engine, home: Path) -> None:
        self.engine = with_officers(engine)
        self.clock = FakeClock(NOON)
        self.audit = AuditLog(engine, self.clock)
        self.sites = SiteRepository(engine, Vault(home))
        self.repository = ObservingRepository(engine, Vault(home), self.audit, self.clock)
        self._numbers = 0
        self.has()

    def has(self, **changes: Any) -> None:
        zone = Zone.model_validate(PAVEMENT.model_dump(exclude_none=True) | {"daily_budget": 3} | changes)
        self.sites.replace(site_of(CAMERA.model_copy(update={"presets": (Preset(id="1", zones=(zone,)),)})))

    @property
    def camera(self) -> Camera:
        site = self.sites.load()
        assert site is not None
        return site.cameras[0]

    @property
    def zone(self) -> Zone:
        return self.camera.presets[0].zones[0]

    def alarm(self, at: datetime, **changes: Any) -> RuleEvent:
        self._numbers += 1
        version = resolve(CAMERA.id, "1", self.zone).version
        began = at - timedelta(seconds=300)
        candidate = event(self._numbers, first_seen=began, still_since=began, rule_version=version)
        violation = replace(as_violation(candidate), **changes)
        EventRepository(self.engine).apply(violation)
        sealed(self.engine, violation.event_id, seq=self._numbers)
        return violation

    def alarms(self, count: int, after: datetime, **changes: Any) -> list[RuleEvent]:
        return [self.alarm(after + (number + 1) * MINUTE, **changes) for number in range(count)]

    def decide(self, alarm: RuleEvent, *, wrong: bool) -> None:
        says: dict[str, Any] = {} if wrong else {"verdict": "approved", "reason": None}
        new = rejection(self.engine, alarm.event_id, key=alarm.event_id, **says)
        decide(self.engine, new, LI, alarm.last_seen + MINUTE)

    def send_back(self) -> list[SentBack]:
        sent: tuple[SentZone, ...] = self.repository.send_back([self.camera], SHANGHAI)
        return [one.why for one in sent]


@pytest.fixture
def street(engine: Engine, tmp_path: Path) -> Street:
    return Street(engine, tmp_path)


def test_a_zone_over_its_budget_of_the_day_observes_and_says_why(street: Street) -> None:
    street.alarms(3, MIDNIGHT)
    assert street.send_back() == []
    street.alarm(NOON)
    why = SentBack(at=NOON, why="budget", count=4, limit=3)
    revision = street.sites.revision()
    assert street.send_back() == [why]
    assert (street.zone.observes(NOON + 1000 * HOUR), street.zone.sent_back) == (True, why)
    assert street.camera.source == CAMERA.source
    # By its revision `run` sees that something changed.
    assert street.sites.revision() > revision
    (row, *_), _ = street.audit.page(AuditFilter(object_kind="camera", object_id=CAMERA.id))
    assert (row.actor_name, row.actor_id, row.action) == ("system", None, "camera.send_back")
    assert row.before == {"preset_id": "1", "zone_id": "pavement-1", "observe": False}
    assert row.after["sent_back"]["why"] == "budget"
    assert (row.after["sent_back"]["count"], row.after["sent_back"]["limit"]) == (4, 3)
    assert street.audit.verify().fault is None
    assert street.send_back() == []


@pytest.mark.parametrize(
    ("before_midnight", "after_midnight", "changes"),
    [
        # The day begins at midnight in the site's time zone.
        (9, 3, {}),
        # What was only observed alarmed nobody.
        (0, 9, {"observing": True}),
        # Under another rule: the zone was adjusted since.
        (0, 9, {"rule_version": "another-rule"}),
        (0, 9, {"zone_id": "another-zone"}),
    ],
)
def test_what_does_not_count_against_the_budget(
    street: Street, before_midnight: int, after_midnight: int, changes: dict[str, Any]
) -> None:
    street.alarms(before_midnight, MIDNIGHT - HOUR)
    street.alarms(after_midnight, MIDNIGHT, **changes)
    assert street.send_back() == []


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        (9, 0, None),
        (10, 0, (10, 10)),
        # 6 of 20 right: at best 52 % are; 5 of 20: at best 47 %. As the mark on the page of statistics.
        (14, 6, None),
        (15, 5, (15, 20)),
    ],
)
def test_a_zone_whose_alarms_are_surely_wrong_more_often_than_right(
    street: Street, wrong: int, right: int, expected: tuple[int, int] | None
) -> None:
    for number, alarm in enumerate(street.alarms(wrong + right, NOON - 72 * HOUR)):
        street.decide(alarm, wrong=number < wrong)
    assert [(one.why, one.count, one.limit) for one in street.send_back()] == (
        [("rejected", *expected)] if expected else []
    )


def test_verdicts_of_more_than_a_week_ago_are_forgotten(street: Street) -> None:
    for alarm in street.alarms(12, NOON - 192 * HOUR):
        street.decide(alarm, wrong=True)
    assert street.send_back() == []


def test_who_puts_a_zone_in_force_again_gives_it_a_fresh_start(street: Street) -> None:
    for alarm in street.alarms(12, NOON - 2 * HOUR):
        street.decide(alarm, wrong=True)
    (why,) = street.send_back()
    street.clock.sleep(3600)
    street.has(observe=False, sent_back=why)
    street.alarms(3, NOON + HOUR)
    assert street.send_back() == []
    street.alarm(NOON + 2 * HOUR)
    street.clock.sleep(3600)
    assert [(one.why, one.count) for one in street.send_back()] == [("budget", 4)]


def test_a_zone_that_was_changed_meanwhile_is_left_to_whom_changed_it(street: Street) -> None:
    street.alarms(9, MIDNIGHT)
    seen = street.camera
    street.has(daily_budget=20)
    assert street.repository.send_back([seen], SHANGHAI) == ()
    assert street.zone.observes(NOON) is False
