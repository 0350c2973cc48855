"""jiejing key: the keys that seal, and what became of them."""

from pathlib import Path
from typing import Annotated

import typer

from core.clock import SystemClock
from core.errors import InputError
from evidence.signing.key_events import KeyHistory, Use, change, read_history
from evidence.signing.keys import open_key_ring
from runtime.commands.options import JsonOption
from runtime.home.in_use import alone
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from runtime.process.console import say, say_json, say_table
from store.audit.log import Deed

app = typer.Typer(
    help="The keys that seal packages.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)

Reason = Annotated[str, typer.Option("--reason", help="Why; it goes into the audit.")]


@app.command("list")
def list_keys(as_json: JsonOption = False) -> None:
    """Lists the public keys, and until which number packages of each are believed."""
    home = Installation.open().settings.home
    history = read_history(home)
    found = [(name, _standing(name, history)) for name in sorted(open_key_ring(home).keys)]
    if as_json:
        say_json([{"key_id": name, "standing": standing} for name, standing in found])
    else:
        say_table(("key", "standing"), found)


@app.command("change")
def change_key(
    reason: Reason,
    to: Annotated[Path | None, typer.Option(help="With JIEJING_SIGNING_KEY: the file of the next key.")] = None,
    recorded: Annotated[bool, typer.Option("--recorded", help="The key for what was not received live.")] = False,
) -> None:
    """Retires the key that seals and lets another follow. Stop `run` and `serve` first."""
    installation, why = Installation.open(), _said(reason)
    given = None if recorded else installation.settings.signing_key
    if (given is None) != (to is None):
        code = "runtime.next_key_lies_in_home" if given is None else "runtime.next_key_file_wanted"
        raise InputError(code, field="--to")
    home = installation.settings.home
    use: Use = "recorded" if recorded else "live"
    with alone(home):
        former, line = change(home, use, SystemClock().utc(), given, to)
    fresh = str(line.says["key_id"])
    told = {"key_id": fresh, "line": line.sha256}
    installation.store.audit.note(local_actor(), Deed("key.change", "key", former[:16], why, {"key_id": former}, told))
    say(f"{former[:16]} is retired after number {line.says['retired_after']}; {fresh[:16]} follows it")


@app.command()
def accept(
    key: Annotated[str, typer.Argument(help="Id of the key, or its first digits.")],
    reason: Reason,
) -> None:
    """Answers for a key that came without the signature of the one that it follows, as that was lost."""
    installation, why = Installation.open(), _said(reason)
    found = [name for name in read_history(installation.settings.home).unvouched if name.startswith(key)]
    if len(found) != 1 or not key:
        raise InputError("runtime.no_key_to_accept", key_id=key)
    installation.store.audit.note(
        local_actor(), Deed("key.accept", "key", found[0][:16], why, None, {"key_id": found[0]})
    )
    say(f"{found[0][:16]}: accepted")


def _standing(name: str, history: KeyHistory) -> str:
    if name in history.retired:
        return f"retired after number {history.retired[name]}"
    if name in history.unvouched:
        return "not vouched for by the key that it follows"
    return "in use" if name in history.known else "no signed event tells of it"


def _said(reason: str) -> str:
    if not reason.strip():
        raise InputError("runtime.reason_wanted_for_audit", field="--reason")
    return reason.strip()[:400]
