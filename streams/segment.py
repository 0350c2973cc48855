"""A segment of received stream: its name is its entry in the index."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

SUFFIX = ".mkv"
LOST_SUFFIX = ".lost"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"(-?\d+)_(\d+)_(-?\d+)_(\d+)_(\d+)_(\w+)\.(?:mkv|lost)")


@dataclass(frozen=True, slots=True)
class Segment:
    """One closed segment of the ring. It begins with a key frame.

    Attributes:
        start, end: from the mapping of stream time to UTC; in between the mapping is a straight line.
        start_s, end_s: the same in stream time, which the segment's own time stamps carry.
        session: the connection that it came by; stream times compare within a session only.
    """

    start: datetime
    end: datetime
    start_s: float
    end_s: float
    session: str
    codec: str

    @property
    def stem(self) -> str:
        """The name in the ring's folder: times in microseconds, in the order in which they sort."""
        start_us, length_us = micros(self.start), micros(self.end) - micros(self.start)
        stream_us, stream_length_us = round(self.start_s * 1e6), round((self.end_s - self.start_s) * 1e6)
        return f"{start_us}_{length_us}_{stream_us}_{stream_length_us}_{self.session}_{self.codec}"

    def stream_s(self, moment: datetime) -> float:
        """The stream time of a moment."""
        share = (moment - self.start) / (self.end - self.start) if self.end > self.start else 0.0
        return self.start_s + share * (self.end_s - self.start_s)

    def utc(self, stream_s: float) -> datetime:
        """The moment of a stream time."""
        length_s = self.end_s - self.start_s
        share = (stream_s - self.start_s) / length_s if length_s > 0 else 0.0
        return self.start + share * (self.end - self.start)

    def distance_s(self, moment: datetime) -> float:
        """Seconds between a moment and this segment; 0 inside."""
        return max((self.start - moment).total_seconds(), (moment - self.end).total_seconds(), 0.0)


def segment_of(path: Path) -> Segment | None:
    """The segment whose name this is, or None."""
    found = _NAME.fullmatch(path.name)
    if not found:
        return None
    start_us, length_us, stream_us, stream_length_us = (int(found[group]) for group in range(1, 5))
    return Segment(
        start=from_micros(start_us),
        end=from_micros(start_us + length_us),
        start_s=stream_us / 1e6,
        end_s=(stream_us + stream_length_us) / 1e6,
        session=found[5],
        codec=found[6],
    )


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(moment_us: int) -> datetime:
    """The moment of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=moment_us)
