"""What the review gives: the queue's rows, an event to decide about, decisions, misses, notes, pictures."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from api.problems import Problem
from api.schemas import EventPublic, Moment, PackagePublic, Public
from core.evidence_requests import AddresseeKind, RequestState
from core.geometry import Box
from core.review import STANDINGS, DecisionKind, Effect, Named, Review, ReviewState, Verdict, Viewer
from core.violations import violation_types
from store.places import Place
from store.records import PackageRecord
from store.review_records import AttachmentKind, DecisionRecord, QueuedEvent


class NamedPublic(Public):
    """A key with its names for people."""

    key: str
    name_zh: str
    name_en: str


class ReasonPublic(NamedPublic):
    """A reason to reject, and what it says about the label: negative, keep_positive or ignore."""

    effect: Effect


class TypePublic(NamedPublic):
    """A violation type; `codes`: the final codes between which an approval chooses."""

    codes: tuple[NamedPublic, ...]
    needs_shop: bool


class ReviewOptions(Public):
    """Everything that can be chosen in a review, with its names."""

    reasons: tuple[ReasonPublic, ...]
    request_reasons: tuple[NamedPublic, ...]
    types: tuple[TypePublic, ...]
    standings: tuple[NamedPublic, ...]
    colours: tuple[NamedPublic, ...]
    vehicle_types: tuple[NamedPublic, ...]
    labels: tuple[str, ...]
    undo_s: float = Field(description="seconds in which a decision can be taken back")
    lease_s: float = Field(description="seconds after which a claim that is not renewed is free")


class PlacePublic(Public):
    """Where an event happened, by the names of today."""

    camera_name: str
    zone_name: str
    address: str
    heading: str
    org: str | None
    grid: str | None

    @classmethod
    def of(cls, place: Place, preset_id: str, zone_id: str) -> Self:
        """The names of a zone's place."""
        zone_name = place.zone_name(preset_id, zone_id)
        return cls(
            camera_name=place.name,
            zone_name=zone_name,
            address=place.address,
            heading=place.heading,
            org=place.org,
            grid=place.grid,
        )


class ClaimPublic(Public):
    """Who works on an event, and until when unless it is renewed."""

    officer_id: int
    officer_name: str
    until: Moment
    mine: bool


class ReviewPublic(Public):
    """How far the review of an event is, as far as the viewer may know.

    `state` is null where there is nothing to review. `revision` is the ETag that a decision sends in If-Match.
    """

    state: ReviewState | None
    revision: int
    claim: ClaimPublic | None

    @classmethod
    def of(cls, review: Review, viewer: Viewer, now: datetime) -> Self:
        """A review as one viewer sees it."""
        claim = None
        if review.claimed_by is not None and review.claimed_until is not None and review.claimed_until > now:
            claim = ClaimPublic(
                officer_id=review.claimed_by,
                officer_name=review.claimed_name or "",
                until=review.claimed_until,
                mine=review.claimed_by == viewer.user_id,
            )
        return cls(state=review.seen_by(viewer, now), revision=review.revision, claim=claim)


class DeadlinePublic(Public):
    """When an event should be decided, and how far that is; negative: overdue."""

    at: Moment
    in_s: float


class DecisionPublic(Public):
    """A verdict. Until final_at it can be undone, and only its officer sees it."""

    decision_id: str
    event_id: str
    opening: int
    kind: DecisionKind
    verdict: Verdict
    reason: str | None
    note: str
    code: str | None
    label: str | None
    plate: str | None
    colour: str | None
    vehicle_type: str | None
    shop: str | None
    spent_s: float
    officer_id: int
    officer_name: str
    badge_no: str | None
    decided_at: Moment
    final_at: Moment
    undone_at: Moment | None

    @classmethod
    def of(cls, record: DecisionRecord, *, as_first: bool = False) -> Self:
        """A decision; `as_first` hides that it was a check from who gave it."""
        named = {name: getattr(record, name) for name in cls.model_fields if hasattr(record, name)}
        vehicle = record.subject.vehicle
        about = {
            "plate": vehicle.plate,
            "colour": vehicle.colour,
            "vehicle_type": vehicle.vehicle_type,
            "shop": record.subject.shop,
        }
        kind = "first" if as_first and record.kind != "suggestion" else record.kind
        return cls(**{**named, **about, "kind": kind})


