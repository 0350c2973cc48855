"""Notes and pictures that people add to events."""

from datetime import datetime

from sqlalchemy import Engine, select

from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row
from store.events.live_changes import tell
from store.review.records import Attachment, Note, Officer
from store.tables.events import EventRow
from store.tables.review import AttachmentRow, NoteRow


class NoteRepository:
    """Keeps notes; none is ever changed."""

    def __init__(self, engine: Engine, audit: AuditLog) -> None:
        self._engine = engine
        self._audit = audit

    def add(self, event_id: str, author: Officer, text: str, actor: Actor, now: datetime) -> Note:
        """Keeps a note on an event that is there."""
        row = NoteRow(event_id=event_id, author_id=author.user_id, author_name=author.name, written_at=now, text=text)
        with writing(self._engine) as session:
            session.add(row)
            session.flush()
            self._audit.write(session, actor, Deed("event.note", "event", event_id, after={"note_id": row.note_id}))
            return from_row(Note, row)

    def of_event(self, event_id: str) -> tuple[Note, ...]:
        """The notes of an event, oldest first."""
        query = select(NoteRow).where(NoteRow.event_id == event_id).order_by(NoteRow.note_id)
        with reading(self._engine) as session:
            return tuple(from_row(Note, row) for row in session.scalars(query))


class AttachmentRepository:
    """Keeps one row a picture; the picture itself is a file."""

    def __init__(self, engine: Engine, audit: AuditLog) -> None:
        self._engine = engine
        self._audit = audit

    def add(self, attachment: Attachment, actor: Actor) -> None:
        """Keeps a picture of an event that is there."""
        told = {"attachment_id": attachment.attachment_id, "kind": attachment.kind, "sha256": attachment.sha256}
        with writing(self._engine) as session:
            row = session.get_one(EventRow, attachment.event_id)
            session.add(AttachmentRow(**columns_of(attachment)))
            self._audit.write(session, actor, Deed("event.attach", "event", attachment.event_id, after=told))
            tell(session, "changed", row.event_id, row.camera_id)

    def get(self, attachment_id: str) -> Attachment | None:
        """One picture."""
        with reading(self._engine) as session:
            row = session.get(AttachmentRow, attachment_id)
            return from_row(Attachment, row) if row else None

    def of_event(self, event_id: str) -> tuple[Attachment, ...]:
        """The pictures of an event, oldest first."""
        query = select(AttachmentRow).where(AttachmentRow.event_id == event_id).order_by(AttachmentRow.added_at)
        with reading(self._engine) as session:
            return tuple(from_row(Attachment, row) for row in session.scalars(query))
