"""jiejing evidence: the sealed packages of this installation."""

from pathlib import Path
from typing import Annotated

import typer

from core.clock import SystemClock, rfc3339
from core.errors import InputError
from core.messages import Message
from evidence.package.zipfiles import write_zip
from evidence.signing.chain import Chain, ChainEntry
from evidence.signing.key_events import open_trusted_ring
from evidence.signing.keys import open_signing_key
from evidence.signing.removals import note_removal, take_away
from evidence.signing.sealed import Sealed, read_sealed
from evidence.verify.key_check import ToldByAudit, check_keys
from evidence.verify.reconcile import Finding, Row, reconcile
from runtime.commands.options import JsonOption
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from runtime.process.console import say, say_json, say_table, words
from store.audit.log import AuditFilter, AuditLog, Deed
from store.events.records import PackageRecord

app = typer.Typer(
    help="The sealed evidence packages.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.command("list")
def list_packages(as_json: JsonOption = False) -> None:
    """Lists the packages, newest first."""
    rows = sorted(Installation.open().store.packages.all(), key=lambda row: row.sealed_at, reverse=True)
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
    row = installation.store.packages.get(package)
    if row is None:
        raise InputError("runtime.no_such_package", package_id=package)
    write_zip(installation.packages_folder / row.path, out)
    say(str(out))


@app.command()
def remove(
    package: Annotated[str, typer.Argument(help="Id of the package.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it is signed, and goes into the audit.")],
) -> None:
    """Removes a package for good. A signed line tells of it, so that its gap in the chain is no fault."""
    if not (why := reason.strip()[:400]):
        raise InputError("runtime.reason_wanted_signed", field="--reason")
    installation = Installation.open()
    settings, folder = installation.settings, installation.packages_folder
    row = installation.store.packages.get(package)
    if row is None:
        raise InputError("runtime.no_such_package", package_id=package)
    keys = open_trusted_ring(settings.home)
    sealed = read_sealed(folder / row.path, keys)
    if not isinstance(sealed, Sealed):
        raise InputError("runtime.package_not_believed", package_id=package)
    key = open_signing_key(settings.home, settings.signing_key)
    gone = note_removal(settings.home, sealed, keys, key, why, SystemClock().utc())
    told = {"number": gone.number, "manifest_sha256": gone.manifest_sha256, "line": gone.line}
    installation.store.audit.note(local_actor(), Deed("evidence.remove", "package", package, why, told))
    take_away(folder / row.path)
    say(f"{package}: removed; the signed line says why")


@app.command()
def check() -> None:
    """Looks for what does not agree. Verifies every package, and holds signed manifests, chain and data base against
    each other; exit 1 at a finding.
    """
    installation = Installation.open()
    folder = installation.packages_folder
    rows = [Row(row.package_id, row.manifest_sha256, folder / row.path) for row in installation.store.packages.all()]
    home = installation.settings.home
    keys = open_trusted_ring(home)
    removed, findings = check_keys(home, keys, _told(installation.store.audit))
    findings += reconcile(folder, _chains(home), rows, keys, removed)
    for finding in findings:
        say(f"{finding.path}: {_what(finding)}" + (f" ({words(finding.detail)})" if finding.detail else ""))
    if not findings:
        code = "runtime.packages_agree_some_removed" if removed else "runtime.packages_agree"
        say(words(Message(code, path=folder, count=len(rows), removed=len(removed))))
    raise typer.Exit(1 if findings else 0)


def _what(finding: Finding) -> str:
    return words(Message(f"runtime.finding_{finding.what.replace(' ', '_')}"))


def _told(audit: AuditLog) -> ToldByAudit:
    """What the audit tells of keys and removals."""
    lines, accepted = dict[str, str](), set[str]()
    for action in ("key.change", "key.accept", "evidence.remove"):
        for entry in audit.all(AuditFilter(action=action)):
            after = entry.after or entry.before or {}
            if action == "key.accept":
                accepted.add(str(after.get("key_id")))
            else:
                lines[str(after.get("line"))] = f"{action} {entry.object_id}"
    return ToldByAudit(lines, accepted)


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
