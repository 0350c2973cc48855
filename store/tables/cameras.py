"""The tables of what people do to cameras: changes that wait for a second person, and the legal record."""

from datetime import datetime
from typing import get_args

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.policy.relaxations import Relaxation, RequestKind, RequestState, Scene
from core.site import Legal
from store.base.declarative import Base, Digest, Id, Name, one_of
from store.base.types import AsJson


class RelaxationRow(Base):
    """A change that waits, or waited, for a second person."""

    __tablename__ = "relaxations"
    __table_args__ = (
        Index(None, "state", "asked_at"),
        Index(None, "camera_id", "state"),
        one_of("kind", get_args(RequestKind)),
        one_of("state", get_args(RequestState)),
    )

    request_id: Mapped[str] = mapped_column(Id, primary_key=True)
    # No foreign key: what was asked stays when the camera is gone.
    camera_id: Mapped[str] = mapped_column(Id)
    org: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(16))
    before: Mapped[Scene] = mapped_column(AsJson(Scene))
    after: Mapped[Scene | None] = mapped_column(AsJson(Scene))
    # The stream addresses that are asked for, passwords included, sealed; None = they stay.
    sealed: Mapped[str | None]
    takes: Mapped[tuple[Relaxation, ...]] = mapped_column(AsJson(tuple[Relaxation, ...]))
    reason: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    asked_name: Mapped[str] = mapped_column(Name)
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.user_id"))
    decided_name: Mapped[str | None] = mapped_column(Name)
    decided_at: Mapped[datetime | None]
    note: Mapped[str]


class LegalDocumentRow(Base):
    """A document of the legal reviewer. `path` is relative to the folder of legal documents."""

    __tablename__ = "legal_documents"
    __table_args__ = (Index(None, "camera_id", "added_at"),)

    document_id: Mapped[str] = mapped_column(Id, primary_key=True)
    camera_id: Mapped[str] = mapped_column(Id)
    org: Mapped[str | None]
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(Digest)
    added_by: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    added_name: Mapped[str] = mapped_column(Name)
    added_at: Mapped[datetime]


class LegalEntryRow(Base):
    """A camera's legal record as it was entered once; the newest is the one that holds. Rows are never changed."""

    __tablename__ = "legal_entries"
    __table_args__ = (Index(None, "camera_id", "entered_at"),)

    entry_id: Mapped[str] = mapped_column(Id, primary_key=True)
    camera_id: Mapped[str] = mapped_column(Id)
    org: Mapped[str | None]
    legal: Mapped[Legal] = mapped_column(AsJson(Legal))
    document_id: Mapped[str] = mapped_column(ForeignKey("legal_documents.document_id"))
    entered_by: Mapped[int] = mapped_column(ForeignKey("users.user_id"))
    entered_name: Mapped[str] = mapped_column(Name)
    entered_at: Mapped[datetime]
