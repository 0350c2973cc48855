"""The review: how far each event is, decisions, notes, attachments, misses, and what changed for those who watch."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.String(40)
NAME = sa.String(80)
DIGEST = sa.String(64)
KIND = sa.String(16)
STANDING = sa.String(20)
TIME = sa.DateTime(timezone=True)

# Hours in which a violation that is there already is due; as core.policy.review had them then.
DUE_H = {"street_vending": 2, "fire_lane_blocked": 1, "illegal_parking": 24}
DUE_DEFAULT_H = 8


def upgrade() -> None:
    _events()
    _fill_events()
    op.add_column("packages", sa.Column("standing", STANDING, nullable=False, server_default="lead"))
    _decisions()
    _added_by_people()
    _misses()
    op.create_table(
        "live_changes",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("camera_id", ID, nullable=False),
        sa.CheckConstraint("kind IN ('opened', 'changed', 'claimed', 'released')", name="known_kind"),
        sqlite_autoincrement=True,
    )


def _events() -> None:
    # Column by column: SQLite would copy the table else, and may not drop one that others refer to.
    op.add_column("events", sa.Column("stage", KIND))
    op.add_column("events", sa.Column("check_kind", KIND))
    op.add_column("events", sa.Column("first_officer", sa.Integer))
    op.add_column("events", sa.Column("decided_opening", sa.Integer, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("claimed_by", sa.Integer))
    op.add_column("events", sa.Column("claimed_name", NAME))
    op.add_column("events", sa.Column("claimed_until", TIME))
    op.add_column("events", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("deadline_at", TIME))
    op.add_column("events", sa.Column("standing", STANDING, nullable=False, server_default="lead"))
    order = ["first_seen", "event_id"]
    for columns in (
        ["stage", *order],
        ["stage", "violation", *order],
        ["stage", "deadline_at", "event_id"],
        ["stage", "dwell_s", "event_id"],
        ["deadline_at", "event_id"],
        ["dwell_s", "event_id"],
        ["violation_at", "event_id"],
        ["claimed_until"],
    ):
        op.create_index(None, "events", columns)


def _fill_events() -> None:
    """Violations that are there already wait for their review."""
    events = sa.table(
        "events",
        sa.column("stage"),
        sa.column("violation"),
        sa.column("violation_at", TIME),
        sa.column("deadline_at", TIME),
        sa.column("observing", sa.Boolean),
        sa.column("revision"),
    )
    waits = sa.and_(events.c.violation_at.is_not(None), sa.not_(events.c.observing))
    op.execute(events.update().values(revision=1))
    op.execute(events.update().where(waits).values(stage="waiting"))
    for violation, hours in (*DUE_H.items(), (None, DUE_DEFAULT_H)):
        kind = events.c.violation == violation if violation else events.c.violation.not_in(DUE_H)
        op.execute(events.update().where(waits, kind).values(deadline_at=_later(events.c.violation_at, hours)))


def _later(moment: sa.ColumnElement[object], hours: int) -> sa.ColumnElement[object]:
    if op.get_bind().dialect.name == "postgresql":
        return moment + sa.text(f"interval '{hours} hours'")
    # The form in which SQLAlchemy keeps times in SQLite.
    return sa.func.strftime("%Y-%m-%d %H:%M:%f000", moment, f"+{hours} hours")


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("decision_id", ID, primary_key=True),
        sa.Column("event_id", ID, sa.ForeignKey("events.event_id"), nullable=False),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("verdict", KIND, nullable=False),
        sa.Column("reason", ID),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("code", KIND),
        sa.Column("label", ID),
        sa.Column("subject", sa.JSON, nullable=False),
        sa.Column("seen", sa.JSON, nullable=False),
        sa.Column("spent_s", sa.Double, nullable=False),
        sa.Column("officer_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("officer_name", NAME, nullable=False),
        sa.Column("badge_no", ID),
        sa.Column("decided_at", TIME, nullable=False),
        sa.Column("final_at", TIME, nullable=False),
        sa.Column("undone_at", TIME),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("request_sha256", DIGEST, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.UniqueConstraint("officer_id", "key"),
        sa.CheckConstraint("kind IN ('first', 'second_look', 'known_negative', 'suggestion')", name="known_kind"),
        sa.CheckConstraint("verdict IN ('approved', 'handed_over', 'rejected', 'more_evidence')", name="known_verdict"),
    )
    op.create_index(None, "decisions", ["event_id", "decided_at"])
    op.create_index(None, "decisions", ["final_at", "decision_id"])


def _added_by_people() -> None:
    op.create_table(
        "notes",
        sa.Column("note_id", sa.Integer, primary_key=True),
        sa.Column("event_id", ID, sa.ForeignKey("events.event_id"), nullable=False),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("author_name", NAME, nullable=False),
        sa.Column("written_at", TIME, nullable=False),
        sa.Column("text", sa.String, nullable=False),
    )
    op.create_index(None, "notes", ["event_id", "note_id"])
    op.create_table(
        "attachments",
        sa.Column("attachment_id", ID, primary_key=True),
        sa.Column("event_id", ID, sa.ForeignKey("events.event_id"), nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("media_type", ID, nullable=False),
        sa.Column("path", sa.String, nullable=False, unique=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", DIGEST, nullable=False),
        sa.Column("size_wh", sa.JSON, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("author_name", NAME, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.CheckConstraint("kind IN ('photo', 'recheck')", name="known_kind"),
    )
    op.create_index(None, "attachments", ["event_id", "added_at"])


def _misses() -> None:
    op.create_table(
        "misses",
        sa.Column("miss_id", ID, primary_key=True),
        sa.Column("camera_id", ID, nullable=False),
        sa.Column("event_id", ID, sa.ForeignKey("events.event_id")),
        sa.Column("opening", sa.Integer),
        sa.Column("picture", sa.String, nullable=False),
        sa.Column("label", ID, nullable=False),
        sa.Column("box_xyxy_px", sa.JSON, nullable=False),
        sa.Column("utc", TIME, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("author_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("author_name", NAME, nullable=False),
        sa.Column("marked_at", TIME, nullable=False),
    )
    op.create_index(None, "misses", ["marked_at", "miss_id"])
