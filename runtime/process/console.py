"""What the commands say: for people in colour at a terminal, plain and never wrapped elsewhere, JSON for scripts."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from core.messages import language, message_of

# ruff: noqa: T201  the command line is where printing belongs
# ruff: noqa: PLC0415  rich is imported where there is something to draw: it takes as long as all the rest of a start


def words(cause: object) -> str:
    """A message, or that of an error, in the language of the command line; other texts as they are."""
    return message_of(cause).said(language())


def in_json(message: object) -> dict[str, Any]:
    """A message for scripts, as the API answers it: code, parameters, and the words in English."""
    known = message_of(message)
    return {**known.plain(), "text": str(known)}


def say(line: str = "") -> None:
    """One line of the answer, on standard output."""
    print(line, flush=True)


def note(line: str) -> None:
    """One line beside the answer, on standard error."""
    print(line, file=sys.stderr, flush=True)


def say_json(answer: Any) -> None:
    """The whole answer as JSON."""
    print(json.dumps(answer, ensure_ascii=False, indent=2), flush=True)


def say_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows of findings, names first: a table at a terminal, tab-separated lines without heads elsewhere."""
    if not sys.stdout.isatty():
        for row in rows:
            say("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


@contextmanager
def progress(what: str, total: float) -> Iterator[Any]:
    """A bar on standard error while something long goes on; gives a function to call with what is done so far.

    Off a terminal nothing is shown, so that logs stay readable.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(what, total=round(total) or None)
        yield lambda done: bar.update(task, completed=round(done))
