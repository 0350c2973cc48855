"""jiejing verify: whether an evidence package is what was sealed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InputError
from core.settings import load_settings
from evidence.package.layout import printable
from evidence.signing.key_events import open_trusted_ring
from evidence.signing.keys import KeyRing, read_public_key
from evidence.verify.verifier import Verdict, verify
from runtime.commands.options import JsonOption
from runtime.process.console import note, say, say_json


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
        from runtime.home import audit_check  # noqa: PLC0415 - it opens the data base; a package needs none

        raise typer.Exit(audit_check.check(load_settings(), head, as_json=as_json))
    if head:
        raise InputError("--head goes with --audit")
    keys = KeyRing.of([read_public_key(key)]) if key else open_trusted_ring(load_settings().home)
    verdict = verify(path, keys)
    if as_json:
        say_json(_as_json(verdict))
    else:
        _tell(verdict)
    raise typer.Exit(2 if not verdict.exists else 0 if verdict.sound else 1)


def _facts(verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What the package says it is, under its signature."""
    if verdict.sealed is None:
        return
    listing, record = verdict.sealed.listing, verdict.sealed.record
    event, camera, source = (_section(record, name) for name in ("event", "camera", "source"))
    missing = ", ".join(one.get("what", "") for one in listing.completeness.missing)
    yield "package", f"{listing.package_id} ({listing.kind}, number {listing.seq}, {listing.format})"
    yield "event", f"{event.get('event_id')}, opening {event.get('opening')}, {event.get('violation')}"
    yield "camera", f"{camera.get('id')} {camera.get('name')}"
    yield "source", f"{source.get('kind', 'not declared')}, times: {source.get('time_basis', 'not declared')}"
    yield "still since", str(event.get("still_since"))
    yield "violation", str(record.get("violation_moment") or event.get("violation_at"))
    yield "sealed at", listing.sealed_at
    yield "key", listing.key_id
    if verdict.sealed.unknown_keys:
        yield "also signed by", ", ".join(name[:64] for name in verdict.sealed.unknown_keys) + " (not trusted here)"
    yield "complete", "yes" if listing.completeness.complete else f"no; missing: {missing}"
    for path in verdict.lacking:
        yield "without", f"{path}: the violation is not shown by it"
    yield "standing", str(_section(record, "legal").get("standing_zh", "线索"))
    if verdict.primary:
        yield "its primary", verdict.primary


def _section(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = record.get(name)
    return section if isinstance(section, Mapping) else {}


def _tell(verdict: Verdict) -> None:
    if verdict.refusal:
        note(f"jiejing: {verdict.path}: {verdict.refusal}")
        return
    if not verdict.exists:
        note(f"jiejing: {verdict.path}: no evidence package; give its folder or its .zip")
        return
    for fault in verdict.faults:
        say(f"{fault.path}: {fault.what}")
    if verdict.sound:
        files = len(verdict.listing.files) if verdict.listing else 0
        say(f"{verdict.path}: sound ({files} files; chain: {verdict.chain}; timestamp: {verdict.timestamp})")
    for name, value in _facts(verdict):
        say(f"{name}: {printable(value)}")
    for promise in verdict.unpromised:
        say(f"this package does not promise {promise}")


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "path": str(verdict.path),
        "exists": verdict.exists,
        "refusal": verdict.refusal,
        "sound": verdict.sound,
        "package": {name.replace(" ", "_"): value for name, value in _facts(verdict)},
        "faults": [{"path": fault.path, "what": fault.what} for fault in verdict.faults],
        "chain": verdict.chain,
        "timestamp": verdict.timestamp,
        "unpromised": list(verdict.unpromised),
    }
