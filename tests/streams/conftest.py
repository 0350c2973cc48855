"""Small clips made by ffmpeg, a camera server, and a look at the machine's processes."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from tests import rtsp
from tests.rtsp import RtspServer

SHARED = Path(__file__).parents[3] / "shared" / "data" / "videos"
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
X265 = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error", "-tag:v", "hvc1"]


def make_clip(path: Path, encoder: list[str], *, length_s: int = 6, filters: str = "null") -> Path:
    """A test pattern of 320x240 at 25 frames a second whose pictures all differ."""
    pattern = f"testsrc2=size=320x240:rate=25:duration={length_s},{filters}"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", pattern, *encoder, "-fps_mode", "passthrough", path]
    subprocess.run(command, check=True)
    return path


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Clips by name, 6 s long with a key frame a second unless said otherwise.

    h264, h265, b_frames; h264_3s and h265_3s; long_gop: 12 s, one key frame; vfr: 25 frames a second, 12.5 after 3 s.
    """
    folder = tmp_path_factory.mktemp("clips")
    drop_half_after_3_s = "select='lt(t,3)+not(mod(n,2))'"
    return {
        "h264": make_clip(folder / "h264.mp4", [*X264, "-bf", "0", "-g", "25"]),
        "h264_3s": make_clip(folder / "h264_3s.mp4", [*X264, "-bf", "0", "-g", "25"], length_s=3),
        "h265_3s": make_clip(folder / "h265_3s.mp4", [*X265, "-g", "25"], length_s=3),
        "h265": make_clip(folder / "h265.mp4", [*X265, "-g", "25"]),
        "b_frames": make_clip(folder / "b_frames.mp4", [*X264, "-bf", "2", "-g", "25"]),
        "long_gop": make_clip(folder / "long_gop.mp4", [*X264, "-bf", "0", "-g", "999"], length_s=12),
        "vfr": make_clip(folder / "vfr.mp4", [*X264, "-bf", "0", "-g", "25"], filters=drop_half_after_3_s),
    }


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An elementary stream of 8 s, 10 frames a second, a key frame a second: what odd cameras send."""
    path = tmp_path_factory.mktemp("odd") / "pictures.h264"
    source = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=8"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "10", "-bf", "0", "-f", "h264"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *codec, path], check=True)
    return path


@pytest.fixture(scope="session")
def cameras(clips: dict[str, Path]) -> Iterator[RtspServer]:
    """Every clip as a camera that never ends."""
    if why := rtsp.missing():
        pytest.skip(why)
    with RtspServer(clips, loop=True) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that find a dead stream quickly and open files of this test only."""
    return Settings(stall_s=2, file_roots=(tmp_path,), min_free_mb=0)


def command_lines() -> dict[int, str]:
    """The command line of every process, by id."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found[int(path.parent.name)] = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
    return found


def processes_naming(text: str) -> list[int]:
    """Ids of the processes whose command line holds a text."""
    return [pid for pid, line in command_lines().items() if text in line]
