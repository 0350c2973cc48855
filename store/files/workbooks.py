"""Workbooks (.xlsx, .xlsm, .xls, .ods) as sheets of cells. The reader of the values is calamine, which expands no
entities and believes no dimension that a file gives of itself; what it does not tell - failed formulas, those that were
never calculated, hidden rows - is looked up in the XML of .xlsx by patterns.

To be run apart (store.files.subprocess_reader): a file may claim more than it holds.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    XmlError,
    ZipError,
)

from store.files.sheets import MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_LINES, MAX_SHEETS, Cell, Odd, Sheet, TableError

_ZIP, _COMPOUND = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_PARTS = 2000
# Pictures count, too; a table of 5,000 cameras takes 4 MB.
_MAX_UNPACKED = 48 * 1024 * 1024
_PART = 256 * 1024
# As UTF-8, and in UTF-16 of either order.
_DTD = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)")

_ROW = re.compile(rb"<(?:\w{1,9}:)?row\b([^>]{0,2000})>")
_CELL = re.compile(rb"<(?:\w{1,9}:)?c\b([^>]{0,500}?)(?:/>|>(.{0,9000}?)</(?:\w{1,9}:)?c>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'\b([A-Za-z:]{1,20})="([^"]{0,300})"')
_FORMULA = re.compile(rb"<(?:\w{1,9}:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w{1,9}:)?(?:v|t)[^>]{0,100}>([^<]{1,9000})<")
_SHEET_ENTRY = re.compile(rb"<(?:\w{1,9}:)?sheet\b([^>]{0,2000})>")
_RELATION = re.compile(rb"<(?:\w{1,9}:)?Relationship\b([^>]{0,2000})>")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def read_workbook(content: bytes) -> list[Sheet]:
    """Every sheet that is a table, in its order; merged cells hold the value that they show.

    Raises:
        TableError: it is no workbook, or more than any table of cameras.
    """
    parts: dict[str, bytes] = {}
    if content.startswith(_ZIP):
        parts = _parts(content)
        content = _packed_again(parts)
    elif not content.startswith(_COMPOUND):
        raise TableError("store.not_a_workbook")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet][:MAX_SHEETS]
        notes = _notes(parts) if "xl/workbook.xml" in parts else {}
        room = [MAX_CELLS]
        return [_sheet(book.get_sheet_by_name(name), notes.get(name, _Notes()), room) for name in names]
    except PasswordError as error:
        raise TableError("store.workbook_has_password") from error
    except (CalamineError, XmlError, ZipError, ValueError) as error:
        raise TableError("store.workbook_unreadable", cause=type(error).__name__) from error


class _Notes:
    """What the XML of a sheet tells beside its values: odd cells by (row, column) from 0, hidden rows from 1."""

    def __init__(self) -> None:
        self.odd: dict[tuple[int, int], Odd] = {}
        self.hidden: set[int] = set()


def _parts(content: bytes) -> dict[str, bytes]:
    """The parts of the package, unpacked no further than a table may be; no DTD is let through."""
    found: dict[str, bytes] = {}
    left = _MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > _MAX_PARTS or sum(one.file_size for one in entries) > _MAX_UNPACKED:
                raise TableError("store.workbook_too_large")
            for entry in entries:
                with archive.open(entry) as part:
                    unpacked = part.read(left + 1)
                left -= len(unpacked)
                if left < 0:
                    raise TableError("store.workbook_too_large")
                if _DTD.search(unpacked) and entry.filename.endswith((".xml", ".rels")):
                    raise TableError("store.workbook_holds_dtd")
                found[entry.filename] = unpacked
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise TableError("store.workbook_unreadable", cause=type(error).__name__) from error
    return found


def _packed_again(parts: dict[str, bytes]) -> bytes:
    """The same parts in an archive that can be read in one way only."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def _sheet(sheet: CalamineSheet, notes: _Notes, room: list[int]) -> Sheet:
    if sheet.total_height > MAX_LINES * 20 and not notes.hidden:
        # A single cell far below: the rows between are made of nothing.
        raise TableError("store.sheet_rows_far_below", sheet=sheet.name, limit=MAX_LINES)
    rows: list[list[Cell]] = []
    offset = sheet.start[0] if sheet.start else 0
    aside = sheet.start[1] if sheet.start else 0
    if offset > MAX_LINES or aside > MAX_COLUMNS:
        raise TableError("store.sheet_begins_far_away", sheet=sheet.name)
    rows.extend([] for _ in range(offset))
    for row in sheet.iter_rows():
        cells: list[Cell] = [None] * aside + [_cell(one) for one in row[:MAX_COLUMNS]]
        while cells and cells[-1] is None:
            cells.pop()
        room[0] -= len(cells) + 1
        rows.append(cells)
        if len(rows) > MAX_LINES or room[0] < 0:
            raise TableError("store.sheet_too_many_rows", sheet=sheet.name, limit=MAX_LINES)
    _put_notes(rows, notes)
    _fill_merged(rows, sheet.merged_cell_ranges or [])
    return Sheet(sheet.name, tuple(map(tuple, rows)), frozenset(notes.hidden))


