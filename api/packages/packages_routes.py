"""Sealed packages: what they hold, each file, and the whole as a .zip."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import MISSING_RIGHT, Right, Who, check_fresh, fresh, requires
from api.http.audit_trail import Trail, purpose_missing
from api.http.delivered_file import DeliveredFile, SendingOf
from api.http.problems import ProblemError, described
from api.http.services import ServicesOf, Stored, refuse_query
from api.packages.package_folder import PackageFolder
from api.packages.schemas import EvidenceKeyPublic, PackageFilePublic, PackagePublic
from core.principal import Principal
from core.rights import ORIGINALS_PURPOSE_KNOWN
from evidence.package.layout import chunks_of
from evidence.package.zipfiles import write_zip
from evidence.signing.keys import open_key_ring
from store.events.records import PackageRecord

router = APIRouter(
    prefix="/api/v1/packages",
    tags=["packages"],
    dependencies=[requires(Right.EVENTS_VIEW)],
    responses=described(404, 422, 500, 503),
)

NoQuery = Depends(refuse_query)
_REVIEW = "审核 review"


def _record(package_id: str, store: Stored, who: Who) -> PackageRecord:
    record = store.packages.get(package_id)
    # What belongs to another node is not there.
    if record is None or not store.scopes.sees_package(package_id, who.orgs):
        raise ProblemError(404, "api.package_unknown", package_id=package_id)
    return record


Record = Annotated[PackageRecord, Depends(_record)]


def _folder(record: Record, services: ServicesOf) -> PackageFolder:
    return PackageFolder(services.packages_folder, record)


Folder = Annotated[PackageFolder, Depends(_folder)]


keys_router = APIRouter(prefix="/api/v1/evidence-keys", tags=["packages"], dependencies=[requires(Right.EVENTS_VIEW)])


@keys_router.get("", dependencies=[NoQuery], responses=described(422, 500))
def list_evidence_keys(services: ServicesOf) -> list[EvidenceKeyPublic]:
    """The public keys of this installation, present and former: with them anybody checks what was sealed."""
    keys = open_key_ring(services.home).keys
    return [EvidenceKeyPublic(key_id=name, public_key=key.public_bytes_raw().hex()) for name, key in keys.items()]


@router.get("/{package_id}", dependencies=[NoQuery])
def get_package(record: Record) -> PackagePublic:
    """One package."""
    return PackagePublic.model_validate(record)


class FileQuery(BaseModel):
    """Why a file is looked at."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    purpose: str = Field(
        default="", max_length=200, description="why one looks at a file as received; officers review, and need not say"
    )


class ArchiveQuery(BaseModel):
    """Why a whole package, originals and all, leaves the house."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    purpose: str = Field(min_length=1, max_length=200, description="what it is for; it goes into the audit")


@router.get("/{package_id}/files", dependencies=[NoQuery])
def list_package_files(folder: Folder) -> list[PackageFilePublic]:
    """The files of a package: its manifest and envelope, and all that the manifest lists."""
    return list(folder.files())


@router.get(
    "/{package_id}/files/{path:path}",
    dependencies=[requires(Right.EVIDENCE_VIEW)],
    response_class=FileResponse,
    responses={200: {"content": {"*/*": {}}}, 206: {"description": "a part"}, 304: {"description": "not modified"}},
)
def get_package_file(
    path: str,
    folder: Folder,
    record: Record,
    sending: SendingOf,
    trail: Trail,
    query: Annotated[FileQuery, Query()],
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """One file of a package, or a range of it. The ETag is its SHA-256 as sealed. Viewing is audited.

    What is as received, without privacy masks, takes the right evidence.originals and a purpose.
    """
    found = folder.find(path)
    if found is None:
        raise ProblemError(404, "api.package_holds_no_file", path=path)
    place, listed = found
    if listed.masked:
        trail.viewed("package", record.package_id)
    else:
        trail.viewed("package", record.package_id, "evidence.originals", purpose=_purpose(sending.who, query.purpose))
    headers = {
        "ETag": f'"{listed.digests["sha256"]}"',
        # What is as received stays in no cache: who may not look any more finds nothing there.
        "Cache-Control": "private, no-cache" if listed.masked else "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    # Whoever was never sent it cannot have it, whatever the browser says.
    if headers["ETag"] in if_none_match and sending.renew(record.package_id, path):
        return Response(status_code=304, headers=headers)
    return DeliveredFile(
        place,
        listed.size,
        partial(sending.note, record.package_id, path),
        media_type=listed.media_type,
        headers=headers,
        filename=place.name,
        content_disposition_type="inline",
    )


@router.get(
    "/{package_id}/archive",
    dependencies=[requires(Right.EVIDENCE_EXPORT, Right.EVIDENCE_ORIGINALS), fresh()],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
def get_package_archive(
    folder: Folder,
    record: Record,
    sending: SendingOf,
    trail: Trail,
    query: Annotated[ArchiveQuery, Query()],
) -> StreamingResponse:
    """The whole package as a .zip, which `jiejing verify` checks as it is; one that was changed stays here. The audit
    has each download."""
    folder.check()
    name = f"{folder.path.name}.zip"
    with TemporaryDirectory(prefix="jiejing-zip-") as draft:
        archive = Path(draft, name)
        write_zip(folder.path, archive)
        size = archive.stat().st_size
        # Still readable once its folder is gone, and gone itself however the download ends.
        file = archive.open("rb")
    trail.note("evidence.export", "package", record.package_id, purpose=query.purpose)
    sending.note(record.package_id)
    headers = {"Content-Length": str(size), "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_sent(file), media_type="application/zip", headers=headers)


def _purpose(who: Principal, given: str) -> str:
    """Why this one looks at what is as received.

    Raises:
        HTTPException: 403, that takes a right, or a fresh code.
        RequestValidationError: the purpose is missing.
    """
    if not who.has(Right.EVIDENCE_ORIGINALS):
        raise ProblemError(403, "api.original_needs_right", kind=MISSING_RIGHT, right=Right.EVIDENCE_ORIGINALS)
    check_fresh(who)
    if given:
        return given
    if who.role not in ORIGINALS_PURPOSE_KNOWN:
        raise purpose_missing()
    return _REVIEW


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from chunks_of(file)
