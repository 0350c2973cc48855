"""What the repositories of the review take and give. Frozen; times are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.domain import RuleEvent, State
from core.geometry import Box
from core.policy.review import (
    AttachmentKind,
    DecisionKind,
    Lack,
    Looks,
    Review,
    ReviewState,
    Standing,
    Subject,
    Verdict,
)

Sort = Literal["age", "-age", "dwell", "-dwell", "deadline", "-deadline", "type", "-type"]


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which openings; None = any. `orgs`: of cameras that hung on nodes of these names then. `since` (included) and
    `until` (excluded) bound their begin."""

    event_id: str | None = None
    state: State | None = None
    violations: tuple[str, ...] | None = None
    camera_ids: frozenset[str] | None = None
    orgs: frozenset[str] | None = None
    zone_id: str | None = None
    observing: bool | None = None
    review: ReviewState | None = None
    standing: Standing | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """One opening of an event, as of its own last change, and how far its review is.

    Attributes:
        event: its violation_at is that of this opening, where the event's own is that of the first.
        began_at: when this opening was first seen.
    """

    event: RuleEvent
    review: Review
    began_at: datetime


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some openings, and the cursor of what follows; None = that was the last page."""

    events: tuple[QueuedEvent, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Officer:
    """Who works on an event, as it is kept with what was done."""

    user_id: int
    name: str
    badge_no: str | None = None


@dataclass(frozen=True, slots=True)
class NewDecision:
    """A verdict as it was sent.

    Attributes:
        key: of this request, by its sender: repeated with the same content it does nothing twice.
        revision: of the event that was looked at.
        lacks: what it must say or have seen, by the event of that revision, and does not.
    """

    key: str
    event_id: str
    opening: int
    revision: int
    verdict: Verdict
    suggestion: bool = False
    reason: str | None = None
    note: str = ""
    code: str | None = None
    label: str | None = None
    subject: Subject = field(default_factory=Subject)
    seen: Looks = field(default_factory=Looks)
    spent_s: float = 0.0
    lacks: tuple[Lack, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A verdict as it is kept. Until final_at it can be undone, and nobody but the officer knows it."""

    decision_id: str
    event_id: str
    opening: int
    kind: DecisionKind
    verdict: Verdict
    reason: str | None
    note: str
    code: str | None
    label: str | None
    subject: Subject
    seen: Looks
    spent_s: float
    officer_id: int
    officer_name: str
    badge_no: str | None
    decided_at: datetime
    final_at: datetime
    undone_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class GivenVerdict:
    """Of a decision what a list shows, and what says who may see it."""

    event_id: str
    opening: int
    kind: DecisionKind
    verdict: Verdict
    reason: str | None
    officer_id: int
    officer_name: str
    decided_at: datetime
    final_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """A remark of a person on an event."""

    note_id: int
    event_id: str
    author_id: int
    author_name: str
    written_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture that a person added to an event. `path` is relative to the folder of attachments."""

    attachment_id: str
    event_id: str
    kind: AttachmentKind
    media_type: str
    path: str
    size: int
    sha256: str
    size_wh: tuple[int, int]
    note: str
    author_id: int
    author_name: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that no model found.

    Attributes:
        event_id, opening: where the picture is the still of that event's violation, on which training meets it.
        picture: relative to the installation's home.
    """

    miss_id: str
    camera_id: str
    event_id: str | None
    opening: int | None
    picture: str
    label: str
    box_xyxy_px: Box
    utc: datetime
    note: str
    author_id: int
    author_name: str
    marked_at: datetime
