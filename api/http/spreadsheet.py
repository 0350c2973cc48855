"""Tables as CSV and XLSX. No cell is ever a formula, whatever a camera or a person is called."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

Cell = str | int | float | bool | None
Table = Sequence[Sequence[Cell]]

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# How a text begins that a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(table: Table) -> bytes:
    """A table in UTF-8 with a byte order mark, by which Excel knows it."""
    target = io.StringIO()
    csv.writer(target).writerows([_harmless(cell) for cell in row] for row in table)
    return target.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Iterable[tuple[str, Table]]) -> bytes:
    """Several tables as sheets of one workbook, their first rows bold and kept in sight."""
    book = Workbook(write_only=True)
    for title, table in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for number, row in enumerate(table):
            sheet.append([_cell(sheet, cell, is_head=number == 0) for cell in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _cell(sheet: Any, value: Cell, *, is_head: bool) -> Any:
    cell = WriteOnlyCell(sheet, _harmless(value))
    if isinstance(value, str):
        # openpyxl takes a text that begins with = for a formula.
        cell.data_type = "s"
    if is_head:
        cell.font = Font(bold=True)
    return cell


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, str):
        text = "".join(sign for sign in cell if sign.isprintable() or sign in "\t\n\r")
        return f"'{text}" if text.lstrip(" ").startswith(_STARTS_A_FORMULA) else text
    return cell
