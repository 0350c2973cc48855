"""jiejing doctor: whether this machine and installation are fit to work."""

import typer

from api.checkup import CHECKS, check_up
from core.settings import load_settings
from runtime.commands.options import JsonOption
from runtime.console import say, say_json

__all__ = ["CHECKS", "command"]


def command(as_json: JsonOption = False) -> None:
    """Checks whether all is fit to work. Programs, folders, data base, key, models, clock; exit 1 at a fault."""
    results = check_up(load_settings())
    if as_json:
        say_json([{"check": one.name, "ok": one.ok, "says": one.says} for one in results])
    else:
        for one in results:
            say(f"{one.name}: {'ok' if one.ok else 'FAULT'}: {one.says}")
    raise typer.Exit(0 if all(one.ok for one in results) else 1)
