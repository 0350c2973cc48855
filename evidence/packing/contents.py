"""Fills a package's folder from the recording, and remembers what it could not get and why."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from core.clock import rfc3339
from core.domain import RuleEvent
from core.errors import EvidenceError, RecordingError
from core.ports import Picture, Recording
from core.site import Camera, SiteInfo, Zone
from evidence.drafts.draft import seconds
from evidence.drafts.opening_record import UNRECORDED, OpeningRecord
from evidence.drawing import wording
from evidence.drawing.lettering import Lettering
from evidence.drawing.marking import Mark, Row, marked, with_band
from evidence.drawing.pictures import blackened, save_shown, save_still, to_pillow
from evidence.drawing.timelapse import small_jpeg
from evidence.package.antiforgery import ROLES, anti_forgery_code
from evidence.package.layout import sha256_of
from evidence.package.listing import Kind, Link
from evidence.packing.facts import is_first_hand
from evidence.signing.manifest import About, Body, Missing
from evidence.verify.opening_check import RECORD, ROLE

# A picture or clip that is further off than this does not show the moment that was asked for.
TOLERANCE_S = 2.0

RECORDED = "the pictures were not received live but from a recording: no evidence for enforcement"

_DAY_S = 86400.0


@dataclass(frozen=True)
class Scene:
    """Where a package's pictures come from and how they are shown.

    Attributes:
        source: facts.source_facts() of the camera.
    """

    camera: Camera
    site: SiteInfo
    recording: Recording
    letters: Lettering
    source: dict[str, Any]

    def clock_text(self, moment: datetime) -> str:
        """The moment as people there read it."""
        return wording.local(moment.astimezone(self.site.zone_info))

    def kind_text(self, rule: dict[str, Any]) -> str:
        """What kind of event it may be: a lead, until an officer decides."""
        kind = rule["violation"]
        name = wording.Words(kind["name_zh"], kind["name_en"])
        return name.on(self.letters) + wording.LEAD.on(self.letters)

    def place_text(self) -> str:
        """Address and direction, with the camera's name."""
        place = self.camera.place
        parts = dict.fromkeys(part for part in (place.address, self.camera.name, place.heading) if part)
        return " ".join(parts)

    def zone_rows(self, zone: Zone) -> list[Row]:
        """The zone, and who is competent there and whose front it is, where that was entered."""
        shop = " ".join(part for part in (zone.shop.name, zone.shop.licence_no) if part) if zone.shop else ""
        rows = [(wording.ZONE, zone.name or zone.id), (wording.AGENCY, zone.agency or ""), (wording.SHOP, shop)]
        return [(what, text) for what, text in rows if text]

    def source_row(self) -> Row:
        """How the pictures reached us; of a recording also whose word the times are."""
        file = self.source["file"]
        words = wording.source(self.source["kind"], file["name"] if file else "", self.source["time_basis"])
        return wording.SOURCE, words.on(self.letters)

    def gap_rows(self, event: RuleEvent) -> list[Row]:
        """When the thing was out of sight; no row where it never was, or where nobody knows."""
        layout = "%H:%M:%S" if event.dwell_s < _DAY_S else "%m-%d %H:%M:%S"
        edges = [[edge.astimezone(self.site.zone_info) for edge in (one.start, one.end)] for one in event.gaps or ()]
        spans = [f"{start:{layout}}-{end:{layout}}" for start, end in edges]
        return [(wording.GAPS, wording.gaps(spans).on(self.letters))] if spans else []

    def shown(self, picture: Picture) -> Pillow.Image:
        """A picture as people may see it: privacy masks black."""
        return to_pillow(blackened(picture.image, self.camera.privacy_masks))

    def small(self, picture: Picture) -> bytes:
        """The same as a frame of the time-lapse."""
        return small_jpeg(blackened(picture.image, self.camera.privacy_masks))


