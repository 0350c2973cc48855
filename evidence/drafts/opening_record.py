"""The opening record: what is kept for a package before it is sealed, by the digest that it had as it was kept.

    drafts/<camera>/<opening>/record.jsonl    a journal, see journal.py

| entry | tells |
| --- | --- |
| opened | event, opening, rule and begin, as it opened |
| taken up | the same of an opening of which no such record was there |
| draft | SHA-256 of the draft, before it is written |
| frames, segments | SHA-256 of files by name; of segments the time that they hold |
| dropped | frames that were let go |
| altered | what was found to be another thing than was kept |
| sealed | the package that the opening became; what follows is kept for its supplement |
| shortened | all that is still of concern, in place of the lines that told it |
| sealing | the package that is about to be sealed |
"""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.clock import parse_rfc3339, rfc3339
from core.errors import EvidenceError, StorageError
from core.ports import Held
from evidence.drafts.draft import Draft
from evidence.package.digests import FileDigests
from evidence.package.storage import storing
from evidence.signing.dsse import EnvelopeError
from evidence.signing.journal import Entry, Journal, entries_of, lines_of
from evidence.signing.seal import Sealer
from evidence.verify.opening_check import FIRST_ENTRIES, OPENED, TAKEN_UP

FILE = "record.jsonl"
UNRECORDED = "it was not recorded as it opened, but taken up later"
MOST_LINES = 1000
_ROUNDING = timedelta(milliseconds=5)  # times are written to the millisecond


