"""Decided events as one .zip that `jiejing dataset harvest` takes in, laid out as JIEJING_HOME is: the decisions, of
each event the manifest and the still of the violation, and the pictures of misses.

Privacy masks are black in every picture: those that held when it was taken, and those that hold now. A picture that
cannot be given (it is gone or damaged, or nobody knows its masks) is not in it; harvest names what was decided without
a picture.
"""

import io
import json
import logging
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from api.packages.package_folder import PackageFolder
from api.review.desk import ReviewDesk
from core.errors import EvidenceError
from core.geometry import Polygon
from evidence.drawing.pictures import STILL_QUALITY, blackened
from evidence.package.layout import MANIFEST, package_id
from store.review.training_lines import Lesson, lessons

# Where training meets an event: boxes are known of that moment alone.
EVENT_STILL = "originals/violation.jpg"
DECISIONS = "decisions.jsonl"

_log = logging.getLogger(__name__)


class DecidedArchive:
    """What is asked for, as the one who asks may see it."""

    def __init__(
        self,
        desk: ReviewDesk,
        since: datetime | None = None,
        until: datetime | None = None,
        labels: Collection[str] = (),
    ) -> None:
        """
        Args:
            since, until: events about which something became final in this time (`until` is not in it). All that was
                decided about them goes along: of an event in part the wrong thing would be learned.
            labels: only events in which one of these was seen, or said to be; empty = all.
        """
        self._desk = desk
        self._labels = frozenset(labels)
        self._span = (since, until)
        self._home = desk.services.home

    @cached_property
    def lessons(self) -> tuple[Lesson, ...]:
        """What was decided about the events asked for, oldest first."""
        engine, now, orgs = self._desk.services.engine, self._desk.now, self._desk.who.orgs
        chosen = {_about(one) for one in lessons(engine, now, *self._span, orgs) if self._wants(one)}
        return tuple(one for one in lessons(engine, now, orgs=orgs) if _about(one) in chosen)

    @cached_property
    def pictures(self) -> Mapping[str, Lesson]:
        """One lesson of each picture that was decided about."""
        return {_about(one): one for one in self.lessons}

    def chunks(self) -> Iterator[bytes]:
        """The archive, one picture after the other."""
        sent = _Sent()
        with zipfile.ZipFile(sent, "w") as archive:
            text = "".join(json.dumps(one.line, ensure_ascii=False) + "\n" for one in self.lessons)
            archive.writestr(DECISIONS, text, zipfile.ZIP_DEFLATED)
            for lesson in self.pictures.values():
                for name, content in self._files(lesson):
                    archive.writestr(name, content)
                    yield sent.taken()
        yield sent.taken()

    @cached_property
    def _masks(self) -> Mapping[str, Sequence[Polygon]]:
        site = self._desk.store.sites.load()
        return {camera.id: camera.privacy_masks for camera in site.cameras} if site else {}

    def _wants(self, lesson: Lesson) -> bool:
        return not self._labels or not self._labels.isdisjoint({lesson.label, lesson.line.get("label")})

    def _masks_of(self, lesson: Lesson) -> Sequence[Polygon]:
        """What held when the picture was taken, and what holds now: a camera that was changed since, or made anew,
        shows nothing that was hidden.

        Raises:
            EvidenceError: what held then is not known.
        """
        if lesson.masks is None:
            raise EvidenceError("api.masks_of_then_unknown")
        then = [tuple((float(x), float(y)) for x, y in mask) for mask in lesson.masks]
        return [*then, *(mask for mask in self._masks.get(lesson.camera_id, ()) if mask not in then)]

    def _files(self, lesson: Lesson) -> list[tuple[str, bytes]]:
        try:
            masks = self._masks_of(lesson)
            line = lesson.line
            if "event_id" in line:
                return self._of_event(line["event_id"], line["opening"], masks)
            return [(line["picture"], _masked((self._home / line["picture"]).read_bytes(), masks))]
        except (KeyError, StopIteration, OSError, SyntaxError, EvidenceError) as error:
            _log.warning("%s: its picture cannot be given out: %r", _about(lesson), error)
            return []

    def _of_event(self, event_id: str, opening: int, masks: Sequence[Polygon]) -> list[tuple[str, bytes]]:
        sealed = self._desk.store.packages.of_event(event_id)
        record = next(one for one in sealed if one.kind == "primary" and one.opening == opening)
        folder = PackageFolder(self._desk.services.packages_folder, record)
        path = folder.sound(EVENT_STILL)
        if path is None:
            raise EvidenceError("api.package_holds_no_still", package_id=record.package_id, name=EVENT_STILL)
        content = path.read_bytes()
        name = f"packages/{package_id(event_id, opening)}"
        manifest = (folder.path / MANIFEST).read_bytes()
        return [(f"{name}/{MANIFEST}", manifest), (f"{name}/{EVENT_STILL}", _masked(content, masks))]


class _Sent(io.RawIOBase):
    """A file that is sent while it is written: nothing is kept of it."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._waiting.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        """What was written since this was asked for last."""
        taken = b"".join(self._waiting)
        self._waiting.clear()
        return taken


def _about(lesson: Lesson) -> str:
    """The picture, by what a line says of it."""
    line = lesson.line
    return package_id(line["event_id"], line["opening"]) if "event_id" in line else str(line["picture"])


def _masked(content: bytes, masks: Sequence[Polygon]) -> bytes:
    """A picture file with the masks black in it; as it is where there are none.

    Raises:
        OSError, SyntaxError: it is damaged.
    """
    if not masks:
        return content
    with Image.open(io.BytesIO(content)) as picture:
        upright = ImageOps.exif_transpose(picture).convert("RGB")
        target = io.BytesIO()
        shown = Image.fromarray(blackened(np.asarray(upright), masks))
        # Others than JPEG pass over what they do not know.
        shown.save(target, picture.format, quality=STILL_QUALITY, subsampling=0)
        return target.getvalue()
