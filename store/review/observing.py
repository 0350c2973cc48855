"""Zones that go back to observing by themselves: those that alarm too often, or too often wrongly."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Select, case, func, select
from sqlalchemy.orm import Session

from core.clock import Clock
from core.figures import Share
from core.policy.observing import with_zone
from core.policy.statistics import is_noisy
from core.rules import ZoneRule, rules_of
from core.site import Camera, SentBack
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.vault import Vault
from store.review.statistics import first_of
from store.site.sites import count_change, position_of, put
from store.site.writing import kept_camera, plain
from store.tables.openings import OpeningRow
from store.tables.review import DecisionRow

DECIDED_WITHIN = timedelta(days=7)
SYSTEM = Actor(None, "system", None, "")

Place = tuple[str, str, str, str]
_PLACE = (OpeningRow.camera_id, OpeningRow.preset_id, OpeningRow.zone_id, OpeningRow.rule_version)


@dataclass(frozen=True, slots=True)
class SentZone:
    """A zone as it was in force, and why it goes back."""

    rule: ZoneRule
    why: SentBack

    @property
    def words(self) -> str:
        """The reason, for a log."""
        if self.why.why == "budget":
            return f"{self.why.count} alarms today, its daily budget is {self.why.limit}"
        return f"{self.why.count} of {self.why.limit} alarms of the last {DECIDED_WITHIN.days} days were rejected"


class ObservingRepository:
    """Sends zones back to observing, each with its row of the audit.

    Counted is what a zone did under the rule that holds, since it was last sent back: who adjusts a zone, or puts it in
    force again, gives it a fresh start.
    """

    def __init__(self, engine: Engine, vault: Vault, audit: AuditLog, clock: Clock) -> None:
        self._engine = engine
        self._vault = vault
        self._audit = audit
        self._clock = clock

    def send_back(self, cameras: Iterable[Camera], timezone: ZoneInfo) -> tuple[SentZone, ...]:
        """Sends back the zones in force whose alarms of the day exceed their budget, and those of whose alarms of the
        last week surely less than half were approved.

        Args:
            cameras: as they are watched.
            timezone: in which a day begins.

        Returns:
            What was sent back. A zone that somebody changes meanwhile is looked at again the next time.

        Raises:
            StorageError: the data base refuses.
        """
        now = self._clock.utc()
        rules = {_place(rule): rule for camera in cameras for rule in rules_of(camera) if not rule.zone.observes(now)}
        with reading(self._engine) as session:
            found = [*_over_budget(session, rules, now, timezone), *_too_often_wrong(session, rules, now)]
        # For both reasons at once: the first to be sent is no longer in force as it was.
        return tuple(one for one in found if self._send(one))

    def _send(self, sent: SentZone) -> bool:
        rule = sent.rule
        with writing(self._engine) as session:
            revision = count_change(session)
            kept = kept_camera(session, rule.camera_id)
            if kept is None or rule not in rules_of(kept.camera):
                return False
            changes = {"observe": True, "observe_until": None, "sent_back": sent.why}
            camera = with_zone(kept.camera, rule.preset_id, rule.zone.id, changes)
            put(session, camera, position_of(session, camera.id), revision, self._vault)
            place = {"preset_id": rule.preset_id, "zone_id": rule.zone.id}
            before, after = place | {"observe": False}, place | {"observe": True, "sent_back": plain(sent.why)}
            self._audit.write(
                session, SYSTEM, Deed("camera.send_back", "camera", camera.id, before=before, after=after)
            )
            return True


def _over_budget(
    session: Session, rules: Mapping[Place, ZoneRule], now: datetime, timezone: ZoneInfo
) -> Iterator[SentZone]:
    midnight = now.astimezone(timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    alarms = select(*_PLACE, func.count()).where(OpeningRow.stage.is_not(None))
    for rule, (count,) in _counted(session, alarms, rules, midnight):
        if count > rule.zone.daily_budget:
            yield SentZone(rule, SentBack(at=now, why="budget", count=count, limit=rule.zone.daily_budget))


def _too_often_wrong(session: Session, rules: Mapping[Place, ZoneRule], now: datetime) -> Iterator[SentZone]:
    rejected = func.count(case((DecisionRow.verdict == "rejected", 1)))
    verdicts = select(*_PLACE, func.count(), rejected).join(DecisionRow, first_of(OpeningRow, now))
    for rule, (decided, wrong) in _counted(session, verdicts, rules, now - DECIDED_WITHIN):
        if is_noisy(Share(decided - wrong, decided)):
            yield SentZone(rule, SentBack(at=now, why="rejected", count=wrong, limit=decided))


def _counted(
    session: Session, figures: Select[*tuple[Any, ...]], rules: Mapping[Place, ZoneRule], since: datetime
) -> Iterator[tuple[ZoneRule, Sequence[int]]]:
    """The figures of each zone on its events since then, or since it was last sent back."""
    of_each = figures.group_by(*_PLACE)
    for row in session.execute(of_each.where(OpeningRow.violation_at >= since)).all():
        place, counts = tuple(row[:4]), row[4:]
        rule = rules.get(place)
        if rule is None:
            continue
        last = rule.zone.sent_back
        if last and last.at > since:
            here = [column == value for column, value in zip(_PLACE, place, strict=True)]
            again = session.execute(of_each.where(OpeningRow.violation_at > last.at, *here)).one_or_none()
            counts = again[4:] if again else ()
        if counts:
            yield rule, counts


def _place(rule: ZoneRule) -> Place:
    return rule.camera_id, rule.preset_id, rule.zone.id, rule.version
