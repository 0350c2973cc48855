"""Reads a package from a .zip, made by us or by any other tool, without unpacking it."""

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from evidence.package import CHUNK_BYTES, ENVELOPE, MANIFEST, Fault, is_safe, parents, printable
from evidence.tree import TreeError
from evidence.zipfiles import END, END_MAGIC, Member, canonical_zip, comment_of, zip_size

_MAX_ENTRIES = 10_000
# Others may blow up a small piece without bound while it is read.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# All that zipfile and the decoders below it raise on bytes they do not understand.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    IndexError,
    OverflowError,
)


class ZipTree:
    """An archive that can be listed; see open_zip()."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path = path
        self._archive = archive
        self._top = _top_of(archive.namelist())
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.files: dict[str, int] = {}
        folders: set[str] = set()
        faults = list(_end_faults(path, archive))
        for info in archive.infolist():
            wrong = self._wrong_with(info)
            inside = info.filename.removeprefix(self._top).removesuffix("/")
            if wrong:
                faults.append(Fault(printable(inside or info.filename), wrong))
            elif info.is_dir():
                folders.add(inside)
            else:
                self._infos[inside] = info
                self.files[inside] = info.file_size
            folders.update(parents(inside))
        self.folders = frozenset(folders - {""})
        self.faults = tuple(faults)

    @property
    def is_package(self) -> bool:
        """Whether it is meant as a package at all."""
        ours = self._archive.comment.startswith(comment_of(""))
        return ours or any(self._top + name in self._archive.namelist() for name in (MANIFEST, ENVELOPE))

    def chunks(self, path: str) -> Iterator[bytes]:
        read = 0
        try:
            with self._archive.open(self._infos[path]) as file:
                while chunk := file.read(CHUNK_BYTES):
                    read += len(chunk)
                    yield chunk
        except _BROKEN as error:
            raise TreeError(f"cannot be read from the archive ({error})") from error
        if read != self.files[path]:
            raise TreeError("has another size than the archive says")

    def last_faults(self) -> tuple[Fault, ...]:
        """Holds the archive against the canonical form, if it has exactly its length: dates, modes, comment count."""
        comment = comment_of(self._top.removesuffix("/"))
        members = [
            Member(info.filename, info.file_size, info.CRC, lambda path=path: self.chunks(path))  # type: ignore[misc]
            for path, info in self._infos.items()
        ]
        if self._path.stat().st_size != zip_size(members, comment):
            return ()
        with self._path.open("rb") as file:
            same = all(file.read(len(piece)) == piece for piece in canonical_zip(members, comment))
        return () if same else (Fault(printable(self._path.name), "bits of the archive itself were changed"),)

    def close(self) -> None:
        """Lets go of the file."""
        self._archive.close()

    def _wrong_with(self, info: zipfile.ZipInfo) -> str | None:
        kind = stat.S_IFMT(info.external_attr >> 16)
        name = info.orig_filename
        inside = name.removeprefix(self._top).removesuffix("/")
        checks = (
            (inside and not is_safe(inside), "a name that leaves the package or is not in normal form"),
            (name != info.filename, "a name that reads in two ways"),
            (not name.startswith(self._top), "lies beside the package in the archive"),
            (kind not in (0, stat.S_IFDIR if info.is_dir() else stat.S_IFREG), "is a link or no regular file"),
            (info.flag_bits & 1, "is encrypted"),
            (info.compress_type not in _METHODS, "is packed in a way that is not read here"),
            (inside in self._infos, "is there twice"),
        )
        return next((what for wrong, what in checks if wrong), None)


def open_zip(path: Path) -> ZipTree | Fault:
    """Opens an archive; a Fault where it is too broken to be listed."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        return Fault(printable(path.name), f"cannot be opened as a .zip ({error})")
    if len(archive.infolist()) > _MAX_ENTRIES:
        archive.close()
        return Fault(printable(path.name), f"holds more than {_MAX_ENTRIES} entries")
    try:
        return ZipTree(path, archive)
    except _BROKEN as error:
        archive.close()
        return Fault(printable(path.name), f"cannot be listed ({error})")


def _top_of(names: list[str]) -> str:
    """The folder that holds the package inside the archive, with its slash; "" where the manifest lies at the top."""
    if MANIFEST in names or ENVELOPE in names:
        return ""
    firsts = Counter(name.split("/", 1)[0] for name in names if "/" in name)
    tops = [first for first, _ in firsts.most_common() if {f"{first}/{MANIFEST}", f"{first}/{ENVELOPE}"} & set(names)]
    return f"{tops[0]}/" if tops else ""


def _end_faults(path: Path, archive: zipfile.ZipFile) -> Iterator[Fault]:
    """Bytes before the first entry or after the end, which most tools pass over in silence."""
    with path.open("rb") as file:
        file.seek(-END.size - len(archive.comment), 2)
        end = END.unpack(file.read(END.size))
    if end[0] != END_MAGIC or end[-1] != len(archive.comment):
        yield Fault(printable(path.name), "the archive was cut, or something was added at its end")
    if min((info.header_offset for info in archive.infolist()), default=0) != 0:
        yield Fault(printable(path.name), "something was added before the archive's first entry")
