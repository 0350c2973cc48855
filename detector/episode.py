"""One event of a zone, of one thing or of all things in it: opens with the first, clears with the last, reopens."""

from dataclasses import dataclass, replace
from datetime import datetime

from core.canonical_json import short_hash
from core.domain import Member, RuleEvent
from core.geometry import union_box
from core.rules import ZoneRule
from detector.dwell import Stay
from detector.standing import Thing
from detector.units import units_of

Standing = tuple[Thing, Stay]


@dataclass(slots=True)
class Episode:
    """An event as it stands now.

    Attributes:
        last: the newest change of state that was given out.
    """

    last: RuleEvent

    @property
    def open(self) -> bool:
        """Whether it has not cleared."""
        return self.last.state != "cleared"

    def advance(self, standing: list[Standing], rule: ZoneRule, *, observing: bool) -> list[RuleEvent]:
        """The changes of state that the things now standing (candidates and violations, not empty) bring about. Whether
        a violation is only observed is settled when it becomes one."""
        self.last = _with_members(self.last, standing, rule)
        if self.last.state == "candidate":
            self.last = replace(self.last, observing=observing)
        due = any(stay.phase == "violation" for _, stay in standing)
        if not due or self.last.state != "candidate":
            return []
        self.last = replace(self.last, state="violation", violation_at=self.last.violation_at or self.last.last_seen)
        return [self.last]

    def clear(self) -> RuleEvent:
        """Ends it: it was there until it was last seen."""
        self.last = replace(self.last, state="cleared", cleared_at=self.last.last_seen)
        return self.last

    def may_reopen(self, still_since: datetime, rule: ZoneRule, *, observing: bool) -> bool:
        """Whether what has stood since then is this event again. What was told as observed never becomes an alarm, nor
        the other way round."""
        if self.last.violation_at is not None and self.last.observing != observing:
            return False
        cleared_at = self.last.cleared_at
        return cleared_at is not None and (still_since - cleared_at).total_seconds() <= rule.zone.reopen_within_s


def begin(rule: ZoneRule, standing: list[Standing], size_wh: tuple[int, int], *, observing: bool) -> RuleEvent:
    """The opening of a new event. Its id is a hash of what it is, so the same input gives the same id."""
    thing, stay = longest(standing)
    what = rule.type.count_per if rule.type.count_per == "zone" else f"{thing.group}{[round(v) for v in thing.home]}"
    place = (rule.camera_id, rule.preset_id, rule.zone.id, rule.type.key, rule.version)
    blank = RuleEvent(
        event_id=short_hash(*place, what, thing.number, thing.first_seen.isoformat(), stay.still_since.isoformat()),
        camera_id=rule.camera_id,
        preset_id=rule.preset_id,
        zone_id=rule.zone.id,
        violation=rule.type.key,
        state="candidate",
        opening=1,
        label=thing.label,
        count=1,
        score=thing.score,
        bbox_xyxy_px=thing.home,
        frame_size_wh=size_wh,
        first_seen=min(thing.first_seen for thing, _ in standing),
        still_since=stay.still_since,
        violation_at=None,
        last_seen=stay.last_seen,
        cleared_at=None,
        dwell_s=0.0,
        observed_s=0.0,
        bridged_s=0.0,
        observing=observing,
        rule_version=rule.version,
    )
    return _with_members(blank, standing, rule)


def reopen(last: RuleEvent, standing: list[Standing], rule: ZoneRule, *, observing: bool) -> RuleEvent:
    """The next opening of an event that had cleared: same id, same first violation, the dwell starts anew."""
    fresh = replace(last, state="candidate", opening=last.opening + 1, cleared_at=None, observing=observing)
    return _with_members(fresh, standing, rule)


def longest(standing: list[Standing]) -> Standing:
    """The one that has stood longest."""
    return min(standing, key=lambda one: (-one[1].dwell_s, one[1].still_since, one[0].number))


def _with_members(event: RuleEvent, standing: list[Standing], rule: ZoneRule) -> RuleEvent:
    thing, stay = longest(standing)
    units = units_of([one for one, _ in standing], rule.type.parts)
    over = {units[one.number] for one, stay in standing if stay.phase == "violation"}
    members = sorted(
        (_member(one, stay, units[one.number], over) for one, stay in standing),
        key=lambda one: (one.bbox_xyxy_px, one.label),
    )
    models = dict.fromkeys((*stay.models, *(model for _, one in standing for model in one.models)))
    return replace(
        event,
        label=thing.label,
        count=len(set(units.values())),
        score=thing.score,
        bbox_xyxy_px=union_box([one.bbox_xyxy_px for one in members]),
        still_since=stay.still_since,
        last_seen=max(stay.last_seen for _, stay in standing),
        dwell_s=stay.dwell_s,
        observed_s=stay.observed_s,
        bridged_s=stay.bridged_s,
        gaps=stay.gaps,
        model=next(iter(models), None),
        models=tuple(models),
        members=tuple(members),
    )


def _member(thing: Thing, stay: Stay, unit: int, over: set[int]) -> Member:
    return Member(
        thing.label, thing.score, thing.home, stay.still_since, number=thing.number, unit=unit, over_limit=unit in over
    )
