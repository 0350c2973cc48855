"""The drafts of one camera, in memory and on disk, each with its record; what the disk refuses is tried again."""

import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from core.errors import EvidenceError, StorageError
from evidence.drafts.draft import Draft, DraftFile, DraftStore
from evidence.drafts.opening_record import FILE, OpeningRecord
from evidence.drafts.waiting import Stuck, Waiting
from evidence.drawing.timelapse import KeptFrames
from evidence.package.digests import FileDigests
from evidence.signing.seal import Sealer

_log = logging.getLogger(__name__)


class Remembered:
    """The drafts.

    Attributes:
        drafts: by key.
        records: what each was as it was kept.
        lapses: the frames of those that are no violation yet.
        refused: openings whose draft is not what was written; nothing is sealed of them.
        unsaved: those that are newer here than on disk.
    """

    def __init__(self, folder: Path, sealer: Sealer, waiting: Waiting) -> None:
        """Takes up what an earlier process left."""
        self._store = DraftStore(folder)
        self._sealer = sealer
        self._waiting = waiting
        self._digests = FileDigests()
        self.drafts: dict[str, Draft] = {}
        self.records: dict[str, OpeningRecord] = {}
        self.lapses: dict[str, KeptFrames] = {}
        self.refused: set[str] = set()
        self.unsaved: set[str] = set()
        for file in self._store.files():
            self._take_up(file)

    def open(self, draft: Draft) -> None:
        """A new draft: its record begins with it."""
        self._adopt(draft, self._begun(draft, taken_up=False))

    def save(self, draft: Draft, since: datetime | None) -> None:
        """Remembers a draft, on disk too; what the disk refuses is tried again.

        Args:
            since: the time of the stream.
        """
        self.drafts[draft.key] = draft
        self.unsaved.discard(draft.key)
        content = self._store.content(draft)
        try:
            self.records[draft.key].check_draft(self._store.path(draft.key))
            self.records[draft.key].note_draft(content)
            self._store.save(draft.key, content)
        except StorageError as error:
            self.unsaved.add(draft.key)
            self._waiting.note(draft, error.message, since)

    def frames(self, draft: Draft) -> Path:
        """Where the frames of its time-lapse are."""
        return self._store.frames(draft.key)

    def file(self, draft: Draft) -> Path:
        """Where it is on disk."""
        return self._store.path(draft.key)

    def close_primary(self, draft: Draft, package_id: str) -> None:
        """Its package is sealed: frames go, and the record begins anew for the supplement."""
        self.lapses.pop(draft.key, None)
        with suppress(StorageError):  # the next line brings it
            self.records[draft.key].go_on_after(package_id)

    def drop_frames(self, draft: Draft) -> None:
        """Lets go of the frames of its time-lapse."""
        self._store.drop_frames(draft.key)

    def let_go(self, draft: Draft) -> None:
        """Forgets a draft, on disk too."""
        for known in (self.drafts, self.records, self.lapses):
            known.pop(draft.key, None)
        self.unsaved.discard(draft.key)
        self._waiting.end(draft.key)
        try:
            self._store.remove(draft.key)
        except StorageError as error:
            _log.warning("%s", error)

    def _take_up(self, file: DraftFile) -> None:
        try:
            if (file.path.parent / FILE).exists():
                self._adopt(*self._read(file))
            elif file.draft:
                self._adopt(file.draft, self._begun_later(file, file.draft))
        except (EvidenceError, StorageError) as error:
            self.refused.add(file.key)
            event_id, opening = _named(file.key)
            self._waiting.note_opening(file.key, Stuck(event_id, opening, error.message, self._sealer.now()))

    def _read(self, file: DraftFile) -> tuple[Draft, OpeningRecord]:
        """A draft and its record, if both are what was written.

        Raises:
            EvidenceError: they are not.
        """
        record = OpeningRecord.read(file.path.parent, self._sealer, self._digests)
        is_ours = record.knows_draft(file.content)
        if file.draft is None or not is_ours or {record.key, file.draft.key} != {file.key}:
            raise EvidenceError("evidence.draft_file_not_believed", path=file.path)
        return file.draft, record

    def _begun_later(self, file: DraftFile, draft: Draft) -> OpeningRecord:
        """The record of a draft that has none, as earlier versions left them."""
        record = self._begun(draft, taken_up=True)
        with suppress(StorageError):
            record.note_draft(file.content)
            record.note_frames(self._store.frames(file.key))
        return record

    def _begun(self, draft: Draft, *, taken_up: bool) -> OpeningRecord:
        folder = self._store.path(draft.key).parent
        return OpeningRecord.begin(folder, draft, self._sealer, self._digests, taken_up=taken_up)

    def _adopt(self, draft: Draft, record: OpeningRecord) -> None:
        self.drafts[draft.key], self.records[draft.key] = draft, record
        if draft.violation is None:
            frames = self._store.frames(draft.key)
            self.lapses[draft.key] = KeptFrames(frames, draft.zone.violation_after_s or 0, record)


def _named(key: str) -> tuple[str, int]:
    event_id, _, opening = key.rpartition("-")
    return (event_id, int(opening)) if opening.isdigit() else (key, 1)
