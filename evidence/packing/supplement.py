"""What goes into the supplement that shows how a violation ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import rfc3339
from core.domain import RuleEvent
from core.ports import Picture
from core.violations import violation_types
from evidence.drafts.draft import CLEARING_AROUND_S, Draft
from evidence.drafts.opening_record import OpeningRecord
from evidence.drawing import wording
from evidence.drawing.composite import Panel, composite
from evidence.drawing.looks import Subject, nearest_look
from evidence.drawing.marking import Boxed, Mark, Row
from evidence.package.listing import Link
from evidence.packing.contents import Contents, Scene
from evidence.packing.facts import camera_facts, clock_facts, event_facts, model_facts, opening_facts, range_facts
from evidence.signing.clock_offset import ClockOffset
from evidence.signing.manifest import Body
from evidence.verify.opening_check import RECORD


@dataclass(frozen=True)
class Clearing:
    """The supplement of an opening that cleared after its package was sealed.

    Attributes:
        gone_at: a moment at which the thing was known to be gone.
        primary: the package that this one supplements.
        record: concludes the record of the opening, given the package's id.
    """

    package_id: str
    draft: Draft
    cleared: RuleEvent
    gone_at: datetime
    primary: Link
    scene: Scene
    record: Callable[[str], OpeningRecord]
    clock_offset: ClockOffset
    software: str

    def fill(self, folder: Path) -> Body:
        """Writes every file but the manifest."""
        contents = Contents(folder, self.scene)
        last = contents.still("last_seen", self.cleared.last_seen)
        after = contents.still("after", self.gone_at)
        contents.clip("clearing", self.cleared.last_seen, CLEARING_AROUND_S, CLEARING_AROUND_S)
        contents.opening(self.record(self.package_id))
        facts = self._facts()
        code = contents.code(self.package_id, facts)
        panels = [
            self._panel(contents, "last_seen", wording.CAPTION_LAST_SEEN, last, code),
            self._panel(contents, "after", wording.CAPTION_AFTER, after, code),
        ]
        rows = [*self._rows(code), *self.scene.gap_rows(self.cleared), (wording.EVENT_NO, self.package_id)]
        contents.sheet(composite(wording.TITLE_CLEARING, panels, rows, self.scene.letters))
        return contents.body("supplement", {**facts, "anti_forgery_code": code}, self.primary)

    def _panel(self, contents: Contents, name: str, words: wording.Words, picture: Picture | None, code: str) -> Panel:
        caption = words.on(self.scene.letters)
        if picture is None:
            return Panel(caption, None)
        shown = self.scene.shown(picture)
        boxes, marking = self._boxes(picture, shown.size) if name == "last_seen" else ([], "")
        time = self.scene.clock_text(picture.utc)
        rows = [(wording.TIME, time), *([(wording.MARKED, marking)] if marking else []), *self._rows(code)]
        drawn = contents.marked_copy(name, shown, Mark(self.draft.zone.polygon, boxes), rows)
        return Panel(f"{caption}  {time}", drawn)

    def _boxes(self, picture: Picture, size_wh: tuple[int, int]) -> tuple[list[Boxed], str]:
        """What was detected as it was last seen, and word of that."""
        kind = violation_types().get(self.cleared.violation)
        event = self.draft.violation or self.cleared
        subject = Subject.of(event, kind.labels if kind else (), kind.parts if kind else ())
        look = nearest_look((self.draft.last_look,), picture.utc) if self.draft.last_look else None
        boxes = subject.boxed(look, size_wh, self.scene.letters) if look else []
        words = wording.AS_DETECTED if boxes else wording.UNRECORDED
        return boxes, words.on(self.scene.letters)

    def _rows(self, code: str) -> list[Row]:
        event, letters = self.cleared, self.scene.letters
        return [
            (wording.KIND, self.scene.kind_text(self.draft.rule)),
            (wording.PLACE, self.scene.place_text()),
            (wording.FIRST_REST, self.scene.clock_text(event.still_since)),
            (wording.LAST_SEEN, self.scene.clock_text(event.last_seen)),
            (wording.DWELL, wording.dwell(event.dwell_s, event.observed_s, event.bridged_s).on(letters)),
            self.scene.source_row(),
            (wording.CLOCK, wording.clock(self.clock_offset.within_limit).on(letters)),
            (wording.DEVICE, self.scene.camera.id),
            (wording.CODE, code),
        ]

    def _facts(self) -> dict[str, Any]:
        return {
            "software": {"name": "jiejing", "version": self.software},
            **camera_facts(self.scene.camera, self.scene.site, self.scene.source),
            "time_range": range_facts(self.cleared.last_seen, self.gone_at),
            "clock": clock_facts(self.clock_offset),
            "reason": "clearing",
            "rule": self.draft.rule,
            "opening": opening_facts(self.cleared.opening, RECORD),
            "event": event_facts(self.cleared),
            "gone_at": rfc3339(self.gone_at),
            "models": model_facts(self.cleared),
            "background": None,
        }
