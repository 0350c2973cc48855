"""The tables. Times are UTC; a domain value that is never searched by its parts is one JSON column."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, get_args

from sqlalchemy import JSON, CheckConstraint, Double, ForeignKey, Index, MetaData, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from core.domain import Gap, Member, ModelRef, State
from core.geometry import Box
from core.health import Status
from core.site import Camera
from store.records import PackageKind
from store.types import AsJson, UtcDateTime

Id = String(40)
Digest = String(64)
Version = String(16)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The constraint that a column holds one of these texts."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"known_{column}")


class Base(DeclarativeBase):
    """Names every constraint the same way on every data base, so that migrations can drop it by name."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), float: Double()}


class SiteRow(Base):
    """The one place that this installation serves; its row is also the lock of whoever changes the site."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("site_id = 1", name="only_one"),)

    site_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    division: Mapped[str] = mapped_column(String(6))
    timezone: Mapped[str]
    revision: Mapped[int]


class CameraRow(Base):
    """A camera as the site file has it: its presets, zones and rules change together, as one document. `version` is the
    site's revision that last changed it, so that no version ever comes back."""

    __tablename__ = "cameras"

    camera_id: Mapped[str] = mapped_column(Id, primary_key=True)
    position: Mapped[int]
    camera: Mapped[Camera] = mapped_column(AsJson(Camera))
    version: Mapped[int] = mapped_column(server_default="0")


class ZoneRuleRow(Base):
    """A rule that holds or once held; rows are never changed and never deleted."""

    __tablename__ = "zone_rules"
    __table_args__ = (Index(None, "camera_id", "preset_id", "zone_id"),)

    version: Mapped[str] = mapped_column(Version, primary_key=True)
    camera_id: Mapped[str] = mapped_column(Id)
    preset_id: Mapped[str] = mapped_column(Id)
    zone_id: Mapped[str] = mapped_column(Id)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)


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


class CameraStateRow(Base):
    """The newest known state of one camera's stream, and when it was reported."""

    __tablename__ = "camera_states"
    __table_args__ = (one_of("status", get_args(Status)),)

    camera_id: Mapped[str] = mapped_column(Id, primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]
    codec: Mapped[str | None]
    size_wh: Mapped[tuple[int, int] | None] = mapped_column(AsJson(tuple[int, int]))
    real_fps: Mapped[float | None]
    gop_s: Mapped[float | None]
    sampling: Mapped[str | None]
    interval_s: Mapped[float | None]
    last_frame_utc: Mapped[datetime | None]
    delay_s: Mapped[float | None]
    frames: Mapped[int]
    dropped: Mapped[int]
    failures: Mapped[int]
    retry_at: Mapped[datetime | None]
    error: Mapped[str | None]
    unfit: Mapped[str | None]
    reported_at: Mapped[datetime]
