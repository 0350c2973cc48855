"""Cameras as a table: one row a camera, with what people know of it when it is put up. Zones are drawn on its picture
later; those of a camera that is there stay.

CSV may be in UTF-8 or GB 18030 (as spreadsheets save it in China), with commas, semicolons or tabs; XLSX is read from
its first sheet. The first row names the columns, in Chinese or English, in any order.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from openpyxl import load_workbook
from pydantic import ValidationError

from core.site import Camera
from store.camera_records import RowFault
from store.site_faults import cause_of
from store.yaml_tree import Tree

MAX_ROWS = 5000
_MAX_UNPACKED_BYTES = 200 * 1024 * 1024
# Spreadsheets keep 15 digits of a number: a longer id comes back rounded.
_KEPT_DIGITS = 15
# What api.spreadsheet puts before a text that would be taken for a formula.
_FORMULA_GUARD = "'"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the site file, its heading in Chinese, and where its value goes in a camera."""

    name: str
    heading: str
    path: tuple[str, ...]

    @property
    def title(self) -> str:
        """The heading as it is written."""
        return f"{self.heading} {self.name}"


COLUMNS = (
    Column("id", "编号", ("id",)),
    Column("name", "名称", ("name",)),
    Column("org", "组织", ("org",)),
    Column("source", "视频地址", ("source",)),
    Column("detect_source", "子码流", ("detect_source",)),
    Column("mode", "抽帧方式", ("sampling", "mode")),
    Column("interval_s", "抽帧间隔", ("sampling", "interval_s")),
    Column("lon", "经度", ("place", "lon")),
    Column("lat", "纬度", ("place", "lat")),
    Column("address", "地点", ("place", "address")),
    Column("grid", "网格", ("place", "grid")),
    Column("heading", "朝向", ("place", "heading")),
)
REQUIRED = ("id", "name", "source")
_BY_TITLE = {title.lower(): one for one in COLUMNS for title in (one.name, one.heading, one.title)}
_NUMBERS = ("lon", "lat", "interval_s")


@dataclass(frozen=True, slots=True)
class CameraTable:
    """What a table says.

    Attributes:
        cameras: by their row (from 1, the headings).
        flawed: those of rows at fault, never to be kept: None (or its default) stands for every value that is at
            fault, so that the others can be looked at further.
        faults: everything that is wrong, by row.
    """

    cameras: Mapping[int, Camera] = field(default_factory=dict)
    flawed: Mapping[int, Camera] = field(default_factory=dict)
    faults: tuple[RowFault, ...] = ()


def read_csv(content: bytes, known: Mapping[str, Camera]) -> CameraTable:
    """The cameras of a CSV file.

    Args:
        known: the cameras that are there, by id; a column or cell that is left out keeps what they have.
    """
    try:
        text = _decoded(content)
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        rows: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        return _unreadable(f"cannot be read as CSV ({error}); save it as CSV UTF-8")
    return _read(rows, known)


