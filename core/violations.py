"""The table of violation types: rows of violation_types.csv, never branches in code."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from core.labels import members_of

CountPer = Literal["object", "zone"]
Attended = Literal["ignore", "attended", "unattended"]

_TABLE = Path(__file__).with_name("violation_types.csv")


@dataclass(frozen=True, slots=True)
class ViolationType:
    """One row: what it is called, which labels can be it, and the defaults of its rule.

    Attributes:
        gb47678_codes, gb30428_codes: national class codes; several where the officer chooses at approval.
        code_source: how we know the codes (second source, inferred).
        parts: labels that are counted with the thing that they belong to, where it stands: an umbrella with its stall.
        attended: whether a person beside the thing matters.
    """

    key: str
    name_zh: str
    name_en: str
    gb47678_codes: tuple[str, ...]
    gb30428_codes: tuple[str, ...]
    code_source: str
    labels: frozenset[str]
    parts: frozenset[str]
    count_per: CountPer
    attended: Attended
    candidate_after_s: float
    violation_after_s: float
    bridge_gap_s: float


@cache
def violation_types() -> Mapping[str, ViolationType]:
    """All rows by key, in the order of the table."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = [_from_row(row) for row in csv.DictReader(file)]
    return MappingProxyType({row.key: row for row in rows})


def _from_row(row: dict[str, str]) -> ViolationType:
    labels = (members_of(item.removeprefix("group:")) for item in row["labels"].split("|"))
    return ViolationType(
        key=row["key"],
        name_zh=row["name_zh"],
        name_en=row["name_en"],
        gb47678_codes=_several(row["gb47678_code"]),
        gb30428_codes=_several(row["gb30428_code"]),
        code_source=row["source"],
        labels=frozenset(label for group in labels for label in group),
        parts=frozenset(_several(row["parts"])),
        count_per=row["count_per"],  # type: ignore[arg-type]
        attended=row["attended"],  # type: ignore[arg-type]
        candidate_after_s=float(row["candidate_after_s"]),
        violation_after_s=float(row["violation_after_s"]),
        bridge_gap_s=float(row["bridge_gap_s"]),
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(code for code in cell.split("|") if code)
