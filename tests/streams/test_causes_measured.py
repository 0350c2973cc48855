"""What a person is told of a camera or file that does not work: the cause that was measured, and what to do."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import SourceError, StreamError
from core.messages import Message
from core.settings import Settings
from streams.failure import NO_STREAM, REFUSED, cause_of, cause_seen
from streams.media import inspect
from streams.probe import probe
from streams.replay import FileSource
from streams.rtsp_look import Look
from streams.snapshot import snapshot
from tests.says import says
from tests.streams.odd_camera import OddCamera
from tests.streams.tells import cause_in, is_about, tells

SHA256 = '401 Unauthorized\r\nWWW-Authenticate: Digest realm="IP Camera", nonce="5ae62bb6", algorithm="SHA-256"\r\n'
MD5 = SHA256 + 'WWW-Authenticate: Digest realm="IP Camera", nonce="5ae62bb6"\r\n'


@pytest.mark.parametrize(
    ("refuses", "code"),
    [
        ({"DESCRIBE": "453 Not Enough Bandwidth\r\n"}, "streams.camera_has_no_room"),
        ({"DESCRIBE": "503 Service Unavailable\r\n"}, "streams.camera_has_no_room"),
        ({"DESCRIBE": "500 Internal Server Error\r\n"}, "streams.camera_reports_own_fault"),
        ({"SETUP": "461 Unsupported Transport\r\n"}, "streams.media_over_udp_only"),
        ({"DESCRIBE": SHA256}, "streams.digest_sha256_only"),
        ({"DESCRIBE": MD5}, "streams.login_refused"),  # it could have logged in by MD5
        ({"DESCRIBE": "404 Stream Not Found\r\n"}, "streams.no_such_stream"),
    ],
    ids=["453", "503", "500", "461", "sha256", "md5", "404"],
)
def test_a_camera_that_refuses(refuses: dict[str, str], code: str, pictures: Path, settings: Settings) -> None:
    with OddCamera(pictures, refuses=refuses) as camera:
        address = camera.url.replace("://", "://admin:s3cret@")
        with pytest.raises(StreamError, check=tells(code)) as failure:
            probe(address, settings, 2.0, SystemClock())
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize(
    ("stamp", "only", "lack"),
    [
        (None, lambda unit: unit not in (7, 8), Message("streams.no_parameter_sets")),
        (None, lambda unit: unit != 5, Message("streams.no_key_frame", seconds="4")),
        (None, lambda unit: unit == 1, Message("streams.no_parameter_sets_nor_key_frame")),
        (lambda _: 0.0, lambda _: True, Message("streams.time_stamps_stand_still")),
    ],
    ids=["no parameter sets", "no key frame", "neither", "standing stamps"],
)
@pytest.mark.parametrize("login", [False, True], ids=["open", "login"])
def test_packets_that_never_become_pictures(
    stamp: Callable[[int], float] | None,
    only: Callable[[int], bool],
    lack: Message,
    login: bool,
    pictures: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten came each second: what they lack is told, and what to set; never that no packet came."""
    monkeypatch.setattr("streams.session.UNDECODED_S", 5.0)
    with OddCamera(pictures, stamp=stamp, only=only, login="admin:s3cret" if login else None) as camera:
        address = camera.url.replace("://", "://admin:s3cret@") if login else camera.url
        with pytest.raises(StreamError, check=tells("streams.packets_came_but", cause=lack)) as failure:
            snapshot(address, settings, SystemClock())
    assert 5 < float(cause_in(failure.value).params["rate"]) < 15
    assert "s3cret" not in str(failure.value)


def test_a_camera_that_takes_the_connection_and_says_nothing(pictures: Path, settings: Settings) -> None:
    told = tells("streams.camera_stays_silent")
    with OddCamera(pictures, silent=True) as camera, pytest.raises(StreamError, check=told):
        probe(camera.url, settings, 2.0, SystemClock())


@pytest.mark.parametrize(
    ("cause", "look", "code"),
    [
        (REFUSED, Look("rtsp", only_sha256=True), "streams.digest_sha256_only"),
        (REFUSED, Look("rtsp"), "streams.login_refused"),
        (NO_STREAM, Look("silent"), "streams.camera_stays_silent"),
        (NO_STREAM, Look("http"), "streams.port_is_web_server"),
        (NO_STREAM, Look("unreachable"), NO_STREAM.code),  # gone meanwhile: what ffmpeg saw stays
    ],
)
def test_an_own_look_adds_what_it_saw(cause: Message, look: Look, code: str) -> None:
    assert cause_seen(cause, look).code == code


def test_udp_that_is_refused_names_tcp() -> None:
    cause = cause_of(["[rtsp] method SETUP failed: 461 Unsupported Transport"], "udp")
    assert cause.code == "streams.media_over_tcp_only"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    path = tmp_path_factory.mktemp("files") / "whole.mp4"
    command = ["ffmpeg", "-v", "error", "-r", "10", "-i", pictures, "-c", "copy", "-movflags", "+faststart", path]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda whole: b"", "streams.file_is_empty"),
        (lambda whole: b"\n<!DOCTYPE html><html>please log in</html>", "streams.file_is_web_page"),
        (
            lambda whole: whole[: whole.index(b"moov") - 4] + whole[whole.index(b"mdat") - 4 :],
            "streams.file_lacks_index",
        ),
        (lambda whole: b"\0" * 5000, "streams.file_holds_no_video"),
    ],
    ids=["empty", "web page", "no index", "zeros"],
)
def test_a_file_that_cannot_be_read(content: object, code: str, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    path.write_bytes(content(whole.read_bytes()))  # type: ignore[operator]
    with pytest.raises(SourceError, check=tells(code)):
        inspect(path)


def test_a_bare_stream_is_refused_as_nothing_in_it_is_found_again(pictures: Path) -> None:
    with pytest.raises(SourceError, check=says("streams.file_is_bare_stream", path=str(pictures))):
        inspect(pictures)


def test_a_recording_that_breaks_off_says_how_much_was_read(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    content = whole.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    for file, faulty in ((path, True), (whole, False)):
        source = FileSource("cam", file, start=SystemClock().utc())
        assert list(source.frames())
        assert (source.fault is not None) is faulty
        assert not source.fault or is_about(source.fault, "streams.file_breaks_off", path=str(path), whole="8")
