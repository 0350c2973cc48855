"""A recorded file as the recording behind its frames."""

from datetime import datetime, timedelta
from pathlib import Path

from core.errors import RecordingError
from core.ports import Clip, Coverage, Held, Picture
from streams.clip import Piece, copy_pieces
from streams.media import Media, nearest_picture
from streams.mended import Film

# The container's duration and the last frame may differ by a frame.
_TOLERANCE_S = 1.0


class FileRecording:
    """Implements core.ports.Recording over a file that is there anyway: pins do nothing.

    A time after the end of the file is lost, as it will never come. A file that was changed since it was opened gives
    nothing more: what was detected in it was another film.
    """

    def __init__(self, path: Path, start: datetime, media: Media, film: Film | None = None) -> None:
        """Prepares.

        Args:
            film: what is read of it, which `media` describes; the file itself by default.
        """
        self._path = path
        self._film = film or Film(path)
        self._start = start
        self._media = media
        self._state = _state(path)

    def coverage(self, start: datetime, end: datetime) -> Coverage:
        """Held where the file covers it, else lost."""
        last = self._start + timedelta(seconds=self._media.duration_s + _TOLERANCE_S)
        return "held" if self._start <= start and end <= last else "lost"

    def pin(self, pin_id: str, start: datetime, end: datetime) -> None:
        """Nothing to do: the file stays."""

    def unpin(self, pin_id: str) -> None:
        """Nothing to do: the file stays."""

    def files(self, start: datetime, end: datetime) -> tuple[Held, ...]:  # noqa: ARG002  as of every recording
        """None: the file was there before, and its digest is a fact of its own."""
        return ()

    def picture_at(self, moment: datetime) -> Picture:
        """The frame nearest to a moment.

        Raises:
            RecordingError: the file does not cover it, cannot be decoded there, or was changed.
        """
        self._demand(moment, moment)
        wanted_s = (moment - self._start).total_seconds() + self._media.first_pts_s
        pts_s, image = nearest_picture(self._film.path, wanted_s, self._media.first_pts_s)
        stream_s = pts_s - self._media.first_pts_s
        return Picture(self._start + timedelta(seconds=stream_s), image, f"{self._path.name} at {stream_s:.3f} s")

    def clip(self, start: datetime, end: datetime, path: Path) -> Clip:
        """Copies from the key frame at or before `start`; ends early where the file does.

        Raises:
            RecordingError: nothing of that time is in the file, or it was changed.
        """
        self._demand(max(start, self._start), max(start, self._start))
        from_s = max((start - self._start).total_seconds(), 0.0)
        length_s = (end - self._start).total_seconds() - from_s
        piece = Piece(self._film.path, from_s + self._media.first_pts_s if from_s > 0 else None, length_s)
        copied = copy_pieces([piece], length_s, path, self._media.codec)
        begin, until = (
            self._start + timedelta(seconds=from_s + moment_s) for moment_s in (copied.begin_s, copied.end_s)
        )
        return Clip(path, begin, until, self._media.codec)

    def _demand(self, start: datetime, end: datetime) -> None:
        if self.coverage(start, end) != "held":
            raise RecordingError("streams.file_does_not_hold", name=self._path.name, moment=start.isoformat())
        if _state(self._path) != self._state:
            raise RecordingError("streams.file_was_changed", name=self._path.name)


def _state(path: Path) -> tuple[int, int, int] | None:
    """What changes with every change of a file; nobody can set its last part back."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_ctime_ns
