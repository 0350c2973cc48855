"""The table of the audit. Its triggers, which refuse every change, are in the migration."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.base.declarative import Base, Digest


class AuditRow(Base):
    """Who did what to what, when, from where, and why. Each row names the hash of the one before."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "actor_id", "seq"), Index(None, "action", "seq"), Index(None, "object_id", "seq"))

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    utc: Mapped[datetime]
    # No foreign keys: the audit stands by itself.
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    actor_role: Mapped[str | None] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str | None] = mapped_column(String(400))
    before: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    prev_hash: Mapped[str] = mapped_column(Digest)
    hash: Mapped[str] = mapped_column(Digest)
