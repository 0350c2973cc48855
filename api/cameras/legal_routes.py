"""The legal record of cameras, and the documents on which it rests."""

import hashlib
from pathlib import PurePath
from uuid import uuid4

from fastapi import APIRouter, Depends, Response, UploadFile
from fastapi.responses import FileResponse

from api.cameras.desk import Desk
from api.cameras.schemas import CameraDetail, LegalDocumentPublic, LegalEntryPublic, LegalWrite
from api.http.access import Right, requires
from api.http.audit_trail import Trail
from api.http.bounds import takes_file
from api.http.documents import DocumentError, document_kind
from api.http.etags import MeantVersion
from api.http.problems import ProblemError, described, wrong_field
from api.http.services import refuse_query
from api.http.uploads import MAX_BYTES, read_upload
from core.messages import Message
from evidence.package.storage import write_atomic
from store.site.records import LegalDocument

_NAME_MAX = 120

router = APIRouter(
    prefix="/api/v1",
    tags=["cameras"],
    dependencies=[requires(Right.CAMERAS_VIEW), Depends(refuse_query)],
)

_ENTERS = [requires(Right.LEGAL_EDIT)]


@router.get("/cameras/{camera_id}/legal", responses=described(404, 422, 503))
def list_legal_entries(camera_id: str, desk: Desk) -> list[LegalEntryPublic]:
    """What was entered for a camera, the newest first: that is what holds."""
    desk.seen(camera_id)
    return [LegalEntryPublic.of(*one) for one in desk.store.legal.entries(camera_id, desk.who.orgs)]


@router.put("/cameras/{camera_id}/legal", dependencies=_ENTERS, responses=described(404, 412, 422, 428, 503))
def enter_legal(
    camera_id: str, asked: LegalWrite, version: MeantVersion, desk: Desk, response: Response
) -> CameraDetail:
    """Enters the legal record of a camera that is as it was read."""
    desk.seen(camera_id)
    kept = desk.store.legal.enter(camera_id, version, asked.legal(), asked.document_id, desk.person)
    return desk.detail(kept, response)


@router.post(
    "/cameras/{camera_id}/legal-documents",
    status_code=201,
    dependencies=[*_ENTERS, takes_file(MAX_BYTES)],
    responses=described(404, 413, 422, 503),
)
def add_legal_document(camera_id: str, file: UploadFile, desk: Desk) -> LegalDocumentPublic:
    """Adds a document: PDF, JPEG, PNG or WebP by its content; 20 MB at most."""
    camera = desk.seen(camera_id).camera
    content = read_upload(file, Message("api.send_smaller_file"))
    try:
        media_type, suffix = document_kind(content)
    except DocumentError as error:
        raise wrong_field("file", error.message) from error
    document_id = uuid4().hex
    document = LegalDocument(
        document_id=document_id,
        camera_id=camera_id,
        org=camera.org,
        name=_name(file.filename),
        media_type=media_type,
        path=f"{camera_id}/{document_id}{suffix}",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_by=desk.who.user_id,
        added_name=desk.who.full_name,
        added_at=desk.services.clock.utc(),
    )
    write_atomic(desk.services.legal_folder / document.path, content)
    desk.store.legal.add_document(document, desk.person)
    return LegalDocumentPublic.model_validate(document)


@router.get(
    "/legal-documents/{document_id}",
    response_class=FileResponse,
    responses={200: {"content": {"application/pdf": {}, "image/*": {}}}, **described(404, 422, 503)},
)
def get_legal_document(document_id: str, desk: Desk, trail: Trail) -> FileResponse:
    """One document. The ETag is its SHA-256 as it was added."""
    found = desk.of_seen_node(
        desk.store.legal.document(document_id), Message("api.document_unknown", document_id=document_id)
    )
    path = desk.services.legal_folder / found.path
    if not path.is_file():
        raise ProblemError(404, "api.document_file_gone", document_id=document_id)
    trail.viewed("camera", found.camera_id, "camera.legal_document.view", after={"document_id": document_id})
    headers = {"ETag": f'"{found.sha256}"', "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=found.media_type, headers=headers, filename=found.name)


def _name(given: str | None) -> str:
    """What people call the file; it names nothing on disk."""
    name = PurePath((given or "").replace("\\", "/")).name
    return "".join(sign for sign in name if sign.isprintable())[:_NAME_MAX] or "document"