class VerdictPublic(Public):
    """Of a decision what a list shows."""

    verdict: Verdict
    reason: str | None
    officer_name: str
    decided_at: Moment


class QueuedEventPublic(EventPublic):
    """An opening of an event, as of its own last change, with all that a list shows of it.

    `violation_at`: when this opening became a violation. `complete` and `missing`: of its primary package; null and
    empty before there is one. `thumbnail`: the address of a small still; null without a package, or without the right
    to view evidence.
    """

    type: NamedPublic
    place: PlacePublic
    standing: NamedPublic
    deadline: DeadlinePublic | None
    review: ReviewPublic
    complete: bool | None
    missing: tuple[str, ...]
    thumbnail: str | None
    watched_until: Moment | None = Field(
        default=None,
        description="of a violation: the last look at it of a camera that looks now; it was not seen to leave until "
        "then. null: it left, or nobody can tell whether it still stands",
    )
    began_at: Moment = Field(description="when this opening was first seen")
    decision: VerdictPublic | None = Field(default=None, description="of a decided one: the verdict that counts")


class QueuePagePublic(Public):
    """Some openings in the order that was asked for; next_cursor is null on the last page."""

    events: tuple[QueuedEventPublic, ...]
    next_cursor: str | None


class SpanPublic(Public):
    """A part of a dwell: seen all the time, or out of sight and bridged."""

    kind: str = Field(description="observed or bridged")
    start: Moment
    end: Moment


class DwellPublic(Public):
    """How long it stood. `spans` is null where only the totals are known."""

    still_since: Moment
    until: Moment
    dwell_s: float
    observed_s: float
    bridged_s: float
    limit_s: float | None = Field(description="violation_after_s of the rule as it was")
    spans: tuple[SpanPublic, ...] | None


class StillPublic(Public):
    """A still of a package: the original and its marked copy, by their paths in the package."""

    name: str
    original: str
    marked: str | None
    utc: Moment
    size_wh: tuple[int, int]


class ManifestPublic(Public):
    """What an officer reads of a manifest. `rule` is the rule as it was; clocks as they were at the sealing."""

    anti_forgery_code: str | None
    standing: NamedPublic
    rule: dict[str, Any] | None
    models: tuple[dict[str, str], ...]
    clock_within_1_s: bool | None
    clock_offset_s: float | None
    received_from: str | None
    stills: tuple[StillPublic, ...]
    clips: tuple[str, ...]
    composite: str | None


class SealedPublic(Public):
    """The facts of an opening as they stand under the signature of its primary package, as of its violation. null: the
    manifest does not say it. `manifest_sha256` names what a decision rests on; `key_id` who signed it."""

    package_id: str
    manifest_sha256: str
    key_id: str
    sealed_at: Moment
    camera_id: str | None
    camera_name: str | None
    address: str | None
    zone_name: str | None
    label: str | None
    score: float | None
    model: str | None
    still_since: Moment | None
    violation_at: Moment | None
    dwell_s: float | None
    observed_s: float | None
    bridged_s: float | None


class DifferencePublic(Public):
    """A fact of which the data base says something else than the seal."""

    field: str
    stored: str
    sealed: str


class OpeningPublic(Public):
    """One opening of an event: its review and the verdict that counts, as far as the viewer may know, its dwell, its
    packages, and what the signed manifest of the primary one says.

    `dwell`: until now, as the data base has it; as it was sealed in `sealed`. `differences`: what the data base says
    otherwise than the seal. `fault`: why the manifest cannot be shown: its seal does not hold, for example.
    """

    opening: int
    review: ReviewPublic
    decision: VerdictPublic | None
    violation_at: Moment | None
    cleared_at: Moment | None
    dwell: DwellPublic
    packages: tuple[PackagePublic, ...]
    manifest: ManifestPublic | None
    sealed: SealedPublic | None
    differences: tuple[DifferencePublic, ...]
    fault: str | None


class DecisionAnswer(Public):
    """What was decided, and the revision of its opening since then, which is its ETag too."""

    decision: DecisionPublic
    revision: int


