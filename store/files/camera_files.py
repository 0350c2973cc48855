"""A file of many cameras: a table (CSV, workbook), or a site file (YAML)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal
from urllib.parse import urlsplit

from core.messages import Message
from core.redaction import HIDDEN, redacted
from core.site import Camera, Site, SiteInfo
from core.stream_address import address_fault
from store.files import site_file
from store.files.camera_sheet import CameraTable, read_table
from store.files.headings import Choices, ReadColumn
from store.files.subprocess_reader import Kind
from store.site.records import RowFault
from store.site.secrets import without_passwords

FileKind = Literal["csv", "xlsx", "yaml"]
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_ADDRESSES = ("source", "detect_source")
_RTSP_PORT = 554


@dataclass(frozen=True, slots=True)
class CameraFile:
    """What a file says.

    Attributes:
        cameras: by their row (from 1, as the file has it), or the line of the site file on which they begin.
        flawed: those of rows at fault, as of `CameraTable`; of a site file none.
        faults: everything that is wrong, by row or line.
        notices: what is not wrong and should be known.
        info: what a site file says of the site itself; None = a table, or a site file with faults.
        columns, sheet: of a table, as of `CameraTable`.
    """

    cameras: Mapping[int, Camera]
    faults: tuple[RowFault, ...]
    info: SiteInfo | None = None
    flawed: Mapping[int, Camera] = field(default_factory=dict)
    notices: tuple[RowFault, ...] = ()
    columns: tuple[ReadColumn, ...] = ()
    sheet: str = ""


def read_cameras(content: bytes, kind: FileKind, site: Site | None, choices: Choices | None = None) -> CameraFile:
    """What a file says about cameras.

    Args:
        kind: xlsx means any workbook.
        site: as it is; of a camera that is in it, a table may leave out what stays. None = there is none yet.
        choices: what people chose for the columns of a table.
    """
    known = {camera.id: without_passwords(camera) for camera in site.cameras} if site else {}
    if kind == "yaml":
        checked = site_file.check_bytes(content)
        if checked.site is None:
            return CameraFile({}, checked.faults)
        cameras = _by_line(checked.lines, checked.site.cameras)
        faults = tuple(_faults_of_addresses(cameras, known))
        return CameraFile(cameras, faults, checked.site.site, notices=tuple(_same_addresses(cameras, {})))
    table = read_table(content, _table_kind(content, kind), known, choices)
    told = {(one.row, one.field) for one in table.faults}
    wrong = _faults_of_addresses({**table.cameras, **table.flawed}, known)
    faults = (*table.faults, *(one for one in wrong if (one.row, one.field) not in told))
    if site is None:
        faults += (RowFault(1, "", Message("store.table_before_site")),)
    return _of_table(table, faults, known)


def _by_line(lines: Sequence[int], cameras: Sequence[Camera]) -> dict[int, Camera]:
    """Cameras by the line of each; where one line holds several, as in JSON, the next number that is free."""
    by_line: dict[int, Camera] = {}
    for line, camera in zip(lines, cameras, strict=True):
        by_line[next(number for number in count(line) if number not in by_line)] = camera
    return by_line


def _of_table(table: CameraTable, faults: tuple[RowFault, ...], known: Mapping[str, Camera]) -> CameraFile:
    notices = (*table.notices, *_same_addresses(table.cameras, known))
    by_row = tuple(sorted(notices, key=lambda one: one.row))
    return CameraFile(
        table.cameras, faults, flawed=table.flawed, notices=by_row, columns=table.columns, sheet=table.sheet
    )


def _table_kind(content: bytes, kind: FileKind) -> Kind:
    """By what it holds: a workbook is often called .csv."""
    return "workbook" if kind == "xlsx" or content.startswith(_WORKBOOKS) else "csv"


def _faults_of_addresses(cameras: Mapping[int, Camera], known: Mapping[str, Camera]) -> Iterator[RowFault]:
    """Addresses that nothing can be at. What is as it was is not looked at again."""
    for row, camera in cameras.items():
        old = known.get(str(camera.id))
        for name in _ADDRESSES:
            address = getattr(camera, name, None)
            if not address or (old and redacted(address) == getattr(old, name)):
                continue
            if cause := address_fault(address):
                yield RowFault(row, name, cause)


def _same_addresses(cameras: Mapping[int, Camera], known: Mapping[str, Camera]) -> Iterator[RowFault]:
    """Cameras whose pictures are those of another: most often a line that was copied and not changed."""
    named = {camera.id for camera in cameras.values()}
    first = {
        _place(one.source): Message("store.camera_that_is_there", camera_id=one.id)
        for one in known.values()
        if one.id not in named
    }
    for row, camera in cameras.items():
        place = _place(camera.source)
        own = Message("store.camera_of_row", row=row, camera_id=camera.id)
        other = first.setdefault(place, own)
        if other is not own and not place.startswith("file"):
            yield RowFault(row, "source", Message("store.same_address", other=other))


def _place(source: str) -> str:
    """Where an address leads, whoever asks there."""
    parts = urlsplit(source)
    host, _, port = parts.netloc.rpartition("@")[2].lower().partition(":")
    query = "" if HIDDEN in parts.query else parts.query
    return f"{parts.scheme}://{host}:{port or _RTSP_PORT}{parts.path}?{query}"