@dataclass
class Known:
    """What the lines of a record tell.

    Attributes:
        drafts: digests of the drafts, oldest first.
        frames, segments: digests by file name; of segments also `start` and `end`.
        altered: why something is not what was kept, by its name.
    """

    drafts: list[str] = field(default_factory=list)
    frames: dict[str, str] = field(default_factory=dict)
    segments: dict[str, dict[str, str]] = field(default_factory=dict)
    altered: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Learns what one more line tells."""
        if entry["entry"] in ("shortened", "sealed"):
            self.drafts, self.frames, self.segments, self.altered = [], {}, {}, {}
        self.drafts += [*entry.get("drafts", ()), *([entry["sha256"]] if entry["entry"] == "draft" else ())]
        self.frames |= entry.get("frames", {})
        self.segments |= entry.get("segments", {})
        self.altered |= entry.get("altered", {})
        for name in entry.get("dropped", ()):
            self.frames.pop(name, None)


class OpeningRecord:
    """The record of one opening. Safe for the thread that keeps and the one that seals."""

    def __init__(self, journal: Journal, digests: FileDigests, entries: Iterable[Entry] = ()) -> None:
        self._journal = journal
        self._digests = digests
        self._known = Known()
        self._first: Entry = {}
        for entry in entries:
            self._learn(entry)

    @classmethod
    def begin(
        cls, folder: Path, draft: Draft, sealer: Sealer, digests: FileDigests, *, taken_up: bool
    ) -> "OpeningRecord":
        """A new record. What the disk refuses is written with its next line.

        Args:
            taken_up: the draft was there before its record.
        """
        record = cls(Journal(folder / FILE, sealer.key, sealer.now), digests)
        with suppress(StorageError):
            record.tell(TAKEN_UP if taken_up else OPENED, _opened(draft), flushed=True)
        return record

    @classmethod
    def read(cls, folder: Path, sealer: Sealer, digests: FileDigests) -> "OpeningRecord":
        """The record that an earlier process kept.

        Raises:
            EvidenceError: it cannot be believed.
        """
        path = folder / FILE
        try:
            with storing(path):
                lines = lines_of(path.read_bytes())
            entries = entries_of(lines, sealer.keys)
            return cls(Journal(path, sealer.key, sealer.now, lines), digests, entries)
        except (EnvelopeError, KeyError, TypeError, ValueError) as error:
            raise EvidenceError("evidence.opening_record_not_believed", path=path, cause=error) from error

    @property
    def as_it_opened(self) -> bool:
        """Whether it was begun as the event opened."""
        return self._first.get("entry") == OPENED

    @property
    def key(self) -> str:
        """Names the opening, as draft_key() does."""
        return f"{self._first.get('event_id')}-{self._first.get('opening')}"

    @property
    def content(self) -> bytes:
        """All lines, as they go into the package."""
        return self._journal.content

    @property
    def altered(self) -> Mapping[str, str]:
        """Why something is not what was kept, by its name."""
        return dict(self._known.altered)

    def tell(self, entry: str, known: Mapping[str, Any], *, flushed: bool = False) -> None:
        """Adds a line.

        Raises:
            StorageError: the disk refuses; the line is written with the next one.
        """
        self._learn({"entry": entry, **known})
        if len(self._journal) >= MOST_LINES:
            self._shorten()
        self._journal.append(entry, known, flushed=flushed)

    def note_draft(self, content: bytes) -> None:
        """Tells of a draft that is about to be written.

        Raises:
            StorageError: as of `tell`.
        """
        self.tell("draft", {"sha256": _sha256(content)}, flushed=True)

    def check_draft(self, file: Path) -> None:
        """Tells where a draft on disk is none that was written by us.

        Raises:
            StorageError: as of `tell`, or it cannot be read.
        """
        with storing(file):
            content = file.read_bytes() if file.exists() else None
        if content is not None and not self.knows_draft(content):
            self.note_altered(file.name, "was changed on disk, and is not used")

    def knows_draft(self, content: bytes) -> bool:
        """Whether a draft was written by us. An older one is what a power cut may leave."""
        return _sha256(content) in self._known.drafts

    def note_frame(self, name: str, content: bytes) -> None:
        """Tells of a frame, or of what was detected in it, that is about to be written.

        Raises:
            StorageError: as of `tell`.
        """
        self.tell("frames", {"frames": {name: _sha256(content)}})

    def note_frames(self, folder: Path) -> None:
        """Tells of frames that are there already.

        Raises:
            StorageError: as of `tell`.
        """
        there = {path.name: self._digests.of(path) for path in sorted(folder.glob("*"))}
        if frames := {name: digest for name, digest in there.items() if digest}:
            self.tell("frames", {"frames": frames})

    def drop_frames(self, names: Iterable[str]) -> None:
        """Tells of frames that are about to be let go.

        Raises:
            StorageError: as of `tell`.
        """
        self.tell("dropped", {"dropped": sorted(names)})

    def is_as_kept(self, path: Path) -> bool:
        """Whether a frame is what was kept; what is not is told."""
        known = self._known.frames.get(path.name)
        if known is not None and self._digests.of(path) == known:
            return True
        self.note_altered(path.name, "is not what was kept" if known else "was not kept by this program")
        return False

    def note_missing_frames(self, names: Iterable[str]) -> None:
        """Tells which of the frames that were kept are gone."""
        for name in sorted(self._known.frames.keys() - set(names)):
            self.note_altered(name, "was kept, and is gone")

    def watch(self, held: Iterable[Held]) -> None:
        """Notes the segments that are new.

        Raises:
            StorageError: as of `tell`.
        """
        fresh = {}
        for one in held:
            if one.path.name not in self._known.segments and (digest := self._digests.of(one.path)):
                fresh[one.path.name] = {"sha256": digest, "start": rfc3339(one.start), "end": rfc3339(one.end)}
        if fresh:
            self.tell("segments", {"segments": fresh})

    def changed(self, held: Iterable[Held]) -> str | None:
        """The first of these segments that is not what was noted, if any; it is told."""
        self.watch(held := list(held))
        for one in held:
            noted = self._known.segments.get(one.path.name)
            if noted is None or self._digests.of(one.path) != noted["sha256"]:
                self.note_altered(one.path.name, "was changed after it was recorded, and is not used")
                return one.path.name
        return None

    def note_gone(self, start: datetime, end: datetime, held: Iterable[Held]) -> None:
        """Tells which segments of a time were noted and are gone."""
        there = {one.path.name for one in held}
        for name, noted in list(self._known.segments.items()):
            overlaps = parse_rfc3339(noted["start"]) < end - _ROUNDING and start + _ROUNDING < parse_rfc3339(
                noted["end"]
            )
            if overlaps and name not in there:
                self.note_altered(name, "was recorded, and is gone")

    def note_altered(self, name: str, why: str) -> None:
        """Tells, once, that something is not what was kept."""
        if name not in self._known.altered:
            self.tell("altered", {"altered": {name: why}})

    def conclude(self, package_id: str, draft_file: Path) -> None:
        """Looks at draft and record on disk once more, and tells of the package that is about to be sealed.

        Raises:
            StorageError: the disk refuses.
        """
        if self._journal.restore():
            self.note_altered(FILE, "was changed on disk; what was written is in this package")
        self.check_draft(draft_file)
        self.tell("sealing", {"package_id": package_id}, flushed=True)

    def go_on_after(self, package_id: str) -> None:
        """Begins anew after the first line: the package holds the rest.

        Raises:
            StorageError: the disk refuses; the lines are written with the next one.
        """
        kept = {"package_id": package_id, "drafts": self._known.drafts[-2:]}
        self._learn({"entry": "sealed", **kept})
        self._journal.begin_anew("sealed", kept)

    def release(self, before: datetime) -> None:
        """Forgets segments that are older and no longer kept; they leave the file as it is shortened."""
        for name, noted in list(self._known.segments.items()):
            if parse_rfc3339(noted["end"]) < before:
                del self._known.segments[name]

    def _shorten(self) -> None:
        known = self._known
        kept = {"drafts": known.drafts[-2:], "frames": known.frames, "segments": known.segments}
        self._journal.begin_anew("shortened", {**kept, "altered": known.altered})

    def _learn(self, entry: Entry) -> None:
        if entry["entry"] in FIRST_ENTRIES:
            self._first = entry
        self._known.add(entry)


def _opened(draft: Draft) -> dict[str, Any]:
    event = draft.opened
    return {
        "event_id": event.event_id,
        "opening": event.opening,
        "opened_at": rfc3339(event.last_seen),
        "still_since": rfc3339(event.still_since),
        "rule_version": event.rule_version,
        "rule": draft.rule,
    }


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
