"""Works out the figures of a period and groups them."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.statistics.schemas import (
    By,
    FiguresPublic,
    FormulaPublic,
    GroupPublic,
    LoadPublic,
    SharePublic,
    StatisticsPublic,
)
from core.policy.statistics import (
    FORMULAS,
    RELAPSE_DAYS,
    Alarm,
    Load,
    agreement,
    false_approvals,
    figures,
    loads,
    relapses,
)
from core.violations import violation_types
from store.accounts.scope import Orgs
from store.review.statistics import StatisticsRepository
from store.site.places import Place, PlaceDirectory

_NOWHERE = "—"


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment (included) to another one (excluded), as of now, in the site's time zone."""

    since: datetime
    until: datetime
    now: datetime
    zone: ZoneInfo


def statistics(
    period: Period, by: By, orgs: Orgs, given: StatisticsRepository, places: PlaceDirectory
) -> StatisticsPublic:
    """All figures of a period, grouped in one way.

    Args:
        orgs: only events of nodes of these names; None = all.
    """
    since, until, now = period.since, period.until, period.now
    longer = given.alarms(since, until + timedelta(days=RELAPSE_DAYS), now, orgs)
    alarms = [alarm for alarm in longer if alarm.at < until]
    checks = given.checks(since, until, now, orgs)
    return StatisticsPublic(
        since=since,
        until=until,
        by=by,
        total=FiguresPublic.model_validate(figures(alarms)),
        groups=_groups(alarms, by, places.all(), period.zone),
        loads=tuple(_load(one) for one in loads(alarms, period.zone)),
        agreement=SharePublic.model_validate(agreement(checks)),
        false_approval=SharePublic.model_validate(false_approvals(checks)),
        relapse=SharePublic.model_validate(relapses(longer, since, until, now)),
        # Neither is known before there are cases; the formulas say so.
        closing=None,
        timely=None,
        formulas=tuple(
            FormulaPublic(key=key, **{name: getattr(one, name) for name in one.__dataclass_fields__})
            for key, one in FORMULAS.items()
        ),
    )


@dataclass(frozen=True, slots=True, order=True)
class _Key:
    key: str
    name_zh: str
    name_en: str


def _groups(alarms: Sequence[Alarm], by: By, places: Mapping[str, Place], zone: ZoneInfo) -> tuple[GroupPublic, ...]:
    key_of = _KEYS[by](places, zone)
    grouped: dict[_Key, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        grouped[key_of(alarm)].append(alarm)
    return tuple(
        GroupPublic(
            key=key.key,
            name_zh=key.name_zh,
            name_en=key.name_en,
            **FiguresPublic.model_validate(figures(of_key)).model_dump(),
        )
        for key, of_key in sorted(grouped.items())
    )


KeyOf = Callable[[Alarm], _Key]


def _by_type(_: Mapping[str, Place], __: ZoneInfo) -> KeyOf:
    types = violation_types()
    return lambda alarm: _Key(alarm.violation, types[alarm.violation].name_zh, types[alarm.violation].name_en)


def _by_hour(_: Mapping[str, Place], zone: ZoneInfo) -> KeyOf:
    def key_of(alarm: Alarm) -> _Key:
        hour = f"{alarm.at.astimezone(zone).hour:02}"
        return _Key(hour, f"{hour} 时", f"{hour}:00")

    return key_of


def _by_camera(places: Mapping[str, Place], _: ZoneInfo) -> KeyOf:
    return lambda alarm: _same(alarm.camera_id, _place(places, alarm).name)


def _by_grid(places: Mapping[str, Place], _: ZoneInfo) -> KeyOf:
    return lambda alarm: _same(_place(places, alarm).grid or _NOWHERE)


def _by_org(_: Mapping[str, Place], __: ZoneInfo) -> KeyOf:
    return lambda alarm: _same(alarm.org or _NOWHERE)


def _by_zone(places: Mapping[str, Place], _: ZoneInfo) -> KeyOf:
    def key_of(alarm: Alarm) -> _Key:
        place = _place(places, alarm)
        name = f"{place.name} · {place.zone_name(alarm.preset_id, alarm.zone_id)}"
        return _same(f"{alarm.camera_id}/{alarm.preset_id}/{alarm.zone_id}", name)

    return key_of


_KEYS: Mapping[By, Callable[[Mapping[str, Place], ZoneInfo], KeyOf]] = {
    "type": _by_type,
    "hour": _by_hour,
    "camera": _by_camera,
    "grid": _by_grid,
    "org": _by_org,
    "zone": _by_zone,
}


def _same(key: str, name: str | None = None) -> _Key:
    return _Key(key, name or key, name or key)


def _place(places: Mapping[str, Place], alarm: Alarm) -> Place:
    return places.get(alarm.camera_id) or Place(alarm.camera_id, alarm.camera_id)


def _load(load: Load) -> LoadPublic:
    return LoadPublic(
        officer_id=load.officer_id,
        officer_name=load.officer_name,
        shift=load.shift.key,
        shift_zh=load.shift.name_zh,
        shift_en=load.shift.name_en,
        decided=load.decided,
    )
