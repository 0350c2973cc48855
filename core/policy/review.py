"""What an officer can say about an event, and what follows from it: verdicts, reasons, standing, deadlines. Pure.

The table of reasons is where a rejection gets its meaning for training; see docs/design/review.md.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from core.errors import InvalidValueError
from core.labels import group_of
from core.messages import Message
from core.violations import violation_types

ChangeKind = Literal["opened", "changed", "claimed", "released"]
AttachmentKind = Literal["photo", "recheck"]

Verdict = Literal["approved", "handed_over", "rejected", "more_evidence"]
"""handed_over: as a lead to the competent agency, where that is not ours."""

Effect = Literal["negative", "keep_positive", "ignore"]
"""What a rejection says about the label: there is no such thing; there is, but it is no violation; nobody can tell."""

Standing = Literal["lead", "supporting", "meets_requirements"]
"""What the record is worth as evidence, as it was sealed: a lead; nothing seals more yet."""

ReviewState = Literal["open", "claimed", "decided", "second_look", "more_evidence"]
"""Where an event is in the review, as one viewer sees it. claimed: by somebody else."""

Stage = Literal["waiting", "more_evidence", "decided"]
"""Where it is in truth."""

CheckKind = Literal["second_look", "known_negative"]
"""Why a decided event is shown once more, to somebody who does not know that it is."""

DecisionKind = Literal["first", "second_look", "known_negative", "suggestion"]
"""first: the one that counts. suggestion: what an assistant thinks, which decides nothing."""

Seen = Literal["first_picture", "last_picture", "subject"]

# The time in which a decision can be taken back; before it has passed nothing leaves the house.
UNDO_S = 10.0
# A claim that is not used for so long is free again.
LEASE_S = 300.0


@dataclass(frozen=True, slots=True)
class Named:
    """A key with its names for people."""

    key: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Reason(Named):
    """Why an event is rejected, and what that says about the label of the thing."""

    effect: Effect


T = TypeVar("T", bound=Named)


def by_key(*rows: T) -> Mapping[str, T]:
    """A table of what can be chosen, in the order of its rows."""
    return MappingProxyType({row.key: row for row in rows})


REASONS: Mapping[str, Reason] = by_key(
    # The model saw something that is not there: the only reason that is a counter-example.
    Reason("not_a_violation", "误报（没有这样的物体）", "false alarm: no such thing is there", "negative"),
    # An ambulance on duty is still a vehicle that stood there.
    Reason("on_duty", "执行公务", "on duty", "keep_positive"),
    # The thing is real; a permit (疏导点, loading) allows it.
    Reason("permitted", "已获许可", "permitted", "keep_positive"),
    # A vehicle inside a marked bay: the zone was drawn too wide, the vehicle is real.
    Reason("inside_bay", "停在泊位内", "inside a marked bay", "keep_positive"),
    # 行政处罚法 33: minor and corrected at once. It was there.
    Reason("corrected_in_presence", "当场改正", "corrected at once in presence", "keep_positive"),
    # Nobody can tell what it is; neither may a model be taught.
    Reason("unclear_picture", "画面不清", "unclear picture", "ignore"),
    # The plate is in doubt, not the vehicle.
    Reason("cloned_plate_suspected", "疑似套牌", "cloned plate suspected", "keep_positive"),
    # 行政处罚法 29: one act is not fined twice. The thing is real, and was decided about elsewhere.
    Reason("duplicate", "重复事件", "duplicate of another event", "keep_positive"),
    # The note says why; a label cannot.
    Reason("other", "其他", "other", "ignore"),
)

# Rejections that let somebody off: the thing was there. Supervision counts them apart.
EXEMPTIONS = frozenset({"on_duty", "permitted", "inside_bay", "corrected_in_presence"})

STANDINGS: Mapping[str, Named] = by_key(
    Named("lead", "线索", "lead"),
    Named("supporting", "辅助证据", "supporting evidence"),
    Named("meets_requirements", "符合证据要求", "meets the requirements of evidence"),
)

COLOURS: Mapping[str, Named] = by_key(
    Named("white", "白", "white"),
    Named("silver", "银", "silver"),
    Named("grey", "灰", "grey"),
    Named("black", "黑", "black"),
    Named("red", "红", "red"),
    Named("blue", "蓝", "blue"),
    Named("green", "绿", "green"),
    Named("yellow", "黄", "yellow"),
    Named("brown", "棕", "brown"),
    Named("purple", "紫", "purple"),
    Named("other", "其他", "other"),
)

VEHICLE_TYPES: Mapping[str, Named] = by_key(
    Named("car", "小型汽车", "car"),
    Named("van", "面包车、厢式车", "van"),
    Named("bus", "客车", "bus"),
    Named("truck", "货车", "truck"),
    Named("other", "其他", "other"),
)

# Classes between which the officer chooses, by their name in the second source of our codes.
CODE_NAMES: Mapping[str, Named] = by_key(
    Named("09001", "无照经营游商", "unlicensed itinerant vending"),
    Named("09006", "占道经营", "trading on the carriageway or pavement"),
)

# How soon an event of a type should be decided, in calendar hours; ours to choose, a city's to change.
REVIEW_WITHIN_H: Mapping[str, float] = MappingProxyType(
    {
        "street_vending": 2,  # a vendor moves on: officers are sent out on it
        "fire_lane_blocked": 1,  # danger to life
        "illegal_parking": 24,  # the review of a traffic record is due within 5 days; the owner is told much sooner
    }
)
REVIEW_WITHIN_DEFAULT_H = 8.0  # a working day

_ABOUT_A_SHOP = frozenset({"window_front_trading"})
# Province, letter, and five (six for new energy) signs, of which the last may name a trailer, a learner, the police ...
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,5}[A-Z0-9挂学警港澳领使]")


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What an approval says of a vehicle. `colour` and `vehicle_type` are keys of COLOURS and VEHICLE_TYPES."""

    plate: str | None = None
    colour: str | None = None
    vehicle_type: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what a decision is about."""

    vehicle: Vehicle = field(default_factory=Vehicle)
    shop: str | None = None


@dataclass(frozen=True, slots=True)
class Looks:
    """When each of what an approval demands was on the officer's screen; None = it was not."""

    first_picture: datetime | None = None
    last_picture: datetime | None = None
    subject: datetime | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at the queue. `blind`: works in it, and must not know which events were decided before."""

    user_id: int
    blind: bool


@dataclass(frozen=True, slots=True)
class Review:
    """How far the review of an opening is.

    Attributes:
        stage: None = nothing to review: no violation yet, or the zone only observes.
        check_kind, first_officer: set while a decided event waits for somebody else to look again.
        claimed_until: a claim in the past is none. After a decision it holds until that decision is final.
        revision: grows with each change of state and each decision.
    """

    stage: Stage | None = None
    check_kind: CheckKind | None = None
    first_officer: int | None = None
    claimed_by: int | None = None
    claimed_name: str | None = None
    claimed_until: datetime | None = None
    revision: int = 0
    deadline_at: datetime | None = None
    standing: Standing = "lead"

    def held_by_another(self, user_id: int, now: datetime) -> bool:
        """Whether somebody else has claimed the event, or can still take back what was decided."""
        return self.claimed_until is not None and self.claimed_until > now and self.claimed_by != user_id

    def is_held_by(self, user_id: int, now: datetime) -> bool:
        """Whether this officer's claim holds."""
        return self.claimed_until is not None and self.claimed_until > now and self.claimed_by == user_id

    def is_open_to(self, user_id: int, now: datetime) -> bool:
        """Whether this officer may claim and decide it. Who decided first does not look again."""
        waits = self.stage in ("waiting", "more_evidence") and self.first_officer != user_id
        return waits and not self.held_by_another(user_id, now)

    def seen_by(self, viewer: Viewer, now: datetime) -> ReviewState | None:
        """The state as that viewer may know it.

        What was just decided stays claimed for others while it can be undone. A check is open like any other event to
        those who work in the queue, and decided to whom decided first.
        """
        if self.stage is None:
            return None
        if self.held_by_another(viewer.user_id, now):
            return "claimed"
        if self.stage == "decided" or self.first_officer == viewer.user_id:
            return "decided"
        if self.stage == "more_evidence":
            return self.stage
        if self.check_kind is None:
            return "open"
        return "open" if viewer.blind else "second_look"


