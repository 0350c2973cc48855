"""The ring: the last stretch of what one camera sent, in short segments, bit for bit.

The folder is the whole state: a closed segment's name is its entry in the index, a pin is an empty file, the segment
that ffmpeg is writing is called open_*, and a closed segment that could not be kept leaves an empty .lost file with its
name. A crash can leave the index and the files at odds in no way, and several Ring objects over one folder agree.
"""

import contextlib
import shutil
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from core.clock import Clock, SystemClock
from core.errors import RecordingError, StorageError
from core.messages import Message
from core.ports import Clip, Coverage, Held, Picture
from streams.clip import Piece, copy_pieces
from streams.media import nearest_picture
from streams.pins import Pins
from streams.segment import LOST_SUFFIX, SUFFIX, Segment, from_micros, micros, segment_of

# Two segments this close hold one stretch: a frame's duration is a guess, and slow cameras send one a second.
GAP_S = 1.0
# ffmpeg writes an open segment at least every 5 s (Matroska clusters) while packets come.
ALIVE_S = 15.0
# Segments round their time stamps to milliseconds.
_ROUNDING_S = 0.01
# So far after the beginning of a segment its first key frame is surely found, whichever way that was rounded.
_SURELY_S = 0.002
_MB = 1_000_000


class Ring:
    """The recording of one camera; implements core.ports.Recording. Safe to use from several threads.

    Attributes:
        error: why it holds less than it should, in one line; None while all is well.
    """

    def __init__(self, folder: Path, ring_s: float, max_mb: int, min_free_mb: int, clock: Clock | None = None) -> None:
        """Opens the ring, or makes it.

        Args:
            ring_s: seconds that are kept, unless pinned longer.
            max_mb: megabytes that the folder may take, pins included.
            min_free_mb: free megabytes on the disk below which nothing new is kept.

        Raises:
            StorageError: the folder cannot be made.
        """
        self._folder = folder
        self._ring_s = ring_s
        self._max_bytes = max_mb * _MB
        self._min_free_bytes = min_free_mb * _MB
        self._clock = clock or SystemClock()
        self._pins = Pins(folder)
        self._lock = threading.Lock()
        self.error: Message | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError("streams.folder_not_made", path=folder, cause=error) from error

    # What the recorder calls

    def begin(self, session: str) -> Path:
        """A new connection records: clears what a crash left open, and gives the pattern for its segment files.

        Args:
            session: microseconds since 1970 at which it began.
        """
        for path in self._folder.glob("open_*"):
            path.unlink(missing_ok=True)
        return self._folder / f"open_{session}_%06d{SUFFIX}"

    def close_segment(self, name: str, segment: Segment) -> None:
        """A segment is complete: takes it in and lets go of what is no longer needed. A fault of the disk goes to
        `error`, as it must not stop the stream.

        Args:
            name: of the file that ffmpeg wrote into the folder.
        """
        kept = self._path(segment)
        with self._lock:
            self.error = None
            try:
                (self._folder / name).rename(kept)
                self._forget_old(segment.end)
                self._fit(kept)
            except OSError as error:
                self.error = Message("streams.recording_part_not_kept", cause=error)

    def has_room(self) -> bool:
        """Whether the disk has room for more; says so in `error` if not."""
        try:
            free = shutil.disk_usage(self._folder).free
        except OSError as error:
            self.error = Message("streams.recording_folder_unusable", path=self._folder, cause=error)
            return False
        if free >= self._min_free_bytes:
            return True
        needed_mb = self._min_free_bytes // _MB
        self.error = Message("streams.disk_nearly_full", free_mb=free // _MB, needed_mb=needed_mb)
        return False

    # core.ports.Recording

    def coverage(self, start: datetime, end: datetime) -> Coverage:
        """Whether start to end is held, still coming (nothing is missing before the open segment), or lost."""
        held_until = start
        for segment in self._segments():
            if segment.end < held_until or (segment.start - held_until).total_seconds() > GAP_S:
                continue
            held_until = segment.end
            if held_until >= end:
                return "held"
        frontier = self._frontier() - timedelta(seconds=GAP_S)
        return "not_yet" if held_until >= frontier else "lost"

    def pin(self, pin_id: str, start: datetime, end: datetime) -> None:
        """Keeps every segment that has part in this time, also those that have yet to come.

        Raises:
            StorageError: the disk refuses.
        """
        self._pins.add(pin_id, start, end)

    def unpin(self, pin_id: str) -> None:
        """Lets go of every time pinned under that id; the files go with the next segment."""
        self._pins.remove(pin_id)

    def files(self, start: datetime, end: datetime) -> list[Held]:
        """The closed segments that have part in a time."""
        return [Held(self._path(one), one.start, one.end) for one in self._holding(start, end)]

    def picture_at(self, moment: datetime) -> Picture:
        """The frame nearest to a moment, in the segment that holds it.

        Raises:
            RecordingError: that time is not held.
        """
        segment = min(self._segments(), key=lambda one: one.distance_s(moment), default=None)
        if segment is None or segment.distance_s(moment) > GAP_S:
            raise RecordingError("streams.recording_lacks_moment", moment=moment.isoformat())
        path = self._path(segment)
        pts_s, image = nearest_picture(path, segment.stream_s(moment), segment.start_s)
        return Picture(segment.utc(pts_s), image, f"{path.name} at {pts_s:.3f} s")

    def clip(self, start: datetime, end: datetime, path: Path) -> Clip:
        """Copies what is held of a time, from the key frame at or before `start`.

        A stretch that was lost in between stays a gap of the same length. Where the codec changed in between, the clip
        ends there.

        Raises:
            RecordingError: nothing of that time is held.
        """
        segments = self._holding(start, end)
        segments = [one for one in segments if one.codec == segments[0].codec]
        if not segments:
            raise RecordingError("streams.recording_lacks_span", start=start.isoformat(), end=end.isoformat())
        return _copied(self._folder, segments, (start, end), path)

    # The folder

    def _segments(self, suffix: str = SUFFIX) -> list[Segment]:
        found = (segment_of(path) for path in self._folder.glob(f"[0-9]*{suffix}"))
        return sorted((segment for segment in found if segment), key=lambda segment: segment.start)

    def _holding(self, start: datetime, end: datetime) -> list[Segment]:
        return [one for one in self._segments() if one.start <= end and start < one.end]

    def _path(self, segment: Segment) -> Path:
        return self._folder / (segment.stem + SUFFIX)

    def _frontier(self) -> datetime:
        """What comes from here on is not there yet, but may still come."""
        now = self._clock.utc()
        for path in self._folder.glob(f"open_*{SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < now.timestamp() - ALIVE_S:
                    continue
                session = path.name.split("_")[1]
                known = [*self._segments(), *self._segments(LOST_SUFFIX)]
                ends = [segment.end for segment in known if segment.session == session]
                return max([from_micros(int(session)), *ends])
        return now

    def _forget_old(self, newest: datetime) -> None:
        oldest = newest - timedelta(seconds=self._ring_s)
        pins = self._pins.all()
        for segment in self._segments():
            if segment.end < oldest and not any(pin.holds(segment) for pin in pins):
                self._path(segment).unlink(missing_ok=True)
        for segment in self._segments(LOST_SUFFIX):
            if segment.end < oldest:
                (self._folder / (segment.stem + LOST_SUFFIX)).unlink(missing_ok=True)

    def _fit(self, newest: Path) -> None:
        """Keeps the folder within its bound: unpinned segments go first, oldest first; at last the new one itself."""
        pins = self._pins.all()
        loose = [self._path(one) for one in self._segments() if not any(pin.holds(one) for pin in pins)]
        excess = _bytes(self._folder.iterdir()) - self._max_bytes
        while excess > 0 and loose and loose[0] != newest:
            self.error = Message("streams.ring_too_short", seconds=f"{self._ring_s:g}")
            excess -= _bytes([loose[0]])
            loose.pop(0).unlink(missing_ok=True)
        if excess > 0:
            self.error = Message("streams.ring_full_of_pins")
        if excess > 0 or not self.has_room():
            newest.write_bytes(b"")
            newest.rename(newest.with_suffix(LOST_SUFFIX))


def _copied(folder: Path, segments: list[Segment], wanted: tuple[datetime, datetime], path: Path) -> Clip:
    """Copies segments into a clip. Inside a session they follow each other in stream time, between sessions in UTC."""
    start, end = wanted
    first = segments[0]
    inside = (start - first.start).total_seconds() > _ROUNDING_S
    from_s = first.stream_s(start) if inside else first.start_s + _SURELY_S
    pieces: list[Piece] = []
    begins_s = [0.0]
    for one, following in zip(segments, [*segments[1:], None], strict=True):
        one_from_s = from_s if one is first else one.start_s + _SURELY_S
        if following is None:
            takes_s = one.end_s - one_from_s
        elif following.session == one.session:
            takes_s = following.start_s + _SURELY_S - one_from_s
        else:
            takes_s = (following.start - one.utc(one_from_s)).total_seconds() + _SURELY_S
        # Every piece is sought: ffmpeg knows the beginning of no file of fewer than seven pictures.
        pieces.append(Piece(folder / (one.stem + SUFFIX), one_from_s, takes_s))
        begins_s.append(begins_s[-1] + takes_s)
    last, last_from_s = segments[-1], from_s if len(segments) == 1 else segments[-1].start_s + _SURELY_S
    until_s = begins_s[-2] + last.stream_s(min(end, last.end)) - last_from_s
    copied = copy_pieces(pieces, until_s, path, first.codec)
    return Clip(
        path=path,
        start=first.utc(from_s + copied.begin_s),
        end=last.utc(last_from_s + copied.end_s - begins_s[-2]),
        codec=first.codec,
    )


def _bytes(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_size
    return total


def session_name(began: datetime) -> str:
    """The name of a connection: when it began."""
    return str(micros(began))
