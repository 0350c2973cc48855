"""A recorded file as a source: its own time line, as fast as the machine can or at a given pace."""

import math
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from core.clock import Clock, SystemClock
from core.domain import Frame
from core.errors import SourceError
from core.messages import Message
from core.site import Sampling
from streams.decode import Decoding
from streams.file_recording import FileRecording
from streams.graph import file_arguments
from streams.media import file_log, inspect
from streams.mended import film_of

# Containers round their duration, and a last frame may be shown for long.
_SHORT_BY_S = 1.0


class FileSource:
    """Sampled frames of a recorded file; implements core.ports.FrameSource.

    Stream time is the presentation time from the first frame (= 0), `utc` is `start` plus stream time, and `mono_s` is
    stream time: the same file gives the same frames. Where its time stamps leap, they are counted on at its frame rate.
    Every frame is given out however slow its reader is; at a pace
    the frames then come late. Mode keyframe samples key frames only; auto and interval sample all frames.

    Attributes:
        duration_s: seconds, as the container says; 0 where it does not.
    """

    def __init__(
        self,
        camera_id: str,
        path: Path | str,
        *,
        start: datetime,
        sampling: Sampling | None = None,
        pace: float | None = None,
        preset_id: str = "1",
        clock: Clock | None = None,
    ) -> None:
        """Looks into the file.

        Args:
            start: the moment of the first frame, aware.
            pace: seconds of stream time a second; None = as fast as the machine can.

        Raises:
            SourceError: there is no such file, or it holds no video.
        """
        self._path = Path(path)
        media = inspect(self._path)
        self._film = film_of(self._path)
        self._media = media if self._film.path == self._path else inspect(self._film.path)
        self._camera_id = camera_id
        self._preset_id = preset_id
        self._start = start
        self._sampling = sampling or Sampling()
        self._pace = pace
        self._clock = clock or SystemClock()
        self._closed = threading.Event()
        self._broke_off_at_s: float | None = None
        self._decoding: Decoding | None = None
        self._recording = FileRecording(self._path, start, self._media, self._film)

    @property
    def recording(self) -> FileRecording:
        """The file itself."""
        return self._recording

    @property
    def interval_s(self) -> float:
        """Seconds between two sampled frames."""
        return self._sampling.interval_s

    @property
    def duration_s(self) -> float:
        """Seconds that the file plays, as its container says; 0 where it does not."""
        return self._media.duration_s

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._media.size_wh

    @property
    def fault(self) -> Message | None:
        """What could not be read of it, in one line, once it has been played; None = nothing."""
        if self._broke_off_at_s is None:
            return None
        read, whole = f"{self._broke_off_at_s:.0f}", f"{self.duration_s:.0f}"
        return Message("streams.file_breaks_off", path=self._path, read=read, whole=whole)

    def frames(self) -> Iterator[Frame]:
        """Yields the first frame at or after each multiple of the interval; ends with the file.

        Raises:
            SourceError: the file cannot be decoded (further).
        """
        arguments = file_arguments(
            self._film.path, sample_s=self._sampling.interval_s, keys_only=self._sampling.mode == "keyframe"
        )
        log = file_log(self._path)
        began_s = self._clock.mono_s()
        first_pts_s = math.nan
        stream_s = 0.0
        with Decoding(arguments, log) as decoding:
            self._decoding = decoding
            for stamp, image in decoding:
                first_pts_s = stamp.pts_s if math.isnan(first_pts_s) else first_pts_s
                stream_s = stamp.pts_s - first_pts_s
                if not self._wait_until(began_s, stream_s):
                    return
                utc = self._start + timedelta(seconds=stream_s)
                yield Frame(self._camera_id, utc, stream_s, stream_s, "file", image, self._preset_id)
            if decoding.process.wait() != 0 and not self._closed.is_set():
                raise SourceError("streams.file_not_read_to_end", path=self._path, cause=log.cause)
        # Frames are sampled: the last one given may be an interval before the last there is.
        missing_s = self.duration_s - stream_s - self.interval_s
        if log.has_errors and missing_s > _SHORT_BY_S and not self._closed.is_set():
            self._broke_off_at_s = min(stream_s + self.interval_s, self.duration_s)

    def close(self) -> None:
        """Ends the iteration and its process; safe to call twice and from another thread."""
        self._closed.set()
        if self._decoding:
            self._decoding.process.end()

    def _wait_until(self, began_s: float, stream_s: float) -> bool:
        """Waits for the frame's turn; False when closed meanwhile."""
        while self._pace and not self._closed.is_set():
            early_s = began_s + stream_s / self._pace - self._clock.mono_s()
            if early_s <= 0:
                break
            self._clock.sleep(min(early_s, 0.2))
        return not self._closed.is_set()
