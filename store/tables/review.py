"""Tables of the review: decisions, notes, attachments, misses, and the list of what changed for those who watch."""

from datetime import datetime
from typing import Any, get_args

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.geometry import Box
from core.policy.review import AttachmentKind, DecisionKind, Looks, Subject, Verdict
from store.base.declarative import Base, Digest, Id, Name, one_of
from store.base.types import AsJson


class DecisionRow(Base):
    """What somebody decided about one opening of an event. Only `undone_at` is ever written later.

    `key` makes a repeated request harmless; `request_sha256` tells it from another one with the same key.
    `revision`: the event's, once this was decided. `before`: what undoing brings back.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("officer_id", "key"),
        Index(None, "event_id", "decided_at"),
        Index(None, "final_at", "decision_id"),
        one_of("kind", get_args(DecisionKind)),
        one_of("verdict", get_args(Verdict)),
    )

    decision_id: Mapped[str] = mapped_column(Id, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.event_id"))
    opening: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str]
    code: Mapped[str | None] = mapped_column(String(16))
    label: Mapped[str | None] = mapped_column(String(40))
    subject: Mapped[Subject] = mapped_column(AsJson(Subject))
    seen: Mapped[Looks] = mapped_column(AsJson(Looks))
    spent_s: Mapped[float]
    officer_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    officer_name: Mapped[str] = mapped_column(Name)
    badge_no: Mapped[str | None] = mapped_column(String(40))
    decided_at: Mapped[datetime]
    final_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    revision: Mapped[int]
    key: Mapped[str] = mapped_column(Name)
    request_sha256: Mapped[str] = mapped_column(Digest)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)


class NoteRow(Base):
    """A remark of a person on an event."""

    __tablename__ = "notes"
    __table_args__ = (Index(None, "event_id", "note_id"),)

    note_id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.event_id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    author_name: Mapped[str] = mapped_column(Name)
    written_at: Mapped[datetime]
    text: Mapped[str]


class AttachmentRow(Base):
    """A picture that a person added to an event. `path` is relative to the folder of attachments."""

    __tablename__ = "attachments"
    __table_args__ = (Index(None, "event_id", "added_at"), one_of("kind", get_args(AttachmentKind)))

    attachment_id: Mapped[str] = mapped_column(Id, primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.event_id"))
    kind: Mapped[str] = mapped_column(String(16))
    media_type: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Digest)
    size_wh: Mapped[tuple[int, int]] = mapped_column(AsJson(tuple[int, int]))
    note: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    author_name: Mapped[str] = mapped_column(Name)
    added_at: Mapped[datetime]


class MissRow(Base):
    """Something that no model found, marked on a picture. `picture` is relative to the installation's home."""

    __tablename__ = "misses"
    __table_args__ = (Index(None, "marked_at", "miss_id"),)

    miss_id: Mapped[str] = mapped_column(Id, primary_key=True)
    camera_id: Mapped[str] = mapped_column(Id)
    event_id: Mapped[str | None] = mapped_column(ForeignKey("events.event_id"))
    opening: Mapped[int | None]
    picture: Mapped[str]
    label: Mapped[str] = mapped_column(String(40))
    box_xyxy_px: Mapped[Box] = mapped_column(AsJson(Box))
    utc: Mapped[datetime]
    note: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    author_name: Mapped[str] = mapped_column(Name)
    marked_at: Mapped[datetime]
    # As of the event of the picture.
    org: Mapped[str | None]
    masks: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))


class DeliveryRow(Base):
    """That a file of a package, or the whole package, was sent to a user: for the first and the last time.

    path: in the package; empty = the package whole, as a .zip.
    """

    __tablename__ = "deliveries"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), primary_key=True)
    package_id: Mapped[str] = mapped_column(ForeignKey("packages.package_id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
