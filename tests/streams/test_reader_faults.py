"""Faults in the threads that read what ffmpeg says: a stream that is no longer read ends, says why and comes back."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.errors import JiejingError
from core.health import StreamState
from core.messages import message_of
from core.settings import Settings
from core.site import Sampling
from streams.decode import FrameReader
from streams.latest import Latest
from streams.lines import PacketList
from streams.live import LiveSource
from streams.packets import PacketStats
from streams.reconnect import keep_connected
from streams.replay import FileSource
from streams.ring import Ring
from tests import rtsp
from tests.rtsp import RtspServer

Spoil = Callable[[type, str, int], None]


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Lets one call of a method fail, the n-th."""

    def spoil(owner: type, name: str, nth: int) -> None:
        sound, calls = getattr(owner, name), []

        def failing(self: Any, *arguments: Any) -> Any:
            calls.append(name)
            if len(calls) == nth:
                raise ZeroDivisionError("nobody thought of it")
            return sound(self, *arguments)

        monkeypatch.setattr(owner, name, failing)

    return spoil


@pytest.mark.rtsp
@pytest.mark.skipif(bool(rtsp.missing()), reason=str(rtsp.missing()))
@pytest.mark.parametrize(
    ("owner", "name", "nth"),
    [
        (Latest, "put", 3),  # the thread of the frames, after some
        (Latest, "put", 1),  # the same with the first one
        (PacketList, "read", 20),  # the thread of the lines: a packet
        (PacketStats, "add", 20),  # what is counted of it
        (FrameReader, "stderr", 30),  # a line of ffmpeg's own
        (Ring, "close_segment", 1),  # a segment that is complete
    ],
)
def test_a_reader_that_fails_ends_the_stream_which_is_connected_anew(
    cameras: RtspServer, settings: Settings, tmp_path: Path, spoil: Spoil, owner: type, name: str, nth: int
) -> None:
    spoil(owner, name, nth)
    states: list[StreamState] = []
    stop = threading.Event()
    waited_s: list[float] = []

    def source() -> LiveSource:
        sampling = Sampling(mode="interval", interval_s=0.5)
        return LiveSource(
            "cam", cameras.url("h264"), settings=settings, clock=SystemClock(), ring_dir=tmp_path, sampling=sampling
        )

    for _ in keep_connected(source, SystemClock(), states.append, stop, wait=waited_s.append):
        if waited_s:
            stop.set()
    assert states[-1].status == "stopped"
    causes = {one.error for one in states if one.status == "waiting"}
    assert any("ZeroDivisionError" in (cause or "") for cause in causes), causes
    assert waited_s[0] >= 2  # with a pause, not at once
    assert "online" in [one.status for one in states]  # the frames came after that


def _tells_of_its_reader(error: BaseException) -> bool:
    message = message_of(error)
    cause = message_of(message.params["cause"])
    is_named = cause.code == "core.unexpected_error" and cause.params["error"] == "ZeroDivisionError"
    return is_named or message.code == "streams.file_not_read_to_end"


@pytest.mark.parametrize("nth", [1, 30])
def test_a_file_whose_reader_fails_ends_with_the_cause(
    clips: dict[str, Path], spoil: Spoil, nth: int, settings: Settings
) -> None:
    source = FileSource("cam", clips["h264_3s"], start=datetime.now(UTC), sampling=Sampling(mode="interval"))
    spoil(FrameReader, "stderr", nth)
    with pytest.raises(JiejingError, check=_tells_of_its_reader):
        list(source.frames())
