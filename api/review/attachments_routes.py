"""Pictures that people add to events: from the spot, or of a re-check by hand (复查)."""

import hashlib
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, UploadFile
from fastapi.responses import FileResponse

from api.http.access import Right, requires
from api.http.audit_trail import Trail
from api.http.bounds import takes_file
from api.http.pictures import PictureError, kind_of
from api.http.problems import ProblemError, described, wrong_field
from api.http.services import refuse_query
from api.http.uploads import MAX_BYTES, read_upload
from api.review.decision_schemas import AttachmentPublic
from api.review.desk import Desk, SeenEventId
from api.review.requests import NOTE_MAX
from core.errors import ConflictError
from core.messages import Message
from core.policy.review import AttachmentKind
from evidence.package.storage import write_atomic
from store.review.records import Attachment

MOST_OF_EVENT = 60
MOST_BYTES_OF_EVENT = 300 * 1024 * 1024

router = APIRouter(
    prefix="/api/v1",
    tags=["review"],
    dependencies=[requires(Right.EVENTS_VIEW), Depends(refuse_query)],
)


@router.get("/events/{event_id}/attachments", responses=described(404, 422, 503))
def list_attachments(event_id: SeenEventId, desk: Desk) -> list[AttachmentPublic]:
    """The pictures that were added to an event, oldest first."""
    return [AttachmentPublic.model_validate(one) for one in desk.store.attachments.of_event(event_id)]


@router.post(
    "/events/{event_id}/attachments",
    status_code=201,
    dependencies=[requires(Right.EVENTS_ATTEND), takes_file(MAX_BYTES)],
    responses=described(404, 409, 413, 422, 503),
)
def add_attachment(
    event_id: SeenEventId,
    file: UploadFile,
    desk: Desk,
    kind: Annotated[AttachmentKind, Form(description="photo from the spot, or recheck by hand (复查)")] = "photo",
    note: Annotated[str, Form(max_length=NOTE_MAX, pattern=r"^[^\x00]*$")] = "",
) -> AttachmentPublic:
    """Adds a picture: JPEG, PNG or WebP by its content, whatever it is called; 20 MB at most."""
    kept = desk.store.attachments.of_event(event_id)
    if len(kept) >= MOST_OF_EVENT or sum(one.size for one in kept) >= MOST_BYTES_OF_EVENT:
        raise ConflictError("api.event_pictures_full", count=len(kept))
    content = read_upload(file, Message("api.take_smaller_picture"))
    try:
        picture = kind_of(content)
    except PictureError as error:
        raise wrong_field("file", error.message) from error
    attachment_id = uuid4().hex
    # Nothing of the name that was sent: it comes from outside.
    attachment = Attachment(
        attachment_id=attachment_id,
        event_id=event_id,
        kind=kind,
        media_type=picture.media_type,
        path=f"{event_id}/{attachment_id}{picture.suffix}",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        size_wh=picture.size_wh,
        note=note.strip(),
        author_id=desk.who.user_id,
        author_name=desk.who.full_name,
        added_at=desk.now,
    )
    write_atomic(desk.services.attachments_folder / attachment.path, content)
    desk.store.attachments.add(attachment, desk.actor)
    return AttachmentPublic.model_validate(attachment)


@router.get(
    "/attachments/{attachment_id}",
    dependencies=[requires(Right.EVIDENCE_VIEW)],
    response_class=FileResponse,
    responses={200: {"content": {"image/*": {}}}, **described(404, 422, 503)},
)
def get_attachment(attachment_id: str, desk: Desk, trail: Trail) -> FileResponse:
    """One picture. The ETag is its SHA-256 as it was added."""
    found = desk.store.attachments.get(attachment_id)
    if found is None or not desk.store.scopes.sees_event(found.event_id, desk.who.orgs):
        raise ProblemError(404, "api.attachment_unknown", attachment_id=attachment_id)
    path = desk.services.attachments_folder / found.path
    if not path.is_file():
        raise ProblemError(404, "api.attachment_file_gone", attachment_id=attachment_id)
    trail.viewed("event", found.event_id, after={"attachments": True})
    headers = {
        "ETag": f'"{found.sha256}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    name = Path(found.path).name
    return FileResponse(
        path, media_type=found.media_type, headers=headers, filename=name, content_disposition_type="inline"
    )
