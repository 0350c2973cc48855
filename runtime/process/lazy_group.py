"""Groups of the command line that import a command when it is called: a list of commands is shown within a blink.

Other packages join by the entry points of the group jiejing.command_tables, each a table of `LazyCommand`:
the runtime imports none of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pkgutil import resolve_name
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

from core.errors import InputError

ENTRY_POINTS = "jiejing.command_tables"
_ANYTHING = {"allow_extra_args": True, "ignore_unknown_options": True}


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command that is not imported yet.

    Attributes:
        name: as it is called; GROUP.NAME in a table of an entry point where it joins a group.
        target: MODULE:ATTRIBUTE, a function or a Typer with commands of its own.
        help: the first sentence of its own help, for the list.
    """

    name: str
    target: str
    help: str


def joined(group: str = "") -> tuple[LazyCommand, ...]:
    """The commands that installed packages add to a group; to the root, without one."""
    tables = [entry.load() for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)]
    split = [(command.name.rpartition("."), command) for table in tables for command in table]
    return tuple(LazyCommand(name, one.target, one.help) for (parent, _, name), one in split if parent == group)


def lazy_group(commands: Iterable[LazyCommand]) -> type[TyperGroup]:
    """The class of a group with these commands, besides those that its Typer registers."""
    return type("LazyGroup", (_LazyGroup,), {"lazy": {command.name: command for command in commands}})


class _LazyGroup(TyperGroup):
    lazy: ClassVar[dict[str, LazyCommand]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *self.lazy]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.lazy and cmd_name not in self.commands:
            self.commands[cmd_name] = _loaded(self.lazy[cmd_name])
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """As click does it, but for the words of what is not imported."""
        names = self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names), default=0)
        known = {name: command.get_short_help_str(limit) for name, command in self.commands.items()}
        with formatter.section("Commands"):
            formatter.write_dl([(name, known.get(name) or self.lazy[name].help) for name in names])


def _loaded(lazy: LazyCommand) -> Any:
    """The command itself. One whose extra is not installed says so when it is called."""
    try:
        target: typer.Typer | Callable[..., Any] = resolve_name(lazy.target)
    except ModuleNotFoundError as error:
        return _as_command(lazy.name, _missing(str(error.name)), _ANYTHING)
    if isinstance(target, typer.Typer):
        group = typer.main.get_group(target)
        group.name = lazy.name
        return group
    return _as_command(lazy.name, target, None)


def _as_command(name: str, function: Callable[..., Any], context: dict[Any, Any] | None) -> Any:
    alone = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    alone.command(name=name, context_settings=context)(function)
    return typer.main.get_command(alone)


def _missing(package: str) -> Callable[[], None]:
    def command() -> None:
        raise InputError("runtime.command_needs_extra", package=package)

    command.__doc__ = f"Needs {package}. Install jiejing[training]."
    return command
