"""Openings of events are reviewed one by one: each with its own state, review, claims and decisions; and requests for
further evidence have a reason, an addressee and a due time."""

# ruff: noqa: S608 - every name that statements are put together from stands in this file

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.String(40)
OPENING_ID = sa.String(52)
NAME = sa.String(80)
KIND = sa.String(16)
TIME = sa.DateTime(timezone=True)

# As core.policy.review had them then.
DUE_H = {"street_vending": 2, "fire_lane_blocked": 1, "illegal_parking": 24}
DUE_DEFAULT_H = 8

STATE = [
    "event_id",
    "camera_id",
    "preset_id",
    "zone_id",
    "violation",
    "state",
    "opening",
    "label",
    "count",
    "score",
    "bbox_xyxy_px",
    "frame_size_wh",
    "first_seen",
    "still_since",
    "violation_at",
    "last_seen",
    "cleared_at",
    "dwell_s",
    "observed_s",
    "bridged_s",
    "observing",
    "rule_version",
    "model",
    "members",
    "gaps",
    "models",
]
REVIEW = [
    "stage",
    "check_kind",
    "first_officer",
    "claimed_by",
    "claimed_name",
    "claimed_until",
    "revision",
    "deadline_at",
    "standing",
]
ORDER = ("began_at", "opening_id")
INDEXES = (
    ORDER,
    *(
        (one, *ORDER)
        for one in ["camera_id", "zone_id", "violation", "state", "observing", "standing", "first_officer", "stage"]
    ),
    ("stage", "violation", *ORDER),
    ("camera_id", "stage", *ORDER),
    ("org", *ORDER),
    ("org", "stage", *ORDER),
    ("stage", "deadline_at", "opening_id"),
    ("stage", "dwell_s", "opening_id"),
    ("deadline_at", "opening_id"),
    ("dwell_s", "opening_id"),
    ("violation_at", "opening_id"),
    ("claimed_until",),
)
# Of events nobody asks in these orders any more.
GONE = (
    ("observing", "first_seen", "event_id"),
    ("standing", "first_seen", "event_id"),
    ("first_officer", "first_seen", "event_id"),
    ("stage", "first_seen", "event_id"),
    ("stage", "violation", "first_seen", "event_id"),
    ("camera_id", "stage", "first_seen", "event_id"),
    ("org", "stage", "first_seen", "event_id"),
    ("stage", "deadline_at", "event_id"),
    ("stage", "dwell_s", "event_id"),
    ("deadline_at", "event_id"),
    ("dwell_s", "event_id"),
    ("violation_at", "event_id"),
    ("claimed_until",),
)


def upgrade() -> None:
    _openings()
    _fill()
    # Filled without them, and indexed once.
    for columns in INDEXES:
        op.create_index(None, "openings", list(columns))
    _requests()
    _forget_on_events()
    op.add_column("live_changes", sa.Column("opening", sa.Integer))


