"""A look at the packets of a stream of which ffmpeg makes no picture: what comes, and what it lacks."""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.messages import Message
from core.stream_address import Transport
from streams.address import without_credentials
from streams.failure import redirected_to
from streams.rtsp_client import RedirectError, RtspClient, RtspError, Video

LOOK_S = 4.0
_HEAD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """What came in `seconds`.

    Attributes:
        pictures: how many packets, those of one picture counted as one.
        stamps: how many different time stamps they carried.
        parameters, keys: whether parameter sets and key frames were there; True where the codec has none of its own.
    """

    seconds: float
    pictures: int
    stamps: int
    parameters: bool
    keys: bool


def cause_looked_into(
    url: str, transport: Transport, stop: Callable[[], bool], seconds: float = LOOK_S
) -> Message | None:
    """Plays a stream for some seconds, as ffmpeg would; why no picture comes of it, None where that is not seen.

    Args:
        url: the address with its login, its host looked up already.
        stop: ends it early.
    """
    try:
        with RtspClient(url, transport) as client:
            video = client.describe()
            client.play(video)
            return cause_in(seen_in(video, client.packets(seconds, stop), seconds))
    except RedirectError as error:
        return redirected_to(without_credentials(str(error)))
    except (OSError, RtspError, ValueError, KeyError):
        return None


def seen_in(video: Video, packets: Iterable[bytes], seconds: float) -> Seen:
    """Judges RTP packets."""
    kinds: set[str] = set()
    stamps: set[int] = set()
    count = ends = 0
    for packet in packets:
        if (payload := _payload(packet)) is None:
            continue
        count += 1
        ends += packet[1] >> 7
        stamps.add(struct.unpack(">I", packet[4:8])[0])
        kinds.update(_kinds(video.codec, payload))
    known = video.codec in _UNITS
    return Seen(
        seconds=seconds,
        pictures=ends or count,
        stamps=len(stamps),
        parameters=not known or video.has_parameters or "parameters" in kinds,
        keys=not known or "key" in kinds,
    )


def cause_in(seen: Seen) -> Message | None:
    """Why no picture came of it, and what to do; None where nothing is seen to be wrong."""
    lack = _lack(seen) if seen.pictures else None
    return Message("streams.packets_came_but", rate=f"{seen.pictures / seen.seconds:.3g}", cause=lack) if lack else None


def _lack(seen: Seen) -> Message | None:
    if seen.pictures > 2 and seen.stamps == 1:
        return Message("streams.time_stamps_stand_still")
    if seen.parameters and seen.keys:
        slow = seen.pictures < seen.seconds
        return Message("streams.frame_rate_too_slow") if slow else None
    if seen.parameters:
        return Message("streams.no_key_frame", seconds=f"{seen.seconds:.0f}")
    if seen.keys:
        return Message("streams.no_parameter_sets")
    return Message("streams.no_parameter_sets_nor_key_frame")


def _payload(packet: bytes) -> bytes | None:
    """What an RTP packet carries (RFC 3550, section 5.1); None where it is none, or carries nothing."""
    if len(packet) <= _HEAD_BYTES or packet[0] >> 6 != 2 or 64 <= packet[1] & 127 <= 95:
        return None
    begin = _HEAD_BYTES + 4 * (packet[0] & 15)
    if packet[0] & 16 and len(packet) >= begin + 4:
        begin += 4 + 4 * int.from_bytes(packet[begin + 2 : begin + 4])
    return packet[begin:] or None


def _kinds(codec: str, payload: bytes) -> Iterator[str]:
    for unit in _UNITS[codec](payload) if codec in _UNITS else ():
        if unit in _PARAMETERS[codec]:
            yield "parameters"
        if unit in _KEYS[codec]:
            yield "key"


def _h264(payload: bytes) -> Iterator[int]:
    """Types of the NAL units of a payload (RFC 6184, section 5.2)."""
    kind = payload[0] & 31
    if kind == 24:
        yield from (unit[0] & 31 for unit in _aggregated(payload[1:]))
    elif kind in (28, 29) and len(payload) > 1:
        yield payload[1] & 31
    else:
        yield kind


def _h265(payload: bytes) -> Iterator[int]:
    """Types of the NAL units of a payload (RFC 7798, section 4.4)."""
    kind = payload[0] >> 1 & 63
    if kind == 48:
        yield from (unit[0] >> 1 & 63 for unit in _aggregated(payload[2:]))
    elif kind == 49 and len(payload) > 2:
        yield payload[2] & 63
    else:
        yield kind


def _aggregated(rest: bytes) -> Iterator[bytes]:
    while len(rest) > 2:
        size = int.from_bytes(rest[:2])
        if unit := rest[2 : 2 + size]:
            yield unit
        rest = rest[2 + size :]


_UNITS: dict[str, Callable[[bytes], Iterator[int]]] = {"H264": _h264, "H265": _h265}
_PARAMETERS = {"H264": {7}, "H265": {33}}
_KEYS = {"H264": {5}, "H265": set(range(16, 22))}
