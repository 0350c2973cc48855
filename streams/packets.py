"""What the packets of a stream tell without decoding: that it lives, its real frame rate and its GOP."""

import math
from collections import deque
from itertools import pairwise
from statistics import median

from streams.lines import Packet

WINDOW_S = 30.0
# Servers send what they have stored in a burst: the first second says nothing about the rate.
BURST_S = 1.0
_KEY_FRAMES = 6


class PacketStats:
    """Figures over the packets of one connection; arrivals in seconds on the monotonic clock.

    One thread adds; the figures may be read from others at any time.

    Attributes:
        count, key_count: packets, and key frames among them, so far.
        first_arrival_s, last_arrival_s: when the first and the newest packet came; None before the first.
        first_key_pts_s: presentation time of the first key frame, where a recording begins.
    """

    def __init__(self) -> None:
        self.count = 0
        self.key_count = 0
        self.bytes = 0
        self.first_arrival_s: float | None = None
        self.last_arrival_s: float | None = None
        self.first_key_pts_s: float | None = None
        self._arrivals: deque[float] = deque()
        self._key_pts: deque[float] = deque(maxlen=_KEY_FRAMES)
        self._first_pts_s: float | None = None
        self._newest_pts_s = -math.inf

    def add(self, packet: Packet, arrival_s: float) -> None:
        """Counts one packet."""
        self.count += 1
        self.bytes += packet.size_bytes
        self.last_arrival_s = arrival_s
        self._first_pts_s = packet.pts_s if self._first_pts_s is None else self._first_pts_s
        self._newest_pts_s = max(self._newest_pts_s, packet.pts_s)
        self._count_arrival(arrival_s)
        if packet.key:
            self.key_count += 1
            self.first_key_pts_s = packet.pts_s if self.first_key_pts_s is None else self.first_key_pts_s
            self._key_pts.append(packet.pts_s)

    @property
    def real_fps(self) -> float | None:
        """Frames a second as they arrived over the last WINDOW_S; None before two seconds have passed."""
        if len(self._arrivals) < 2 or (span_s := self._arrivals[-1] - self._arrivals[0]) < 1:
            return None
        return (len(self._arrivals) - 1) / span_s

    @property
    def gop_s(self) -> float | None:
        """Median distance of the last key frames in seconds of stream time; None before the second key frame."""
        keys = list(self._key_pts)
        if len(keys) < 2:
            return None
        return median(later - earlier for earlier, later in pairwise(keys))

    @property
    def since_key_s(self) -> float:
        """Seconds of stream time since the newest key frame, or since the first packet where there was none."""
        if self._first_pts_s is None:
            return 0.0
        return self._newest_pts_s - (self._key_pts[-1] if self._key_pts else self._first_pts_s)

    def _count_arrival(self, arrival_s: float) -> None:
        self.first_arrival_s = arrival_s if self.first_arrival_s is None else self.first_arrival_s
        if arrival_s < self.first_arrival_s + BURST_S:
            return
        self._arrivals.append(arrival_s)
        while self._arrivals[0] < arrival_s - WINDOW_S:
            self._arrivals.popleft()
