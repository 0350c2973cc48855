"""Measures a source for a short while, for the operator who adds it."""

from pathlib import Path

from core.clock import Clock, SystemClock
from core.errors import StreamError
from core.messages import Message
from core.ports import Probe
from core.settings import Settings
from streams.address import Address, open_allowed
from streams.graph import packets_arguments
from streams.lines import PacketList, VideoInfo
from streams.media import file_log, inspect
from streams.packets import PacketStats
from streams.process import FfmpegProcess
from streams.session import Session

DEFAULT_S = 8.0


def probe(source: str, settings: Settings, seconds: float = DEFAULT_S, clock: Clock | None = None) -> Probe:
    """Connects, counts packets for `seconds` and says what came; takes at most `seconds` + JIEJING_STALL_S.

    Raises:
        SourceError: the address is not allowed, or the file holds no video.
        StreamError: unreachable, the login refused, no video ... in one line without credentials.
        StorageError: ffmpeg cannot be started.
    """
    address = open_allowed(source, settings)
    if address.path:
        return _file(address, address.path, seconds)
    return _live(address, settings, seconds, clock or SystemClock())


def _live(address: Address, settings: Settings, seconds: float, clock: Clock) -> Probe:
    began_s = clock.mono_s()
    session = Session(address, settings=settings, clock=clock)
    try:
        for _ in session.frames():
            first_s = session.stats.first_arrival_s
            if first_s is not None and clock.mono_s() - first_s >= seconds:
                break
    finally:
        session.close()
    info, stats = session.info, session.stats
    if info is None or stats.first_arrival_s is None:
        raise StreamError("core.located", where=address.shown, cause=Message("streams.sends_no_video"))
    return _result(address, info, stats, delay_s=stats.first_arrival_s - began_s)


def _file(address: Address, path: Path, seconds: float) -> Probe:
    """A file has no arrival: its packets count as if they came when they are due."""
    media = inspect(path)
    reader, stats = PacketList(), PacketStats()

    def on_packet(line: str) -> None:
        if packet := reader.read(line):
            stats.add(packet, max(packet.pts_s, stats.last_arrival_s or 0.0))

    log = file_log(path)
    process = FfmpegProcess(
        lambda pipes: packets_arguments(path, pipes[0], until_s=media.first_pts_s + seconds),
        on_stderr=log.take,
        on_pipes=(on_packet,),
    )
    try:
        process.wait()
    finally:
        process.end()
    return _result(address, VideoInfo(media.codec, media.size_wh, media.declared_fps), stats, delay_s=0.0)


def _result(address: Address, info: VideoInfo, stats: PacketStats, *, delay_s: float) -> Probe:
    measured_s = (stats.last_arrival_s or 0.0) - (stats.first_arrival_s or 0.0)
    return Probe(
        source=address.shown,
        codec=info.codec,
        size_wh=info.size_wh,
        declared_fps=info.declared_fps,
        real_fps=stats.real_fps,
        gop_s=stats.gop_s,
        packets=stats.count,
        key_frames=stats.key_count,
        bitrate_kbps=stats.bytes * 8 / 1000 / measured_s if measured_s else 0.0,
        delay_s=delay_s,
        measured_s=measured_s,
    )
