"""What a person is told of a camera or file that does not work: the cause that was measured, and what to do."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import SourceError, StreamError
from core.settings import Settings
from streams.failure import NO_STREAM, REFUSED, cause_of, cause_seen
from streams.media import inspect
from streams.probe import probe
from streams.replay import FileSource
from streams.rtsp_look import Look
from streams.snapshot import snapshot
from tests.streams.odd_camera import OddCamera

SHA256 = '401 Unauthorized\r\nWWW-Authenticate: Digest realm="IP Camera", nonce="5ae62bb6", algorithm="SHA-256"\r\n'
MD5 = SHA256 + 'WWW-Authenticate: Digest realm="IP Camera", nonce="5ae62bb6"\r\n'


@pytest.mark.parametrize(
    ("refuses", "told"),
    [
        ({"DESCRIBE": "453 Not Enough Bandwidth\r\n"}, "no room for another viewer"),
        ({"DESCRIBE": "503 Service Unavailable\r\n"}, "no room for another viewer"),
        ({"DESCRIBE": "500 Internal Server Error\r\n"}, "a fault of its own"),
        ({"SETUP": "461 Unsupported Transport\r\n"}, "set this camera's transport to udp"),
        ({"DESCRIBE": SHA256}, "only Digest SHA-256"),
        ({"DESCRIBE": MD5}, "refused the user name or password"),  # it could have logged in by MD5
        ({"DESCRIBE": "404 Stream Not Found\r\n"}, "no such stream"),
    ],
    ids=["453", "503", "500", "461", "sha256", "md5", "404"],
)
def test_a_camera_that_refuses(refuses: dict[str, str], told: str, pictures: Path, settings: Settings) -> None:
    with OddCamera(pictures, refuses=refuses) as camera:
        address = camera.url.replace("://", "://admin:s3cret@")
        with pytest.raises(StreamError, match=told) as failure:
            probe(address, settings, 2.0, SystemClock())
    assert "s3cret" not in str(failure.value)


@pytest.mark.parametrize(
    ("stamp", "only", "told"),
    [
        (None, lambda unit: unit not in (7, 8), r"packets a second came, but none could be decoded: no parameter sets"),
        (None, lambda unit: unit != 5, r"packets a second came, but none could be decoded: no key frame came in 4 s"),
        (None, lambda unit: unit == 1, r"packets a second came, but none .* no parameter sets and no key frame"),
        (lambda _: 0.0, lambda _: True, r"packets a second came, but their time stamps stand still; .*NTP"),
    ],
    ids=["no parameter sets", "no key frame", "neither", "standing stamps"],
)
@pytest.mark.parametrize("login", [False, True], ids=["open", "login"])
def test_packets_that_never_become_pictures(
    stamp: Callable[[int], float] | None,
    only: Callable[[int], bool],
    told: str,
    login: bool,
    pictures: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten came each second: what they lack is told, and what to set; never that no packet came."""
    monkeypatch.setattr("streams.session.UNDECODED_S", 5.0)
    with OddCamera(pictures, stamp=stamp, only=only, login="admin:s3cret" if login else None) as camera:
        address = camera.url.replace("://", "://admin:s3cret@") if login else camera.url
        with pytest.raises(StreamError, match=told) as failure:
            snapshot(address, settings, SystemClock())
    rate = float(str(failure.value).split(": ")[1].split()[0])
    assert 5 < rate < 15
    assert "s3cret" not in str(failure.value)


def test_a_camera_that_takes_the_connection_and_says_nothing(pictures: Path, settings: Settings) -> None:
    with OddCamera(pictures, silent=True) as camera, pytest.raises(StreamError, match="does not answer"):
        probe(camera.url, settings, 2.0, SystemClock())


@pytest.mark.parametrize(
    ("cause", "look", "told"),
    [
        (REFUSED, Look("rtsp", only_sha256=True), "SHA-256"),
        (REFUSED, Look("rtsp"), "user name or password"),
        (NO_STREAM, Look("silent"), "does not answer"),
        (NO_STREAM, Look("http"), "web server"),
        (NO_STREAM, Look("unreachable"), NO_STREAM),  # gone meanwhile: what ffmpeg saw stays
    ],
)
def test_an_own_look_adds_what_it_saw(cause: str, look: Look, told: str) -> None:
    assert told in cause_seen(cause, look)


def test_udp_that_is_refused_names_tcp() -> None:
    assert "transport to tcp" in cause_of(["[rtsp] method SETUP failed: 461 Unsupported Transport"], "udp")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> Path:
    path = tmp_path_factory.mktemp("files") / "whole.mp4"
    command = ["ffmpeg", "-v", "error", "-r", "10", "-i", pictures, "-c", "copy", "-movflags", "+faststart", path]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (lambda whole: b"", "is empty"),
        (lambda whole: b"\n<!DOCTYPE html><html>please log in</html>", "is a web page"),
        (lambda whole: whole[: whole.index(b"moov") - 4] + whole[whole.index(b"mdat") - 4 :], "its index is missing"),
        (lambda whole: b"\0" * 5000, "holds no video"),
    ],
    ids=["empty", "web page", "no index", "zeros"],
)
def test_a_file_that_cannot_be_read(content: object, told: str, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    path.write_bytes(content(whole.read_bytes()))  # type: ignore[operator]
    with pytest.raises(SourceError, match=told):
        inspect(path)


def test_a_bare_stream_is_refused_as_nothing_in_it_is_found_again(pictures: Path) -> None:
    with pytest.raises(SourceError, match="bare stream without times"):
        inspect(pictures)


def test_a_recording_that_breaks_off_says_how_much_was_read(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    content = whole.read_bytes()
    path.write_bytes(content[: len(content) * 6 // 10])
    for file, faulty in ((path, True), (whole, False)):
        source = FileSource("cam", file, start=SystemClock().utc())
        assert list(source.frames())
        assert (source.fault is not None) is faulty
        assert not faulty or " of 8 s could be read" in str(source.fault)
