"""Many cameras at once: as a table, or as a site file."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Query, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from pydantic import Field, TypeAdapter, ValidationError

from api.cameras.desk import Desk
from api.cameras.schemas import Reason
from api.cameras.sheet_import import ImportPublic, read_import
from api.cameras.sheet_template import EXPLAINED
from api.http.access import Right, fresh, requires
from api.http.audit_trail import AuditTrail, Trail
from api.http.bounds import takes_file
from api.http.fields import Asked
from api.http.problems import described
from api.http.services import refuse_query
from api.http.spreadsheet import CSV, XLSX, Table, as_csv, as_xlsx
from api.http.uploads import MAX_BYTES, read_upload
from core.messages import Message
from store.files import site_file
from store.files.camera_files import FileKind
from store.files.camera_sheet import EXAMPLE, table_of
from store.files.headings import COLUMNS, Choices, ReadColumn, to_remember
from store.files.known_columns import KnownColumns, chosen_of
from store.site.secrets import without_passwords

_FAULTS_TOLD = 100
_CHOICE = TypeAdapter(dict[str, str])
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


class TemplateQuery(Asked):
    """As what."""

    format: Literal["csv", "xlsx"] = "xlsx"


@dataclass(frozen=True)
class ImportForm:
    """What is sent beside the file."""

    kind: Annotated[FileKind, Form(description="of the file; xlsx: any workbook")]
    dry_run: Annotated[bool, Form(description="only look")] = True
    reason: Annotated[Reason, Form(description="for the second person, where one is needed")] = ""
    columns: Annotated[
        str,
        Form(
            max_length=20_000,
            description='what columns are, as JSON: {"设备位置": "address", "厂家": ""}; for this table, and, where '
            "the product itself does not know the title, remembered for one's node",
        ),
    ] = "{}"


@router.post(
    "/camera-imports",
    dependencies=[Depends(refuse_query), takes_file(MAX_BYTES)],
    responses=described(409, 413, 422, 503),
)
def import_cameras(file: UploadFile, asked: Annotated[ImportForm, Depends()], desk: Desk, trail: Trail) -> ImportPublic:
    """Adds or changes the cameras of a file, wholly or not at all; none is removed. CSV and XLSX hold a row a camera
    and leave its zones as they are; YAML is a site file."""
    content = read_upload(file, Message("api.split_file"))
    known, node = KnownColumns(desk.services.home), desk.node
    choices = Choices(_chosen(asked.columns), known.of(node))
    found = read_import(content, asked.kind, desk.store.sites.load(), desk, choices)
    if asked.dry_run:
        return found.public(applied=False)
    if found.faults:
        raise RequestValidationError(
            [
                {"loc": ("body", "rows", one.row, one.field), "type": "value_error", "msg": one.cause}
                for one in found.faults[:_FAULTS_TOLD]
            ]
        )
    trail.note("camera.import", "site", "site", after={"kind": asked.kind, "cameras": len(found.rows)})
    desk.store.camera_changes.put_all(found.cameras, desk.person, asked.reason, found.site)
    _remember(known, node, found.columns, trail)
    return found.public(applied=True)


@router.get(
    "/camera-templates",
    response_class=Response,
    responses={200: {"content": {CSV: {}, XLSX: {}}}, **described(422)},
)
def get_camera_template(query: Annotated[TemplateQuery, Query()]) -> Response:
    """A table with the headings that import knows, and an example that import passes over; as a workbook with a second
    sheet that explains them."""
    table: Table = [*table_of(()), [EXAMPLE[column.name] for column in COLUMNS]]
    if query.format == "csv":
        return _file(as_csv(table), CSV, "csv")
    return _file(as_xlsx([("摄像机", table), ("说明", EXPLAINED)]), XLSX, "xlsx")


@router.get(
    "/camera-exports",
    dependencies=[fresh()],
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {}, XLSX: {}, "application/yaml": {}}},
        **described(422, 503),
    },
)
def export_cameras(query: Annotated[ExportQuery, Query()], desk: Desk, trail: Trail) -> Response:
    """The cameras that are seen from one's node, as import takes them; *** stands for their passwords."""
    trail.note("camera.export", "site", "site", after={"format": query.format})
    site = desk.store.sites.load()
    cameras = [without_passwords(one) for one in (site.cameras if site else ()) if desk.who.sees(one)]
    if query.format == "yaml":
        content = site_file.dump(site.model_copy(update={"cameras": tuple(cameras)})).encode() if site else b""
        return _file(content, YAML, "yaml")
    table = table_of(cameras)
    if query.format == "csv":
        return _file(as_csv(table), CSV, "csv")
    return _file(as_xlsx([("摄像机", table)]), XLSX, "xlsx")


def _remember(known: KnownColumns, node: str | None, columns: Iterable[ReadColumn], trail: AuditTrail) -> None:
    if learnt := known.learnt(node, to_remember(columns)):
        kind, name = ("site", "site") if node is None else ("node", node)
        trail.note("camera.columns", kind, name, before=dict(learnt.before), after=dict(learnt.after))
        known.remember(node, learnt)


def _chosen(told: str) -> dict[str, str]:
    try:
        return chosen_of(_CHOICE.validate_json(told))
    except ValidationError as error:
        fault = {"loc": ("body", "columns"), "type": "value_error", "msg": Message("api.columns_not_json")}
        raise RequestValidationError([fault]) from error


def _file(content: bytes, media_type: str, suffix: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="cameras.{suffix}"'}
    return Response(content, media_type=media_type, headers=headers)
