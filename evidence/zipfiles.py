"""A package as one .zip: written in one canonical form, and read from any sound form.

Canonical: a folder named after the package, files in the order of their paths, stored, dated 1980-01-01, mode 0644,
UTF-8 names, no extra fields, and a comment that names product and package. So every bit of such a file is determined
by the package, and a verifier that reads one can hold it against the form.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from core.errors import EvidenceError
from evidence.package import chunks_of, is_safe
from evidence.storage import storing
from evidence.tree import FolderTree, holds_package

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")

LOCAL_MAGIC = b"PK\3\4"
END_MAGIC = b"PK\5\6"
_VERSION = 20
_MADE_BY_UNIX = 3 << 8 | _VERSION
_UTF8 = 1 << 11
_FIRST_DATE = 1 << 5 | 1  # 1980-01-01
_MODE = 0o100644 << 16
_MAX = 0xFFFF_FFFF  # what a zip without its 64-bit extension can say


@dataclass(frozen=True)
class Member:
    """A file of the archive: its name, size in bytes and CRC-32, and how to read it."""

    name: str
    size: int
    crc: int
    chunks: Callable[[], Iterator[bytes]]


def write_zip(package: Path, target: Path) -> None:
    """Packs a package folder into one .zip, in the canonical form.

    Raises:
        EvidenceError: no package folder, or one that holds links or more than 4 GiB.
        StorageError: the disk refuses; nothing half-written.
    """
    if not holds_package(package):
        raise EvidenceError(f"{package}: no package there; give the folder that holds its manifest")
    tree = FolderTree(package)
    if tree.faults:
        raise EvidenceError(f"{package}/{tree.faults[0].path}: {tree.faults[0].what}; verify the package first")
    top = package.resolve().name
    members = [_member(package, top, path) for path in tree.files]
    if zip_size(members, comment_of(top)) > _MAX:
        raise EvidenceError(f"{package}: more than 4 GiB do not fit in a .zip")
    with storing(target), NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as file:
        try:
            file.writelines(canonical_zip(members, comment_of(top)))
            Path(file.name).chmod(0o644)
            Path(file.name).replace(target)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


def comment_of(top: str) -> bytes:
    """The archive's comment: names the product and the package."""
    return f"jiejing evidence package {top}".encode()


def canonical_zip(members: Sequence[Member], comment: bytes) -> Iterator[bytes]:
    """The archive's bytes, piece by piece (PKWARE APPNOTE 6.3, without any option)."""
    central: list[bytes] = []
    offset = 0
    for member in sorted(members, key=lambda one: one.name):
        name = member.name.encode()
        facts = (_UTF8, zipfile.ZIP_STORED, 0, _FIRST_DATE, member.crc, member.size, member.size, len(name), 0)
        yield _LOCAL.pack(LOCAL_MAGIC, _VERSION, *facts) + name
        yield from member.chunks()
        central.append(_CENTRAL.pack(b"PK\1\2", _MADE_BY_UNIX, _VERSION, *facts, 0, 0, 0, _MODE, offset) + name)
        offset += _LOCAL.size + len(name) + member.size
    directory = b"".join(central)
    yield directory
    yield END.pack(END_MAGIC, 0, 0, len(central), len(central), len(directory), offset, len(comment)) + comment


def zip_size(members: Sequence[Member], comment: bytes) -> int:
    """How many bytes canonical_zip() makes."""
    files = sum(_LOCAL.size + _CENTRAL.size + 2 * len(one.name.encode()) + one.size for one in members)
    return files + END.size + len(comment)


def _member(package: Path, top: str, path: str) -> Member:
    if not is_safe(path):
        raise EvidenceError(f"{package}/{path}: such a name cannot go into a .zip")

    def chunks() -> Iterator[bytes]:
        with (package / path).open("rb") as file:
            yield from chunks_of(file)

    size = crc = 0
    with storing(package / path):
        for chunk in chunks():
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
    return Member(f"{top}/{path}", size, crc, chunks)
