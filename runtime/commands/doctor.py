"""jiejing doctor: whether this machine and installation are fit to work."""

import typer

from api.system.checkup import CHECKS as OF_THE_INSTALLATION
from api.system.checkup import Checked, check_up
from core.settings import load_settings
from runtime.commands.options import JsonOption
from runtime.process.console import say, say_json
from streams.fence import lack

CONNECTIONS = "connections"
CHECKS = (*OF_THE_INSTALLATION, CONNECTIONS)


def command(as_json: JsonOption = False) -> None:
    """Checks whether all is fit to work. Programs, folders, data base, key, models, clock; exit 1 at a fault."""
    results = [*check_up(load_settings()), connections()]
    if as_json:
        say_json([{"check": one.name, "ok": one.ok, "says": one.says} for one in results])
    else:
        for one in results:
            say(f"{one.name}: {'ok' if one.ok else 'FAULT'}: {one.says}")
    raise typer.Exit(0 if all(one.ok for one in results) else 1)


def connections() -> Checked:
    """Whether ffmpeg is kept from connecting elsewhere; where not, cameras work all the same."""
    why = lack()
    says = f"those of ffmpeg cannot be held: {why}; see docs/access.md" if why else "those of ffmpeg are held"
    return Checked(CONNECTIONS, ok=True, says=says)