@dataclass(frozen=True, slots=True)
class Lack:
    """A field of an approval, and what is missing there."""

    field: str
    cause: Message


@dataclass(frozen=True, slots=True)
class Shift:
    """A watch of the day, in the site's time zone; from `begins` to the begin of the next."""

    key: str
    name_zh: str
    name_en: str
    begins: time


SHIFTS = (
    Shift("night", "夜班 (22:00-06:00)", "night (22:00-06:00)", time(22)),
    Shift("early", "早班 (06:00-14:00)", "early (06:00-14:00)", time(6)),
    Shift("late", "中班 (14:00-22:00)", "late (14:00-22:00)", time(14)),
)


def codes_of(violation: str) -> tuple[str, ...]:
    """The class codes between which an approval of that type chooses; one where there is no choice."""
    return violation_types()[violation].gb47678_codes


def only_code(violation: str) -> str | None:
    """The class code of that type where there is no choice."""
    codes = codes_of(violation)
    return codes[0] if len(codes) == 1 else None


def needs_vehicle(label: str) -> bool:
    """Whether an approval names plate, colour and type: the thing is a motor vehicle."""
    return group_of(label) == "vehicle"


def needs_shop(violation: str) -> bool:
    """Whether an approval names the shop."""
    return violation in _ABOUT_A_SHOP


