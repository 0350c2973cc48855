"""jiejing doctor: whether this machine and installation are fit to work."""

from typing import Any

import typer

from api.system.checkup import CHECKS as OF_THE_INSTALLATION
from api.system.checkup import Checked, check_up
from core.messages import Message, message_of
from core.settings import load_settings
from runtime.commands.options import JsonOption
from runtime.process.console import say, say_json, words
from streams.fence import lack

CONNECTIONS = "connections"
CHECKS = (*OF_THE_INSTALLATION, CONNECTIONS)


def command(as_json: JsonOption = False) -> None:
    """Checks whether all is fit to work. Programs, folders, data base, key, models, clock; exit 1 at a fault."""
    results = [*check_up(load_settings()), connections()]
    if as_json:
        say_json([_as_json(one) for one in results])
    else:
        for one in results:
            outcome = Message("runtime.check_ok" if one.ok else "runtime.check_fault")
            say(f"{one.name}: {words(outcome)}: {words(one.says)}")
    raise typer.Exit(0 if all(one.ok for one in results) else 1)


def connections() -> Checked:
    """Whether ffmpeg is kept from connecting elsewhere; where not, cameras work all the same."""
    why = lack()
    says = Message("runtime.connections_not_held", cause=why) if why else Message("runtime.connections_held")
    return Checked(CONNECTIONS, ok=True, says=says)


def _as_json(one: Checked) -> dict[str, Any]:
    return {"check": one.name, "ok": one.ok, "says": one.says, **message_of(one.says).plain()}