def read_xlsx(content: bytes, known: Mapping[str, Camera]) -> CameraTable:
    """The cameras of the first sheet of an XLSX file; `known` as of `read_csv`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(one.file_size for one in archive.infolist()) > _MAX_UNPACKED_BYTES:
                return _unreadable("is larger than any table of cameras; leave pictures and other sheets out")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            rows = [list(row) for row, _ in zip(sheet.iter_rows(values_only=True), range(MAX_ROWS + 2), strict=False)]
        finally:
            book.close()
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, AttributeError, SyntaxError) as error:
        return _unreadable(f"is no XLSX workbook that can be read ({type(error).__name__}); save it as .xlsx or CSV")
    return _read(rows, known)


def table_of(cameras: Iterable[Camera]) -> list[list[str | float | None]]:
    """The headings, and a row for each camera."""
    return [[one.title for one in COLUMNS], *([_cell(camera, one) for one in COLUMNS] for camera in cameras)]


def _unreadable(cause: str) -> CameraTable:
    return CameraTable(faults=(RowFault(1, "", cause),))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _read(rows: Sequence[Sequence[Any]], known: Mapping[str, Camera]) -> CameraTable:
    columns, faults = _columns(rows[0] if rows else ())
    if len(rows) > MAX_ROWS + 1:
        faults.append(RowFault(MAX_ROWS + 2, "", f"a table holds {MAX_ROWS} cameras at most; split it"))
    if faults:
        return CameraTable(faults=tuple(faults))
    cameras: dict[int, Camera] = {}
    flawed: dict[int, Camera] = {}
    first_rows: dict[str, int] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = {one.name: _tidy(cell) for one, cell in zip(columns, row, strict=False) if one}
        if all(cell in ("", None) for cell in cells.values()):
            continue
        old = known.get(str(cells.get("id")))
        found = _camera(number, cells, old, first_rows)
        if isinstance(found, Camera):
            cameras[number] = found
        else:
            faults += found
            flawed[number] = _without({fault.field for fault in found}, cells, old)
    if not cameras and not faults:
        faults.append(RowFault(2, "", "there is no camera below the headings; add a row for each"))
    return CameraTable(cameras, flawed, tuple(faults))


def _columns(head: Sequence[Any]) -> tuple[list[Column | None], list[RowFault]]:
    titles = [str(_tidy(cell) or "").lower() for cell in head]
    columns = [_BY_TITLE.get(title) for title in titles]
    names = [one.name for one in columns if one]
    faults = [
        RowFault(1, title, f"no column is called so; columns are {', '.join(one.title for one in COLUMNS)}")
        for title, one in zip(titles, columns, strict=True)
        if title and one is None
    ]
    twice = {name for name in names if names.count(name) > 1}
    faults += [RowFault(1, name, "the column is there twice; remove one") for name in sorted(twice)]
    faults += [RowFault(1, name, "the column is missing; add it") for name in REQUIRED if name not in names]
    return columns, faults


def _tidy(cell: Any) -> Any:
    """A cell as it is meant: texts without what surrounds them, whole numbers without a point."""
    if isinstance(cell, str):
        return cell.strip().removeprefix(_FORMULA_GUARD)
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _faults_of_cells(number: int, cells: Mapping[str, Any]) -> Iterator[RowFault]:
    for name in REQUIRED:
        if cells.get(name) in ("", None):
            yield RowFault(number, name, "is empty; fill it in")
    for name, cell in cells.items():
        if isinstance(cell, int) and not isinstance(cell, bool) and len(str(abs(cell))) > _KEPT_DIGITS:
            yield RowFault(
                number, name, "the spreadsheet has rounded these digits; format the column as text and enter them again"
            )
        elif isinstance(cell, str) and any(ord(sign) < 32 or ord(sign) == 127 for sign in cell):
            yield RowFault(number, name, "holds a line break or another control character; remove it")


def _camera(
    number: int, cells: Mapping[str, Any], old: Camera | None, first_rows: dict[str, int]
) -> Camera | list[RowFault]:
    faults = list(_faults_of_cells(number, cells))
    if camera_id := str(cells.get("id") or ""):
        first = first_rows.setdefault(camera_id, number)
        if first != number:
            faults.append(RowFault(number, "id", f"{camera_id} is in row {first} already; remove one"))
    told = {fault.field for fault in faults}
    try:
        camera = Camera.model_validate(_document(cells, old))
    except ValidationError as error:
        faults += [fault for fault in _faults_of_camera(number, error) if fault.field not in told]
        return faults
    return faults or camera


def _faults_of_camera(number: int, error: ValidationError) -> Iterator[RowFault]:
    for one in error.errors(include_url=False):
        cause = cause_of(one, Tree(None, {}, {one["loc"]: str(one["input"])}))
        yield RowFault(number, _column_of(one["loc"]), cause)


def _without(wrong: AbstractSet[str], cells: Mapping[str, Any], old: Camera | None) -> Camera:
    """The camera of a row, without the values of these columns."""
    fields: dict[str, Any] = {name: getattr(old, name) for name in Camera.model_fields} if old else {}
    whole = [column.name for column in COLUMNS if column.path == (column.name,)]
    said = {name: str(cells[name]) for name in whole if cells.get(name) not in ("", None)}
    asked: dict[str, Any] = dict.fromkeys(REQUIRED) | fields | said | dict.fromkeys(wrong & set(whole))
    return Camera.model_construct(**asked)


def _document(cells: Mapping[str, Any], old: Camera | None) -> dict[str, Any]:
    """The camera as plain data: what the row says, over what is there."""
    document: dict[str, Any] = old.model_dump(by_alias=True) if old else {}
    for column in COLUMNS:
        cell = cells.get(column.name)
        if cell in ("", None):
            continue
        *above, last = column.path
        place = document
        for key in above:
            place = place.setdefault(key, {})
        place[last] = cell if column.name in _NUMBERS else str(cell)
    return document


def _column_of(path: tuple[int | str, ...]) -> str:
    return next((one.name for one in COLUMNS if one.path == path), ".".join(map(str, path)))


def _cell(camera: Camera, column: Column) -> str | float | None:
    value: Any = camera
    for key in column.path:
        value = getattr(value, key)
    return value if isinstance(value, str | int | float) else None
