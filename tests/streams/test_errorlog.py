"""A flood of errors becomes one line a second, and the likeliest cause is found in it."""

import logging

import pytest

from streams.errorlog import ErrorLog
from streams.failure import cause_of
from streams.lines import PacketList, ShowInfo, parse_video_info
from tests.fake_clock import FakeClock


def test_a_flood_becomes_one_line_a_second(caplog: pytest.LogCaptureFixture) -> None:
    clock = FakeClock()
    log = ErrorLog("rtsp://cam", lambda line: line.replace("sesame", "***"), clock.mono_s)
    for index in range(1000):
        assert log.offer(f"[h264 @ 0x1] [error] error while decoding MB {index}, sesame")
        clock.sleep(0.0025)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 3
    assert "400 more" in caplog.text
    assert "sesame" not in caplog.text


def test_only_warnings_and_errors_are_taken(caplog: pytest.LogCaptureFixture) -> None:
    log = ErrorLog("rtsp://cam", str, FakeClock().mono_s)
    assert not log.offer("[info] Stream #0:0: Video: h264, 1280x720, 25 fps")
    assert log.offer("[mp4 @ 0x1] [warning] Timestamps are unset in a packet for stream 0")
    assert caplog.text == ""
    assert log.cause.code == "streams.stream_ended"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("[rtsp @ 0x1] [error] method DESCRIBE failed: 401 Unauthorized", "login_refused"),
        ("[rtsp @ 0x1] [error] method DESCRIBE failed: 404 Not Found", "no_such_stream"),
        (
            "[tcp @ 0x1] [error] Connection to tcp://cam:554 failed: Connection timed out",
            "host_does_not_answer",
        ),
        ("[tcp @ 0x1] [error] Failed to resolve hostname cam: Name or service not known", "host_name_unknown"),
        ("[fatal] Stream map '0:v:0' matches no streams.", "sends_no_video"),
    ],
)
def test_the_cause_is_the_most_telling_one(message: str, code: str) -> None:
    assert cause_of([message, "[error] pipe:0: Input/output error"]).code == f"streams.{code}"


def test_a_cause_that_nobody_knows_is_told_as_it_came() -> None:
    assert "something quite new" in cause_of(["[mkv @ 0x1] [error] something quite new"])


def test_times_stay_exact_after_hours() -> None:
    """ffmpeg prints seconds with six digits: 12345.678 would become 12345.7."""
    reader = ShowInfo()
    reader.read("[Parsed_showinfo_1 @ 0x1] [info] config in time_base: 1/90000, frame_rate: 25/1")
    stamp = reader.read(
        "[Parsed_showinfo_1 @ 0x1] [info] n:   7 pts:1111111020 pts_time:12345.7 pos: -1 sar:1/1 s:1920x1080 i:P"
    )
    assert stamp is not None
    assert stamp.pts_s == pytest.approx(12345.678, abs=1e-6)
    assert stamp.size_wh == (1920, 1080)


def test_packets_say_whether_they_are_key_frames() -> None:
    reader = PacketList()
    assert reader.read("#tb 0: 1/1000") is None
    packets = [
        reader.read("0,       4000,       4040,       40,     4882, 0x5d54ee17"),
        reader.read("0,       4040,       4080,       40,     1438, 0xee4ec396, F=0x0"),
        reader.read("0,       4080,       4120,       40,     1438, 0xee4ec396, F=0x5, S=1, 16"),
        reader.read("0,       4120, -9223372036854775808, 40, 1438, 0xee4ec396"),
    ]
    assert [packet and (packet.pts_s, packet.key) for packet in packets] == [
        (4.04, True),
        (4.08, False),
        (4.12, True),
        None,
    ]


def test_the_description_of_a_stream() -> None:
    info = parse_video_info(
        "  Stream #0:0: Video: hevc (Main), yuv420p(tv), 2560x1440 [SAR 1:1], 25 fps, 25 tbr, 90k tbn"
    )
    assert info is not None
    assert (info.codec, info.size_wh, info.declared_fps) == ("hevc", (2560, 1440), 25.0)
