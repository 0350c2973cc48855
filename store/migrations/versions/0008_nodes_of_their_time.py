"""Events, misses, the legal record and changes that wait keep the node of their time; events and misses also the
privacy masks. What is there already gets those of the present: nobody knows others."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_OF_A_NODE = ("events", "misses", "legal_documents", "legal_entries", "relaxations")
_OF_A_PICTURE = ("events", "misses")


def upgrade() -> None:
    for table in _OF_A_NODE:
        op.add_column(table, sa.Column("org", sa.String))
        op.execute(
            f"UPDATE {table} SET org = "  # noqa: S608 - names from above
            f"(SELECT org FROM camera_orgs WHERE camera_orgs.camera_id = {table}.camera_id)"
        )
    op.create_index(None, "events", ["org", "first_seen", "event_id"])
    op.create_index(None, "events", ["org", "stage", "first_seen", "event_id"])
    op.add_column("relaxations", sa.Column("sealed", sa.String))
    for table in _OF_A_PICTURE:
        op.add_column(table, sa.Column("masks", sa.JSON))
    _fill_masks()


def _fill_masks() -> None:
    cameras = sa.table("cameras", sa.column("camera_id"), sa.column("camera", sa.JSON))
    connection = op.get_bind()
    for camera_id, camera in connection.execute(sa.select(cameras.c.camera_id, cameras.c.camera)).all():
        for name in _OF_A_PICTURE:
            table = sa.table(name, sa.column("camera_id"), sa.column("masks", sa.JSON))
            masks = camera.get("privacy_masks") or []
            connection.execute(table.update().where(table.c.camera_id == camera_id).values(masks=masks))
