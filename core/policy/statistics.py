"""Figures on alarms and what became of them. Pure; every figure has its formula in FORMULAS."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from core.figures import Share, quantile
from core.policy.review import DecisionKind, Shift, Verdict, is_positive, same_direction, shift_of

# A zone or camera of which surely less than half is approved costs more time than it saves.
NOISY_BELOW = 0.5
NOISY_LEAST = 10
RELAPSE_DAYS = 7.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """An opening of an event that became a violation, and the final verdict on it; None = none yet. `org`: the node of
    the event."""

    event_id: str
    opening: int
    camera_id: str
    preset_id: str
    zone_id: str
    violation: str
    at: datetime
    org: str | None = None
    cleared_at: datetime | None = None
    verdict: Verdict | None = None
    decided_at: datetime | None = None
    officer_id: int | None = None
    officer_name: str | None = None

    @property
    def place(self) -> tuple[str, str, str, str]:
        """The same place again: the same zone and type."""
        return self.camera_id, self.preset_id, self.zone_id, self.violation


@dataclass(frozen=True, slots=True)
class Check:
    """A verdict that was given blindly on a decided event, and the first one."""

    kind: DecisionKind
    first: Verdict
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of some alarms.

    Attributes:
        handed_over: of the approved ones, those handed over as a lead.
        pending: not decided, or not finally.
        minutes_median, minutes_p90: from the violation to the decision.
        noisy: surely less than half are approved; None = too few to tell.
    """

    alarms: int
    approved: int
    handed_over: int
    rejected: int
    pending: int
    approval: Share
    minutes_median: float | None
    minutes_p90: float | None

    @property
    def noisy(self) -> bool | None:
        return is_noisy(self.approval)


@dataclass(frozen=True, slots=True)
class Load:
    """How many alarms one officer decided in the shifts of one kind. A load to share out, no score of a person."""

    officer_id: int
    officer_name: str
    shift: Shift
    decided: int


@dataclass(frozen=True, slots=True)
class Formula:
    """A figure's name and how it is worked out; `unknown`: why it cannot be, yet."""

    name_zh: str
    name_en: str
    formula_zh: str
    formula_en: str
    unknown_zh: str | None = None
    unknown_en: str | None = None


FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {
        "approval": Formula(
            "审核通过率",
            "approval rate",
            "通过数（含移交线索）÷（通过数 + 驳回数）；区间为 95 % Wilson 区间，未决与复核不计",
            "approved (leads handed over included) / (approved + rejected); the interval is Wilson's at 95 %; "
            "what is pending and what was only checked does not count",
        ),
        "noisy": Formula(
            "高误报",
            "noisy",
            f"已决不少于 {NOISY_LEAST} 件，且通过率区间上限低于 {NOISY_BELOW:.0%}",
            f"at least {NOISY_LEAST} decided, and the upper end of the interval is below {NOISY_BELOW:.0%}",
        ),
        "minutes": Formula(
            "审核用时（分钟）",
            "minutes to decision",
            "最终决定时间 − 违规成立时间；中位数与 90 分位数",
            "time of the final decision - time of the violation; median and 90th percentile",
        ),
        "agreement": Formula(
            "复核一致率",
            "second-look agreement",
            "两人结论一致数 ÷ 盲审复核数（“补充证据”不计）",
            "second looks that agree / second looks given blindly (without those that ask for more evidence)",
        ),
        "false_approval": Formula(
            "已知误报通过率",
            "false approvals",
            "被通过的已知误报数 ÷ 混入的已知误报数（“补充证据”不计）",
            "known negatives that were approved / known negatives mixed in (without those that ask for more evidence)",
        ),
        "relapse": Formula(
            "回潮率",
            "relapse rate",
            f"消除后 {RELAPSE_DAYS:g} 天内同一区域同类再次通过审核的事件数 ÷ "
            f"通过审核、已消除且满 {RELAPSE_DAYS:g} 天的事件数",
            f"approved events after whose clearing another of the same zone and type began within {RELAPSE_DAYS:g} "
            f"days and was approved / approved events that cleared at least {RELAPSE_DAYS:g} days ago",
        ),
        "closing": Formula(
            "结案率",
            "closing rate",
            "结案数 ÷ 立案数",
            "cases closed / cases registered",
            "尚未接入案件流程，没有立案与结案数据",
            "there are no cases yet: the case workflow is not connected",
        ),
        "timely": Formula(
            "及时解决率",
            "timely resolution rate",
            "期限内结案数 ÷ 应结案数",
            "cases closed in time / cases due",
            "尚未接入案件流程，没有处置期限与结案数据",
            "there are no cases yet: the case workflow is not connected",
        ),
    }
)


