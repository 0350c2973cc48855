"""Cameras as a table: one row a camera, with what people know of it when it is put up. Zones are drawn on its picture
later; those of a camera that is there stay.

The table is CSV or a workbook, read in a process of its own. Its headings are found (store.files.headings);
what stands above them, and columns that are left out, are passed over.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from core.messages import Message
from core.site import Camera
from store.files.headings import BY_NAME, COLUMNS, LEFT_OUT, REQUIRED, Choices, Headings, ReadColumn, headings_of
from store.files.sheets import MAX_ROWS, Cell, Odd, TableError, from_plain
from store.files.site_faults import cause_of
from store.files.subprocess_reader import Kind, read_apart
from store.files.yaml_tree import Tree
from store.site.records import RowFault

# Spreadsheets keep 15 digits of a number: a longer id comes back rounded.
_KEPT_DIGITS = 15
# What api.http.spreadsheet puts before a text that would be taken for a formula.
_FORMULA_GUARD = "'"
# As people write what the site file has in its own words.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "transport": {"TCP": "tcp", "UDP": "udp"},
    "source_kind": {"摄像机直连": "live", "网关转发": "gateway", "录像回放": "replayed"},
}
_NUMBERS = ("lon", "lat", "interval_s")
# Written in letters and digits alone: full width means the same.
_PLAIN = frozenset({"id", "grid", "mode", *_NUMBERS})
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"})
_TRUTHS = frozenset({"TRUE", "FALSE"})
# What a spreadsheet makes of 3-1: of CSV, nothing else tells.
_DATE = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?: 0?0:00(?::00)?)?|[0-9]{1,2}月[0-9]{1,2}日")
_NAMES = ("id", "name", "org", "grid")
# The row by which the template shows how it is filled in; it is known again by name and address.
EXAMPLE: Mapping[str, str] = {
    "id": "33088100081320000001",
    "name": "示例：解放路口东",
    "org": "城东街道",
    "source": "rtsp://user:pw@10.0.0.8:554/ch1",
    "detect_source": "rtsp://user:pw@10.0.0.8:554/ch1_sub",
    "transport": "TCP",
    "source_kind": "摄像机直连",
    "mode": "auto",
    "interval_s": "1",
    "lon": "118.62",
    "lat": "28.73",
    "address": "解放路 1 号",
    "grid": "330881001",
    "heading": "东",
}


@dataclass(frozen=True, slots=True)
class CameraTable:
    """What a table says.

    Attributes:
        cameras: by their row (from 1, as the file has it).
        flawed: those of rows at fault, never to be kept: None (or its default) stands for every value that is at
            fault, so that the others can be looked at further.
        faults: everything that is wrong, by row.
        notices: what is not wrong and should be known, by row.
        columns: the columns, and what they were taken for.
        sheet: the name of the sheet.
    """

    cameras: Mapping[int, Camera] = field(default_factory=dict)
    flawed: Mapping[int, Camera] = field(default_factory=dict)
    faults: tuple[RowFault, ...] = ()
    notices: tuple[RowFault, ...] = ()
    columns: tuple[ReadColumn, ...] = ()
    sheet: str = ""


def read_table(content: bytes, kind: Kind, known: Mapping[str, Camera], choices: Choices | None = None) -> CameraTable:
    """The cameras of a CSV file or a workbook.

    Args:
        known: the cameras that are there, by id; a column or cell that is left out keeps what they have.
        choices: what people chose for columns.
    """
    try:
        sheets = from_plain(read_apart(kind, content))
    except TableError as error:
        return CameraTable(faults=(RowFault(1, "", error.message),))
    return _read(headings_of(sheets, choices or Choices()), known)


def table_of(cameras: Iterable[Camera]) -> list[list[str | float | None]]:
    """The headings, and a row for each camera."""
    return [[one.title for one in COLUMNS], *([_cell(camera, one.path) for one in COLUMNS] for camera in cameras)]


def _read(headings: Headings, known: Mapping[str, Camera]) -> CameraTable:
    columns = tuple(one for one in headings.columns if one)
    faults = list(_faults_of_columns(headings))
    if not faults and len(headings.sheet.rows) - headings.row - 1 > MAX_ROWS:
        below = sum(any(cell not in ("", None) for cell in row) for row in headings.sheet.rows[headings.row + 1 :])
        if below > MAX_ROWS:
            faults.append(RowFault(headings.row + MAX_ROWS + 2, "", Message("store.too_many_cameras", limit=MAX_ROWS)))
    if faults:
        return CameraTable(faults=tuple(faults), columns=columns, sheet=headings.sheet.name)
    reader, notices = _Rows(known), []
    for number, row in enumerate(headings.sheet.rows[headings.row + 1 :], start=headings.row + 2):
        cells = {
            one.meaning: _tidy(one.meaning, cell)
            for one, cell in zip(headings.columns, row, strict=False)
            if one and one.meaning in BY_NAME
        }
        if all(cells.get(name) == EXAMPLE[name] for name in ("name", "source")):
            notices.append(RowFault(number, "", Message("store.example_passed_over")))
        elif not _is_headings_again(cells):
            reader.take(number, cells)
    if not reader.cameras and not reader.faults:
        reader.faults.append(RowFault(headings.row + 2, "", Message("store.no_camera_in_table")))
    notices += [
        RowFault(one, "", Message("store.row_is_hidden"))
        for one in sorted(headings.sheet.hidden & {*reader.cameras, *reader.flawed})
    ]
    return CameraTable(
        reader.cameras, reader.flawed, tuple(reader.faults), tuple(notices), columns, headings.sheet.name
    )


def _faults_of_columns(headings: Headings) -> Iterator[RowFault]:
    row, names = headings.row + 1, headings.meanings
    for one in headings.columns:
        if one and one.meaning is None:
            yield RowFault(
                row, one.title.lower(), Message("store.column_unknown", columns=[column.title for column in COLUMNS])
            )
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield RowFault(row, name, Message("store.column_twice"))
    for name in REQUIRED:
        if name not in names:
            yield RowFault(row, name, Message("store.column_missing"))


def _is_headings_again(cells: Mapping[str, Any]) -> bool:
    """Whether a row is the second of headings that were merged over two."""
    return any(cells.values()) and all(
        cell in (BY_NAME[name].name, BY_NAME[name].heading, BY_NAME[name].title) for name, cell in cells.items() if cell
    )


def _tidy(name: str, cell: Cell) -> Any:
    """A cell as it is meant: texts without what surrounds them, whole numbers without a point."""
    if isinstance(cell, str):
        text = cell.strip().removeprefix(_FORMULA_GUARD)
        return unicodedata.normalize("NFKC", text).strip() if name in _PLAIN else text
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


class _Rows:
    """The rows of a table, one after the other."""

    def __init__(self, known: Mapping[str, Camera]) -> None:
        self.cameras: dict[int, Camera] = {}
        self.flawed: dict[int, Camera] = {}
        self.faults: list[RowFault] = []
        self._known = known
        self._first_rows: dict[str, int] = {}

    def take(self, number: int, cells: Mapping[str, Any]) -> None:
        """One row; one without anything in it is passed over."""
        if all(cell in ("", None) for cell in cells.values()):
            return
        old = self._known.get(str(cells.get("id")))
        found = self._camera(number, cells, old)
        if isinstance(found, Camera):
            self.cameras[number] = found
        else:
            self.faults += found
            self.flawed[number] = _without({fault.field for fault in found}, cells, old)

    def _camera(self, number: int, cells: Mapping[str, Any], old: Camera | None) -> Camera | list[RowFault]:
        faults = [RowFault(number, name, cause) for name, cause in _faults_of_cells(cells)]
        if camera_id := str(cells.get("id") or ""):
            first = self._first_rows.setdefault(camera_id, number)
            if first != number:
                faults.append(
                    RowFault(number, "id", Message("store.camera_in_another_row", camera_id=camera_id, row=first))
                )
        told = {fault.field for fault in faults}
        try:
            camera = Camera.model_validate(_document(cells, old))
        except ValidationError as error:
            faults += [fault for fault in _faults_of_camera(number, error) if fault.field not in told]
            return faults
        return faults or camera


def _faults_of_cells(cells: Mapping[str, Any]) -> Iterator[tuple[str, Message]]:
    for name in REQUIRED:
        if cells.get(name) in ("", None):
            yield name, Message("store.cell_empty")
    for name, cell in cells.items():
        if cause := _fault_of_cell(name, cell):
            yield name, cause


def _fault_of_cell(name: str, cell: Any) -> Message | None:
    if isinstance(cell, Odd):
        return _fault_of_odd(cell)
    if isinstance(cell, int | float) and len(f"{abs(cell):.0f}") > _KEPT_DIGITS:
        return Message("store.cell_digits_rounded")
    if isinstance(cell, str):
        return _fault_of_text(name, cell)
    return None


def _fault_of_odd(cell: Odd) -> Message:
    if cell.kind == "date":
        return Message("store.cell_became_date", text=cell.text)
    if cell.kind == "truth":
        return Message("store.cell_became_truth", text=cell.text)
    if cell.kind == "error":
        return Message("store.cell_formula_failed", text=cell.text)
    return Message("store.cell_formula_not_calculated")


def _fault_of_text(name: str, text: str) -> Message | None:
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        return Message("store.cell_control_character")
    hidden = next((sign for sign in text if unicodedata.category(sign) == "Cf"), None)
    if hidden:
        return Message("store.cell_invisible_character", number=f"{ord(hidden):04X}")
    if text.upper() in _ERRORS:
        return _fault_of_odd(Odd("error", text.upper()))
    if name in _NAMES and text in _TRUTHS:
        return _fault_of_odd(Odd("truth", text))
    if name in _NAMES and _DATE.fullmatch(text):
        return _fault_of_odd(Odd("date", text))
    return None


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
        said = cell.text if isinstance(cell, Odd) else cell
        words = _WORDS.get(column.name, {})
        place[last] = said if column.name in _NUMBERS else words.get(str(said), str(said))
    return document


def _column_of(path: tuple[int | str, ...]) -> str:
    return next((one.name for one in COLUMNS if one.path == path), ".".join(map(str, path)))


def _cell(camera: Camera, path: tuple[str, ...]) -> str | float | None:
    value: Any = camera
    for key in path:
        value = getattr(value, key)
    return value if isinstance(value, str | int | float) else None


__all__ = ["COLUMNS", "EXAMPLE", "LEFT_OUT", "MAX_ROWS", "REQUIRED", "CameraTable", "read_table", "table_of"]