class ApprovalNeeds(Public):
    """What an approval of this event has to say, prefilled where it is known.

    `codes`: one of these, null where there is only one. `handed_over_to`: the competent agency where that is another:
    then the event can only be handed over.
    """

    codes: tuple[NamedPublic, ...]
    vehicle: bool
    shop: bool
    vehicle_type: str | None
    shop_name: str | None
    handed_over_to: str | None


class AddresseePublic(Public):
    """Of whom something is asked: a person by id, a role, or all of a node of the organisation tree."""

    kind: AddresseeKind
    key: str
    name: str


class NotePublic(Public):
    """A remark of a person."""

    note_id: int
    author_id: int
    author_name: str
    written_at: Moment
    text: str


class AttachmentPublic(Public):
    """A picture that a person added: from the spot, or of a re-check by hand (复查)."""

    attachment_id: str
    kind: AttachmentKind
    media_type: str
    size: int
    sha256: str
    size_wh: tuple[int, int]
    note: str
    author_id: int
    author_name: str
    added_at: Moment


class RequestPublic(Public):
    """A request for further evidence (补充证据). `closed_*`: who answered it, withdrew it or decided without it."""

    request_id: str
    event_id: str
    opening: int
    reason: str
    note: str
    to: AddresseePublic
    due_at: Moment
    asked_by: int
    asked_name: str
    asked_at: Moment
    state: RequestState
    closed_by: int | None
    closed_name: str | None
    closed_at: Moment | None
    answer: str
    attachment_ids: tuple[str, ...]


class ReviewedEvent(QueuedEventPublic):
    """One opening of an event (`opening` says which), with all that is known of the event and of its other openings, as
    far as the viewer may know it."""

    changes: tuple[EventPublic, ...]
    rule: dict[str, Any] | None
    openings: tuple[OpeningPublic, ...]
    packages: tuple[PackagePublic, ...]
    needs: ApprovalNeeds
    decisions: tuple[DecisionPublic, ...]
    requests: tuple[RequestPublic, ...]
    known_plate: str | None = Field(
        description="the plate that was last approved of another opening of the event, to be checked and confirmed"
    )
    notes: tuple[NotePublic, ...]
    attachments: tuple[AttachmentPublic, ...]


class MissPublic(Public):
    """A miss as it is kept for training."""

    miss_id: str
    camera_id: str
    event_id: str | None
    opening: int | None
    picture: str
    label: str
    box_xyxy_px: Box
    utc: Moment
    marked_at: Moment


class ReviewProblem(Problem):
    """A problem that tells how far the review is by now."""

    review: ReviewPublic | None = None


def named(one: Named) -> NamedPublic:
    """A row of a table for people."""
    return NamedPublic.model_validate(one)


def standing_of(key: str) -> NamedPublic:
    """A standing with its names; what this version does not know counts as a lead."""
    return named(STANDINGS.get(key, STANDINGS["lead"]))


def type_name(violation: str) -> NamedPublic:
    """A violation type with its names."""
    return NamedPublic.model_validate(violation_types()[violation])


def deadline_of(queued: QueuedEvent, now: datetime) -> DeadlinePublic | None:
    """The deadline of an event, and how far it is."""
    at = queued.review.deadline_at
    return None if at is None else DeadlinePublic(at=at, in_s=round((at - now).total_seconds(), 3))


def queued_event(
    queued: QueuedEvent,
    place: Place,
    package: PackageRecord | None,
    viewer: Viewer,
    now: datetime,
) -> QueuedEventPublic:
    """A row of the queue."""
    event = queued.event
    return QueuedEventPublic(
        **EventPublic.model_validate(event).model_dump(),
        type=type_name(event.violation),
        place=PlacePublic.of(place, event.preset_id, event.zone_id),
        standing=standing_of(queued.review.standing),
        deadline=deadline_of(queued, now),
        review=ReviewPublic.of(queued.review, viewer, now),
        complete=package.complete if package else None,
        missing=package.missing if package else (),
        began_at=queued.began_at,
        thumbnail=f"/api/v1/packages/{package.package_id}/thumbnail" if package else None,
    )
