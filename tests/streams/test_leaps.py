"""Cameras whose clocks leap, drift or stamp single frames far away: what stands must not notice."""

import itertools
import logging
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.domain import Frame
from core.settings import Settings
from core.site import Sampling
from streams.leaps import QUIET_S, Leaps
from streams.lines import PacketList, leap_of
from streams.live import LiveSource
from tests.streams.odd_camera import OddCamera

FPS = 10.0
AT = 60  # the picture with which it happens
HOUR = 3600.0


CLOCKS: dict[str, Callable[[int], float]] = {
    "an hour ahead": lambda n: n / FPS + (HOUR if n >= AT else 0),
    "an hour back": lambda n: n / FPS - (HOUR if n >= AT else 0),
    "two minutes ahead": lambda n: n / FPS + (120 if n >= AT else 0),
    "one in thirty an hour ahead": lambda n: n / FPS + (HOUR if n % 30 == 20 else 0),
    "one in thirty hours back": lambda n: n / FPS - (3 * HOUR if n % 30 == 20 else 0),
    "1 % fast": lambda n: n / FPS * 1.01,
}
TOLD = {
    "an hour ahead": "leapt 3600 s ahead",
    "an hour back": "leapt 3600 s back",
    "two minutes ahead": "leapt 120 s ahead",
    "one in thirty an hour ahead": "leapt 3600 s ahead",
    "one in thirty hours back": "leapt 10800 s back",
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_frames_go_on_whatever_the_camera_stamps(
    clock: str, pictures: Path, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """15 s of a camera, the choice of the key frames included: a frame each second or so, at its true time; a clip
    whose packets are in order; one line."""
    began = datetime.now(UTC)
    frames: list[Frame] = []
    with OddCamera(pictures, FPS, CLOCKS[clock]) as camera, caplog.at_level(logging.WARNING, "jiejing.streams"):
        source = LiveSource(
            "cam",
            camera.url,
            settings=settings.model_copy(update={"stall_s": 5}),  # a busy machine
            clock=SystemClock(),
            ring_dir=tmp_path / "ring",
            sampling=Sampling(mode="auto", interval_s=1.0),
        )
        timer = threading.Timer(25, source.close)
        timer.start()
        for frame in source.frames():
            frames.append(frame)
            if frame.utc > began + timedelta(seconds=15):
                break
        trouble = source.state().error
        source.close()
        timer.cancel()
    assert len(frames) >= 8
    assert all(frame.session == frames[0].session for frame in frames)
    steps_s = [(later.utc - earlier.utc).total_seconds() for earlier, later in itertools.pairwise(frames)]
    assert all(0 < step_s < 3 for step_s in steps_s), steps_s
    assert sum(steps_s) == pytest.approx(sum(steps_s[:1]) + len(steps_s) - 1, abs=1.5)
    leapt = [record for record in caplog.records if "leapt" in record.message]
    assert len(leapt) == (0 if clock == "1 % fast" else 1)
    assert all(TOLD[clock] in record.message for record in leapt)
    assert (trouble is None) == (clock == "1 % fast")
    clip = source.recording.clip(frames[0].utc, frames[-1].utc, tmp_path / "clip.mp4")
    times_s = _packet_times_s(clip.path)
    assert all(0 < later - earlier < 0.5 for earlier, later in itertools.pairwise(times_s)), times_s
    assert (clip.end - clip.start).total_seconds() == pytest.approx(times_s[-1] - times_s[0], abs=0.5)


def _packet_times_s(path: Path) -> list[float]:
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", path]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(line.strip(",")) for line in told.split()]


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("[warning] PTS 324711000, next:7900000 invalid dropping st:0", 3600.0),
        ("[warning] PTS 3971678296, next:7900000 invalid dropping st:0", -3600.0),  # below 0, as 32 bits have it
        ("[warning] PTS -323289000, next:7900000 invalid dropping st:0", -3600.0),
        ("[warning] PTS 11511000, next:7900000 invalid dropping st:0", 120.0),
        ("[warning] DTS 3605900000, next:5900000 st:0 invalid dropping", None),  # the same packet's decoding time
        ("[info] Stream #0:0: Video: h264", None),
    ],
)
def test_what_ffmpeg_says_of_a_leap(line: str, seconds: float | None) -> None:
    assert leap_of(line) == (None if seconds is None else pytest.approx(seconds))


def test_a_packet_without_a_time_follows_the_one_before() -> None:
    reader = PacketList(4)
    none = -(1 << 63)
    lines = [f"0, 0, {none}, 9000, 5, 0x0", "0, 360000, 360000, 9000, 5, 0x0", f"0, 380000, {none}, 9000, 5, 0x0"]
    assert [packet.pts_s for line in lines if (packet := reader.read(line))] == pytest.approx([3.9, 4.0, 4.1])


def test_an_episode_is_told_once_and_shown_while_it_lasts(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [0.0]
    leaps = Leaps("cam", lambda: now_s[0])
    for now_s[0] in (0.0, 3.0, 50.0, 50.0 + QUIET_S - 1):
        leaps.add(3600)
    assert (len(caplog.records), leaps.count, "4 so far" in str(leaps.trouble)) == (1, 4, True)
    now_s[0] += QUIET_S + 1
    assert leaps.trouble is None
    leaps.add(-1e10)
    assert "a day back" in caplog.records[-1].message
