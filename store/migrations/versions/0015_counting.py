"""Indexes by which a node's events are sorted, and what waits and what there is are counted."""

from alembic import op

revision = "0015"
down_revision = "0014"

ORDER = ("began_at", "opening_id")
INDEXES = {
    "openings": (
        ("org", "dwell_s", "opening_id"),
        ("org", "deadline_at", "opening_id"),
        ("org", "violation", *ORDER),
    ),
    "packages": (("event_id", "opening"), ("sealed_at",)),
    "events": (("violation", "state"),),
}


def upgrade() -> None:
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(None, table, list(columns))
