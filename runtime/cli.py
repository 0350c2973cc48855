"""The command line: `jiejing COMMAND`. Exit codes: 0 done, 1 a check found a fault, 2 wrong use or bad input."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import typer

from core.errors import JiejingError
from core.messages import Message
from runtime.process.console import note, words
from runtime.process.lazy_group import LazyCommand, joined, lazy_group

# Typer carries click under a private name; the base of its errors is reached from the one error that it shows.
WrongUse: type[Exception] = typer.BadParameter.mro()[2]

COMMANDS = (
    LazyCommand("demo", "runtime.commands.demo:command", "Shows the product at work on this machine."),
    LazyCommand("up", "runtime.commands.up:command", "Watches the cameras and serves."),
    LazyCommand("run", "runtime.commands.run:command", "Watches all cameras of the site."),
    LazyCommand("serve", "runtime.commands.serve:command", "Serves the HTTP interface."),
    LazyCommand("analyze", "runtime.commands.analyze:command", "Finds violations in a recorded video."),
    LazyCommand("replay", "runtime.commands.replay:command", "Applies the rules to recorded detections."),
    LazyCommand("verify", "runtime.commands.verify:command", "Checks an evidence package, offline, or the audit."),
    LazyCommand("doctor", "runtime.commands.doctor:command", "Checks whether all is fit to work."),
    LazyCommand("evidence", "runtime.commands.evidence:app", "The sealed evidence packages."),
    LazyCommand("key", "runtime.commands.key:app", "The keys that seal packages."),
    LazyCommand("decisions", "runtime.commands.decisions:app", "What officers decided, for training."),
    LazyCommand("camera", "runtime.commands.camera:app", "The cameras of this installation."),
    LazyCommand("model", "runtime.commands.model:app", "The models of this installation."),
    LazyCommand("user", "runtime.commands.user:app", "Accounts: the first administrators, one-time passwords."),
    LazyCommand("audit", "runtime.commands.audit:app", "The audit itself."),
    LazyCommand("db", "runtime.commands.db:app", "The data base of this installation."),
)

app = typer.Typer(
    name="jiejing",
    cls=lazy_group((*COMMANDS, *joined())),
    help="街镜: contactless enforcement (非接触执法), from a camera to a sealed evidence package.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root() -> None:
    """Makes it a group: its commands are not registered, but imported when they are called."""


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
        note(f"jiejing: {words(error)}")
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
    cause = " ".join(message.split())
    if getattr(error, "ctx", None) is None:
        return f"jiejing: {cause}"
    return f"jiejing: {words(Message('runtime.wrong_use', cause=cause, command=error.ctx.command_path))}"


if __name__ == "__main__":
    main()
