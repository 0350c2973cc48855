"""A recorded file is replayed on its own time line, exactly."""

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.domain import Frame
from core.errors import RecordingError, SourceError
from core.site import Sampling
from streams.media import inspect
from streams.replay import FileSource
from tests.fake_clock import FakeClock
from tests.streams.conftest import SHARED, make_clip

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
EVERY_FRAME = Sampling.model_construct(mode="interval", interval_s=0.001)


def replay(path: Path, interval_s: float = 1.0, **options: object) -> FileSource:
    sampling = Sampling(mode="interval", interval_s=interval_s)
    return FileSource("cam", path, start=START, sampling=sampling, **options)  # type: ignore[arg-type]


def presentation_times(path: Path) -> list[float]:
    """What ffprobe says of every packet, as the reference."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0"]
    out = subprocess.run([*command, path], capture_output=True, check=True, text=True).stdout
    return sorted(float(line.strip(",")) for line in out.split())


@pytest.mark.parametrize("clip", ["h264", "h265", "b_frames", "vfr"])
def test_every_frame_comes_once_with_its_own_time(clips: dict[str, Path], clip: str) -> None:
    times = presentation_times(clips[clip])
    frames = list(FileSource("cam", clips[clip], start=START, sampling=EVERY_FRAME).frames())
    assert [frame.stream_s for frame in frames] == pytest.approx([each - times[0] for each in times], abs=1e-6)
    assert all(frame.utc == START + timedelta(seconds=frame.stream_s) for frame in frames)
    assert [frame.mono_s for frame in frames] == [frame.stream_s for frame in frames]


@pytest.mark.parametrize("interval_s", [0.1, 0.5, 1.0, 1.7])
def test_the_first_frame_at_or_after_each_multiple_is_taken(clips: dict[str, Path], interval_s: float) -> None:
    times = presentation_times(clips["vfr"])
    turns = range(int(times[-1] / interval_s + 1e-6) + 1)
    wanted = [min(each for each in times if each >= turn * interval_s - 1e-6) for turn in turns]
    taken = [frame.stream_s for frame in replay(clips["vfr"], interval_s).frames()]
    assert taken == pytest.approx(sorted(set(wanted)), abs=1e-6)


def test_mode_keyframe_takes_key_frames(clips: dict[str, Path]) -> None:
    source = FileSource("cam", clips["h264"], start=START, sampling=Sampling(mode="keyframe", interval_s=0.5))
    assert [frame.stream_s for frame in source.frames()] == [0, 1, 2, 3, 4, 5]


def test_the_same_file_gives_the_same_frames(clips: dict[str, Path]) -> None:
    first, second = list(replay(clips["h264"]).frames()), list(replay(clips["h264"]).frames())
    assert [frame.utc for frame in first] == [frame.utc for frame in second]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(first, second, strict=True))
    assert first[0].size_wh == (320, 240)
    assert replay(clips["h264"]).duration_s == pytest.approx(6.0, abs=0.05)


def test_a_pace_is_kept_on_the_clock(clips: dict[str, Path]) -> None:
    clock = FakeClock()
    for frame in replay(clips["h264"], pace=2.0, clock=clock).frames():
        assert clock.mono_s() == pytest.approx(frame.stream_s / 2, abs=1e-6)


def test_close_ends_a_slow_replay(clips: dict[str, Path]) -> None:
    source = replay(clips["h264"], pace=0.01)
    frames = source.frames()
    next(frames)
    began = time.monotonic()
    source.close()
    assert list(frames) == []
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("name", ["absent.mp4", "notes.mp4", "picture.png", "empty.mp4", "list.mp4", "folder.mp4"])
def test_what_is_no_video_is_refused_in_one_line(tmp_path: Path, clips: dict[str, Path], name: str) -> None:
    (tmp_path / "notes.mp4").write_text("no video at all\n")
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "folder.mp4").mkdir()
    # a play list is no recording: it could name any file of the machine
    (tmp_path / "list.mp4").write_text(f"ffconcat version 1.0\nfile '{clips['h264']}'\n")
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color", "-frames:v", "1", tmp_path / "picture.png"], check=True
    )
    with pytest.raises(SourceError) as refused:
        replay(tmp_path / name)
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_name_that_looks_like_something_else_is_still_a_file(tmp_path: Path, clips: dict[str, Path]) -> None:
    path = tmp_path / "rtsp: 'it''s' 100%.mp4"
    path.write_bytes(clips["h264"].read_bytes())
    source = replay(path)
    assert len(list(source.frames())) == 6
    clip = source.recording.clip(START + timedelta(seconds=1), START + timedelta(seconds=2), tmp_path / "o'clip.mp4")
    assert inspect(clip.path).size_wh == (320, 240)


@pytest.mark.parametrize("clip", ["h264", "h265", "b_frames", "vfr", "long_gop"])
def test_the_recording_holds_the_very_frame(clips: dict[str, Path], clip: str) -> None:
    source = replay(clips[clip], 2.3)
    for frame in source.frames():
        picture = source.recording.picture_at(frame.utc)
        assert abs(picture.utc - frame.utc) <= timedelta(microseconds=2)
        assert np.array_equal(picture.image, frame.image)


def test_the_nearest_frame_is_given_with_its_own_time(clips: dict[str, Path]) -> None:
    recording = replay(clips["vfr"]).recording
    # frames every 80 ms after 3 s: 3.93 lies nearer to 3.92 than to 4.00
    assert recording.picture_at(START + timedelta(seconds=3.93)).utc == START + timedelta(seconds=3.92)
    assert recording.picture_at(START + timedelta(seconds=3.98)).utc == START + timedelta(seconds=4.0)
    last = recording.picture_at(START + timedelta(seconds=6.5))
    assert last.utc == START + timedelta(seconds=presentation_times(clips["vfr"])[-1])


def test_a_clip_is_a_copy_from_the_key_frame_before(clips: dict[str, Path], tmp_path: Path) -> None:
    source = replay(clips["h265"])
    frames: dict[float, Frame] = {frame.stream_s: frame for frame in source.frames()}
    made = source.recording.clip(START + timedelta(seconds=2.5), START + timedelta(seconds=4), tmp_path / "a.mp4")
    again = source.recording.clip(START + timedelta(seconds=2.5), START + timedelta(seconds=4), tmp_path / "b.mp4")
    assert made.codec == "hevc"
    assert made.start == START + timedelta(seconds=2)
    assert timedelta(seconds=4) <= made.end - START <= timedelta(seconds=4.3)
    assert made.path.read_bytes() == again.path.read_bytes()
    first = next(FileSource("cam", made.path, start=made.start).frames())
    assert np.array_equal(first.image, frames[2.0].image)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_what_the_file_does_not_cover_is_lost(clips: dict[str, Path], tmp_path: Path) -> None:
    recording = replay(clips["h264"]).recording
    inside, after = START + timedelta(seconds=3), START + timedelta(seconds=60)
    assert recording.coverage(START, inside) == "held"
    assert recording.coverage(START - timedelta(seconds=5), inside) == "lost"
    assert recording.coverage(inside, after) == "lost"
    with pytest.raises(RecordingError):
        recording.picture_at(after)
    with pytest.raises(RecordingError):
        recording.clip(after, after + timedelta(seconds=5), tmp_path / "a.mp4")
    # what is there is copied, and the clip says how far it goes
    clip = recording.clip(inside, after, tmp_path / "b.mp4")
    assert clip.end == START + timedelta(seconds=6)


@pytest.mark.parametrize(("suffix", "codec"), [("avi", "mpeg4"), ("mkv", "libx264"), ("ts", "libx264")])
def test_other_containers(tmp_path: Path, suffix: str, codec: str) -> None:
    path = make_clip(tmp_path / f"clip.{suffix}", ["-c:v", codec, "-g", "25", "-bf", "0", "-pix_fmt", "yuv420p"])
    source = replay(path)
    frames = list(source.frames())
    assert [frame.stream_s for frame in frames] == pytest.approx([0, 1, 2, 3, 4, 5], abs=0.002)
    picture = source.recording.picture_at(frames[4].utc)
    assert np.array_equal(picture.image, frames[4].image)
    clip = source.recording.clip(frames[2].utc, frames[3].utc, tmp_path / "clip.mp4")
    assert clip.start <= frames[2].utc
    assert clip.end >= frames[3].utc


@pytest.mark.clips
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real clips at {SHARED}")
def test_the_real_clip_of_variable_rate() -> None:
    path = SHARED / "traffic_camera_720p_vfr_34s.mp4"
    frames = [frame.stream_s for frame in FileSource("cam", path, start=START, sampling=EVERY_FRAME).frames()]
    assert len(frames) == 576
    assert frames[100] - frames[99] == pytest.approx(0.04)
    assert frames[-1] - frames[-2] == pytest.approx(0.08)


@pytest.mark.clips
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no real clips at {SHARED}")
@pytest.mark.parametrize("name", ["aboda_video4_left_bag.avi", "parking_manoeuvre_original_zooming_33s.mp4"])
def test_real_clips_whose_first_time_stamp_is_not_zero(name: str) -> None:
    source = replay(SHARED / name, 16.0)
    for frame in source.frames():
        assert np.array_equal(source.recording.picture_at(frame.utc).image, frame.image)