def lacking_looks(looks: Looks) -> list[Lack]:
    """What has to be on the screen before anything is approved or handed over, and was not."""
    wanted: tuple[tuple[Seen, Message], ...] = (
        ("first_picture", Message("core.first_picture_not_seen")),
        ("last_picture", Message("core.last_picture_not_seen")),
        ("subject", Message("core.subject_not_seen")),
    )
    return [Lack(f"seen.{name}", cause) for name, cause in wanted if getattr(looks, name) is None]


def lacking_facts(violation: str, label: str, code: str | None, subject: Subject) -> list[Lack]:
    """What an approval of that type still has to say."""
    lacks = _lacking_code(violation, code)
    if needs_vehicle(label):
        lacks += _lacking_vehicle(subject.vehicle)
    if needs_shop(violation) and not subject.shop:
        lacks.append(Lack("subject.shop", Message("core.shop_missing")))
    return lacks


def normal_plate(text: str) -> str:
    """A number plate in capitals, without spaces and dots.

    Raises:
        ValueError: it has not the form of a plate.
    """
    plate = re.sub(r"[\s·.-]", "", text).upper()
    if not _PLATE.fullmatch(plate):
        raise InvalidValueError("core.no_number_plate", text=repr(text))
    return plate


def due_at(violation: str, since: datetime) -> datetime:
    """When an event that became a violation at `since` should be decided."""
    return since + timedelta(hours=REVIEW_WITHIN_H.get(violation, REVIEW_WITHIN_DEFAULT_H))


def shift_of(moment: datetime, zone: ZoneInfo) -> Shift:
    """The shift that a moment belongs to."""
    local = moment.astimezone(zone).time()
    begun = [shift for shift in SHIFTS if shift.begins <= local]
    return max(begun, key=lambda shift: shift.begins) if begun else SHIFTS[0]


def drawn(share: float, *names: str) -> bool:
    """Whether these names are among a share (0-1) of all: the same answer whenever it is asked."""
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def same_direction(first: Verdict, second: Verdict) -> bool:
    """Whether two verdicts agree: both find a violation, or neither does."""
    return is_positive(first) == is_positive(second)


def is_positive(verdict: Verdict) -> bool:
    """Whether the verdict says that the alarm was right."""
    return verdict in ("approved", "handed_over")


def _lacking_code(violation: str, code: str | None) -> list[Lack]:
    codes = codes_of(violation)
    if code is None:
        return [Lack("code", Message("core.final_code_missing", codes=codes))] if len(codes) > 1 else []
    return [] if code in codes else [Lack("code", Message("core.code_of_another_type", found=code, codes=codes))]


def _lacking_vehicle(vehicle: Vehicle) -> list[Lack]:
    wanted = {
        "plate": Message("core.plate_missing"),
        "colour": Message("core.colour_missing"),
        "vehicle_type": Message("core.vehicle_type_missing"),
    }
    return [Lack(f"subject.{name}", cause) for name, cause in wanted.items() if not getattr(vehicle, name)]
