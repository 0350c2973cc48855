"""What a file of cameras would do: each row looked at as if it were entered by hand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import Field

from api.cameras.desk import CameraDesk
from api.http.fields import Public, Says
from core.messages import Message
from core.policy.observing import settled
from core.policy.relaxations import Scene, relaxations
from core.site import Camera, Legal, Site, SiteInfo
from store.files.camera_files import FileKind, read_cameras
from store.files.headings import COLUMNS, REQUIRED, By, Choices, ReadColumn
from store.site.records import RowFault
from store.site.secrets import without_passwords

Effect = Literal["added", "changed", "same", "waits"]


class ImportFault(Public):
    """What is wrong with one field of one row (of a site file: line), and what to do."""

    row: int
    field: str
    cause: Says


class ImportRow(Public):
    """What a row does: a camera is added, changed, the same, or a part of its change waits for a second person."""

    row: int
    camera_id: str
    name: str
    effect: Effect


class ImportColumn(Public):
    """A column of a table, and what it was taken for: the name of a column, empty where it is left out, null where
    nobody knows; and who says so: the product, what is remembered of earlier tables, or this request."""

    title: str
    meaning: str | None
    by: By | None


class ImportField(Public):
    """What a column may be taken for, and whether a table needs it."""

    name: str
    required: bool


FIELDS = tuple(ImportField(name=one.name, required=one.name in REQUIRED) for one in COLUMNS)


class ImportPublic(Public):
    """What a file says. With faults nothing of it is taken; notices are for people to look at."""

    applied: bool
    rows: tuple[ImportRow, ...]
    faults: tuple[ImportFault, ...]
    notices: tuple[ImportFault, ...] = ()
    columns: tuple[ImportColumn, ...] = ()
    fields: tuple[ImportField, ...] = Field(default=FIELDS, description="what columns may be taken for")
    sheet: str = Field(default="", description="of a workbook: the sheet that was read")


@dataclass(frozen=True, slots=True)
class Import:
    """A file that was looked at. `site`: of which the cameras are, where there is none yet."""

    cameras: tuple[Camera, ...]
    rows: tuple[ImportRow, ...]
    faults: tuple[ImportFault, ...]
    site: SiteInfo | None = None
    notices: tuple[ImportFault, ...] = ()
    columns: tuple[ReadColumn, ...] = ()
    sheet: str = ""

    def public(self, *, applied: bool) -> ImportPublic:
        """As it is answered."""
        faults = () if applied else self.faults
        return ImportPublic(
            applied=applied,
            rows=self.rows,
            faults=faults,
            notices=self.notices,
            columns=tuple(ImportColumn.model_validate(one) for one in self.columns),
            sheet=self.sheet,
        )


def read_import(content: bytes, kind: FileKind, site: Site | None, desk: CameraDesk, choices: Choices) -> Import:
    """What a file says about the cameras that are there and those that it adds."""
    known = {camera.id: without_passwords(camera) for camera in site.cameras} if site else {}
    read = read_cameras(content, kind, site, choices)
    faults = [*read.faults, *_of_another_site(read.info, site)]
    now = desk.services.clock.utc()
    cameras = {row: settled(camera, known.get(camera.id), now) for row, camera in read.cameras.items()}
    told = {(one.row, one.field) for one in faults}
    refused = _refused({**cameras, **read.flawed}, known, desk)
    faults += [one for one in refused if (one.row, one.field) not in told]
    rows = tuple(
        ImportRow(row=row, camera_id=one.id, name=one.name, effect=_effect(one, known.get(one.id), now))
        for row, one in cameras.items()
    )
    by_row = sorted(faults, key=lambda one: one.row)
    info = None if site else read.info
    return Import(
        tuple(cameras.values()),
        rows,
        tuple(ImportFault.model_validate(one) for one in by_row),
        info,
        tuple(ImportFault.model_validate(one) for one in read.notices),
        read.columns,
        read.sheet,
    )


def _of_another_site(info: SiteInfo | None, site: Site | None) -> Iterator[RowFault]:
    if info and site and info != site.site:
        cause = Message("api.file_of_another_site", name=site.site.name, division=site.site.division)
        yield RowFault(1, "site", cause)


def _refused(cameras: Mapping[int, Camera], known: Mapping[str, Camera], desk: CameraDesk) -> Iterable[RowFault]:
    waiting = {request.camera_id for request in desk.store.relaxations.all("waiting", None)}
    for row, camera in cameras.items():
        for field, cause in _faults(camera, known.get(camera.id), desk, is_waiting=camera.id in waiting):
            yield RowFault(row, field, cause)


def _faults(camera: Camera, old: Camera | None, desk: CameraDesk, *, is_waiting: bool) -> Iterator[tuple[str, Message]]:
    if old and not desk.who.sees(old):
        yield "id", Message("api.camera_of_another_node")
        return
    yield from desk.faults(camera, old).items()
    if camera.legal not in (Legal(), old.legal if old else Legal()):
        yield "legal", Message("api.legal_record_not_imported")
    if old and is_waiting and Scene.of(camera) != Scene.of(old):
        yield "presets", Message("api.zone_change_waits")


def _effect(camera: Camera, old: Camera | None, now: datetime) -> Effect:
    if old is None:
        return "added"
    if relaxations(camera.id, Scene.of(old), Scene.of(camera), now):
        return "waits"
    return "same" if camera.model_copy(update={"legal": old.legal}) == old else "changed"