def is_noisy(approval: Share) -> bool | None:
    """Whether surely less than NOISY_BELOW is approved; None = too few decided to tell."""
    if approval.total < NOISY_LEAST or approval.high is None:
        return None
    return approval.high < NOISY_BELOW


def figures(alarms: Iterable[Alarm]) -> Figures:
    """Counts, approval and times of some alarms."""
    verdicts: Counter[Verdict | None] = Counter()
    minutes = []
    for alarm in alarms:
        verdicts[alarm.verdict] += 1
        if alarm.decided_at is not None:
            minutes.append((alarm.decided_at - alarm.at).total_seconds() / 60)
    approved, rejected = verdicts["approved"] + verdicts["handed_over"], verdicts["rejected"]
    return Figures(
        alarms=verdicts.total(),
        approved=approved,
        handed_over=verdicts["handed_over"],
        rejected=rejected,
        pending=verdicts.total() - approved - rejected,
        approval=Share(approved, approved + rejected),
        minutes_median=quantile(minutes, 0.5),
        minutes_p90=quantile(minutes, 0.9),
    )


def loads(alarms: Iterable[Alarm], zone: ZoneInfo) -> tuple[Load, ...]:
    """Decided alarms per officer and shift, by name and shift."""
    names: dict[int, str] = {}
    counts: Counter[tuple[int, Shift]] = Counter()
    for alarm in alarms:
        if alarm.officer_id is not None and alarm.decided_at is not None:
            names[alarm.officer_id] = alarm.officer_name or ""
            counts[alarm.officer_id, shift_of(alarm.decided_at, zone)] += 1
    found = [Load(officer, names[officer], shift, number) for (officer, shift), number in counts.items()]
    return tuple(sorted(found, key=lambda one: (one.officer_name, one.officer_id, one.shift.begins)))


def agreement(checks: Iterable[Check]) -> Share:
    """How many second looks agree with the first."""
    held = [one for one in checks if one.kind == "second_look" and one.verdict != "more_evidence"]
    return Share(sum(same_direction(one.first, one.verdict) for one in held), len(held))


def false_approvals(checks: Iterable[Check]) -> Share:
    """How many known negatives were approved."""
    shown = [one for one in checks if one.kind == "known_negative" and one.verdict != "more_evidence"]
    return Share(sum(is_positive(one.verdict) for one in shown), len(shown))


def relapses(alarms: Sequence[Alarm], since: datetime, until: datetime, now: datetime) -> Share:
    """How often the same place was taken again.

    Args:
        alarms: also those after `until`, as far as RELAPSE_DAYS reach.
        since, until: bound the moment of the violation of those that are counted.
    """
    period = timedelta(days=RELAPSE_DAYS)
    approved = [alarm for alarm in alarms if alarm.verdict and is_positive(alarm.verdict)]
    # The same thing that came back is a further opening, no other one that took the place.
    begins: dict[tuple[str, str, str, str], list[Alarm]] = defaultdict(list)
    for alarm in approved:
        begins[alarm.place].append(alarm)
    hits = total = 0
    for alarm in approved:
        if alarm.cleared_at is None or not since <= alarm.at < until or alarm.cleared_at + period > now:
            continue
        total += 1
        hits += any(
            alarm.cleared_at < other.at <= alarm.cleared_at + period and other.event_id != alarm.event_id
            for other in begins[alarm.place]
        )
    return Share(hits, total)