def _cell(value: object) -> Cell:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return Odd("truth", str(value).upper())
    if isinstance(value, datetime | date | time | timedelta):
        return Odd("date", str(value).removesuffix(" 00:00:00"))
    return value if isinstance(value, int | float) else str(value)[:MAX_CELL]


def _put_notes(rows: list[list[Cell]], notes: _Notes) -> None:
    for (row, column), odd in notes.odd.items():
        if row < len(rows) and column < MAX_COLUMNS:
            rows[row].extend([None] * (column + 1 - len(rows[row])))
            rows[row][column] = odd


def _fill_merged(rows: list[list[Cell]], ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    room = MAX_CELLS
    for (top, left), (bottom, right) in ranges:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : min(bottom + 1, len(rows))]:
            last = min(right, MAX_COLUMNS - 1)
            room -= last - left + 1
            if room < 0:
                raise TableError("store.sheet_merges_too_much")
            row.extend([None] * (last + 1 - len(row)))
            row[left : last + 1] = [value] * (last + 1 - left)


def _notes(parts: dict[str, bytes]) -> dict[str, _Notes]:
    """By the name of the sheet."""
    relations = {
        one.get("Id", ""): one.get("Target", "") for one in _entries(_RELATION, parts, "xl/_rels/workbook.xml.rels")
    }
    found: dict[str, _Notes] = {}
    for entry in _entries(_SHEET_ENTRY, parts, "xl/workbook.xml"):
        target = relations.get(entry.get("r:id", ""), "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        found[_unescaped(entry.get("name", ""))] = _notes_of(parts.get(part, b""))
    return found


def _entries(pattern: re.Pattern[bytes], parts: dict[str, bytes], name: str) -> Iterator[dict[str, str]]:
    for match in pattern.finditer(parts.get(name, b"")):
        yield _attributes(match.group(1))


def _notes_of(xml: bytes) -> _Notes:
    notes = _Notes()
    for match in _ROW.finditer(xml):
        told = _attributes(match.group(1))
        if told.get("hidden") in ("1", "true") and told.get("r", "").isdecimal():
            notes.hidden.add(int(told["r"]))
    for match in _CELL.finditer(xml):
        told, inside = _attributes(match.group(1)), match.group(2) or b""
        place = _PLACE.fullmatch(told.get("r", ""))
        value = _VALUE.search(inside)
        if place is None:
            continue
        where = int(place.group(2)) - 1, _column(place.group(1))
        if told.get("t") == "e" and value:
            notes.odd[where] = Odd("error", value.group(1).decode("utf-8", "replace")[:20])
        elif value is None and _FORMULA.search(inside):
            notes.odd[where] = Odd("formula", "")
    return notes


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode(): value.decode("utf-8", "replace") for name, value in _ATTRIBUTE.findall(tag)}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _unescaped(text: str) -> str:
    for escaped, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(escaped, sign)
    return text
