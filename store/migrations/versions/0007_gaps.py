"""Events: where the bridged part of a dwell lay."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table in ("events", "event_changes"):
        op.add_column(table, sa.Column("gaps", sa.JSON))
