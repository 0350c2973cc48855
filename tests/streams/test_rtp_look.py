"""What RTP packets hold is known without decoding them: parameter sets, key frames, time stamps."""

import struct

import pytest

from core.messages import Message
from streams.rtp_look import cause_in, seen_in
from streams.rtsp_client import Video


def rtp(payload: bytes, stamp: int = 0, *, last: bool = True, extension: bool = False) -> bytes:
    flags = 0x90 if extension else 0x80
    head = struct.pack(">BBHII", flags, 96 | (128 if last else 0), 1, stamp, 7)
    return head + (b"\xbe\xde\x00\x01abcd" if extension else b"") + payload


def aggregated(head: bytes, *units: bytes) -> bytes:
    return head + b"".join(struct.pack(">H", len(unit)) + unit for unit in units)


H264 = {
    "single units": ([b"\x67sps", b"\x68pps", b"\x65key"], True, True),
    "aggregated": ([aggregated(b"\x78", b"\x67sps", b"\x68pps"), b"\x65key"], True, True),  # STAP-A
    "in pieces": ([b"\x67sps", b"\x7c\x85key", b"\x7c\x05key", b"\x7c\x45key"], True, True),  # FU-A
    "no key": ([b"\x67sps", b"\x41other", b"\x7c\x81other"], True, False),
    "no parameters": ([b"\x65key", b"\x41other"], False, True),
    "cut short": ([b"\x78\x00", b"\x7c", b"\x78\x00\x09a"], False, False),
}
H265 = {
    "single units": ([b"\x40\x01vps", b"\x42\x01sps", b"\x26\x01key"], True, True),
    "aggregated": ([aggregated(b"\x60\x01", b"\x42\x01sps", b"\x26\x01key")], True, True),
    "in pieces": ([b"\x62\x01\x93key", b"\x62\x01\x13key"], False, True),
    "no key": ([b"\x42\x01sps", b"\x02\x01other"], True, False),
}


@pytest.mark.parametrize(
    ("codec", "payloads", "parameters", "keys"),
    [
        *(pytest.param("H264", *row, id=f"H264 {name}") for name, row in H264.items()),
        *(pytest.param("H265", *row, id=f"H265 {name}") for name, row in H265.items()),
        pytest.param("JPEG", [b"\x00picture"], True, True, id="a codec whose pictures stand alone"),
    ],
)
@pytest.mark.parametrize("extension", [False, True])
def test_what_packets_hold(codec: str, payloads: list[bytes], parameters: bool, keys: bool, extension: bool) -> None:
    packets = [rtp(one, number, extension=extension) for number, one in enumerate(payloads)]
    seen = seen_in(Video(codec, False, "", ""), packets, 4.0)
    assert (seen.parameters, seen.keys) == (parameters, keys)
    assert seen.pictures == seen.stamps == len(payloads)


def test_parameter_sets_of_the_description_count() -> None:
    assert seen_in(Video("H264", True, "", ""), [rtp(b"\x65key")], 4.0).parameters


def test_packets_of_one_picture_are_counted_as_one() -> None:
    pieces = [rtp(b"\x7c\x05key", 0, last=number == 8) for number in range(9)]
    assert seen_in(Video("H264", True, "", ""), pieces, 4.0).pictures == 1


def test_what_is_no_packet_of_the_video_is_passed_over() -> None:
    report = b"\x80\xc8" + bytes(26)  # RTCP on the same channel
    assert seen_in(Video("H264", False, "", ""), [b"", b"\x80", report, b"\x00" * 40], 4.0).pictures == 0


@pytest.mark.parametrize(
    ("pictures", "stamps", "told"),
    [
        (40, 40, None),
        (2, 2, ("0.5", Message("streams.frame_rate_too_slow"))),
        (40, 1, ("10", Message("streams.time_stamps_stand_still"))),
        (0, 0, None),  # then nothing came, as was told
    ],
)
def test_what_is_told(pictures: int, stamps: int, told: tuple[str, Message] | None) -> None:
    packets = [rtp(b"\x65key", number % max(stamps, 1)) for number in range(pictures)]
    cause = cause_in(seen_in(Video("H264", True, "", ""), packets, 4.0))
    assert cause == (Message("streams.packets_came_but", rate=told[0], cause=told[1]) if told else None)
