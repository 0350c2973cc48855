"""What the review gives: the queue's rows, an event to decide about, decisions, misses, notes, pictures."""

from datetime import datetime
from functools import cache
from typing import Any, Self

from pydantic import Field

from api.http.fields import Moment, NamedPublic, Public, Says
from api.http.problems import Problem
from api.packages.schemas import DifferencePublic, DwellPublic, ManifestPublic, PackagePublic, SealedPublic, standing_of
from api.review.decision_schemas import (
    ApprovalNeeds,
    AttachmentPublic,
    DecisionPublic,
    NotePublic,
    RequestPublic,
    VerdictPublic,
)
from api.review.event_schemas import EventPublic
from core.policy.review import Review, ReviewState, Viewer
from core.violations import violation_types
from store.events.records import PackageRecord
from store.review.records import QueuedEvent
from store.site.places import Place


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
    fault: Says | None


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


class ReviewProblem(Problem):
    """A problem that tells how far the review is by now."""

    review: ReviewPublic | None = None


@cache
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
    **more: Any,
) -> QueuedEventPublic:
    """A row of the queue.

    Args:
        more: fields that others know: `watched_until`, `decision`, and a `thumbnail` that may not be seen.
    """
    event = queued.event
    return QueuedEventPublic(
        **{name: getattr(event, name) for name in EventPublic.model_fields},
        type=type_name(event.violation),
        place=PlacePublic.of(place, event.preset_id, event.zone_id),
        standing=standing_of(queued.review.standing),
        deadline=deadline_of(queued, now),
        review=ReviewPublic.of(queued.review, viewer, now),
        complete=package.complete if package else None,
        missing=package.missing if package else (),
        began_at=queued.began_at,
        **{"thumbnail": f"/api/v1/packages/{package.package_id}/thumbnail" if package else None, **more},
    )
