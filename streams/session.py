"""One connection to one stream: one ffmpeg process, its packets, frames and segments on one time line."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from core.clock import Clock
from core.domain import Image
from core.duties import words_of
from core.errors import StreamError
from core.messages import Message
from core.settings import Settings
from streams.address import Address, pinned
from streams.decode import FrameReader
from streams.errorlog import ErrorLog
from streams.failure import NOT_DECODED, REFUSED, cause_seen, is_worth_a_look, redirected_to
from streams.fence import Place
from streams.graph import START_S, live_arguments, live_script
from streams.latest import Latest
from streams.leaps import Leaps
from streams.lines import (
    ClosedSegment,
    PacketList,
    Stamp,
    VideoInfo,
    is_about_leap,
    leap_of,
    parse_segment,
    redirect_in,
)
from streams.packets import PacketStats
from streams.process import FfmpegProcess
from streams.ring import Ring, session_name
from streams.rtp_look import cause_looked_into
from streams.rtsp_look import look_at
from streams.segment import Segment
from streams.timebase import LEAP_S, MAX_ERROR_S, Timebase

TAKE_S = 0.2
GRACE_S = 1.0
# A frame is later than its time by decoding, and by a reader that is slow: never by so much.
OLDEST_S = 60.0
# Key frames half a minute apart were seen: so long may packets come without a picture.
UNDECODED_S = 45.0

_log = logging.getLogger("jiejing.streams")


@dataclass(frozen=True, slots=True)
class Sampler:
    """How frames are decoded: one at or after each multiple of interval_s, of key frames only or of all."""

    interval_s: float
    keys_only: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """A decoded frame on the time line of its session."""

    utc: datetime
    mono_s: float
    stream_s: float
    image: Image


class Session:
    """Reads a stream until it fails or is closed. Nothing is retried here."""

    def __init__(
        self,
        address: Address,
        *,
        settings: Settings,
        clock: Clock,
        ring: Ring | None = None,
        sampler: Sampler | None = None,
        leaps: Leaps | None = None,
    ) -> None:
        """Connects.

        Args:
            ring: takes the received segments; None = nothing is recorded.
            sampler: None = nothing is decoded.
            leaps: counts on from former connections to the same stream, so that one episode is told once.

        Raises:
            StorageError: ffmpeg cannot be started.
        """
        self._clock = clock
        self._settings = settings
        self._ring = ring
        self._shown = address.shown
        self.name = session_name(clock.utc())
        self._began_s = clock.mono_s()
        self._leaps = leaps or Leaps(address.shown, clock.mono_s)
        self._leaps.drift.begin()
        self._log = ErrorLog(address.shown, address.scrub, clock.mono_s)
        self._reader = FrameReader(self._log)
        self._packet_list = PacketList(START_S)
        self._lock = threading.Lock()
        self._stats = PacketStats()
        self._utc_base, self._mono_base = Timebase(), Timebase()
        self._first_pts_s: float | None = None
        self._waiting_segments: list[ClosedSegment] = []
        self._latest: Latest[tuple[Stamp, Image]] = Latest()
        self._size_changed = False
        self._fault: Message | None = None
        self._redirect: str | None = None
        self._scrub = address.scrub
        self._closed = False
        self._decodes = sampler is not None
        self._decoded_s = self._began_s
        place = pinned(address, settings)
        self._url = place.url
        self._process = self._start(place, sampler)
        self._frame_thread = threading.Thread(target=self._read_frames, name="frames", daemon=True)
        self._frame_thread.start()

    @property
    def info(self) -> VideoInfo | None:
        """What the stream says about itself; None before it answered."""
        return self._reader.info

    @property
    def dropped(self) -> int:
        """Frames that a newer one replaced before anybody took them."""
        return self._latest.dropped

    @property
    def trouble(self) -> Message | None:
        """What is wrong with a stream that can be used all the same, in one line; None = nothing."""
        return self._leaps.trouble

    @property
    def stats(self) -> PacketStats:
        """Figures over the packets so far."""
        return self._stats

    @property
    def pid(self) -> int:
        """Process id of ffmpeg."""
        return self._process.pid

    def frames(self) -> Iterator[Sampled | None]:
        """Yields the newest frame when there is one, and None now and then while there is none.

        Raises:
            StreamError: the stream failed or stalled.
        """
        last_utc: datetime | None = None
        while not self._closed:
            sampled = self._take()
            self.check()
            if sampled and (last_utc is None or sampled.utc > last_utc):
                last_utc = sampled.utc
                yield sampled
            else:
                yield None

    def check(self) -> None:
        """Looks whether the stream lives.

        Raises:
            StreamError: it does not; says why, without credentials.
        """
        if not self._closed and (fault := self._fault or self._process.fault):
            raise StreamError("streams.stream_not_taken_in", address=self._shown, cause=fault)
        if self._redirect and not self._closed:
            raise StreamError("core.located", where=self._shown, cause=redirected_to(self._redirect))
        if self._process.returncode is not None and not self._closed:
            self._process.wait()
            cause = self._seen(self._log.cause_over(self._settings.rtsp_transport))
            raise StreamError("core.located", where=self._shown, cause=cause)
        heard_s = self._stats.last_arrival_s
        silent_s = self._clock.mono_s() - (self._began_s if heard_s is None else heard_s)
        # ffmpeg gives up first, after stall_s, by its socket timeout: so it can still close its files properly.
        if silent_s > self._settings.stall_s + GRACE_S:
            cause = self._seen(Message("streams.no_packet_for", seconds=f"{silent_s:.0f}"))
            raise StreamError("core.located", where=self._shown, cause=cause)
        if self._decodes and self._clock.mono_s() - self._decoded_s > max(UNDECODED_S, 3 * self._settings.stall_s):
            raise StreamError("core.located", where=self._shown, cause=self._seen(NOT_DECODED))
        if self._utc_base.lost or self._mono_base.lost:
            raise StreamError("streams.stream_clock_ran_apart", address=self._shown)
        if self._size_changed:
            raise StreamError("streams.picture_changed_size", address=self._shown)

    def _seen(self, cause: Message) -> Message:
        """The cause, looked at again where nothing that can be used ever came."""
        if self._closed or not is_worth_a_look(cause) or (self._stats.count and cause != NOT_DECODED):
            return cause
        self._process.end()  # there may be room for one viewer only
        look = look_at(self._url)
        if look.answer == "rtsp" and cause != REFUSED:
            return cause_looked_into(self._url, self._settings.rtsp_transport, lambda: self._closed) or cause
        return cause_seen(cause, look)

    def close(self) -> None:
        """Ends ffmpeg; what it had recorded is in the ring. Safe to call twice and from another thread."""
        self._closed = True
        self._process.end()
        self._latest.wake()
        if self._frame_thread is not threading.current_thread():
            self._frame_thread.join()

    def _take(self) -> Sampled | None:
        if not self._mono_base.settled:  # newer frames replace each other untaken
            self._latest.pause(TAKE_S)
            return None
        taken = self._latest.take(TAKE_S)
        return self._believable(self._on_time_line(*taken)) if taken else None

    def _believable(self, sampled: Sampled) -> Sampled:
        """A frame whose time the clock allows: no other ever enters what the rules remember.

        Raises:
            StreamError: it is none.
        """
        old_s = (self._clock.utc() - sampled.utc).total_seconds()
        if -MAX_ERROR_S <= old_s <= OLDEST_S:
            return sampled
        raise StreamError("streams.stream_clock_ran_apart", address=self._shown)

    def _start(self, address: Address, sampler: Sampler | None) -> FfmpegProcess:
        pattern = str(self._ring.begin(self.name)) if self._ring else None

        def arguments(pipes: list[str]) -> list[str]:
            return live_arguments(
                packets=pipes[0],
                segments=pattern,
                segment_list=pipes[1],
                sample_s=sampler.interval_s if sampler else None,
                keys_only=sampler.keys_only if sampler else False,
                leap_s=max(LEAP_S, self._settings.stall_s),
            )

        return FfmpegProcess(
            arguments,
            on_stderr=self._on_line,
            on_pipes=(self._on_packet, self._on_segment),
            stdin=live_script(address, self._settings),
            on_end=self._on_end,
            place=Place.of(address.url),
        )

    def _on_line(self, line: str) -> None:
        if is_about_leap(line):
            if leap_s := leap_of(line):
                self._leaps.add(leap_s)
        elif redirect := redirect_in(line):
            self._redirect = self._scrub(redirect)
        else:
            self._reader.stderr(line)

    def _on_packet(self, line: str) -> None:
        packet = self._packet_list.read(line)
        if packet is None:
            return
        mono_s, utc_s = self._clock.mono_s(), self._clock.utc().timestamp()
        with self._lock:
            self._first_pts_s = packet.pts_s if self._first_pts_s is None else self._first_pts_s
            self._stats.add(packet, mono_s)
            self._mono_base.packet(packet.pts_s, mono_s)
            self._leaps.drift.packet(packet.pts_s, mono_s)
            self._utc_base.packet(packet.pts_s, utc_s)
        if self._waiting_segments and self._utc_base.settled:
            self._record_waiting()

    def _on_segment(self, line: str) -> None:
        if closed := parse_segment(line):
            self._waiting_segments.append(closed)
        if self._utc_base.settled:
            self._record_waiting()

    def _on_end(self) -> None:
        self._reader.end()
        self._record_waiting()

    def _record_waiting(self) -> None:
        while self._waiting_segments and self._ring and self.info and self._stats.count:
            closed = self._waiting_segments.pop(0)
            # The list lets the first segment begin at 0, whatever its first packet says.
            start_s = max(closed.start_s, self._stats.first_key_pts_s or 0.0)
            segment = Segment(
                start=self._utc(start_s),
                end=self._utc(closed.end_s),
                start_s=start_s,
                end_s=closed.end_s,
                session=self.name,
                codec=self.info.codec,
            )
            self._ring.close_segment(closed.name, segment)

    def _read_frames(self) -> None:
        """Ends with the stream; an error ends the stream: `check` tells whoever reads it."""
        try:
            self._put_frames()
        except Exception as error:  # noqa: BLE001  whatever it is: no stream stands still unseen
            if not self._closed:
                _log.error("%s: a frame cannot be taken in: %s", self._shown, error, exc_info=error)
            self._fault = words_of(error)

    def _put_frames(self) -> None:
        size_wh = None
        for stamp, image in self._reader.frames(self._process):
            size_wh = size_wh or stamp.size_wh
            self._size_changed = self._size_changed or stamp.size_wh != size_wh
            self._decoded_s = self._clock.mono_s()
            self._latest.put((stamp, image))

    def _on_time_line(self, stamp: Stamp, image: Image) -> Sampled:
        with self._lock:
            # The decoder's first frame has no time of its own: it is the first packet's.
            first_s = self._first_pts_s or 0.0
            stream_s = max(first_s, stamp.pts_s)
            mono_s = self._mono_base.time_s(stream_s)
        return Sampled(self._utc(stream_s), mono_s, stream_s, image)

    def _utc(self, stream_s: float) -> datetime:
        with self._lock:
            return datetime.fromtimestamp(self._utc_base.time_s(stream_s), UTC)
