"""The files of a sealed package that may be given out: those its signed manifest lists, the manifest and its envelope.

What a package says is believed as far as a key of this installation signed it: the row in the data base only tells
where it lies.
"""

import hashlib
from functools import cached_property
from pathlib import Path, PurePosixPath

from api.packages.schemas import PackageFilePublic
from core.errors import EvidenceError
from core.messages import Message
from evidence.package.layout import ENVELOPE, MANIFEST, TIMESTAMP, is_safe, sha256_of
from evidence.package.listing import ListedFile
from evidence.signing.key_events import open_trusted_ring
from evidence.signing.removals import removal_of
from evidence.signing.sealed import Sealed, read_sealed
from store.events.records import PackageRecord

_MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".mp4": "video/mp4",
    ".json": "application/json",
    ".tsr": "application/timestamp-reply",
    ".txt": "text/plain; charset=utf-8",
}


# What the privacy masks of the camera are black in, and what shows no picture at all. Whatever else joins a package
# counts as received.
_MASKED_FILES = frozenset({MANIFEST, ENVELOPE, TIMESTAMP, "composite.jpg", "clip/timelapse.mp4"})
_MASKED_FOLDER = "marked/"


class PackageFolder:
    """A package as it lies in the packages folder."""

    def __init__(self, packages_folder: Path, record: PackageRecord) -> None:
        self.path = packages_folder / record.path
        self.record = record
        self._home = packages_folder.parent

    @cached_property
    def sealed(self) -> Sealed:
        """What was sealed.

        Raises:
            EvidenceError: the package is not there, no key of this installation signed it, it was changed since, or it
                is evidence of something else than the data base says.
        """
        try:
            content = (self.path / MANIFEST).read_bytes()
        except OSError as error:
            if not self.path.exists() and (gone := removal_of(self._home, self.record.package_id)):
                raise EvidenceError(
                    "api.package_was_removed", package_id=self.record.package_id, at=gone.at, reason=gone.reason
                ) from error
            raise EvidenceError(
                "api.package_file_unreadable", package_id=self.record.package_id, name=MANIFEST, cause=error
            ) from error
        if hashlib.sha256(content).hexdigest() != self.record.manifest_sha256:
            raise EvidenceError("api.package_file_changed", package_id=self.record.package_id, name=MANIFEST)
        found = read_sealed(self.path, open_trusted_ring(self._home))
        if not isinstance(found, Sealed):
            raise EvidenceError(
                "api.package_seal_broken",
                package_id=self.record.package_id,
                causes=[Message("core.located", where=one.path, cause=one.what) for one in found],
            )
        self._check_identity(found)
        return found

    def files(self) -> tuple[PackageFilePublic, ...]:
        """Everything that may be given out, in the order of the manifest, which comes first itself.

        Raises:
            EvidenceError: as of `sealed`.
        """
        listed = self.sealed.listing.files
        own = (self._own(name) for name in (MANIFEST, ENVELOPE, TIMESTAMP) if (self.path / name).is_file())
        return (*own, *(_public(one) for one in listed if is_safe(one.path)))

    def find(self, name: str) -> tuple[Path, PackageFilePublic] | None:
        """A file that may be given out, by the exact path that the manifest names.

        Raises:
            EvidenceError: as of `files`.
        """
        listed = next((one for one in self.files() if one.path == name), None)
        if listed is None:
            return None
        path = self.path / name
        # What the manifest calls a file may have become a link since.
        is_itself = path.is_file() and path.resolve() == self.path.resolve() / name
        return (path, listed) if is_itself else None

    def sound(self, name: str) -> Path | None:
        """A file whose bytes are those that were sealed; None if it may not be given out.

        Raises:
            EvidenceError: as of `sealed`, or the file was changed.
        """
        found = self.find(name)
        if found is None:
            return None
        path, listed = found
        if sha256_of(path) != listed.digests["sha256"]:
            raise EvidenceError("api.package_file_changed", package_id=self.record.package_id, name=name)
        return path

    def check(self) -> None:
        """Holds every file against the manifest.

        Raises:
            EvidenceError: as of `sealed`, or a file is missing or was changed.
        """
        for one in self.sealed.listing.files:
            if self.sound(one.path) is None:
                raise EvidenceError("api.package_file_missing", package_id=self.record.package_id, name=one.path)

    def _check_identity(self, sealed: Sealed) -> None:
        """Of packages from elsewhere, without facts of an event, only the name can be held against the row."""
        listing, event = sealed.listing, sealed.record.get("event") or {}
        record = self.record
        about = (event.get("event_id", record.event_id), event.get("opening", record.opening))
        if (listing.package_id, listing.kind, *about) != (
            record.package_id,
            record.kind,
            record.event_id,
            record.opening,
        ):
            raise EvidenceError(
                "api.package_of_another_event",
                package_id=record.package_id,
                event_id=record.event_id,
                opening=record.opening,
                sealed_event_id=about[0],
                sealed_opening=about[1],
            )

    def _own(self, name: str) -> PackageFilePublic:
        path = self.path / name
        return _public(ListedFile(path=name, size=path.stat().st_size, digests={"sha256": sha256_of(path)}))


def _public(listed: ListedFile) -> PackageFilePublic:
    media_type = _MEDIA_TYPES.get(PurePosixPath(listed.path).suffix, "application/octet-stream")
    return PackageFilePublic(
        path=listed.path,
        size=listed.size,
        media_type=media_type,
        digests=listed.digests,
        masked=listed.path in _MASKED_FILES or listed.path.startswith(_MASKED_FOLDER),
    )
