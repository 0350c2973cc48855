"""The tables. Times are UTC; a domain value that is never searched by its parts is one JSON column."""

from datetime import datetime
from typing import Any, get_args

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.health import Status
from core.messages import Message
from core.site import Camera
from store.base.declarative import Base, Id, Version, one_of
from store.base.types import AsJson, MessageText


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
    error: Mapped[Message | None] = mapped_column(MessageText)
    unfit: Mapped[Message | None] = mapped_column(MessageText)
    reported_at: Mapped[datetime]


class CameraSecretRow(Base):
    """The stream addresses of a camera as they were entered, sealed; `cameras` has them without passwords."""

    __tablename__ = "camera_secrets"

    camera_id: Mapped[str] = mapped_column(Id, primary_key=True)
    sealed: Mapped[str] = mapped_column(String)
