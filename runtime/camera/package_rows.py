"""The rows of packages in the data base: of one just sealed, and of those whose row a crash left out."""

import hashlib
import json
import logging
from pathlib import Path

from core.clock import parse_rfc3339
from evidence.package.layout import MANIFEST
from evidence.package.listing import read_listing
from evidence.packing.dossier import Sealed
from runtime.home.installation import Installation
from store.events.records import PackageRecord

_log = logging.getLogger(__name__)


def row_of(sealed: Sealed) -> PackageRecord:
    """The row of a package that was just sealed."""
    return PackageRecord(
        package_id=sealed.package_id,
        event_id=sealed.event_id,
        opening=sealed.opening,
        kind=sealed.kind,
        path=sealed.path.name,
        manifest_sha256=sealed.manifest_sha256,
        key_id=sealed.key_id,
        seq=sealed.seq,
        sealed_at=parse_rfc3339(sealed.sealed_at),
        complete=sealed.complete,
        missing=sealed.missing,
    )


def rows_left_out(installation: Installation) -> list[PackageRecord]:
    """Rows of sealed packages that the data base does not know but whose events it does: the process ended in
    between. What cannot be read is left to `jiejing evidence check`."""
    known = {row.package_id for row in installation.store.packages.all()}
    folders = sorted(path.parent for path in installation.packages_folder.glob(f"[!.]*/{MANIFEST}"))
    found = [_row_of_folder(folder) for folder in folders if folder.name not in known]
    return [row for row in found if row and installation.store.events.get(row.event_id)]


def _row_of_folder(folder: Path) -> PackageRecord | None:
    try:
        content = (folder / MANIFEST).read_bytes()
        listing, event = read_listing(content), json.loads(content)["event"]
        return PackageRecord(
            package_id=listing.package_id,
            event_id=event["event_id"],
            opening=event["opening"],
            kind=listing.kind,
            path=folder.name,
            manifest_sha256=hashlib.sha256(content).hexdigest(),
            key_id=listing.key_id,
            seq=listing.seq,
            sealed_at=parse_rfc3339(listing.sealed_at),
            complete=listing.completeness.complete,
            missing=tuple(one["what"] for one in listing.completeness.missing),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning("%s: its manifest cannot be read, so it gets no row: %s", folder, error)
        return None
