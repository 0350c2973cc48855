"""Packages that were removed on purpose: `home/keys/removed.jsonl`, one signed line each.

    {"entry": "removed", "package_id": ..., "key_id": ..., "number": ..., "manifest_sha256": ..., "reason": ...}

The line is on the disk before the package goes. So a gap in a chain is either told of here or a fault.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.errors import EvidenceError, StorageError
from evidence.package.layout import STAGING
from evidence.package.storage import flush_folder, storing
from evidence.signing.keys import KeyRing, SigningKey, open_key_ring
from evidence.signing.ledger import Ledger, Line
from evidence.signing.sealed import Sealed

TYPE = "application/vnd.jiejing.removal+json"


@dataclass(frozen=True)
class Removed:
    """A package that was removed on purpose.

    Attributes:
        at: when, by the server's clock; `line`: SHA-256 of the line that tells of it.
    """

    package_id: str
    key_id: str
    number: int
    manifest_sha256: str
    reason: str
    at: str
    line: str


def removals(home: Path) -> Ledger:
    """The ledger of an installation's removals."""
    return Ledger(home / "keys" / "removed.jsonl", TYPE)


def read_removed(home: Path, keys: KeyRing) -> Mapping[str, Removed]:
    """What was removed, by its id.

    Raises:
        StorageError: it cannot be read.
        EvidenceError: it is not what was written.
    """
    return {one.package_id: one for one in map(_removed, removals(home).lines(keys))}


def removal_of(home: Path, package_id: str) -> Removed | None:
    """How a package was removed on purpose; None where nothing tells of it that can be believed."""
    try:
        return read_removed(home, open_key_ring(home)).get(package_id)
    except (EvidenceError, StorageError):
        return None


def note_removal(home: Path, sealed: Sealed, keys: KeyRing, key: SigningKey, reason: str, now: datetime) -> Removed:
    """Tells that a package is about to be removed; the line of an earlier attempt stands.

    Raises:
        StorageError: the disk refuses.
        EvidenceError: the ledger is not what was written.
    """
    listing = sealed.listing
    with removals(home).turn(keys) as turn:
        for line in turn.lines:
            if line.says.get("package_id") == listing.package_id:
                return _removed(line)
        told = {
            "package_id": listing.package_id,
            "key_id": listing.key_id,
            "number": listing.seq,
            "manifest_sha256": sealed.manifest_sha256,
            "reason": reason,
        }
        return _removed(turn.append("removed", told, [key], now))


def take_away(package: Path) -> None:
    """Removes a package's folder: at once for whoever looks, then its files.

    Raises:
        StorageError: the disk refuses.
    """
    leaving = package.with_name(f"{STAGING}{package.name}.removed")
    with storing(package):
        package.rename(leaving)
        flush_folder(leaving.parent)
        shutil.rmtree(leaving)


def _removed(line: Line) -> Removed:
    match line.says:
        case {
            "entry": "removed",
            "package_id": str(package_id),
            "key_id": str(key_id),
            "number": int(number),
            "manifest_sha256": str(sha256),
            "reason": str(reason),
        }:
            return Removed(package_id, key_id, number, sha256, reason, line.at, line.sha256)
    raise EvidenceError("evidence.removal_line_unknown", moment=line.at)
