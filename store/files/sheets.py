"""Tables as they were written, before anybody asks what they mean."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.errors import JiejingError

# A table of cameras has fewer; what is larger is refused before it is held.
MAX_ROWS = 5000
# Titles, instructions and empty lines around them.
_ROOM = 500
MAX_LINES = MAX_ROWS + _ROOM
MAX_COLUMNS = 256
MAX_CELL = 4000
MAX_SHEETS = 20
MAX_CELLS = 600_000

OddKind = Literal["date", "truth", "error", "formula"]


class TableError(JiejingError):
    """A table that cannot be read; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Odd:
    """A cell that does not hold what a person typed: a spreadsheet made a date or TRUE of it, a formula failed, or was
    never calculated."""

    kind: OddKind
    text: str


Cell = str | int | float | Odd | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows from the first on, each as long as it is. `hidden`: rows (from 1) that nobody sees."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    hidden: frozenset[int] = field(default=frozenset())


def to_plain(sheets: list[Sheet]) -> list[dict[str, Any]]:
    """As JSON takes it."""
    return [
        {"name": one.name, "hidden": sorted(one.hidden), "rows": [[_plain(cell) for cell in row] for row in one.rows]}
        for one in sheets
    ]


def from_plain(told: Any) -> list[Sheet]:
    """What `to_plain` made."""
    return [
        Sheet(one["name"], tuple(tuple(map(_cell, row)) for row in one["rows"]), frozenset(one["hidden"]))
        for one in told
    ]


def _plain(cell: Cell) -> Any:
    return {"kind": cell.kind, "text": cell.text} if isinstance(cell, Odd) else cell


def _cell(told: Any) -> Cell:
    return Odd(told["kind"], told["text"]) if isinstance(told, Mapping) else told
