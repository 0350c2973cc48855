"""Recorded files whose time stamps leap: every frame is looked at, at the time at which it was taken."""

import gc
import itertools
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.errors import SourceError
from core.site import Sampling
from streams.mended import film_of
from streams.replay import FileSource
from tests.says import says

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
# What happens to the time stamp of picture N of 200, ten a second; a container that keeps it.
LEAPS = {
    "an hour ahead": ("if(gte(N,100),TS+3600/TB,TS)", "leapt.mkv"),
    "an hour ahead in flv": ("if(gte(N,100),TS+3600/TB,TS)", "leapt.flv"),
    "two minutes ahead": ("if(gte(N,100),TS+120/TB,TS)", "leapt.mkv"),
    "an hour ahead and back again": ("if(between(N,60,119),TS+3600/TB,TS)", "leapt.mkv"),
    "one in thirty ten hours ahead": ("if(eq(mod(N,30),20),TS+36000/TB,TS)", "leapt.mkv"),
}


@pytest.fixture(scope="module")
def even(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("even") / "even.mkv"
    source = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=20"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "10"]
    subprocess.run(["ffmpeg", "-v", "error", *source, *codec, path], check=True)
    return path


@pytest.mark.parametrize("leap", LEAPS)
def test_a_file_whose_times_leap(leap: str, even: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    stamps, name = LEAPS[leap]
    path = tmp_path / name
    # -copyts: what is made here must not be mended by the one who makes it
    command = ["ffmpeg", "-v", "error", "-copyts", "-i", even, "-c", "copy", "-bsf:v", f"setts=ts='{stamps}'", path]
    subprocess.run(command, check=True)
    source = FileSource("cam", path, start=START, sampling=Sampling(interval_s=1.0))
    frames = list(source.frames())
    originals = list(FileSource("cam", even, start=START, sampling=Sampling(interval_s=1.0)).frames())
    assert [frame.stream_s for frame in frames] == pytest.approx([frame.stream_s for frame in originals], abs=0.11)
    for frame in frames[::4]:
        picture = source.recording.picture_at(frame.utc)
        assert abs(picture.utc - frame.utc) < timedelta(milliseconds=2)
        assert np.array_equal(picture.image, frame.image)
    clip = source.recording.clip(START + timedelta(seconds=5.5), START + timedelta(seconds=15), tmp_path / "clip.mp4")
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", clip.path],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    times_s = [float(line.strip(",")) for line in told.split()]
    assert all(0 < later - earlier < 0.3 for earlier, later in itertools.pairwise(times_s))
    assert times_s[-1] == pytest.approx(10, abs=0.2)
    assert len([record for record in caplog.records if "of its time stamps leap" in record.message]) == 1


def test_an_even_file_is_read_itself_and_a_copy_goes_when_nobody_reads_it(even: Path, tmp_path: Path) -> None:
    assert film_of(even).path == even
    path = tmp_path / "leapt.mkv"
    stamps = "setts=ts='if(gte(N,100),TS+3600/TB,TS)'"
    subprocess.run(["ffmpeg", "-v", "error", "-copyts", "-i", even, "-c", "copy", "-bsf:v", stamps, path], check=True)
    film = film_of(path)
    copy = film.path
    assert copy.is_file()
    assert oct(copy.parent.stat().st_mode)[-3:] == "700"
    del film
    gc.collect()
    assert not copy.parent.exists()


def test_a_copy_for_which_there_is_no_room_is_told(even: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a copy is never taken for the film."""
    path = tmp_path / "leapt.mkv"
    stamps = "setts=ts='if(gte(N,100),TS+3600/TB,TS)'"
    subprocess.run(["ffmpeg", "-v", "error", "-copyts", "-i", even, "-c", "copy", "-bsf:v", stamps, path], check=True)
    monkeypatch.setattr("streams.mended.tempfile.mkdtemp", lambda **_: "/dev/full")
    with pytest.raises(SourceError, check=says("streams.leaping_file_not_mended", path=str(path))):
        film_of(path)


def test_a_picture_that_is_shown_for_long_is_no_leap(even: Path, tmp_path: Path) -> None:
    """A time-lapse, or a recorder that pauses while nothing moves."""
    slow = tmp_path / "slow.mp4"
    command = ["ffmpeg", "-v", "error", "-i", even, "-c", "copy", "-bsf:v", "setts=ts='TS*100':duration=DURATION*100"]
    subprocess.run([*command, slow], check=True)
    source = FileSource("cam", slow, start=START, sampling=Sampling(interval_s=50.0))
    assert film_of(slow).path == slow
    assert [frame.stream_s for frame in source.frames()] == pytest.approx(list(range(0, 2000, 50)), abs=0.1)
