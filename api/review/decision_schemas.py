"""What the review gives about decisions: what can be chosen, what was decided, noted, attached, asked and missed."""

from typing import Self

from pydantic import Field

from api.http.fields import Moment, NamedPublic, Public
from core.geometry import Box
from core.policy.evidence_requests import AddresseeKind, RequestState
from core.policy.review import AttachmentKind, DecisionKind, Effect, Verdict
from store.review.records import DecisionRecord


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
