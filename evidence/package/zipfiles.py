"""A package as one .zip, in one canonical form.

Canonical: a folder named after the package, files in the order of their paths, stored, dated 1980-01-01, mode 0644,
plain names, no extra fields, no comment. So every bit of such a file is determined by the package, and a verifier that
reads one can hold it against the form. Earlier versions wrote the same with a comment that names product and package;
that is read, too.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from core.errors import EvidenceError
from evidence.package.layout import chunks_of
from evidence.package.names import is_plain
from evidence.package.storage import storing
from evidence.package.tree import FolderTree, holds_package

_LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")

END_MAGIC = b"PK\5\6"
_VERSION = 20
_MADE_BY_UNIX = 3 << 8 | _VERSION
_UTF8 = 1 << 11
_FIRST_DATE = 1 << 5 | 1  # 1980-01-01
_MODE = 0o100644 << 16
_MAX = 0xFFFF_FFFF  # what a zip without its 64-bit extension can say


@dataclass(frozen=True)
class Member:
    """A file of the archive: its name, size in bytes and CRC-32."""

    name: str
    size: int
    crc: int


def write_zip(package: Path, target: Path) -> None:
    """Packs a package folder into one .zip, in the canonical form.

    Raises:
        EvidenceError: no package folder, or one that holds links, odd names or more than 4 GiB.
        StorageError: the disk refuses; nothing half-written.
    """
    if not holds_package(package):
        raise EvidenceError("evidence.no_package_there", path=package)
    tree = FolderTree(package)
    if tree.faults:
        raise EvidenceError(
            "evidence.package_has_fault", path=f"{package}/{tree.faults[0].path}", cause=tree.faults[0].what
        )
    top = package.resolve().name
    members = [_member(package, top, path) for path in sorted(tree.files)]
    if _zip_size(members) > _MAX:
        raise EvidenceError("evidence.package_exceeds_zip", path=package)
    with storing(target), NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as file:
        try:
            file.writelines(_canonical_zip(package, members))
            Path(file.name).replace(target)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def comment_of(top: str) -> bytes:
    """The comment of earlier versions: names the product and the package."""
    return f"jiejing evidence package {top}".encode()


def local_of(member: Member) -> bytes:
    """What lies before a file's content (PKWARE APPNOTE 6.3, without any option)."""
    return _LOCAL.pack(b"PK\3\4", _VERSION, *_facts(member)) + member.name.encode()


def central_of(member: Member, offset: int) -> bytes:
    """A file's entry in the directory."""
    facts = _facts(member)
    packed = CENTRAL.pack(b"PK\1\2", _MADE_BY_UNIX, _VERSION, *facts, 0, 0, 0, _MODE, offset)
    return packed + member.name.encode()


def end_of(count: int, directory_bytes: int, offset: int, comment: bytes = b"") -> bytes:
    """The end of the archive."""
    return END.pack(END_MAGIC, 0, 0, count, count, directory_bytes, offset, len(comment)) + comment


def _facts(member: Member) -> tuple[int, ...]:
    name_bytes = len(member.name.encode())
    return (_UTF8, zipfile.ZIP_STORED, 0, _FIRST_DATE, member.crc, member.size, member.size, name_bytes, 0)


def _canonical_zip(package: Path, members: list[Member]) -> Iterator[bytes]:
    directory, offset = b"", 0
    for member in members:
        local = local_of(member)
        yield local
        with (package / member.name.split("/", 1)[1]).open("rb") as file:
            yield from chunks_of(file)
        directory += central_of(member, offset)
        offset += len(local) + member.size
    yield directory + end_of(len(members), len(directory), offset)


def _zip_size(members: list[Member]) -> int:
    files = sum(_LOCAL.size + CENTRAL.size + 2 * len(one.name.encode()) + one.size for one in members)
    return files + END.size


def _member(package: Path, top: str, path: str) -> Member:
    if not is_plain(f"{top}/{path}"):
        raise EvidenceError("evidence.name_unfit_for_zip", path=f"{package}/{path}")
    size = crc = 0
    with storing(package / path), (package / path).open("rb") as file:
        for chunk in chunks_of(file):
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
    return Member(f"{top}/{path}", size, crc)
