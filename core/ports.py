"""The ports: what a stage needs from outside, and others fill in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from core.domain import Frame, Image
from core.stream_address import Transport

Coverage = Literal["held", "not_yet", "lost"]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A full-size picture decoded from the received bits.

    Attributes:
        utc: the moment of this very picture, which may lie a frame beside the one asked for.
        image: (height, width, 3) uint8, BGR, as received: no mask, no mark.
        origin: where it was cut from: segment or file name and the time in its stream.
    """

    utc: datetime
    image: Image
    origin: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip that was copied, bit for bit, from the received stream.

    Attributes:
        start, end: what it really holds: it begins at the key frame at or before what was asked for.
        codec: h264 or hevc, as ffmpeg names it.
    """

    path: Path
    start: datetime
    end: datetime
    codec: str


@dataclass(frozen=True, slots=True)
class Held:
    """A closed file of a recording, and the time that it holds."""

    path: Path
    start: datetime
    end: datetime


class Recording(Protocol):
    """The received stream of one camera, as far as it is still held."""

    def coverage(self, start: datetime, end: datetime) -> Coverage:
        """Whether that time is held from start to end, is still coming, or was lost (a gap, or dropped)."""
        ...

    def pin(self, pin_id: str, start: datetime, end: datetime) -> None:
        """Keeps what overlaps that time, also what has yet to arrive, until unpinned. Survives a restart."""
        ...

    def unpin(self, pin_id: str) -> None:
        """Lets go of every time pinned under that id; an unknown id is no error."""
        ...

    def files(self, start: datetime, end: datetime) -> Sequence[Held]:
        """The files that hold a part of that time and change no more; none where it is not kept in files of its own."""
        ...

    def picture_at(self, moment: datetime) -> Picture:
        """The full-size picture nearest to a moment.

        Raises:
            RecordingError: that time is not held.
        """
        ...

    def clip(self, start: datetime, end: datetime, path: Path) -> Clip:
        """Copies the stream around a time into an .mp4 without re-encoding.

        Raises:
            RecordingError: nothing of that time is held.
        """
        ...


@dataclass(frozen=True, slots=True)
class Probe:
    """What was measured.

    Attributes:
        source: the address without credentials.
        declared_fps: what the stream says; real_fps: what came. None = not said, not measured.
        gop_s: median seconds between key frames; None = fewer than two came in measured_s.
        packets, key_frames: how many came.
        bitrate_kbps: kilobits a second.
        delay_s: from the call to the first packet.
        measured_s: seconds from the first to the last packet.
    """

    source: str
    codec: str
    size_wh: tuple[int, int] | None
    declared_fps: float | None
    real_fps: float | None
    gop_s: float | None
    packets: int
    key_frames: int
    bitrate_kbps: float
    delay_s: float
    measured_s: float


class CameraLine(Protocol):
    """Short looks at cameras, for the people who add them; nothing is kept."""

    def probe(self, source: str, transport: Transport | None) -> Probe:
        """Measures a stream for a few seconds.

        Args:
            transport: how its media travel; None = as the installation does.

        Raises:
            SourceError: the address cannot be used.
            StreamError: unreachable, the login refused, no video ... in one line without credentials.
            ConflictError: too many are being looked at.
            StorageError: ffmpeg cannot be started.
        """
        ...

    def picture(self, source: str, transport: Transport | None) -> Image:
        """The first picture that a stream gives.

        Raises:
            as of `probe`.
        """
        ...


class FrameSource(Protocol):
    """Sampled pictures of one camera, newest first come; ends when the stream does."""

    @property
    def recording(self) -> Recording:
        """The received bits behind the frames."""
        ...

    @property
    def interval_s(self) -> float:
        """Seconds between two sampled frames, as decided."""
        ...

    def frames(self) -> Iterator[Frame]:
        """Yields frames until the stream ends.

        Raises:
            StreamError: the stream failed or stalled; worth another try.
            SourceError: it can never be read.
        """
        ...

    def close(self) -> None:
        """Ends everything this source started; safe to call twice and from another thread."""
        ...
