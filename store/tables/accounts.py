"""Tables of the organisation tree, users, sessions, access tokens and failed attempts to sign in."""

import hashlib
from datetime import date, datetime
from typing import Any, Literal, get_args

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.rights import Role
from store.base.declarative import Base, Digest, Id, one_of
from store.base.types import MessageText

Level = Literal["county", "street"]
UserState = Literal["pending", "active", "disabled"]
ActKind = Literal["change", "reset", "second_factor", "unlock"]
ActState = Literal["waiting", "confirmed", "rejected", "withdrawn"]


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
    # When and from where the password that was handed over was used first.
    first_used_at: Mapped[datetime | None]
    first_used_from: Mapped[str | None] = mapped_column(String(64))
    # Who made the one-time password that was handed over last.
    handed_by: Mapped[int | None]
    version: Mapped[int]


class AccountActRow(Base):
    """An act on an administrator's account that waits, or waited, for another administrator."""

    __tablename__ = "account_acts"
    __table_args__ = (
        Index(None, "state", "asked_at"),
        Index(None, "user_id", "state"),
        one_of("kind", get_args(ActKind)),
        one_of("state", get_args(ActState)),
    )

    act_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    kind: Mapped[str] = mapped_column(String(16))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Of the one-time password, while it waits.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    version: Mapped[int]
    # None = the command line.
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    asked_name: Mapped[str] = mapped_column(String(120))
    asked_from: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    decided_name: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    # Of a person; or ours, where nobody else was there to decide.
    note: Mapped[str] = mapped_column(MessageText)


class SessionRow(Base):
    """Somebody who is signed in. Holds a hash of the session's secret, never the secret."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    secret_hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    address: Mapped[str] = mapped_column(String(64))
    # What the browser calls itself.
    agent: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    # When a code of the second factor was given last in it.
    verified_at: Mapped[datetime | None]


class SecondFactorRow(Base):
    """The second factor of an account: the secret of its TOTP, sealed."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), primary_key=True)
    # The one that holds; None while the first one is being set up.
    sealed: Mapped[str | None]
    # The one that is being set up, until a code of it was given.
    coming: Mapped[str | None]
    # The time step of the last code that was taken: none of it or of one before is taken again.
    last_step: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[datetime | None]


class RecoveryCodeRow(Base):
    """A code in place of one of the second factor, once. Holds a hash of it."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(Digest, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.user_id"), index=True)


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


def secret_hash(secret: str) -> str:
    """What is kept of a secret of 256 random bits: SHA-256 in hex. A slow hash would protect nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()
