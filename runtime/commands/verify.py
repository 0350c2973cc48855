"""jiejing verify: whether an evidence package is what was sealed."""

from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InputError
from core.settings import load_settings
from evidence.keys import KeyRing, open_key_ring, read_public_key
from evidence.verify import Verdict, verify
from runtime import audit_check
from runtime.commands.options import JsonOption
from runtime.console import note, say, say_json


def command(
    path: Annotated[Path | None, typer.Argument(help="Package: its folder or its .zip.")] = None,
    key: Annotated[Path | None, typer.Option(help="Public key (PEM) to trust instead of the installation's.")] = None,
    audit: Annotated[
        bool, typer.Option("--audit", help="Check the installation's audit instead of a package.")
    ] = False,
    head: Annotated[
        Path | None, typer.Option(help="With --audit: a copy of its signed end that was kept elsewhere.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Checks an evidence package, offline, or the audit. Exit 0 sound, 1 a fault, 2 nothing to verify there.

    Of a package: signature, manifest and files. Of the audit (--audit): every row, the chain, and its end.
    """
    if audit == (path is not None):
        raise InputError("give a package to check, or --audit")
    if path is None:
        raise typer.Exit(audit_check.check(load_settings(), head, as_json=as_json))
    if head:
        raise InputError("--head goes with --audit")
    keys = KeyRing.of([read_public_key(key)]) if key else open_key_ring(load_settings().home)
    verdict = verify(path, keys)
    if as_json:
        say_json(_as_json(verdict))
    else:
        _tell(verdict)
    raise typer.Exit(2 if not verdict.exists else 0 if verdict.sound else 1)


def _tell(verdict: Verdict) -> None:
    if not verdict.exists:
        note(f"jiejing: {verdict.path}: no evidence package; give its folder or its .zip")
        return
    for fault in verdict.faults:
        say(f"{fault.path}: {fault.what}")
    if verdict.sound:
        files = len(verdict.listing.files) if verdict.listing else 0
        say(f"{verdict.path}: sound ({files} files; chain: {verdict.chain}; timestamp: {verdict.timestamp})")
    for promise in verdict.unpromised:
        say(f"format 1 does not promise {promise}")


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "path": str(verdict.path),
        "exists": verdict.exists,
        "sound": verdict.sound,
        "faults": [{"path": fault.path, "what": fault.what} for fault in verdict.faults],
        "chain": verdict.chain,
        "timestamp": verdict.timestamp,
        "unpromised": list(verdict.unpromised),
    }
