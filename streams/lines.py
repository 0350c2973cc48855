"""What ffmpeg writes, line by line: input description, showinfo, framecrc and the segment list.

Times are read as integers with their time base: ffmpeg prints seconds with six digits only, which is tenths of a
second after three hours.
"""

import math
import re
from dataclasses import dataclass
from fractions import Fraction

_VIDEO = re.compile(r"Stream #0:\d+.*?: Video: (\w+)")
_SIZE = re.compile(r", (\d{2,5})x(\d{2,5})")
_FPS = re.compile(r", ([\d.]+)(k?) fps")
_FRAME = re.compile(r"n: *\d+ pts: *(-?\d+|NOPTS) .* s:(\d+)x(\d+) ")
_CONTAINER = re.compile(r"Input #0, ([\w,]+), from ")
_DURATION = re.compile(r"Duration: (\d+):(\d\d):(\d\d\.\d+), ")
_TIME_BASE = re.compile(r"config in time_base: (\d+)/(\d+)")
_NO_PTS = -(1 << 63)
_RTP_HZ = 90_000  # of video
_RTP_WRAP_S = (1 << 32) / _RTP_HZ
_LEAP = re.compile(r"PTS (-?\d+), next:(-?\d+) invalid dropping")
_REDIRECT = re.compile(r"Status 3\d\d: Redirecting to (\S*)")
_LEVEL = re.compile(r"\[(panic|fatal|error|warning|info|verbose|debug)\] ")


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What the stream says about itself; declared_fps is a claim, not a measurement."""

    codec: str
    size_wh: tuple[int, int] | None
    declared_fps: float | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """One decoded frame: its presentation time (NaN where it has none) and size."""

    pts_s: float
    size_wh: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Packet:
    """One copied packet: presentation time, how long it is shown (0 = not known), and whether it is a key frame."""

    pts_s: float
    duration_s: float
    key: bool
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ClosedSegment:
    """One line of the segment list, in seconds of stream time."""

    name: str
    start_s: float
    end_s: float


def parse_video_info(line: str) -> VideoInfo | None:
    """The description of a video stream, if the line is one."""
    video = _VIDEO.search(line)
    if not video:
        return None
    size, fps = _SIZE.search(line), _FPS.search(line)
    return VideoInfo(
        codec=video[1],
        size_wh=(int(size[1]), int(size[2])) if size else None,
        declared_fps=float(fps[1]) * (1000 if fps[2] else 1) if fps else None,
    )


def parse_container(line: str) -> str | None:
    """The container, as ffmpeg names it, if the line does."""
    found = _CONTAINER.search(line)
    return found[1] if found else None


def parse_duration_s(line: str) -> float | None:
    """Seconds of the container, if the line names them."""
    found = _DURATION.search(line)
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def level_of(line: str) -> str:
    """The level that `-loglevel level` puts before each message; info where there is none."""
    level = _LEVEL.search(line)
    return level[1] if level else "info"


class ShowInfo:
    """Reads the lines of the showinfo filter."""

    def __init__(self) -> None:
        self._time_base = Fraction(1, 90_000)

    def read(self, line: str) -> Stamp | None:
        """The frame that a line tells of, or None."""
        if "showinfo" not in line:
            return None
        if base := _TIME_BASE.search(line):
            self._time_base = Fraction(int(base[1]), int(base[2]) or 1)
        frame = _FRAME.search(line)
        if not frame:
            return None
        pts_s = math.nan if frame[1] == "NOPTS" else float(int(frame[1]) * self._time_base)
        return Stamp(pts_s, (int(frame[2]), int(frame[3])))


class PacketList:
    """Reads the lines of the framecrc muxer: one a packet, written as it passes."""

    def __init__(self, start_s: float | None = None) -> None:
        """Begins.

        Args:
            start_s: where the second packet of a live stream is put. Its first one never has a time (see
                streams.graph) and is taken for the one before. None = packets without a time are passed over.
        """
        self._time_base = Fraction(1, 90_000)
        self._start_s = start_s
        self._last_s: float | None = None

    def read(self, line: str) -> Packet | None:
        """The packet that a line tells of, or None."""
        if line.startswith("#"):
            if line.startswith("#tb 0:"):
                self._time_base = Fraction(line.removeprefix("#tb 0:").strip())
            return None
        fields = [field.strip() for field in line.split(",")]
        if len(fields) < 6:
            return None
        duration_s = float(int(fields[3]) * self._time_base)
        pts_s = self._pts_s(int(fields[2]), duration_s)
        self._last_s = pts_s
        return None if pts_s is None else Packet(pts_s, duration_s, _is_key(fields[6:]), int(fields[4]))

    def _pts_s(self, pts: int, duration_s: float) -> float | None:
        pts_s = float(pts * self._time_base)
        if self._start_s is not None and pts == _NO_PTS and self._last_s is not None:
            # as the segments have it: see streams.graph
            return self._last_s + duration_s
        if self._start_s is not None and pts_s < self._start_s / 2:
            return self._start_s - duration_s
        return None if pts == _NO_PTS else pts_s


def parse_segment(line: str) -> ClosedSegment | None:
    """A line of a segment list of type csv, or None."""
    fields = line.strip().rsplit(",", 2)
    return ClosedSegment(fields[0], float(fields[1]), float(fields[2])) if len(fields) == 3 else None


def leap_of(line: str) -> float | None:
    """Seconds by which a time stamp that was taken away lay from where the stream should be, if the line says so.

    ffmpeg names the stamp in ticks of RTP, whose 32 bits make of one that fell back one far ahead, and the other in
    microseconds.
    """
    found = _LEAP.search(line)
    if not found:
        return None
    off_s = int(found[1]) / _RTP_HZ - int(found[2]) / 1e6
    return (off_s + _RTP_WRAP_S / 2) % _RTP_WRAP_S - _RTP_WRAP_S / 2


def is_about_leap(line: str) -> bool:
    """Whether ffmpeg tells of a time stamp that it took away: of its decoding time, too."""
    return "invalid dropping" in line


def redirect_in(line: str) -> str | None:
    """Where ffmpeg was sent on to, if the line says so."""
    found = _REDIRECT.search(line)
    return (found[1] or "nowhere") if found else None


def _is_key(extras: list[str]) -> bool:
    """The muxer names a packet's flags only where they are not exactly 1, which is "key frame"."""
    flags = next((field.removeprefix("F=") for field in extras if field.startswith("F=")), "0x1")
    return bool(int(flags, 16) & 1)
