"""What goes into the package of a violation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image as Pillow

from core.clock import rfc3339
from core.domain import Look, RuleEvent
from core.errors import EvidenceError
from core.geometry import union_box
from core.ports import Picture
from core.violations import violation_types
from evidence.drafts.draft import FIRST_AFTER_S, FIRST_BEFORE_S, VIOLATION_BEFORE_S, Draft, seconds
from evidence.drafts.opening_record import OpeningRecord
from evidence.drawing import wording
from evidence.drawing.composite import Panel, composite
from evidence.drawing.looks import Subject, nearest_look
from evidence.drawing.marking import Mark, Row, marked, with_band
from evidence.drawing.pictures import close_up_box, scaled_box
from evidence.drawing.timelapse import FPS, KeptFrame, render
from evidence.packing.contents import Contents, Scene
from evidence.packing.facts import camera_facts, clock_facts, event_facts, model_facts, opening_facts, range_facts
from evidence.signing.clock_offset import ClockOffset
from evidence.signing.manifest import Body
from evidence.verify.opening_check import RECORD

STILLS = ("first_rest", "middle", "violation")
_VIOLATION = STILLS.index("violation")
_CAPTIONS = (wording.CAPTION_FIRST_REST, wording.CAPTION_MIDDLE, wording.CAPTION_VIOLATION)


@dataclass(frozen=True)
class Primary:
    """The package of an opening that became a violation.

    Attributes:
        record: concludes the record of the opening, given the package's id.
    """

    package_id: str
    draft: Draft
    violation: RuleEvent
    moment: datetime
    scene: Scene
    frames: Sequence[KeptFrame]
    record: Callable[[str], OpeningRecord]
    post_roll_s: float
    clock_offset: ClockOffset
    software: str

    def fill(self, folder: Path) -> Body:
        """Writes every file but the manifest."""
        contents = Contents(folder, self.scene)
        moments = (self.violation.still_since, self.draft.middle_at, self.moment)
        pictures = [contents.still(name, moment) for name, moment in zip(STILLS, moments, strict=True)]
        contents.clip("still_since", self.violation.still_since, FIRST_BEFORE_S, FIRST_AFTER_S)
        contents.clip("violation", self.moment, VIOLATION_BEFORE_S, self.post_roll_s)
        contents.film("timelapse", self._timelapse(folder, pictures))
        contents.opening(self.record(self.package_id))
        facts = self._facts()
        code = contents.code(self.package_id, facts)
        self._show(contents, pictures, code)
        return contents.body("primary", {**facts, "anti_forgery_code": code})

    def _timelapse(self, folder: Path, pictures: Sequence[Picture | None]) -> dict[str, Any] | EvidenceError:
        """The film of the kept frames; the stills lead in and out, as frames are kept from the candidate on only."""
        if not self.frames:
            return EvidenceError("no frame of the dwell was kept")
        pieces = {still.utc: self.scene.small(still) for still in pictures if still}
        pieces |= {frame.utc: frame.path.read_bytes() for frame in self.frames}
        frames = sorted(pieces.items())
        try:
            render(frames, folder / "clip" / "timelapse.mp4", self._frame)
        except EvidenceError as error:
            return error
        span = {"start": rfc3339(frames[0][0]), "end": rfc3339(frames[-1][0])}
        return {**span, "frames": len(frames), "fps": FPS, "origin": "sampled frames, re-encoded"}

    def _frame(self, picture: Pillow.Image, utc: datetime) -> Pillow.Image:
        look = nearest_look(self._looks, utc)
        drawn = marked(picture, self._mark(look, picture.size), self.scene.letters)
        rows = [
            (wording.TIME, self.scene.clock_text(utc)),
            (wording.ELAPSED, self._elapsed(utc)),
            (wording.MARKED, self._marking(look)),
            self.scene.source_row(),
        ]
        return with_band(drawn, rows, self.scene.letters)

    def _show(self, contents: Contents, pictures: Sequence[Picture | None], code: str) -> None:
        """Marked copies, and the composite of them with a close-up."""
        letters = self.scene.letters
        panels = []
        for name, words, picture in zip(STILLS, _CAPTIONS, pictures, strict=True):
            caption, drawn = words.on(letters), None
            if picture:
                shown = self.scene.shown(picture)
                look = nearest_look(self._looks, picture.utc)
                drawn = contents.marked_copy(
                    name, shown, self._mark(look, shown.size), self._still_rows(picture, look, code)
                )
                caption = f"{caption}  {self.scene.clock_text(picture.utc)}{self._unseen(look)}"
            panels.append(Panel(caption, drawn))
        panels.append(Panel(wording.CAPTION_CLOSE_UP.on(letters), self._close_up(pictures[_VIOLATION])))
        contents.sheet(composite(wording.TITLE, panels, self._sheet_rows(code), letters))

    def _close_up(self, picture: Picture | None) -> Pillow.Image | None:
        if picture is None:
            return None
        shown = self.scene.shown(picture)
        look = nearest_look(self._looks, picture.utc)
        boxes = self._subject.boxed(look, shown.size, self.scene.letters) if look else []
        over = [one.box for one in boxes if one.role == "over"]
        known = scaled_box(self.violation.bbox_xyxy_px, self.violation.frame_size_wh, shown.size)
        return shown.crop(close_up_box(union_box(over) if over else known, shown.size, shown.width / shown.height))

    @cached_property
    def _subject(self) -> Subject:
        """What passed the limit, as it was known at that moment."""
        kind = violation_types().get(self.violation.violation)
        return Subject.of(self.violation, kind.labels if kind else (), kind.parts if kind else ())

    @cached_property
    def _looks(self) -> tuple[Look, ...]:
        return (*self.draft.looks, *(one.look for one in self.frames if one.look))

    def _mark(self, look: Look | None, size_wh: tuple[int, int]) -> Mark:
        boxes = self._subject.boxed(look, size_wh, self.scene.letters) if look else []
        return Mark(self.draft.zone.polygon, boxes)

    def _unseen(self, look: Look | None) -> str:
        """Word in a caption that nothing is marked."""
        seen = look is not None and self._subject.in_sight(look)
        return "" if seen else f"  [{self._marking(look)}]"

    def _marking(self, look: Look | None) -> str:
        """What the boxes of a picture are, or why there is none."""
        words = wording.UNRECORDED if look is None else wording.UNSEEN
        seen = look is not None and self._subject.in_sight(look)
        return (wording.AS_DETECTED if seen else words).on(self.scene.letters)

    def _still_rows(self, picture: Picture, look: Look | None, code: str) -> list[Row]:
        return [
            (wording.TIME, self.scene.clock_text(picture.utc)),
            (wording.KIND, self.scene.kind_text(self.draft.rule)),
            (wording.PLACE, self.scene.place_text()),
            (wording.ELAPSED, self._elapsed(picture.utc)),
            (wording.MARKED, self._marking(look)),
            self.scene.source_row(),
            (wording.DEVICE, self.scene.camera.id),
            (wording.CODE, code),
        ]

    def _sheet_rows(self, code: str) -> list[Row]:
        letters, event = self.scene.letters, self.violation
        zone, subject = self.draft.zone, self._subject
        named = [wording.label(name) for _, name in sorted(subject.names.items())] or [wording.label(event.label)]
        over = len(subject.over) or len(named)
        return [
            (wording.KIND, self.scene.kind_text(self.draft.rule)),
            (wording.PLACE, self.scene.place_text()),
            (wording.THINGS, wording.things(named, over).on(letters)),
            *self.scene.zone_rows(zone),
            (wording.FIRST_REST, self.scene.clock_text(event.still_since)),
            (wording.VIOLATION, self.scene.clock_text(self.moment)),
            (wording.DWELL, wording.dwell(event.dwell_s, event.observed_s, event.bridged_s).on(letters)),
            *self.scene.gap_rows(event),
            (wording.LIMIT, wording.duration(zone.violation_after_s or 0).on(letters)),
            (wording.MARKED, wording.colours(amber=over < len(named)).on(letters)),
            self.scene.source_row(),
            (wording.CLOCK, wording.clock(self.clock_offset.within_limit).on(letters)),
            (wording.DEVICE, self.scene.camera.id),
            (wording.EVENT_NO, self.package_id),
            (wording.CODE, code),
        ]

    def _elapsed(self, utc: datetime) -> str:
        elapsed_s = (utc - self.violation.still_since).total_seconds()
        return wording.duration(elapsed_s).on(self.scene.letters)

    def _facts(self) -> dict[str, Any]:
        event = self.violation
        start, end = event.still_since - seconds(FIRST_BEFORE_S), self.moment + seconds(self.post_roll_s)
        return {
            "software": {"name": "jiejing", "version": self.software},
            **camera_facts(self.scene.camera, self.scene.site, self.scene.source),
            "time_range": range_facts(start, end),
            "clock": clock_facts(self.clock_offset),
            "rule": self.draft.rule,
            "opening": opening_facts(event.opening, RECORD),
            "event": event_facts(event),
            "violation_moment": rfc3339(self.moment),
            "models": model_facts(self.draft.opened, event),
            "background": None,
        }
