"""Commands of other packages join the command line by entry point: the runtime imports none of them."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

import typer

from core.errors import InputError

GROUP = "jiejing.commands"
_ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}


def join(app: typer.Typer, groups: Mapping[str, typer.Typer]) -> None:
    """Adds every entry point: NAME to the root, GROUP.NAME to one of its groups.

    An entry point gives a function, or a Typer for a whole group. One whose extra is not installed says so when it is
    called.
    """
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        parent, _, name = entry.name.rpartition(".")
        target = groups[parent] if parent else app
        try:
            command: typer.Typer | Callable[..., Any] = entry.load()
        except ModuleNotFoundError as error:
            target.command(name=name, context_settings=_ANYTHING)(_missing(str(error.name)))
            continue
        if isinstance(command, typer.Typer):
            target.add_typer(command, name=name)
        else:
            target.command(name=name)(command)


def _missing(package: str) -> Callable[[], None]:
    def command() -> None:
        raise InputError(f"this command needs {package}; install jiejing[training]")

    command.__doc__ = f"Needs {package}. Install jiejing[training]."
    return command
