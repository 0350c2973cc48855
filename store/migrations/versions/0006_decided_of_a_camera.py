"""Index of the queue: what is decided, or waits, of a camera."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index(None, "events", ["camera_id", "stage", "first_seen", "event_id"])
