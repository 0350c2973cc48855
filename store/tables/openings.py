"""The openings of events: each with its own state, its own review, and the requests for further evidence about it."""

from datetime import datetime
from typing import Any, get_args

from sqlalchemy import ColumnElement, ForeignKey, Index, String, UniqueConstraint, and_, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from core.domain import State
from core.policy.evidence_requests import AddresseeKind, RequestState
from store.base.declarative import Base, Digest, Id, Name, one_of
from store.base.types import AsJson
from store.tables.events import RuleEventColumns


class ReviewColumns:
    """The review of one opening.

    stage: null until the opening is a violation that is no mere observation.
    check_kind, first_officer: set while a decided opening waits to be checked by somebody else.
    claimed_until: a claim in the past is none. After a decision it holds until that is final.
    revision: grows with each change of its state and each decision: what an officer's decision must have seen.
    """

    stage: Mapped[str | None] = mapped_column(String(16))
    check_kind: Mapped[str | None] = mapped_column(String(16))
    first_officer: Mapped[int | None]
    claimed_by: Mapped[int | None]
    claimed_name: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    deadline_at: Mapped[datetime | None]
    standing: Mapped[str] = mapped_column(String(20), server_default=text("'lead'"))


OpeningId = String(52)


def opening_id(event_id: str, opening: int) -> str:
    """The name of one opening: what the queue is paged by."""
    return f"{event_id}-{opening}"


def same_opening(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether rows of two tables, each with the columns `event_id` and `opening`, are about the same opening."""
    return and_(one.event_id == other.event_id, one.opening == other.opening)


class OpeningRow(RuleEventColumns, ReviewColumns, Base):
    """The state of one opening of an event as of its own last change, and how far its review is.

    began_at: when this opening was first seen; it never changes. org: the node of the event. violation_at: when this
    opening became a violation, where the event's own is that of the first.
    """

    __tablename__ = "openings"

    opening_id: Mapped[str] = mapped_column(OpeningId, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.event_id"))
    began_at: Mapped[datetime]
    org: Mapped[str | None]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        # Each ends in the order of the pages, so that a filtered page is read straight from its index.
        order = ("began_at", "opening_id")
        return (
            one_of("state", get_args(State)),
            UniqueConstraint("event_id", "opening"),
            Index(None, *order),
            Index(None, "camera_id", *order),
            Index(None, "zone_id", *order),
            Index(None, "violation", *order),
            Index(None, "state", *order),
            Index(None, "observing", *order),
            Index(None, "standing", *order),
            # What waits for a check counts as decided to whom decided first.
            Index(None, "first_officer", *order),
            Index(None, "stage", *order),
            Index(None, "stage", "violation", *order),
            Index(None, "camera_id", "stage", *order),
            Index(None, "org", *order),
            Index(None, "org", "stage", *order),
            # From a node all is asked with its name.
            Index(None, "org", "dwell_s", "opening_id"),
            Index(None, "org", "deadline_at", "opening_id"),
            Index(None, "org", "violation", *order),
            Index(None, "stage", "deadline_at", "opening_id"),
            Index(None, "stage", "dwell_s", "opening_id"),
            Index(None, "deadline_at", "opening_id"),
            Index(None, "dwell_s", "opening_id"),
            Index(None, "violation_at", "opening_id"),
            Index(None, "claimed_until"),
        )


class EvidenceRequestRow(Base):
    """That somebody asked for further evidence about an opening (补充证据), of whom, until when, and what came of it.

    `key` and `request_sha256`: as of a decision.
    """

    __tablename__ = "evidence_requests"
    __table_args__ = (
        UniqueConstraint("asked_by", "key"),
        Index(None, "opening_id", "state"),
        Index(None, "state", "due_at"),
        one_of("state", get_args(RequestState)),
        one_of("to_kind", get_args(AddresseeKind)),
    )

    request_id: Mapped[str] = mapped_column(Id, primary_key=True)
    opening_id: Mapped[str] = mapped_column(ForeignKey("openings.opening_id"))
    event_id: Mapped[str] = mapped_column(ForeignKey("events.event_id"), index=True)
    opening: Mapped[int]
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str]
    to_kind: Mapped[str] = mapped_column(String(16))
    to_key: Mapped[str] = mapped_column(Name)
    to_name: Mapped[str] = mapped_column(Name)
    due_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    asked_name: Mapped[str] = mapped_column(Name)
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    closed_by: Mapped[int | None]
    closed_name: Mapped[str | None] = mapped_column(Name)
    closed_at: Mapped[datetime | None]
    answer: Mapped[str]
    attachment_ids: Mapped[tuple[str, ...]] = mapped_column(AsJson(tuple[str, ...]))
    key: Mapped[str] = mapped_column(Name)
    request_sha256: Mapped[str] = mapped_column(Digest)
