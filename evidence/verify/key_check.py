"""Holds the public keys against the signed events of keys, and what the audit tells against both ledgers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import EvidenceError, StorageError
from core.messages import Message
from evidence.signing.key_events import KeyHistory, key_events, read_history
from evidence.signing.keys import PREFIX_LENGTH, KeyRing, public_keys
from evidence.signing.removals import Removed, read_removed, removals
from evidence.verify.reconcile import Finding


@dataclass(frozen=True)
class ToldByAudit:
    """What the audit tells of keys and removals.

    Attributes:
        lines: the object of a row, by the SHA-256 of the signed line that it names.
        accepted: keys that somebody answers for, though the former key did not sign for them.
    """

    lines: Mapping[str, str]
    accepted: Collection[str]


def check_keys(home: Path, keys: KeyRing, told: ToldByAudit) -> tuple[Mapping[str, Removed], list[Finding]]:
    """What was removed on purpose, and everything that does not agree about keys and removals."""
    findings: list[Finding] = []
    history, removed = KeyHistory(), dict[str, Removed]()
    try:
        history = read_history(home)
        findings += _keys(home, keys, history, told.accepted)
    except (EvidenceError, StorageError) as error:
        findings.append(Finding(key_events(home).path, "faulty", error.message))
    try:
        removed = dict(read_removed(home, keys))
    except (EvidenceError, StorageError) as error:
        findings.append(Finding(removals(home).path, "faulty", error.message))
    signed = history.lines | {one.line for one in removed.values()}
    findings += [
        Finding(home / "keys", "no signed line", Message("evidence.audit_tells_of", thing=thing))
        for line, thing in told.lines.items()
        if line not in signed
    ]
    return removed, findings


def _keys(home: Path, keys: KeyRing, history: KeyHistory, accepted: Collection[str]) -> Iterator[Finding]:
    for name in sorted(keys.keys):
        path = public_keys(home) / f"{name[:PREFIX_LENGTH]}.pem"
        # A home of an earlier version has no events before its first start.
        if history.known and name not in history.known:
            yield Finding(path, "unknown key", Message("evidence.no_event_of_key"))
        if name in history.unvouched and name not in accepted:
            yield Finding(path, "key not vouched for", Message("evidence.former_key_did_not_sign"))