@dataclass
class Contents:
    """The files written so far into one package's folder."""

    folder: Path
    scene: Scene
    files: dict[str, About] = field(default_factory=dict)
    demanded: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def still(self, name: str, moment: datetime) -> Picture | None:
        """Cuts the full-size picture nearest to a moment, or notes why it is not there."""
        path = self._demand(f"originals/{name}.jpg")
        try:
            picture = self.scene.recording.picture_at(moment)
        except RecordingError as error:
            self._miss(path, str(error))
            return None
        save_still(picture.image, self.folder / path)
        height, width = picture.image.shape[:2]
        known = {"utc": rfc3339(picture.utc), "asked": rfc3339(moment), "origin": picture.origin}
        self.files[path] = About("still", {**known, "size_wh": [width, height]})
        off_s = abs((picture.utc - moment).total_seconds())
        if off_s > TOLERANCE_S:
            self._miss(path, f"the nearest picture is {off_s:.1f} s off")
        return picture

    def clip(self, name: str, moment: datetime, before_s: float, after_s: float) -> None:
        """Copies the received stream around a moment, or notes why it is not there or does not hold the moment."""
        path = self._demand(f"clip/{name}.mp4")
        target = self.folder / path
        target.parent.mkdir(exist_ok=True)
        try:
            clip = self.scene.recording.clip(moment - seconds(before_s), moment + seconds(after_s), target)
        except RecordingError as error:
            target.unlink(missing_ok=True)
            self._miss(path, str(error))
            return
        known = {"start": rfc3339(clip.start), "end": rfc3339(clip.end), "codec": clip.codec}
        self.files[path] = About("clip", {**known, "asked": rfc3339(moment), "origin": "stream copy"})
        if not clip.start - seconds(TOLERANCE_S) <= moment <= clip.end + seconds(TOLERANCE_S):
            self._miss(path, f"holds {known['start']} to {known['end']}, not {rfc3339(moment)}")

    def film(self, name: str, known: dict[str, Any] | EvidenceError) -> None:
        """Notes a film that was rendered into clip/, or why it was not."""
        path = self._demand(f"clip/{name}.mp4")
        if isinstance(known, EvidenceError):
            (self.folder / path).unlink(missing_ok=True)
            self._miss(path, str(known))
        else:
            self.files[path] = About("timelapse", known)

    def opening(self, record: OpeningRecord) -> None:
        """Writes the record of the opening, and notes what is not as it was kept."""
        path = self._demand(RECORD)
        (self.folder / path).parent.mkdir(exist_ok=True)
        (self.folder / path).write_bytes(record.content)
        self.files[path] = About(ROLE)
        if not record.as_it_opened:
            self._miss(path, UNRECORDED)
        for name, why in sorted(record.altered.items()):
            self._miss(path, f"{name} {why}")

    def marked_copy(self, name: str, picture: Pillow.Image, mark: Mark, rows: Sequence[Row]) -> Pillow.Image:
        """Writes the marked copy of a still; answers it without its band of text."""
        drawn = marked(picture, mark, self.scene.letters)
        path = f"marked/{name}.jpg"
        save_shown(with_band(drawn, rows, self.scene.letters), self.folder / path)
        self.files[path] = About("marked", {"of": f"originals/{name}.jpg"})
        return drawn

    def sheet(self, picture: Pillow.Image) -> None:
        """Writes the composite."""
        path = self._demand("composite.jpg")
        save_shown(picture, self.folder / path)
        self.files[path] = About("composite")
        if not self.scene.letters.has_chinese:
            self._miss(path, "no font with Chinese letters on this system; install fonts-noto-cjk")

    def code(self, package_id: str, facts: Mapping[str, Any]) -> str:
        """The anti-forgery code that is printed on the pictures, of the files written so far."""
        bound = (path for path, about in self.files.items() if about.role in ROLES)
        digests = {path: sha256_of(self.folder / path) for path in bound}
        return anti_forgery_code({**facts, "package_id": package_id}, digests)

    def body(self, kind: Kind, facts: dict[str, Any], supplement_to: Link | None = None) -> Body:
        """All of it, for the manifest."""
        for folder in ("originals", "marked", "clip"):
            with suppress(OSError):  # an empty folder is no part of a package; a filled one cannot be removed
                (self.folder / folder).rmdir()
        if not is_first_hand(self.scene.source["kind"]):
            self._miss("source", RECORDED)
        return Body(kind, supplement_to, facts, tuple(self.demanded), self.files, tuple(self.missing))

    def _demand(self, path: str) -> str:
        self.demanded.append(path)
        return path

    def _miss(self, what: str, why: str) -> None:
        self.missing.append(Missing(what, why))
