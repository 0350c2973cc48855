"""The process that reads one file: `python -m store.files.subprocess_child KIND`, its content on standard input.

The answer is JSON: {"read": ...}, or {"refused": {"code": ..., "params": ...}}, which is a core.messages.Message.
"""

import json
import sys
from typing import Any

from core.errors import SiteError
from store.files.sheets import TableError, to_plain
from store.files.subprocess_reader import LIMITS, Kind, limited


def main() -> None:
    """Reads, within limits that hold from before the first byte."""
    kind: Kind = sys.argv[1]  # type: ignore[assignment]
    limited(LIMITS[kind], lambda: _tell(kind))


def _tell(kind: Kind) -> None:
    content = sys.stdin.buffer.read()
    try:
        told: dict[str, Any] = {"read": _read(kind, content)}
    except (TableError, SiteError) as error:
        told = {"refused": error.message.plain()}
    except (MemoryError, RecursionError):
        sys.exit(1)  # who started this one says what that means
    text = json.dumps(told, ensure_ascii=False, allow_nan=True)
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))


def _read(kind: Kind, content: bytes) -> Any:
    # Each kind loads its own reader alone: it is started for one file.
    if kind == "csv":
        from store.files.csv_files import read_csv  # noqa: PLC0415

        return to_plain([read_csv(content)])
    if kind == "workbook":
        from store.files.workbooks import read_workbook  # noqa: PLC0415

        return to_plain(read_workbook(content))
    if kind == "picture":
        from store.files.picture_files import read_picture  # noqa: PLC0415

        return read_picture(content)
    from store.files.yaml_tree import plain, read  # noqa: PLC0415

    return plain(read(content.decode()))


if __name__ == "__main__":
    main()
