"""Acts on the accounts of administrators that wait for another administrator."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("users", sa.Column("handed_by", sa.Integer))
    op.create_table(
        "account_acts",
        sa.Column("act_id", sa.String(40), primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("asked_by", sa.Integer, sa.ForeignKey("users.user_id")),
        sa.Column("asked_name", sa.String(120), nullable=False),
        sa.Column("asked_from", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.Integer, sa.ForeignKey("users.user_id")),
        sa.Column("decided_name", sa.String(120)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("note", sa.String, nullable=False),
        sa.CheckConstraint("kind IN ('change', 'reset', 'second_factor', 'unlock')", name="known_kind"),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'rejected', 'withdrawn')", name="known_state"),
    )
    op.create_index(None, "account_acts", ["state", "asked_at"])
    op.create_index(None, "account_acts", ["user_id", "state"])
