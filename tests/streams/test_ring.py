"""The ring keeps what it must, lets go of what it may, and says what it lost."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.errors import RecordingError, StorageError
from core.site import Sampling
from streams.media import inspect
from streams.replay import FileSource
from streams.ring import Ring, session_name
from streams.segment import Segment
from tests.fake_clock import FakeClock

T0 = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SESSION = session_name(T0)
OFFSET_S = 10


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def feed(ring: Ring, start_s: float, length_s: float = 4.0, *, session: str = SESSION, size: int = 100_000) -> None:
    """A closed segment without pictures, as a recorder hands it over."""
    name = ring.begin(session).name.replace("%06d", "000001")
    (ring_folder(ring) / name).write_bytes(b"x" * size)
    ring.close_segment(name, Segment(at(start_s), at(start_s + length_s), start_s, start_s + length_s, session, "h264"))


def ring_folder(ring: Ring) -> Path:
    return ring.begin(SESSION).parent


def opened(folder: Path, now_s: float = 1000.0, *, ring_s: float = 60, max_mb: int = 100, min_free_mb: int = 0) -> Ring:
    return Ring(folder, ring_s, max_mb, min_free_mb, FakeClock(at(now_s)))


def writing(ring: Ring, now_s: float, session: str = SESSION) -> None:
    """ffmpeg is writing a segment at that moment."""
    path = Path(str(ring.begin(session)).replace("%06d", "000009"))
    path.touch()
    os.utime(path, (at(now_s).timestamp(),) * 2)


def record(ring: Ring, clip: Path, start: datetime, session: str) -> None:
    """Cuts a clip into segments the way a live connection does."""
    pattern = ring.begin(session)
    command = ["ffmpeg", "-v", "error", "-itsoffset", f"{OFFSET_S}", "-i", clip, "-c", "copy", "-f", "segment"]
    command += ["-segment_time", "2"]
    command += ["-segment_format", "matroska", "-segment_list", "pipe:1", "-segment_list_type", "csv", pattern]
    listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    for line in listed.split():
        name, *listed_s = line.split(",")
        begin_s, end_s = (max(float(each), OFFSET_S) for each in listed_s)
        times = [start + timedelta(seconds=each - OFFSET_S) for each in (begin_s, end_s)]
        ring.close_segment(name, Segment(times[0], times[1], begin_s, end_s, session, inspect(clip).codec))


def test_old_segments_go_and_pinned_ones_stay(tmp_path: Path) -> None:
    ring = opened(tmp_path, ring_s=60)
    ring.pin("event", at(9), at(9))
    ring.pin("event", at(17), at(18))
    for start_s in range(0, 120, 4):
        feed(ring, start_s)
    assert ring.coverage(at(60), at(120)) == "held"
    assert ring.coverage(at(9), at(9)) == "held"
    assert ring.coverage(at(17), at(18)) == "held"
    assert ring.coverage(at(0), at(4)) == "lost"
    assert ring.coverage(at(9), at(18)) == "lost"
    assert ring.error is None

    ring.unpin("event")
    ring.unpin("never pinned")
    feed(ring, 120)
    assert ring.coverage(at(9), at(9)) == "lost"


def test_a_pin_of_the_future_keeps_what_comes(tmp_path: Path) -> None:
    ring = opened(tmp_path, ring_s=30)
    ring.pin("later", at(10), at(14))
    for start_s in range(0, 200, 4):
        feed(ring, start_s)
    assert ring.coverage(at(10), at(14)) == "held"


def test_segments_and_pins_outlive_the_process(tmp_path: Path) -> None:
    ring = opened(tmp_path, ring_s=30)
    feed(ring, 0)
    ring.pin("event", at(1), at(2))
    del ring
    again = opened(tmp_path, ring_s=30)
    for start_s in range(4, 100, 4):
        feed(again, start_s)
    assert again.coverage(at(1), at(2)) == "held"
    again.unpin("event")
    feed(again, 100)
    assert opened(tmp_path).coverage(at(1), at(2)) == "lost"


def test_what_a_crash_left_open_is_cleared(tmp_path: Path) -> None:
    ring = opened(tmp_path)
    writing(ring, 0)
    ring.begin(session_name(at(60)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("start_s", "end_s", "answer"),
    [
        (0, 8, "held"),
        (2, 2, "held"),
        (8.5, 8.5, "not_yet"),
        (7, 12, "not_yet"),  # its end is in the segment that is being written
        (11, 11, "not_yet"),
        (500, 510, "not_yet"),
        (-10, 4, "lost"),  # before the recording
        (-10, 11, "lost"),  # what is missing at its beginning never comes
    ],
)
def test_coverage_while_recording(tmp_path: Path, start_s: float, end_s: float, answer: str) -> None:
    ring = opened(tmp_path, now_s=11)
    feed(ring, 0)
    feed(ring, 4)
    writing(ring, 11)
    assert ring.coverage(at(start_s), at(end_s)) == answer


def test_coverage_when_the_stream_is_dead(tmp_path: Path) -> None:
    """What would have come by now never will; what lies ahead still may."""
    ring = opened(tmp_path, now_s=100)
    feed(ring, 0)
    feed(ring, 4)
    assert ring.coverage(at(6), at(12)) == "lost"
    assert ring.coverage(at(50), at(120)) == "lost"
    assert ring.coverage(at(101), at(120)) == "not_yet"
    # the segment that was being written was not touched for a minute: ffmpeg hangs or is gone
    writing(ring, 40)
    assert ring.coverage(at(6), at(12)) == "lost"


def test_a_gap_between_two_connections_is_lost(tmp_path: Path) -> None:
    ring = opened(tmp_path, now_s=45)
    feed(ring, 0)
    feed(ring, 40, session=session_name(at(39)))
    writing(ring, 45, session_name(at(39)))
    assert ring.coverage(at(2), at(42)) == "lost"
    assert ring.coverage(at(20), at(60)) == "lost"
    assert ring.coverage(at(41), at(60)) == "not_yet"


def test_the_size_bound_takes_the_oldest_unpinned_first_and_says_so(tmp_path: Path) -> None:
    ring = opened(tmp_path, ring_s=1000, max_mb=2)
    ring.pin("event", at(0), at(1))
    for start_s in range(0, 40, 4):
        feed(ring, start_s, size=500_000)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2_000_000
    assert ring.coverage(at(0), at(3)) == "held"
    assert ring.coverage(at(28), at(40)) == "held"
    assert ring.coverage(at(24), at(40)) == "lost"
    assert "JIEJING_RING_MAX_MB" in str(ring.error)


def test_pins_that_fill_the_ring_cost_what_is_new_and_nothing_crashes(tmp_path: Path) -> None:
    ring = opened(tmp_path, now_s=24, max_mb=2)
    ring.pin("event", at(0), at(1000))
    for start_s in range(0, 24, 4):
        feed(ring, start_s, size=500_000)
    writing(ring, 24)
    assert ring.coverage(at(0), at(16)) == "held"
    # dropped, and known to be: nobody waits for it
    assert ring.coverage(at(17), at(19)) == "lost"
    assert ring.coverage(at(24), at(28)) == "not_yet"
    assert "pinned" in str(ring.error)
    ring.unpin("event")
    feed(ring, 24)
    feed(ring, 28)
    assert ring.coverage(at(24), at(32)) == "held"


def test_a_full_disk_stops_recording_and_says_so(tmp_path: Path) -> None:
    ring = opened(tmp_path, min_free_mb=10**9)
    assert not ring.has_room()
    feed(ring, 0)
    assert ring.coverage(at(0), at(4)) == "lost"
    assert "free" in str(ring.error)


def test_a_folder_that_vanished_is_reported_and_nothing_crashes(tmp_path: Path) -> None:
    ring = opened(tmp_path / "ring")
    (tmp_path / "ring").rmdir()
    ring.close_segment("open_1_000001.mkv", Segment(at(0), at(4), 0, 4, SESSION, "h264"))
    assert "could not be kept" in str(ring.error)
    assert not ring.has_room()
    assert ring.coverage(at(0), at(4)) == "lost"
    with pytest.raises(StorageError):
        ring.pin("event", at(0), at(1))


@pytest.mark.parametrize("name", ["h264", "h265", "b_frames"])
def test_a_picture_of_the_ring_is_the_frame_that_was_sent(tmp_path: Path, clips: dict[str, Path], name: str) -> None:
    ring = opened(tmp_path / "ring")
    record(ring, clips[name], T0, SESSION)
    for frame in FileSource("cam", clips[name], start=T0, sampling=Sampling(interval_s=1.9)).frames():
        picture = ring.picture_at(frame.utc)
        assert abs(picture.utc - frame.utc) < timedelta(milliseconds=2)
        assert np.array_equal(picture.image, frame.image)
    with pytest.raises(RecordingError):
        ring.picture_at(at(30))


def test_times_follow_a_camera_whose_clock_is_slow(tmp_path: Path, clips: dict[str, Path]) -> None:
    """25 declared, 21 real: three seconds of stream took 3.57 s."""
    ring = opened(tmp_path)
    pattern = ring.begin(SESSION)
    name = pattern.name.replace("%06d", "000000")
    command = ["ffmpeg", "-v", "error", "-copyts", "-i", clips["h264"], "-c", "copy", pattern.with_name(name)]
    subprocess.run(command, check=True)
    ring.close_segment(name, Segment(at(0), at(6 * 25 / 21), 0.0, 6.0, SESSION, "h264"))
    picture = ring.picture_at(at(3 * 25 / 21))
    assert abs(picture.utc - at(3 * 25 / 21)) <= timedelta(microseconds=1)
    assert "3.000 s" in picture.origin


def test_a_clip_runs_over_segments_from_the_key_frame_before(tmp_path: Path, clips: dict[str, Path]) -> None:
    ring = opened(tmp_path / "ring")
    record(ring, clips["h264"], T0, SESSION)
    clip = ring.clip(at(1.5), at(4.5), tmp_path / "clip.mp4")
    assert (clip.start, clip.codec) == (at(1), "h264")
    assert abs(clip.end - at(4.52)) <= timedelta(milliseconds=41)
    frames = list(FileSource("cam", clip.path, start=clip.start, sampling=Sampling(interval_s=0.5)).frames())
    source = FileSource("cam", clips["h264"], start=T0, sampling=Sampling(interval_s=0.5)).frames()
    originals = {round(frame.stream_s, 2): frame.image for frame in source}
    assert len(frames) == 7
    assert all(np.array_equal(frame.image, originals[round(frame.stream_s + 1, 2)]) for frame in frames)
    assert ring.clip(at(1.5), at(4.5), tmp_path / "again.mp4").path.read_bytes() == clip.path.read_bytes()


@pytest.mark.parametrize(("fps", "gop"), [(1, 1), (1, 5), (2, 2), (25, 5)])
def test_a_clip_of_a_slow_camera_is_whole(fps: int, gop: int, tmp_path: Path) -> None:
    """Segments of fewer than seven pictures, whose beginning ffmpeg does not know: nothing is left out or doubled."""
    film = tmp_path / "film.mp4"
    source = ["-f", "lavfi", "-i", f"testsrc2=size=160x120:rate={fps}:duration=20"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", f"{gop}"]
    subprocess.run(["ffmpeg", "-v", "error", *source, *codec, film], check=True)
    ring = opened(tmp_path / "ring")
    record(ring, film, T0, SESSION)
    for start_s, end_s in ((0.0, 20.0), (0.0, 9.0), (6.5, 17.5)):
        clip = ring.clip(at(start_s), at(end_s), tmp_path / "clip.mp4")
        command = ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time", "-of", "csv=p=0", clip.path]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        times_s = [float(line.strip(",")) for line in told.split()]
        begin_s = start_s // (gop / fps) * (gop / fps)
        assert times_s == pytest.approx([number / fps for number in range(len(times_s))], abs=0.002)
        assert (clip.start - at(begin_s)).total_seconds() == pytest.approx(0, abs=0.002)
        assert begin_s + times_s[-1] + 1 / fps == pytest.approx(end_s, abs=1 / fps)
        assert (clip.end - at(end_s)).total_seconds() == pytest.approx(0, abs=1 / fps)


def test_a_clip_over_a_lost_stretch_keeps_its_length(tmp_path: Path, clips: dict[str, Path]) -> None:
    ring = opened(tmp_path / "ring")
    record(ring, clips["h264"], T0, SESSION)
    record(ring, clips["h264"], at(20), session_name(at(20)))
    clip = ring.clip(at(4), at(22), tmp_path / "clip.mp4")
    assert clip.start == at(4)
    assert abs(clip.end - at(22)) <= timedelta(milliseconds=81)
    times = [frame.utc for frame in FileSource("cam", clip.path, start=clip.start).frames()]
    assert times == [at(4), at(5), at(20), at(21)]
    with pytest.raises(RecordingError):
        ring.clip(at(7), at(19), tmp_path / "nothing.mp4")
    assert not (tmp_path / "nothing.mp4").exists()
