"""Reads a package from a .zip without unpacking it. One form alone is read: the one that this product writes.

A .zip says most things twice, and readers differ in which they believe: sizes and names in front of each file and in
the directory at the end, other names in extra fields, bytes that no entry points to. So the archive is worked out again
from its directory, and every byte of it must be as it follows: nothing can be hidden in it, and every tool unpacks the
same.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from core.errors import JiejingError
from evidence.package.layout import CHUNK_BYTES, ENVELOPE, MANIFEST, MAX_ENTRIES, Fault, parents, printable
from evidence.package.names import is_plain
from evidence.package.tree import TreeError
from evidence.package.zipfiles import CENTRAL, END, END_MAGIC, Member, central_of, comment_of, end_of, local_of

# A name of a package has at most some hundred letters.
_MAX_DIRECTORY_BYTES = MAX_ENTRIES * 512
_LONGEST_COMMENT = 200
_ZIP_MAGICS = (b"PK\3\4", END_MAGIC, b"PK\7\x08")


class NotCanonicalError(JiejingError):
    """The archive is not of the form that this product writes."""


class ZipTree:
    """An archive in the canonical form; see open_zip().

    Attributes:
        top: the folder that holds the package inside the archive.
    """

    faults: tuple[Fault, ...] = ()
    overflows = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        members, starts = _read(file)
        self.top = members[0].name.split("/", 1)[0]
        inside = [member.name.removeprefix(f"{self.top}/") for member in members]
        self._members = dict(zip(inside, zip(members, starts, strict=True), strict=True))
        self.files = {name: member.size for name, member in zip(inside, members, strict=True)}
        self.folders = frozenset(folder for name in inside for folder in parents(name))

    def chunks(self, path: str) -> Iterator[bytes]:
        member, start = self._members[path]
        left, crc = member.size, 0
        while left:
            try:
                self._file.seek(start + member.size - left)
                chunk = self._file.read(min(left, CHUNK_BYTES))
            except OSError as error:
                raise TreeError("evidence.file_cannot_be_read", cause=error) from error
            if not chunk:
                raise TreeError("evidence.archive_became_shorter")
            left -= len(chunk)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if crc != member.crc:
            raise TreeError("evidence.archive_checksum_differs")

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()


def open_zip(path: Path) -> ZipTree | None:
    """Opens an archive of a package; None where it holds something else.

    Raises:
        NotCanonicalError: it is an archive, or is named like one, and not of our form.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotCanonicalError("evidence.file_cannot_be_read", cause=error) from error
    try:
        tree = ZipTree(file)
    except NotCanonicalError:
        meant = path.suffix.lower() == ".zip" or _starts_like_one(file)
        file.close()
        if meant:
            raise
        return None
    except BaseException:
        file.close()
        raise
    if tree.files.keys() & {MANIFEST, ENVELOPE}:
        return tree
    tree.close()
    return None


def _read(file: BinaryIO) -> tuple[list[Member], list[int]]:
    """The files of the archive and where their content starts, after every byte but content was compared."""
    try:
        size = file.seek(0, 2)
        count, directory_bytes, offset, comment = _end(file, size)
        file.seek(offset)
        members = _members(file.read(directory_bytes), count)
        starts, central = [], b""
        position = 0
        for member in members:
            local = local_of(member)
            file.seek(position)
            if file.read(len(local)) != local:
                raise NotCanonicalError("evidence.archive_header_differs", name=printable(member.name))
            central += central_of(member, position)
            starts.append(position + len(local))
            position = starts[-1] + member.size
        end = end_of(len(members), len(central), position, comment)
        file.seek(position)
        if position != offset or file.read(len(central) + len(end) + 1) != central + end:
            raise NotCanonicalError("evidence.archive_directory_differs")
    except (OSError, struct.error) as error:
        raise NotCanonicalError("evidence.archive_ends_early") from error
    if comment not in (b"", comment_of(members[0].name.split("/", 1)[0])):
        raise NotCanonicalError("evidence.archive_has_comment")
    return members, starts


def _end(file: BinaryIO, size: int) -> tuple[int, int, int, bytes]:
    """How many files there are, how long the directory is and where it begins, and the comment."""
    start = max(0, size - END.size - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read(END.size + _LONGEST_COMMENT)
    at = tail.rfind(END_MAGIC)
    if at < 0 or len(tail) - at < END.size:
        raise NotCanonicalError("evidence.archive_has_no_end")
    _, _, _, _, count, directory_bytes, offset, comment_bytes = END.unpack_from(tail, at)
    comment = tail[at + END.size :]
    if len(comment) != comment_bytes or offset + directory_bytes + END.size + comment_bytes != size:
        raise NotCanonicalError("evidence.archive_size_differs")
    if not 0 < count <= MAX_ENTRIES or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise NotCanonicalError("evidence.archive_file_count", limit=MAX_ENTRIES)
    return count, directory_bytes, offset, comment


def _members(directory: bytes, count: int) -> list[Member]:
    """What the directory lists. What it says besides is compared later."""
    members, at = [], 0
    for _ in range(count):
        fields = CENTRAL.unpack_from(directory, at)
        crc, size, name_bytes = fields[7], fields[8], fields[10]
        at += CENTRAL.size
        name = _name(directory[at : at + name_bytes])
        at += name_bytes
        members.append(Member(name, size, crc))
    names = [member.name for member in members]
    if names != sorted(set(names)) or len({name.split("/", 1)[0] for name in names}) != 1:
        raise NotCanonicalError("evidence.archive_files_not_ordered")
    return members


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError:
        name = ""
    if "/" not in name or not is_plain(name):
        raise NotCanonicalError("evidence.archive_foreign_name")
    return name


def _starts_like_one(file: BinaryIO) -> bool:
    file.seek(0)
    return file.read(4) in _ZIP_MAGICS
