"""A camera over real RTSP: frames with true times, the received bits, recovery, and no password anywhere."""

import contextlib
import itertools
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from core.clock import SystemClock
from core.domain import Frame
from core.errors import SourceError, StreamError
from core.messages import Message
from core.settings import Settings
from core.site import Sampling
from streams.live import LiveSource
from streams.reconnect import keep_connected
from streams.replay import FileSource
from tests import rtsp
from tests.rtsp import RtspServer
from tests.says import says
from tests.streams.conftest import command_lines, processes_naming
from tests.streams.tells import cause_in, tells

pytestmark = [pytest.mark.rtsp, pytest.mark.skipif(bool(rtsp.missing()), reason=str(rtsp.missing()))]


@contextlib.contextmanager
def live(url: str, settings: Settings, folder: Path, **options: object) -> Iterator[LiveSource]:
    options.setdefault("sampling", Sampling(mode="interval", interval_s=0.5))
    source = LiveSource("cam", url, settings=settings, clock=SystemClock(), ring_dir=folder, **options)  # type: ignore[arg-type]
    try:
        yield source
    finally:
        source.close()
        assert processes_naming(str(folder)) == []


def until(true: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Whether something becomes true in time."""
    end_s = time.monotonic() + within_s
    while not true():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.05)
    return True


def picture_packets(path: Path, codec: str) -> list[str]:
    """Hashes of the coded pictures of a file: slices only, as a server may repeat parameter sets at key frames."""
    to_slices = {
        "h264": "h264_mp4toannexb,filter_units=pass_types=1-5",
        "hevc": "hevc_mp4toannexb,filter_units=pass_types=0-31",
    }
    command = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-bsf:v", to_slices[codec]]
    listed = subprocess.run([*command, "-f", "framemd5", "-"], capture_output=True, check=True, text=True).stdout
    return [line.split(",")[-1].strip() for line in listed.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("name", "codec"), [("h264_3s", "h264"), ("h265_3s", "hevc")])
def test_frames_have_true_times_and_the_bits_are_those_that_were_sent(
    name: str, codec: str, clips: dict[str, Path], settings: Settings, tmp_path: Path
) -> None:
    frames: list[Frame] = []
    sampling = Sampling(mode="interval", interval_s=0.2)
    with (
        RtspServer({name: clips[name]}) as server,
        live(server.url(name), settings, tmp_path / "ring", sampling=sampling) as source,
    ):
        with pytest.raises(StreamError, check=tells("streams.stream_ended")):
            frames.extend(source.frames())
        state = source.state()
        ring = source.recording
        picture = ring.picture_at(frames[-2].utc)
        clip = ring.clip(frames[1].utc, frames[-2].utc, tmp_path / "clip.mp4")

    assert (state.codec, state.size_wh, state.status) == (codec, (320, 240), "waiting")
    assert len(frames) >= 3
    for earlier, later in itertools.pairwise(frames):
        step_s = (later.utc - earlier.utc).total_seconds()
        assert step_s > 0
        assert step_s == pytest.approx(later.stream_s - earlier.stream_s, abs=0.1)
        assert step_s == pytest.approx(later.mono_s - earlier.mono_s, abs=0.1)
    assert timedelta() <= datetime.now(UTC) - frames[-1].utc < timedelta(seconds=10)

    sent = picture_packets(clips[name], codec)
    segments = sorted((tmp_path / "ring").glob("*.mkv"))
    assert len(segments) >= 2
    received = [packet for segment in segments for packet in picture_packets(segment, codec)]
    assert received == sent[: len(received)]
    assert len(received) >= len(sent) - 1
    copied = picture_packets(clip.path, codec)
    assert any(copied == sent[start : start + len(copied)] for start in range(len(sent)))
    assert clip.start <= frames[1].utc
    assert abs(picture.utc - frames[-2].utc) < timedelta(milliseconds=2)
    assert np.array_equal(picture.image, frames[-2].image)


@pytest.mark.parametrize(
    ("name", "interval_s", "decided"),
    [
        ("h264", 1.0, "keyframe"),  # a key frame a second is often enough
        ("long_gop", 1.0, "interval"),
    ],
)
def test_auto_decides_by_the_measured_gop(
    name: str, interval_s: float, decided: str, cameras: RtspServer, settings: Settings, tmp_path: Path
) -> None:
    sampling = Sampling(mode="auto", interval_s=interval_s)
    with live(cameras.url(name), settings, tmp_path, sampling=sampling) as source:
        frames = list(itertools.islice(source.frames(), 3))
        assert source.state().sampling == decided
        assert source.interval_s == pytest.approx(interval_s, abs=0.05)
        # a frame comes when it was decoded, not when the next one pushes it out
        delay_s = source.state().delay_s
        assert delay_s is not None
        assert delay_s < 0.7
    assert frames[2].stream_s - frames[1].stream_s == pytest.approx(interval_s, abs=0.13)


def test_no_key_frame_for_long_is_no_stall(cameras: RtspServer, settings: Settings, tmp_path: Path) -> None:
    """Twelve seconds between key frames, and a stream counts as stalled after three."""
    sampling = Sampling(mode="keyframe", interval_s=1.0)
    with live(cameras.url("long_gop"), settings, tmp_path, sampling=sampling) as source:
        frames: list[Frame] = []
        reader = threading.Thread(target=lambda: frames.extend(source.frames()))
        reader.start()
        assert until(lambda: source.state().frames == 1)
        time.sleep(settings.stall_s + 1.2)
        assert source.state().status == "online"
        source.close()
        reader.join(5)
        assert not reader.is_alive()
    assert len(frames) == 1


def test_a_slow_reader_gets_the_newest_frame_and_the_others_are_counted(
    cameras: RtspServer, settings: Settings, tmp_path: Path
) -> None:
    sampling = Sampling(mode="interval", interval_s=0.1)
    with live(cameras.url("h264"), settings, tmp_path, sampling=sampling) as source:
        frames = source.frames()
        next(frames)
        before = source.state().dropped
        time.sleep(1.5)
        assert datetime.now(UTC) - next(frames).utc < timedelta(seconds=0.7)
        next(frames)
        assert source.state().dropped - before >= 10


def test_a_camera_comes_back_after_its_server_was_gone(
    clips: dict[str, Path], settings: Settings, tmp_path: Path
) -> None:
    stop, states = threading.Event(), []
    with RtspServer({"cam": clips["h264"]}, loop=True) as server:

        def connect() -> LiveSource:
            return LiveSource(
                "cam",
                server.url("cam"),
                settings=settings,
                clock=SystemClock(),
                ring_dir=tmp_path,
                sampling=Sampling(mode="interval", interval_s=0.5),
            )

        frames = keep_connected(
            connect, SystemClock(), states.append, stop, camera_id="cam", wait=lambda _: stop.wait(0.2)
        )
        first = next(frames)
        server.stop()
        threading.Timer(0.3, server.start).start()
        back = next(frame for frame in frames if frame.session != first.session)
        stop.set()
        assert list(frames) == []
    assert back.utc > first.utc
    assert {"connecting", "online", "waiting", "stopped"} == {state.status for state in states}
    assert max(state.failures for state in states) >= 1
    assert next(state for state in reversed(states) if state.status == "online").failures == 0
    assert processes_naming(str(tmp_path)) == []


def _tells_of_no_packet(error: BaseException) -> bool:
    return cause_in(error).code in ("streams.no_packet_for", "streams.no_packet_in_time")


def test_a_stalled_stream_is_a_failed_stream(clips: dict[str, Path], settings: Settings, tmp_path: Path) -> None:
    with (
        RtspServer({"cam": clips["h264"]}, loop=True) as server,
        live(server.url("cam"), settings, tmp_path) as source,
    ):
        frames = source.frames()
        next(frames)
        server.freeze()
        began = time.monotonic()
        with pytest.raises(StreamError, check=_tells_of_no_packet):
            list(frames)
        assert time.monotonic() - began < settings.stall_s + 4
        assert source.state().error
        # what came before the stall was closed properly and can be used
        recorded = sorted(tmp_path.glob("*.mkv"))
        assert recorded
        assert not list(tmp_path.glob("open_*"))


def test_no_credential_is_readable_by_others(
    clips: dict[str, Path], settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with RtspServer({"cam": clips["h264"]}, loop=True, login="inspector:sesame-1") as server:
        with live(server.url("cam", "inspector:sesame-1"), settings, tmp_path) as source:
            frames = source.frames()
            next(frames)
            assert processes_naming(str(tmp_path))
            assert processes_naming("sesame-1") == []
            assert processes_naming("inspector:") == []
            server.stop()
            with pytest.raises(StreamError) as lost:
                list(frames)
            shown = [str(lost.value), repr(source.state()), caplog.text, repr(vars(source))]
        shown += [path.name for path in tmp_path.rglob("*")]
        shown += [path.read_bytes().decode(errors="replace") for path in tmp_path.rglob("*.mkv")]
    assert not any("sesame-1" in text or "inspector" in text for text in shown)


@pytest.fixture(scope="module")
def guarded(clips: dict[str, Path]) -> Iterator[RtspServer]:
    """A camera that wants a login."""
    with RtspServer({"cam": clips["h264"]}, login="inspector:sesame-1") as server:
        yield server


@pytest.mark.parametrize(
    ("login", "path", "code"),
    [
        ("inspector:wrong-1", "cam", "streams.login_refused"),
        (None, "cam", "streams.login_refused"),
        ("inspector:sesame-1", "elsewhere", "streams.no_such_stream"),
    ],
)
def test_why_it_failed_is_said_in_one_line_without_credentials(
    login: str | None, path: str, code: str, guarded: RtspServer, settings: Settings, tmp_path: Path
) -> None:
    with live(guarded.url(path, login), settings, tmp_path) as source:
        with pytest.raises(StreamError, check=tells(code)) as failed:
            list(source.frames())
        state = source.state()
    assert not re.search("wrong-1|sesame-1|inspector|\n", str(failed.value))
    assert isinstance(state.error, Message)
    assert state.error.plain() == failed.value.message.plain()
    assert state.status == "waiting"


def test_nothing_listens_there(settings: Settings, tmp_path: Path) -> None:
    cause = Message("streams.connection_refused")
    refused = says("core.located", where="rtsp://***@127.0.0.1:1/live", cause=cause)
    with (
        live("rtsp://bob:sesame@127.0.0.1:1/live", settings, tmp_path) as source,
        pytest.raises(StreamError, check=refused),
    ):
        list(source.frames())


def test_a_file_is_no_camera(settings: Settings, tmp_path: Path, clips: dict[str, Path]) -> None:
    roots = Settings(file_roots=(clips["h264"].parent,))
    with (
        pytest.raises(SourceError, check=says("streams.source_is_recorded_file")),
        live(f"file://{clips['h264']}", roots, tmp_path),
    ):
        pass


def test_frames_of_the_sub_stream_and_the_recording_of_the_main_stream(
    cameras: RtspServer, settings: Settings, tmp_path: Path
) -> None:
    with live(cameras.url("h265"), settings, tmp_path, detect_source=cameras.url("h264")) as source:
        frames = source.frames()
        frame = next(frames)
        assert len(processes_naming(str(tmp_path))) == 1
        assert until(lambda: source.recording.coverage(frame.utc, frame.utc) == "held")
        clip = source.recording.clip(frame.utc, frame.utc, tmp_path / "clip.mp4")
    assert clip.codec == "hevc"


def test_close_from_another_thread_ends_everything_soon(
    cameras: RtspServer, settings: Settings, tmp_path: Path
) -> None:
    with live(cameras.url("h264"), settings, tmp_path) as source:
        frames = source.frames()
        next(frames)
        threading.Timer(0.2, source.close).start()
        began = time.monotonic()
        assert len(list(frames)) < 5
        assert time.monotonic() - began < 5
        assert source.state().status == "stopped"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("ffmpeg", "frames"))]


def test_a_process_that_will_not_end_is_killed(cameras: RtspServer, settings: Settings, tmp_path: Path) -> None:
    with live(cameras.url("h264"), settings, tmp_path) as source:
        frames = source.frames()
        next(frames)
        (pid,) = processes_naming(str(tmp_path))
        os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        source.close()
        assert time.monotonic() - began < 5
    assert pid not in command_lines()


def test_ffmpeg_dies_with_us(cameras: RtspServer, tmp_path: Path) -> None:
    """Even when our process is killed and can clean up nothing."""
    program = (
        "import sys; from pathlib import Path\n"
        "from core.clock import SystemClock; from core.settings import Settings; from core.site import Sampling\n"
        "from streams.live import LiveSource\n"
        "source = LiveSource('cam', sys.argv[1], settings=Settings(min_free_mb=0), clock=SystemClock(),\n"
        "    ring_dir=Path(sys.argv[2]), sampling=Sampling(mode='interval'))\n"
        "for frame in source.frames(): print(frame.utc, flush=True)\n"
    )
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", program, cameras.url("h264"), tmp_path / "ring"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.kill()
    pattern = f"{tmp_path}/ring/open_"
    assert until(lambda: processes_naming(pattern) == [], within_s=5)


def test_a_full_disk_leaves_the_frames_alone(cameras: RtspServer, tmp_path: Path) -> None:
    settings = Settings(stall_s=3, min_free_mb=10**9)
    with live(cameras.url("h264"), settings, tmp_path / "ring") as source:
        assert len(list(itertools.islice(source.frames(), 3))) == 3
        assert "nothing new is recorded" in str(source.state().error)
        assert list((tmp_path / "ring").iterdir()) == []


def test_a_loop_goes_on_in_time(clips: dict[str, Path], settings: Settings, tmp_path: Path) -> None:
    """What the demonstration plays: the clip again and again, times rising, pictures from its beginning."""
    played = FileSource("cam", clips["h264_3s"], start=datetime.now(UTC), sampling=Sampling(mode="keyframe")).frames()
    originals = [frame.image for frame in played]
    with (
        RtspServer({"cam": clips["h264_3s"]}, loop=True) as server,
        live(server.url("cam"), settings, tmp_path, sampling=Sampling(mode="keyframe", interval_s=1.0)) as source,
    ):
        frames = list(itertools.islice(source.frames(), 4))
    steps = [later.stream_s - earlier.stream_s for earlier, later in itertools.pairwise(frames)]
    assert steps[1:] == pytest.approx([1.0] * 2, abs=0.05)
    shown = [next(i for i, image in enumerate(originals) if np.array_equal(image, frame.image)) for frame in frames]
    assert all(later == (earlier + 1) % 3 for earlier, later in itertools.pairwise(shown))
