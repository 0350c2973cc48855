"""A file of many cameras: a table (CSV, XLSX), or a site file (YAML)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.site import Camera, Site, SiteInfo
from store import site_file
from store.camera_records import RowFault
from store.camera_secrets import without_passwords
from store.camera_table import read_csv, read_xlsx

FileKind = Literal["csv", "xlsx", "yaml"]


@dataclass(frozen=True, slots=True)
class CameraFile:
    """What a file says.

    Attributes:
        cameras: by their row (from 1, the headings), or the line of the site file on which they begin.
        flawed: those of rows at fault, as of `CameraTable`; of a site file none.
        faults: everything that is wrong, by row or line.
        info: what a site file says of the site itself; None = a table, or a site file with faults.
    """

    cameras: Mapping[int, Camera]
    faults: tuple[RowFault, ...]
    info: SiteInfo | None = None
    flawed: Mapping[int, Camera] = field(default_factory=dict)


def read_cameras(content: bytes, kind: FileKind, site: Site | None) -> CameraFile:
    """What a file says about cameras.

    Args:
        site: as it is; of a camera that is in it, a table may leave out what stays. None = there is none yet.
    """
    if kind == "yaml":
        checked = site_file.check_bytes(content)
        if checked.site is None:
            return CameraFile({}, checked.faults)
        return CameraFile(dict(zip(checked.lines, checked.site.cameras, strict=True)), (), checked.site.site)
    known = {camera.id: without_passwords(camera) for camera in site.cameras} if site else {}
    table = (read_csv if kind == "csv" else read_xlsx)(content, known)
    if site is not None:
        return CameraFile(table.cameras, table.faults, flawed=table.flawed)
    cause = "there is no site yet; import a site file (YAML) first, its cameras may be []"
    return CameraFile(table.cameras, (*table.faults, RowFault(1, "", cause)))
