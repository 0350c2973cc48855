"""Second factors, recovery codes, what a session is known by, and where a password that was handed over was used."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.user_id"), primary_key=True),
        sa.Column("sealed", sa.String),
        sa.Column("coming", sa.String),
        sa.Column("last_step", sa.BigInteger),
        sa.Column("since", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
    )
    op.create_index(None, "recovery_codes", ["user_id"])
    op.add_column("sessions", sa.Column("agent", sa.String(200), nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("verified_at", sa.DateTime(timezone=True)))
    op.add_column("users", sa.Column("first_used_at", sa.DateTime(timezone=True)))
    op.add_column("users", sa.Column("first_used_from", sa.String(64)))
