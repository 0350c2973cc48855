"""A recording that gives nothing of a file that is not what was recorded."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from core.errors import RecordingError
from core.ports import Clip, Coverage, Held, Picture, Recording
from evidence.drafts.opening_record import OpeningRecord

# A picture may be cut from a file that begins or ends this close to its moment.
_NEAR = timedelta(seconds=1)


class GuardedRecording:
    """Implements core.ports.Recording over another one, for the package of one opening."""

    def __init__(self, recording: Recording, record: OpeningRecord) -> None:
        self._recording = recording
        self._record = record

    def coverage(self, start: datetime, end: datetime) -> Coverage:
        """As of the recording itself."""
        return self._recording.coverage(start, end)

    def pin(self, pin_id: str, start: datetime, end: datetime) -> None:
        """As of the recording itself."""
        self._recording.pin(pin_id, start, end)

    def unpin(self, pin_id: str) -> None:
        """As of the recording itself."""
        self._recording.unpin(pin_id)

    def files(self, start: datetime, end: datetime) -> Sequence[Held]:
        """As of the recording itself."""
        return self._recording.files(start, end)

    def picture_at(self, moment: datetime) -> Picture:
        """The picture nearest to a moment.

        Raises:
            RecordingError: it is not held, or was changed.
        """
        self._refuse_changed(moment - _NEAR, moment + _NEAR)
        return self._recording.picture_at(moment)

    def clip(self, start: datetime, end: datetime, path: Path) -> Clip:
        """Copies a time.

        Raises:
            RecordingError: nothing of it is held, or some of it was changed.
        """
        self._refuse_changed(start, end)
        clip = self._recording.clip(start, end, path)
        self._record.note_gone(start, end, self._recording.files(start, end))
        return clip

    def _refuse_changed(self, start: datetime, end: datetime) -> None:
        if name := self._record.changed(self._recording.files(start, end)):
            raise RecordingError("evidence.recording_file_changed", name=name)
