"""CSV as people's programs save it: UTF-8, UTF-16 ("Unicode text") or GB 18030; commas, semicolons or tabs."""

import codecs
import csv
import io
import re

from store.files.sheets import MAX_CELL, MAX_COLUMNS, MAX_LINES, Cell, Sheet, TableError

_BEGINS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATORS = ",;\t"
# The first line of some exports, which tells Excel the separator.
_TELLS_SEPARATOR = re.compile(r'"?sep=([,;\t|])"?[,;\t]*\r?\n')
# How people keep Excel from taking digits for a number: ="330881".
_TEXT_TRICK = re.compile(r'="([^"]{0,200})"')
_SHOWN_LINES = 20
_SHOWN_BYTES = 4000


def read_csv(content: bytes) -> Sheet:
    """The rows of a CSV file.

    Raises:
        TableError: it is no text, no CSV, or too large.
    """
    if content.count(b"\n") + content.count(b"\r") > 2 * MAX_LINES + 2:
        raise TableError("store.table_too_many_lines", limit=MAX_LINES)
    if max(map(len, content.split(b"\n"))) > MAX_COLUMNS * MAX_CELL:
        raise TableError("store.table_too_wide", limit=MAX_COLUMNS)
    text = _decoded(content)
    if "\0" in text[:MAX_CELL]:
        raise TableError("store.table_not_text")
    told = _TELLS_SEPARATOR.match(text)
    body = text[told.end() :] if told else text
    separator = told.group(1) if told else _separator(body)
    csv.field_size_limit(MAX_CELL)
    rows: list[tuple[Cell, ...]] = [()] if told else []  # rows are counted as the file has them
    try:
        for row in csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True):
            if len(row) > MAX_COLUMNS:
                raise TableError("store.line_too_many_columns", limit=MAX_COLUMNS, line=len(rows) + 1)
            rows.append(tuple(_TEXT_TRICK.sub(r"\1", cell) if cell.startswith('="') else cell for cell in row))
            if len(rows) > MAX_LINES:
                raise TableError("store.table_too_many_lines", limit=MAX_LINES)
    except csv.Error as error:
        raise TableError("store.csv_unreadable", cause=error) from error
    return Sheet("", tuple(rows))


def _decoded(content: bytes) -> str:
    encodings = [name for begins, name in _BEGINS if content.startswith(begins)] or ["utf-8", "gb18030"]
    shown = content[:_SHOWN_BYTES]
    if b"\0" in shown and len(encodings) > 1:
        # UTF-16 without its mark: digits, commas and line ends have their NUL on one side.
        encodings = ["utf-16-le" if shown[1::2].count(0) > shown[::2].count(0) else "utf-16-be"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableError("store.table_encoding_unknown")


def _separator(text: str) -> str:
    shown = text[: MAX_CELL * _SHOWN_LINES].splitlines()[:_SHOWN_LINES]
    return max(_SEPARATORS, key=lambda sign: max((line.count(sign) for line in shown), default=0))
