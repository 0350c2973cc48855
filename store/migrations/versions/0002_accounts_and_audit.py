"""Organisation tree, users, sessions, access tokens, failed sign-ins, the audit, sealed passwords of cameras."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.String(40)
DIGEST = sa.String(64)
ADDRESS = sa.String(64)
TIME = sa.DateTime(timezone=True)

ROLES = (
    "'officer', 'assistant', 'legal_reviewer', 'operations', 'ml_engineer', 'manager', 'supervision', "
    "'system_admin', 'security_admin', 'audit_admin'"
)
REFUSAL = "rows of the audit are never changed and never deleted"


def upgrade() -> None:
    _nodes()
    _users()
    _sign_in()
    _audit()
    op.create_table(
        "camera_secrets",
        sa.Column("camera_id", ID, primary_key=True),
        sa.Column("sealed", sa.String, nullable=False),
    )


def _nodes() -> None:
    op.create_table(
        "nodes",
        sa.Column("node_id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("nodes.node_id")),
        sa.Column("level", sa.String(16), nullable=False),
        sa.CheckConstraint("level IN ('county', 'street')", name="known_level"),
        sa.CheckConstraint("(level = 'county') = (parent_id IS NULL)", name="streets_below_counties"),
    )
    op.create_table(
        "camera_orgs",
        sa.Column("camera_id", ID, primary_key=True),
        sa.Column("org", sa.String),
    )
    op.create_index(None, "camera_orgs", ["org"])
    _fill_camera_orgs()


def _fill_camera_orgs() -> None:
    cameras = sa.table("cameras", sa.column("camera_id"), sa.column("camera", sa.JSON))
    camera_orgs = sa.table("camera_orgs", sa.column("camera_id"), sa.column("org"))
    connection = op.get_bind()
    for camera_id, camera in connection.execute(sa.select(cameras.c.camera_id, cameras.c.camera)).all():
        connection.execute(camera_orgs.insert().values(camera_id=camera_id, org=camera.get("org")))


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("full_name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(20)),
        sa.Column("node_id", sa.Integer, sa.ForeignKey("nodes.node_id")),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("badge_no", ID),
        sa.Column("badge_expires", sa.Date),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(f"role IN ({ROLES})", name="known_role"),
        sa.CheckConstraint("state IN ('pending', 'active', 'disabled')", name="known_state"),
        sa.CheckConstraint("state != 'active' OR role IS NOT NULL", name="active_with_a_role"),
    )


def _sign_in() -> None:
    op.create_table(
        "sessions",
        sa.Column("secret_hash", DIGEST, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("address", ADDRESS, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
    )
    op.create_index(None, "sessions", ["user_id"])
    op.create_index(None, "sessions", ["expires_at"])
    op.create_table(
        "tokens",
        sa.Column("token_id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.user_id"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("secret_hash", DIGEST, nullable=False, unique=True),
        sa.Column("rights", sa.JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
    )
    op.create_index(None, "tokens", ["user_id"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", DIGEST, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.Column("locked_until", TIME),
    )
    op.create_index(None, "sign_in_attempts", ["last_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("utc", TIME, nullable=False),
        sa.Column("actor_id", sa.Integer),
        sa.Column("actor_name", sa.String(120), nullable=False),
        sa.Column("actor_role", sa.String(20)),
        sa.Column("address", ADDRESS, nullable=False),
        sa.Column("action", ID, nullable=False),
        sa.Column("object_kind", ID, nullable=False),
        sa.Column("object_id", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(400)),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
        sa.Column("prev_hash", DIGEST, nullable=False),
        sa.Column("hash", DIGEST, nullable=False),
    )
    for searched in ("actor_id", "action", "object_id"):
        op.create_index(None, "audit", [searched, "seq"])
    if op.get_bind().dialect.name == "postgresql":
        _refuse_changes_postgresql()
    else:
        _refuse_changes_sqlite()


def _refuse_changes_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _refuse_changes_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()"
    )
