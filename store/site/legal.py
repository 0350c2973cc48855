"""The legal record of cameras: entered by the legal reviewer alone, each time with the document that it rests on."""

from uuid import uuid4

from sqlalchemy import Engine, select

from core.clock import Clock
from core.errors import InputError
from core.site import Legal
from store.accounts.scope import Orgs, seen_from
from store.audit.log import AuditLog
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row
from store.base.vault import Vault
from store.site.records import KeptCamera, LegalDocument, LegalEntry
from store.site.sites import count_change
from store.site.writing import CameraWriter, Person, plain
from store.tables.cameras import LegalDocumentRow, LegalEntryRow


class LegalRepository:
    """Keeps what was entered; nothing of it is ever changed."""

    def __init__(self, engine: Engine, vault: Vault, audit: AuditLog, clock: Clock) -> None:
        self._engine = engine
        self._vault = vault
        self._audit = audit
        self._clock = clock

    def add_document(self, document: LegalDocument, who: Person) -> None:
        """Keeps the row of a document; the document itself is a file."""
        told = {"document_id": document.document_id, "name": document.name, "sha256": document.sha256}
        with writing(self._engine) as session:
            session.add(LegalDocumentRow(**columns_of(document)))
            writer = CameraWriter(session, self._vault, self._audit, who)
            writer.tell("camera.legal_document", document.camera_id, None, told)

    def document(self, document_id: str) -> LegalDocument | None:
        """One document."""
        with reading(self._engine) as session:
            row = session.get(LegalDocumentRow, document_id)
            return from_row(LegalDocument, row) if row else None

    def entries(self, camera_id: str, orgs: Orgs) -> tuple[tuple[LegalEntry, LegalDocument], ...]:
        """What was entered for a camera while it hung on nodes of these names (None = any), the newest first."""
        query = (
            select(LegalEntryRow, LegalDocumentRow)
            .join(LegalDocumentRow, LegalDocumentRow.document_id == LegalEntryRow.document_id)
            .where(LegalEntryRow.camera_id == camera_id, *seen_from(LegalEntryRow.org, orgs))
            .order_by(LegalEntryRow.entered_at.desc(), LegalEntryRow.entry_id)
        )
        with reading(self._engine) as session:
            return tuple(
                (from_row(LegalEntry, entry), from_row(LegalDocument, document))
                for entry, document in session.execute(query)
            )

    def enter(self, camera_id: str, version: int, legal: Legal, document_id: str, who: Person) -> KeptCamera:
        """Enters the legal record of a camera as it was read.

        Raises:
            StaleError: the camera was changed meanwhile.
            InputError: there is no such camera, or no such document of it.
        """
        with writing(self._engine) as session:
            revision = count_change(session)
            writer = CameraWriter(session, self._vault, self._audit, who)
            before = writer.as_read(camera_id, version).camera
            document = session.get(LegalDocumentRow, document_id)
            if document is None or (document.camera_id, document.org) != (camera_id, before.org):
                raise InputError("store.no_such_document", field="document_id")
            told = {"document_id": document_id, "sha256": document.sha256}
            entry = LegalEntry(
                uuid4().hex, camera_id, before.org, legal, document_id, who.user_id, who.full_name, self._clock.utc()
            )
            session.add(LegalEntryRow(**columns_of(entry)))
            writer.tell("camera.legal", camera_id, plain(before.legal), plain(legal) | told)
            return writer.put(before.model_copy(update={"legal": legal}), revision)