def _openings() -> None:
    op.create_table(
        "openings",
        sa.Column("opening_id", OPENING_ID, primary_key=True),
        sa.Column("event_id", ID, sa.ForeignKey("events.event_id"), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("org", sa.String),
        sa.Column("camera_id", ID, nullable=False),
        sa.Column("preset_id", ID, nullable=False),
        sa.Column("zone_id", ID, nullable=False),
        sa.Column("violation", ID, nullable=False),
        sa.Column("state", KIND, nullable=False),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("label", ID, nullable=False),
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
        sa.Column("rule_version", KIND, nullable=False),
        sa.Column("model", sa.JSON),
        sa.Column("members", sa.JSON, nullable=False),
        sa.Column("gaps", sa.JSON),
        sa.Column("models", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("stage", KIND),
        sa.Column("check_kind", KIND),
        sa.Column("first_officer", sa.Integer),
        sa.Column("claimed_by", sa.Integer),
        sa.Column("claimed_name", NAME),
        sa.Column("claimed_until", TIME),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.Column("deadline_at", TIME),
        sa.Column("standing", sa.String(20), nullable=False, server_default="lead"),
        sa.UniqueConstraint("event_id", "opening"),
        sa.CheckConstraint("state IN ('candidate', 'violation', 'cleared')", name="known_state"),
    )


def _fill() -> None:
    """An opening for each that has changes, and the review of the event to the last one that alarmed.

    Of earlier ones, what was decided is decided, and what was overtaken before anybody decided waits.
    """
    plain = ", ".join(STATE)
    own = ", ".join("NULL" if one == "violation_at" else f"c.{one}" for one in STATE)
    _run(
        f"""INSERT INTO openings (opening_id, began_at, {plain})
        SELECT c.event_id || '-' || c.opening, CASE WHEN c.opening = 1 THEN c.first_seen ELSE c.still_since END, {own}
        FROM event_changes c
        JOIN (SELECT MAX(change_id) AS last_id FROM event_changes GROUP BY event_id, opening) l
        ON c.change_id = l.last_id"""
    )
    # Events whose changes are not kept have at least the opening that they are in.
    own = ", ".join(f"e.{one}" for one in STATE)
    _run(
        f"""INSERT INTO openings (opening_id, began_at, {plain})
        SELECT e.event_id || '-' || e.opening, CASE WHEN e.opening = 1 THEN e.first_seen ELSE e.still_since END, {own}
        FROM events e WHERE NOT EXISTS (SELECT 1 FROM openings o WHERE o.event_id = e.event_id)"""
    )
    if op.get_bind().dialect.name == "postgresql":
        # Of a table that was just filled the planner knows nothing, and would read all of it for each row.
        _run("ANALYZE openings")
    _violations()
    _run(
        "UPDATE openings SET standing = COALESCE((SELECT MAX(p.standing) FROM packages p WHERE "
        "p.event_id = openings.event_id AND p.opening = openings.opening AND p.kind = 'primary'), 'lead')"
    )
    _run("UPDATE openings SET org = e.org, revision = e.revision FROM events e WHERE e.event_id = openings.event_id")
    _earlier_reviews()
    _last_reviews()


def _violations() -> None:
    """When each became a violation: the first one as the event has it, a later one with its own change of state."""
    alarmed = (
        "FROM event_changes c WHERE c.event_id = openings.event_id AND c.opening = openings.opening "
        "AND c.state = 'violation'"
    )
    _run(f"UPDATE openings SET violation_at = (SELECT MIN(c.last_seen) {alarmed}) WHERE violation_at IS NULL")
    _run(
        "UPDATE openings SET violation_at = COALESCE((SELECT e.violation_at FROM events e "
        "WHERE e.event_id = openings.event_id), violation_at) WHERE opening = 1"
    )


def _earlier_reviews() -> None:
    openings = sa.table(
        "openings",
        sa.column("stage"),
        sa.column("violation"),
        sa.column("violation_at", TIME),
        sa.column("deadline_at", TIME),
        sa.column("observing", sa.Boolean),
    )
    waits = sa.and_(openings.c.violation_at.is_not(None), sa.not_(openings.c.observing))
    op.execute(openings.update().where(waits).values(stage="waiting"))
    for violation, hours in (*DUE_H.items(), (None, DUE_DEFAULT_H)):
        kind = openings.c.violation == violation if violation else openings.c.violation.not_in(DUE_H)
        later = _later(openings.c.violation_at, hours)
        op.execute(openings.update().where(waits, kind).values(deadline_at=later))
    _run(
        "UPDATE openings SET stage = 'decided' WHERE EXISTS (SELECT 1 FROM decisions d WHERE "
        "d.event_id = openings.event_id AND d.opening = openings.opening AND d.undone_at IS NULL "
        "AND d.kind = 'first' AND d.verdict <> 'more_evidence')"
    )


def _last_reviews() -> None:
    """What the event's review said, said it of the last opening that alarmed."""
    newest = (
        "opening = (SELECT MAX(o.opening) FROM openings o WHERE o.event_id = openings.event_id AND o.stage IS NOT NULL)"
    )
    of_event = f"FROM events e WHERE e.event_id = openings.event_id AND openings.{newest}"
    _run(
        "UPDATE openings SET claimed_by = e.claimed_by, claimed_name = e.claimed_name, "
        f"claimed_until = e.claimed_until, deadline_at = e.deadline_at {of_event}"
    )
    # A check, and a wait for more, are no part of what was decided of other openings.
    _run(
        "UPDATE openings SET check_kind = e.check_kind, first_officer = e.first_officer, stage = e.stage "
        f"{of_event} AND e.stage IS NOT NULL"
    )


def _requests() -> None:
    op.create_table(
        "evidence_requests",
        sa.Column("request_id", ID, primary_key=True),
        sa.Column("opening_id", OPENING_ID, sa.ForeignKey("openings.opening_id"), nullable=False),
        sa.Column("event_id", ID, sa.ForeignKey("events.event_id"), nullable=False),
        sa.Column("opening", sa.Integer, nullable=False),
        sa.Column("reason", ID, nullable=False),
        sa.Column("note", sa.String, nullable=False),
        sa.Column("to_kind", KIND, nullable=False),
        sa.Column("to_key", NAME, nullable=False),
        sa.Column("to_name", NAME, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("asked_by", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("asked_name", NAME, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("state", KIND, nullable=False),
        sa.Column("closed_by", sa.Integer),
        sa.Column("closed_name", NAME),
        sa.Column("closed_at", TIME),
        sa.Column("answer", sa.String, nullable=False),
        sa.Column("attachment_ids", sa.JSON, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.UniqueConstraint("asked_by", "key"),
        sa.CheckConstraint("state IN ('open', 'answered', 'withdrawn', 'decided')", name="known_state"),
        sa.CheckConstraint("to_kind IN ('user', 'role', 'node')", name="known_to_kind"),
    )
    op.create_index(None, "evidence_requests", ["event_id"])
    op.create_index(None, "evidence_requests", ["opening_id", "state"])
    op.create_index(None, "evidence_requests", ["state", "due_at"])
    # What waits already was asked of nobody in particular: of those who go out, until the event was due.
    _run(
        """INSERT INTO evidence_requests (request_id, opening_id, event_id, opening, reason, note, to_kind, to_key,
        to_name, due_at, asked_by, asked_name, asked_at, state, answer, attachment_ids, key, request_sha256)
        SELECT d.decision_id, o.opening_id, d.event_id, d.opening, 'other', d.note, 'role', 'assistant', '协管员',
        COALESCE(o.deadline_at, d.decided_at), d.officer_id, d.officer_name, d.decided_at, 'open', '', '[]',
        d.key, d.request_sha256
        FROM decisions d JOIN openings o ON o.event_id = d.event_id AND o.opening = d.opening
        WHERE o.stage = 'more_evidence' AND d.decision_id = (SELECT MAX(x.decision_id) FROM decisions x
        WHERE x.event_id = d.event_id AND x.opening = d.opening AND x.verdict = 'more_evidence'
        AND x.kind <> 'suggestion' AND x.undone_at IS NULL AND x.decided_at = (SELECT MAX(y.decided_at)
        FROM decisions y WHERE y.event_id = d.event_id AND y.opening = d.opening AND y.verdict = 'more_evidence'
        AND y.kind <> 'suggestion' AND y.undone_at IS NULL))"""
    )


def _forget_on_events() -> None:
    for columns in GONE:
        op.drop_index(op.f(f"ix_events_{'_'.join(columns)}"), "events")
    for name in (*REVIEW, "decided_opening"):
        # Each by its own statement: SQLite would copy the table else, and may not drop one that others refer to.
        _run(f"ALTER TABLE events DROP COLUMN {name}")


def _later(moment: sa.ColumnElement[object], hours: int) -> sa.ColumnElement[object]:
    if op.get_bind().dialect.name == "postgresql":
        return moment + sa.text(f"interval '{hours} hours'")
    # The form in which SQLAlchemy keeps times in SQLite.
    return sa.func.strftime("%Y-%m-%d %H:%M:%f000", moment, f"+{hours} hours")


def _run(statement: str) -> None:
    op.get_bind().exec_driver_sql(statement)
