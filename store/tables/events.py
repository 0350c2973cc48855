"""Tables of events, of their changes, of sealed packages, and of what changed for those who watch."""

from datetime import datetime
from typing import Any, get_args

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from core.domain import Gap, Member, PackageKind, State
from core.geometry import Box
from core.model_ref import ModelRef
from core.policy.review import ChangeKind
from store.base.declarative import Base, Digest, Id, Version, one_of
from store.base.types import AsJson


class RuleEventColumns:
    """One column for each field of a RuleEvent, by the same name."""

    camera_id: Mapped[str] = mapped_column(Id)
    preset_id: Mapped[str] = mapped_column(Id)
    zone_id: Mapped[str] = mapped_column(Id)
    violation: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16))
    opening: Mapped[int]
    label: Mapped[str] = mapped_column(String(40))
    count: Mapped[int]
    score: Mapped[float]
    bbox_xyxy_px: Mapped[Box] = mapped_column(AsJson(Box))
    frame_size_wh: Mapped[tuple[int, int]] = mapped_column(AsJson(tuple[int, int]))
    first_seen: Mapped[datetime]
    still_since: Mapped[datetime]
    violation_at: Mapped[datetime | None]
    last_seen: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    dwell_s: Mapped[float]
    observed_s: Mapped[float]
    bridged_s: Mapped[float]
    observing: Mapped[bool]
    # No foreign key: an event must not be lost because its rule is not known here.
    rule_version: Mapped[str] = mapped_column(Version)
    model: Mapped[ModelRef | None] = mapped_column(AsJson(ModelRef))
    members: Mapped[tuple[Member, ...]] = mapped_column(AsJson(tuple[Member, ...]))
    gaps: Mapped[tuple[Gap, ...] | None] = mapped_column(AsJson(tuple[Gap, ...]))
    models: Mapped[tuple[ModelRef, ...]] = mapped_column(AsJson(tuple[ModelRef, ...]), server_default="[]")


class EventRow(RuleEventColumns, Base):
    """The present state of an event, which is that of its last opening."""

    __tablename__ = "events"

    event_id: Mapped[str] = mapped_column(Id, primary_key=True)
    # Of its time: the node that the camera hung on, and every privacy mask that held while it went on (None = unknown).
    org: Mapped[str | None]
    masks: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        # Each ends in the order of the pages, so that a filtered page is read straight from its index.
        order = ("first_seen", "event_id")
        return (
            one_of("state", get_args(State)),
            Index(None, *order),
            Index(None, "camera_id", *order),
            Index(None, "zone_id", *order),
            Index(None, "violation", *order),
            Index(None, "state", *order),
            Index(None, "org", *order),
            # How many there are of each.
            Index(None, "violation", "state"),
        )


class EventChangeRow(RuleEventColumns, Base):
    """One change of state of an event, as it was reported; rows are never changed."""

    __tablename__ = "event_changes"
    __table_args__ = (UniqueConstraint("event_id", "digest"), one_of("state", get_args(State)))

    change_id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.event_id"))
    digest: Mapped[str] = mapped_column(Version)


class PackageRow(Base):
    """A sealed evidence package that lies in the packages folder."""

    __tablename__ = "packages"
    __table_args__ = (
        UniqueConstraint("key_id", "seq"),
        Index(None, "event_id", "sealed_at"),
        # Whether an opening was sealed; how fast packages come.
        Index(None, "event_id", "opening"),
        Index(None, "sealed_at"),
        one_of("kind", get_args(PackageKind)),
    )

    package_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("events.event_id"))
    opening: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(unique=True)
    manifest_sha256: Mapped[str] = mapped_column(Digest)
    key_id: Mapped[str] = mapped_column(Digest)
    seq: Mapped[int]
    sealed_at: Mapped[datetime]
    complete: Mapped[bool]
    missing: Mapped[tuple[str, ...]] = mapped_column(AsJson(tuple[str, ...]))
    standing: Mapped[str] = mapped_column(String(20), server_default="lead")


class LiveChangeRow(Base):
    """That something changed, for those who watch now. Only the newest are kept: this is no record of anything."""

    __tablename__ = "live_changes"
    __table_args__ = (one_of("kind", get_args(ChangeKind)), {"sqlite_autoincrement": True})

    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    event_id: Mapped[str] = mapped_column(Id)
    camera_id: Mapped[str] = mapped_column(Id)
    opening: Mapped[int | None]
