"""The files of a sealed package that may be given out: those its manifest lists, the manifest and its envelope."""

import hashlib
from pathlib import Path, PurePosixPath

from api.schemas import PackageFilePublic
from core.errors import EvidenceError
from evidence.listing import ListedFile, read_listing
from evidence.package import ENVELOPE, MANIFEST, TIMESTAMP, is_safe, sha256_of
from store.records import PackageRecord

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
        self._record = record

    def files(self) -> tuple[PackageFilePublic, ...]:
        """Everything that may be given out, in the order of the manifest, which comes first itself.

        Raises:
            EvidenceError: the package is not there, or its manifest is not the one that was sealed.
        """
        own = (self._own(name) for name in (MANIFEST, ENVELOPE, TIMESTAMP) if (self.path / name).is_file())
        return (*own, *(_public(one) for one in self._listed() if is_safe(one.path)))

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

    def _listed(self) -> tuple[ListedFile, ...]:
        where = f"package {self._record.package_id}"
        try:
            content = (self.path / MANIFEST).read_bytes()
        except OSError as error:
            raise EvidenceError(f"{where}: {MANIFEST} cannot be read: {error.strerror}") from error
        if hashlib.sha256(content).hexdigest() != self._record.manifest_sha256:
            raise EvidenceError(f"{where}: {MANIFEST} is not the one that was sealed; verify the package")
        try:
            return read_listing(content).files
        except ValueError as error:
            raise EvidenceError(f"{where}: {MANIFEST}: {error}") from error

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
