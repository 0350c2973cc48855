"""Cameras with versions, changes that wait for a second person, and the legal record."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.String(40)
NAME = sa.String(80)
DIGEST = sa.String(64)
KIND = sa.String(16)
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("cameras", sa.Column("version", sa.Integer, nullable=False, server_default="0"))
    _relaxations()
    _legal()


def _relaxations() -> None:
    op.create_table(
        "relaxations",
        sa.Column("request_id", ID, primary_key=True),
        sa.Column("camera_id", ID, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON),
        sa.Column("takes", sa.JSON, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("asked_by", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("asked_name", NAME, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("state", KIND, nullable=False),
        sa.Column("decided_by", sa.Integer, sa.ForeignKey("users.user_id")),
        sa.Column("decided_name", NAME),
        sa.Column("decided_at", TIME),
        sa.Column("note", sa.String, nullable=False),
        sa.CheckConstraint("kind IN ('scene', 'removal')", name="known_kind"),
        sa.CheckConstraint("state IN ('waiting', 'confirmed', 'rejected', 'withdrawn')", name="known_state"),
    )
    op.create_index(None, "relaxations", ["state", "asked_at"])
    op.create_index(None, "relaxations", ["camera_id", "state"])


def _legal() -> None:
    op.create_table(
        "legal_documents",
        sa.Column("document_id", ID, primary_key=True),
        sa.Column("camera_id", ID, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("media_type", ID, nullable=False),
        sa.Column("path", sa.String, nullable=False, unique=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", DIGEST, nullable=False),
        sa.Column("added_by", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("added_name", NAME, nullable=False),
        sa.Column("added_at", TIME, nullable=False),
    )
    op.create_index(None, "legal_documents", ["camera_id", "added_at"])
    op.create_table(
        "legal_entries",
        sa.Column("entry_id", ID, primary_key=True),
        sa.Column("camera_id", ID, nullable=False),
        sa.Column("legal", sa.JSON, nullable=False),
        sa.Column("document_id", ID, sa.ForeignKey("legal_documents.document_id"), nullable=False),
        sa.Column("entered_by", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("entered_name", NAME, nullable=False),
        sa.Column("entered_at", TIME, nullable=False),
    )
    op.create_index(None, "legal_entries", ["camera_id", "entered_at"])
