"""What an operator is told about a source before it is used."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import SourceError, StreamError
from core.settings import Settings
from streams.probe import probe
from tests import rtsp
from tests.rtsp import RtspServer
from tests.says import says
from tests.streams.tells import tells

needs_server = pytest.mark.skipif(bool(rtsp.missing()), reason=str(rtsp.missing()))


@pytest.mark.rtsp
@needs_server
def test_a_camera_is_measured(cameras: RtspServer, settings: Settings) -> None:
    found = probe(cameras.url("h265"), settings, seconds=3)
    assert (found.codec, found.size_wh, found.declared_fps) == ("hevc", (320, 240), 25)
    assert found.real_fps == pytest.approx(25, rel=0.15)
    assert found.gop_s == pytest.approx(1.0, abs=0.05)
    assert found.packets > 55
    assert found.bitrate_kbps > 0
    assert 0 < found.delay_s < 10


@pytest.mark.rtsp
@needs_server
def test_a_gop_longer_than_the_measurement_is_not_guessed(cameras: RtspServer, settings: Settings) -> None:
    found = probe(cameras.url("long_gop"), settings, seconds=2)
    assert found.gop_s is None
    assert found.key_frames <= 1


def test_a_file_is_measured_on_its_own_time_line(clips: dict[str, Path]) -> None:
    path = clips["vfr"]
    found = probe(f"file://{path}", Settings(file_roots=(path.parent,)), seconds=60)
    assert found.codec == "h264"
    assert found.gop_s is not None
    assert found.packets == 112
    assert found.measured_s == pytest.approx(5.92)


@pytest.mark.parametrize(
    ("source", "error", "told"),
    [
        ("rtsp://bob:sesame@127.0.0.1:1/live", StreamError, tells("streams.connection_refused")),
        ("rtsp://bob:sesame@no-such-host.invalid/live", StreamError, tells("streams.host_name_unknown")),
        ("http://bob:sesame@cam/live", SourceError, says("streams.source_scheme_not_allowed")),
        ("file:///etc/hostname", SourceError, says("streams.file_outside_roots")),
    ],
)
def test_the_cause_is_named_in_one_line(
    settings: Settings, source: str, error: type[Exception], told: Callable[[BaseException], bool]
) -> None:
    with pytest.raises(error, check=told) as failed:
        probe(source, settings, seconds=1)
    assert "sesame" not in str(failed.value)
    assert "\n" not in str(failed.value)
