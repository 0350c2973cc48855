"""Tables of the organisation tree, users, sessions, access tokens and failed attempts to sign in."""

from datetime import date, datetime
from typing import Literal, get_args

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.rights import Role
from store.tables import Base, Digest, Id, one_of

Level = Literal["county", "street"]
UserState = Literal["pending", "active", "disabled"]


class NodeRow(Base):
    """A node of the organisation tree. Cameras name it in `org`."""

    __tablename__ = "nodes"
    __table_args__ = (
        one_of("level", get_args(Level)),
        CheckConstraint("(level = 'county') = (parent_id IS NULL)", name="streets_below_counties"),
    )

    node_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.node_id"))
    level: Mapped[str] = mapped_column(String(16))


class CameraOrgRow(Base):
    """The node that a camera hangs on, or last hung on before it was removed: its events are still seen there."""

    __tablename__ = "camera_orgs"
    __table_args__ = (Index(None, "org"),)

    camera_id: Mapped[str] = mapped_column(Id, primary_key=True)
    org: Mapped[str | None]


class UserRow(Base):
    """An account. Never deleted: the audit names it."""

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        one_of("state", get_args(UserState)),
        CheckConstraint("state != 'active' OR role IS NOT NULL", name="active_with_a_role"),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    full_name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str | None] = mapped_column(String(20))
    node_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.node_id"))
    state: Mapped[str] = mapped_column(String(16))
    badge_no: Mapped[str | None] = mapped_column(String(40))
    badge_expires: Mapped[date | None]
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool]
    created_at: Mapped[datetime]
    version: Mapped[int]


class SessionRow(Base):
    """Somebody who is signed in. Holds a hash of the session's secret, never the secret."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    secret_hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    address: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class TokenRow(Base):
    """An access token of a machine. Holds a hash of the secret; revoked, not deleted."""

    __tablename__ = "tokens"
    __table_args__ = (Index(None, "user_id"),)

    token_id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    name: Mapped[str] = mapped_column(String(80))
    secret_hash: Mapped[str] = mapped_column(Digest, unique=True)
    rights: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DeviceRow(Base):
    """A browser from which a user signed in before. Holds a hash of the secret in its cookie."""

    __tablename__ = "devices"
    __table_args__ = (Index(None, "user_id"), Index(None, "last_at"))

    secret_hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    last_at: Mapped[datetime]


class AttemptRow(Base):
    """Failures to sign in in a row, of one kind of attempt. `key` is a hash: names are anything."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "last_at"),)

    key: Mapped[str] = mapped_column(Digest, primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
