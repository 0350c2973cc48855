"""jiejing decisions: what the review teaches."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from core.clock import SystemClock
from core.errors import StorageError
from runtime.commands.options import moment_option
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from runtime.process.console import say
from store.audit.log import Deed
from store.review.training_lines import training_lines

app = typer.Typer(
    help="What officers decided, for training.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.command()
def export(
    out: Annotated[
        Path | None, typer.Option("--out", help="The file to write, best in JIEJING_HOME; standard output otherwise.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only what became final then or later: RFC 3339 with offset.")
    ] = None,
) -> None:
    """Writes final decisions and misses as JSON lines. `jiejing dataset harvest` reads them: event, verdict, reason,
    and what that says about the label; pictures of misses are named relative to JIEJING_HOME."""
    installation = Installation.open()
    after = moment_option(since, "--since") if since else None
    told = {"since": after.isoformat() if after else None}
    installation.store.audit.note(local_actor(), Deed("decisions.export", "decisions", "all", after=told))
    lines = (
        json.dumps(line, ensure_ascii=False) for line in training_lines(installation.engine, SystemClock().utc(), after)
    )
    if out is None:
        for line in lines:
            say(line)
    else:
        say(f"{out}: {_written(out, lines)} lines")


def _written(out: Path, lines: Iterator[str]) -> int:
    number = 0
    try:
        with out.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(f"{line}\n")
                number += 1
    except OSError as error:
        raise StorageError("runtime.out_file_not_written", path=out, cause=error) from error
    return number
