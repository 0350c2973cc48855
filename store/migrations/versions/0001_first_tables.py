"""Site, cameras, rules, events, packages and the states of streams."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.String(40)
VERSION = sa.String(16)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _site()
    _events()
    _packages()
    _camera_states()


def _site() -> None:
    op.create_table(
        "site",
        sa.Column("site_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("division", sa.String(6), nullable=False),
        sa.Column("timezone", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.CheckConstraint("site_id = 1", name="only_one"),
    )
    op.create_table(
        "cameras",
        sa.Column("camera_id", ID, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("camera", sa.JSON, nullable=False),
    )
    op.create_table(
        "zone_rules",
        sa.Column("version", VERSION, primary_key=True),
        sa.Column("camera_id", ID, nullable=False),
        sa.Column("preset_id", ID, nullable=False),
        sa.Column("zone_id", ID, nullable=False),
        sa.Column("snapshot", sa.JSON, nullable=False),
    )
    op.create_index(None, "zone_rules", ["camera_id", "preset_id", "zone_id"])


def _events() -> None:
    op.create_table("events", sa.Column("event_id", ID, primary_key=True), *_rule_event())
    for filtered in ([], ["camera_id"], ["zone_id"], ["violation"], ["state"]):
        op.create_index(None, "events", [*filtered, "first_seen", "event_id"])
    op.create_table(
        "event_changes",
        sa.Column("change_id", sa.Integer, primary_key=True),
        sa.Column("event_id", ID, sa.ForeignKey("events.event_id"), nullable=False),
        sa.Column("digest", VERSION, nullable=False),
        *_rule_event(),
        sa.UniqueConstraint("event_id", "digest"),
    )


def _rule_event() -> list[Any]:
    return [
        sa.Column("camera_id", ID, nullable=False),
        sa.Column("preset_id", ID, nullable=False),
        sa.Column("zone_id", ID, nullable=False),
        sa.Column("violation", sa.String(40), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("bbox_xyxy_px", sa.JSON, nullable=False),
        sa.Column("frame_size_wh", sa.JSON, nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("still_since", TIME, nullable=False),
        sa.Column("violation_at", TIME),
        sa.Column("last_seen", TIME, nullable=False),
        sa.Column("cleared_at", TIME),
        sa.Column("dwell_s", sa.Double, nullable=False),
        sa.Column("observed_s", sa.Double, nullable=False),
        sa.Column("bridged_s", sa.Double, nullable=False),
        sa.Column("observing", sa.Boolean, nullable=False),
        sa.Column("rule_version", VERSION, nullable=False),
        sa.Column("model", sa.JSON),
        sa.Column("members", sa.JSON, nullable=False),
        sa.CheckConstraint("state IN ('candidate', 'violation', 'cleared')", name="known_state"),
    ]


def _packages() -> None:
    op.create_table(
        "packages",
        sa.Column("package_id", sa.String(80), primary_key=True),
        sa.Column("event_id", ID, sa.ForeignKey("events.event_id"), nullable=False),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("path", sa.String, nullable=False, unique=True),
        sa.Column("manifest_sha256", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("sealed_at", TIME, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.Column("missing", sa.JSON, nullable=False),
        sa.UniqueConstraint("key_id", "seq"),
        sa.CheckConstraint("kind IN ('primary', 'supplement')", name="known_kind"),
    )
    op.create_index(None, "packages", ["event_id", "sealed_at"])


def _camera_states() -> None:
    op.create_table(
        "camera_states",
        sa.Column("camera_id", ID, primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("codec", sa.String),
        sa.Column("size_wh", sa.JSON),
        sa.Column("real_fps", sa.Double),
        sa.Column("gop_s", sa.Double),
        sa.Column("sampling", sa.String),
        sa.Column("interval_s", sa.Double),
        sa.Column("last_frame_utc", TIME),
        sa.Column("delay_s", sa.Double),
        sa.Column("frames", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("retry_at", TIME),
        sa.Column("error", sa.String),
        sa.Column("unfit", sa.String),
        sa.Column("reported_at", TIME, nullable=False),
        sa.CheckConstraint("status IN ('connecting', 'online', 'waiting', 'stopped')", name="known_status"),
    )
