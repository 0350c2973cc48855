"""jiejing verify: whether an evidence package is what was sealed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import InputError
from core.messages import Message, message_of
from core.settings import load_settings
from evidence.package.layout import printable
from evidence.signing.key_events import open_trusted_ring
from evidence.signing.keys import KeyRing, read_public_key
from evidence.verify.verifier import Verdict, verify
from runtime.commands.options import JsonOption
from runtime.process.console import in_json, note, say, say_json, words


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
        raise InputError("runtime.nothing_to_verify")
    if path is None:
        from runtime.home import audit_check  # noqa: PLC0415 - it opens the data base; a package needs none

        raise typer.Exit(audit_check.check(load_settings(), head, as_json=as_json))
    if head:
        raise InputError("runtime.head_without_audit")
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
    identity = {"package_id": listing.package_id, "type": listing.kind, "number": listing.seq, "format": listing.format}
    yield "package", Message("runtime.package_identity", **identity)
    happened = {name: event.get(name) for name in ("event_id", "opening", "violation")}
    yield "event", Message("runtime.event_identity", **happened)
    yield "camera", f"{camera.get('id')} {camera.get('name')}"
    kind, basis = (source.get(name, Message("runtime.not_declared")) for name in ("kind", "time_basis"))
    yield "source", Message("runtime.source_and_times", source=kind, basis=basis)
    yield "still since", str(event.get("still_since"))
    yield "violation", str(record.get("violation_moment") or event.get("violation_at"))
    yield "sealed at", listing.sealed_at
    yield "key", listing.key_id
    if verdict.sealed.unknown_keys:
        yield "also signed by", Message("runtime.unknown_keys", keys=[key[:64] for key in verdict.sealed.unknown_keys])
    missing = [one.get("what", "") for one in listing.completeness.missing]
    is_complete = listing.completeness.complete
    yield "complete", Message("runtime.yes") if is_complete else Message("runtime.no_lacks", missing=missing)
    for path in verdict.lacking:
        yield "without", Message("runtime.violation_not_shown_by", path=path)
    yield "standing", str(_section(record, "legal").get("standing_zh", "线索"))
    if verdict.primary:
        yield "its primary", _state(verdict.primary)


def _state(state: str) -> Message:
    """How a chain, a primary or a time stamp stands."""
    return Message(f"runtime.stands_{state.replace(' ', '_')}")


def _section(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = record.get(name)
    return section if isinstance(section, Mapping) else {}


def _tell(verdict: Verdict) -> None:
    if verdict.refusal:
        note(f"jiejing: {words(Message('core.located', where=verdict.path, cause=verdict.refusal))}")
        return
    if not verdict.exists:
        note(f"jiejing: {words(Message('runtime.no_package_there', path=verdict.path))}")
        return
    for fault in verdict.faults:
        say(words(Message("core.located", where=fault.path, cause=fault.what)))
    if verdict.sound:
        say(words(_soundness(verdict)))
    for name, value in _facts(verdict):
        label = Message(f"runtime.fact_{name.replace(' ', '_')}")
        say(words(Message("core.located", where=label, cause=printable(words(value)))))
    for promise in verdict.unpromised:
        say(words(Message("runtime.package_does_not_promise", what=promise)))


def _soundness(verdict: Verdict) -> Message:
    return Message(
        "runtime.package_sound",
        path=verdict.path,
        files=len(verdict.listing.files) if verdict.listing else 0,
        chain=_state(verdict.chain),
        timestamp=_state(verdict.timestamp),
    )


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "path": str(verdict.path),
        "exists": verdict.exists,
        "refusal": in_json(verdict.refusal) if verdict.refusal else None,
        "sound": verdict.sound,
        "package": {name.replace(" ", "_"): value for name, value in _facts(verdict)},
        "faults": [
            {"path": fault.path, "what": fault.what, **message_of(fault.what).plain()} for fault in verdict.faults
        ],
        "chain": verdict.chain,
        "timestamp": verdict.timestamp,
        "unpromised": [in_json(promise) for promise in verdict.unpromised],
    }
