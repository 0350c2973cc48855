"""Events: every model that saw the thing over its dwell."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for table in ("events", "event_changes"):
        op.add_column(table, sa.Column("models", sa.JSON, nullable=False, server_default="[]"))
