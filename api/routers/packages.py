"""Sealed packages: what they hold, each file, and the whole as a .zip."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Header, HTTPException, Response
from fastapi.responses import FileResponse, StreamingResponse

from api.access import Right, Who, requires
from api.dependencies import Packages, Scopes, ServicesOf, refuse_query
from api.package_folder import PackageFolder
from api.problems import described
from api.schemas import PackageFilePublic, PackagePublic
from api.trail import Trail
from evidence.package import chunks_of
from evidence.zipfiles import write_zip
from store.records import PackageRecord

router = APIRouter(
    prefix="/api/v1/packages",
    tags=["packages"],
    dependencies=[requires(Right.EVENTS_VIEW), Depends(refuse_query)],
    responses=described(404, 422, 500, 503),
)


def _record(package_id: str, packages: Packages, scopes: Scopes, who: Who) -> PackageRecord:
    record = packages.get(package_id)
    # What belongs to another node is not there.
    if record is None or not scopes.sees_package(package_id, who.orgs):
        raise HTTPException(404, f"there is no package {package_id}")
    return record


Record = Annotated[PackageRecord, Depends(_record)]


def _folder(record: Record, services: ServicesOf) -> PackageFolder:
    return PackageFolder(services.packages_folder, record)


Folder = Annotated[PackageFolder, Depends(_folder)]


@router.get("/{package_id}")
def get_package(record: Record) -> PackagePublic:
    """One package."""
    return PackagePublic.model_validate(record)


@router.get("/{package_id}/files")
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
    path: str, folder: Folder, record: Record, trail: Trail, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """One file of a package, or a range of it. The ETag is its SHA-256 as sealed. Viewing is audited."""
    found = folder.find(path)
    if found is None:
        raise HTTPException(404, f"the package holds no file {path}")
    place, listed = found
    trail.viewed("package", record.package_id)
    headers = {
        "ETag": f'"{listed.digests["sha256"]}"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return FileResponse(
        place, media_type=listed.media_type, headers=headers, filename=place.name, content_disposition_type="inline"
    )


@router.get(
    "/{package_id}/archive",
    dependencies=[requires(Right.EVIDENCE_EXPORT)],
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
def get_package_archive(folder: Folder, record: Record, trail: Trail) -> StreamingResponse:
    """The whole package as a .zip, which `jiejing verify` checks as it is. The audit has each download."""
    name = f"{folder.path.name}.zip"
    with TemporaryDirectory(prefix="jiejing-zip-") as draft:
        archive = Path(draft, name)
        write_zip(folder.path, archive)
        size = archive.stat().st_size
        # Still readable once its folder is gone, and gone itself however the download ends.
        file = archive.open("rb")
    trail.note("evidence.export", "package", record.package_id)
    headers = {"Content-Length": str(size), "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_sent(file), media_type="application/zip", headers=headers)


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from chunks_of(file)
