"""jiejing evidence: the sealed packages of this installation."""

from pathlib import Path
from typing import Annotated

import typer

from core.clock import rfc3339
from core.errors import InputError
from evidence.chain import Chain, ChainEntry
from evidence.keys import open_key_ring
from evidence.reconcile import Row, reconcile
from evidence.zipfiles import write_zip
from runtime.commands.options import JsonOption
from runtime.console import say, say_json, say_table
from runtime.installation import Installation
from store.records import PackageRecord

app = typer.Typer(help="The sealed evidence packages.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_packages(as_json: JsonOption = False) -> None:
    """Lists the packages, newest first."""
    rows = sorted(Installation.open().packages.all(), key=lambda row: row.sealed_at, reverse=True)
    if as_json:
        say_json([_plain(row) for row in rows])
        return
    heads = ("package", "kind", "event", "sealed", "complete")
    say_table(heads, ((r.package_id, r.kind, r.event_id, rfc3339(r.sealed_at), _complete(r)) for r in rows))


@app.command()
def export(
    package: Annotated[str, typer.Argument(help="Id of the package.")],
    out: Annotated[Path, typer.Option("--out", help="The .zip to write.")],
) -> None:
    """Writes a package as a .zip. It verifies like the folder."""
    installation = Installation.open()
    row = installation.packages.get(package)
    if row is None:
        raise InputError(f"no package {package!r} here; see: jiejing evidence list")
    write_zip(installation.packages_folder / row.path, out)
    say(str(out))


@app.command()
def check() -> None:
    """Looks for what does not agree. Verifies every package, and holds signed manifests, chain and data base against
    each other; exit 1 at a finding.
    """
    installation = Installation.open()
    folder = installation.packages_folder
    rows = [Row(row.package_id, row.manifest_sha256, folder / row.path) for row in installation.packages.all()]
    home = installation.settings.home
    findings = reconcile(folder, _chains(home), rows, open_key_ring(home))
    for finding in findings:
        say(f"{finding.path}: {finding.what}" + (f" ({finding.detail})" if finding.detail else ""))
    if not findings:
        say(f"{folder}: {len(rows)} packages, all in agreement")
    raise typer.Exit(1 if findings else 0)


def _chains(home: Path) -> dict[str, list[ChainEntry]]:
    """The lines of each chain, by the digits of its key that its file is named after."""
    files = sorted(home.glob("keys/chain-*.jsonl"))
    return {path.stem.removeprefix("chain-"): list(Chain(path).entries()) for path in files}


def _complete(row: PackageRecord) -> str:
    return "yes" if row.complete else "missing: " + ", ".join(row.missing)


def _plain(row: PackageRecord) -> dict[str, object]:
    return {
        "package_id": row.package_id,
        "kind": row.kind,
        "event_id": row.event_id,
        "opening": row.opening,
        "path": row.path,
        "manifest_sha256": row.manifest_sha256,
        "seq": row.seq,
        "sealed_at": rfc3339(row.sealed_at),
        "complete": row.complete,
        "missing": list(row.missing),
    }
