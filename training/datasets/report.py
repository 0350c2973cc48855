"""The report of a check as one HTML page that needs nothing else: findings, counts and a sheet of pictures."""

from collections.abc import Iterator
from html import escape

from core.geometry import Box
from runtime.process.console import words
from training.datasets.check import CheckReport
from training.datasets.findings import KINDS, Finding
from training.datasets.sheet import thumbnail

PICTURES_PER_KIND = 8
SAMPLE_PICTURES = 24
_ROWS_PER_KIND = 200
_STYLE = """
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse } td, th { padding: .15rem .8rem .15rem 0; text-align: left; vertical-align: top }
td.number { text-align: right } .fault { color: #b00020 } .note { color: #555 }
.sheet { display: flex; flex-wrap: wrap; gap: .6rem } figure { margin: 0; max-width: 320px }
figcaption { font-size: .75rem; overflow-wrap: anywhere; color: #555 } img { display: block; max-width: 100% }
"""


def page(report: CheckReport) -> Iterator[str]:
    """The page, piece by piece."""
    title = f"Data set {escape(report.name)}"
    yield f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>\n'
    faults, notes = len(report.faults), len(report.findings) - len(report.faults)
    yield f"<h1>{title}</h1>\n<p>{report.pictures} pictures, {report.boxes.total()} boxes, "
    yield f'<span class="fault">{faults} faults</span>, <span class="note">{notes} notes</span></p>\n'
    yield "<p>Faces and plates are not masked here: this page is for those who may see the pictures.</p>\n"
    yield from _counts(report)
    for kind in KINDS:
        found = [one for one in report.findings if one.kind == kind]
        if found:
            yield from _section(kind, found, report)
    yield "<h2>A sample of the pictures</h2>\n"
    yield from _sheet(list(report.files)[:: max(1, len(report.files) // SAMPLE_PICTURES)][:SAMPLE_PICTURES], report)
    yield "</html>\n"


def _counts(report: CheckReport) -> Iterator[str]:
    parts = sorted(report.by_part)
    yield "<h2>Boxes</h2>\n<table><tr><th>label</th><th>all</th>"
    yield "".join(f"<th>{escape(part or 'no part')}</th>" for part in parts) + "</tr>\n"
    for label, count in sorted(report.boxes.items()):
        cells = (count, *(report.by_part[part][label] for part in parts))
        numbers = "".join(f'<td class="number">{number}</td>' for number in cells)
        yield f"<tr><td>{escape(label)}</td>{numbers}</tr>\n"
    yield "</table>\n"


def _section(kind: str, found: list[Finding], report: CheckReport) -> Iterator[str]:
    level, meaning = KINDS[kind]
    yield f'<h2 class="{level}">{escape(words(meaning))}: {len(found)}</h2>\n<table>\n'
    for one in found[:_ROWS_PER_KIND]:
        yield f"<tr><td>{escape(words(one.where))}</td><td>{escape(words(one.what))}</td></tr>\n"
    yield "</table>\n"
    if len(found) > _ROWS_PER_KIND:
        yield f"<p>and {len(found) - _ROWS_PER_KIND} more; all of them: --json</p>\n"
    names = dict.fromkeys(name for one in found for name in one.pictures)
    yield from _sheet(list(names)[:PICTURES_PER_KIND], report)


def _sheet(names: list[str], report: CheckReport) -> Iterator[str]:
    labels = sorted(report.boxes)
    yield '<div class="sheet">\n'
    for name in names:
        boxes: tuple[tuple[str, Box], ...] = report.drawn.get(name, ())
        shown = thumbnail(report.files[name], boxes, labels) if name in report.files else None
        if shown:
            caption = f"{escape(name)}: {_named(boxes)}"
            yield f'<figure><img src="{shown}" alt=""><figcaption>{caption}</figcaption></figure>\n'
    yield "</div>\n"


def _named(boxes: tuple[tuple[str, Box], ...]) -> str:
    return escape(", ".join(sorted({label for label, _ in boxes})) or "no box")
