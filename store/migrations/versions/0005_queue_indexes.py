"""Indexes of the queue: whose check waits, what a record is worth, what only observes."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for column in ("first_officer", "standing", "observing"):
        op.create_index(None, "events", [column, "first_seen", "event_id"])
