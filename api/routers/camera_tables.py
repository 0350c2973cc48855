"""Many cameras at once: as a table, or as a site file."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import Field

from api.access import Right, requires
from api.camera_desk import Desk
from api.camera_import import ImportPublic, read_import
from api.camera_schemas import Reason
from api.dependencies import Sites, refuse_query
from api.problems import described
from api.schemas import Asked
from api.spreadsheet import CSV, XLSX, as_csv, as_xlsx
from api.trail import Trail
from api.uploads import read_upload
from store import site_file
from store.camera_files import FileKind
from store.camera_secrets import without_passwords
from store.camera_table import table_of

_FAULTS_TOLD = 100
YAML = "application/yaml; charset=utf-8"

router = APIRouter(
    prefix="/api/v1",
    tags=["cameras"],
    dependencies=[requires(Right.CAMERAS_VIEW, Right.CAMERAS_EDIT)],
)


class ExportQuery(Asked):
    """As what."""

    format: Literal["csv", "xlsx", "yaml"] = Field(
        default="xlsx", description="csv, xlsx: a row a camera, without zones; yaml: the site file"
    )


@router.post("/camera-imports", dependencies=[Depends(refuse_query)], responses=described(409, 413, 422, 503))
def import_cameras(
    file: UploadFile,
    desk: Desk,
    sites: Sites,
    trail: Trail,
    *,
    kind: Annotated[FileKind, Form(description="of the file")],
    dry_run: Annotated[bool, Form(description="only look")] = True,
    reason: Annotated[Reason, Form(description="for the second person, where one is needed")] = "",
) -> ImportPublic:
    """Adds or changes the cameras of a file, wholly or not at all; none is removed. CSV and XLSX hold a row a camera
    and leave its zones as they are; YAML is a site file."""
    content = read_upload(file, "file", "split it")
    found = read_import(content, kind, sites.load(), desk)
    if dry_run:
        return ImportPublic(applied=False, rows=found.rows, faults=found.faults)
    if found.faults:
        raise RequestValidationError(
            [
                {"loc": ("body", "rows", one.row, one.field), "type": "value_error", "msg": one.cause}
                for one in found.faults[:_FAULTS_TOLD]
            ]
        )
    trail.note("camera.import", "site", "site", after={"kind": kind, "cameras": len(found.rows)})
    desk.changes.put_all(found.cameras, desk.person, reason, found.site)
    return ImportPublic(applied=True, rows=found.rows, faults=())


@router.get(
    "/camera-exports",
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {}, XLSX: {}, "application/yaml": {}}},
        **described(422, 503),
    },
)
def export_cameras(query: Annotated[ExportQuery, Query()], desk: Desk, sites: Sites, trail: Trail) -> Response:
    """The cameras that are seen from one's node, as import takes them; *** stands for their passwords."""
    trail.note("camera.export", "site", "site", after={"format": query.format})
    site = sites.load()
    cameras = [without_passwords(one) for one in (site.cameras if site else ()) if desk.who.sees(one)]
    if query.format == "yaml":
        content = site_file.dump(site.model_copy(update={"cameras": tuple(cameras)})).encode() if site else b""
        return _file(content, YAML, "yaml")
    table = table_of(cameras)
    if query.format == "csv":
        return _file(as_csv(table), CSV, "csv")
    return _file(as_xlsx([("摄像机", table)]), XLSX, "xlsx")


def _file(content: bytes, media_type: str, suffix: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="cameras.{suffix}"'}
    return Response(content, media_type=media_type, headers=headers)
