"""The command line: `jiejing COMMAND`. Exit codes: 0 done, 1 a check found a fault, 2 wrong use or bad input."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import typer

from core.errors import JiejingError
from runtime.commands import (
    analyze,
    audit,
    camera,
    db,
    decisions,
    demo,
    doctor,
    evidence,
    key,
    model,
    replay,
    run,
    serve,
    up,
    user,
    verify,
)
from runtime.console import note
from runtime.joining import join

# Typer carries click under a private name; the base of its errors is reached from the one error that it shows.
WrongUse: type[Exception] = typer.BadParameter.mro()[2]

app = typer.Typer(
    name="jiejing",
    help="街镜: contactless enforcement (非接触执法), from a camera to a sealed evidence package.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (demo, up, run, serve, analyze, replay, verify, doctor):
    app.command(name=command.__name__.rpartition(".")[2])(command.command)
for group in (evidence, key, decisions, camera, model, user, audit, db):
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2])
join(app, {"model": model.app})


def main() -> None:
    """Runs the command that the arguments name; the only place where errors become lines and exit codes."""
    # Evidence, keys and passwords: what is made here is for this user alone.
    os.umask(0o077)
    sys.exit(_run())


def _run() -> int:
    try:
        return app(_expanded(sys.argv[1:]), standalone_mode=False) or 0
    except WrongUse as error:
        note(_explained(error))
    except JiejingError as error:
        note(f"jiejing: {error}")
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 2


def _expanded(words: list[str]) -> list[str]:
    """The arguments, ~ at the begin of a path as the user's own folder: a shell leaves it alone in --out=~/there."""
    return [re.sub(r"^((?:--[\w-]+=)?)~(?=/|$)", lambda found: found[1] + str(Path.home()), word) for word in words]


def _explained(error: Any) -> str:
    """An error of the command line in one line, with the command whose help tells more; the bare help where no
    command was given."""
    message = error.format_message()
    if message.startswith("Usage: "):
        return str(message)
    where = f" (see: {error.ctx.command_path} --help)" if getattr(error, "ctx", None) else ""
    return f"jiejing: {' '.join(message.split())}{where}"


if __name__ == "__main__":
    main()
