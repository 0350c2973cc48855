"""A camera that sends on to another address leads nowhere: whichever request it answers so, and wherever it sends."""

import errno
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NoReturn

import pytest

from core.clock import SystemClock
from core.errors import StreamError
from core.settings import Settings
from runtime.commands.doctor import connections
from streams.fence import Gate, Place, lack, open_memory
from streams.probe import probe
from streams.process import FfmpegProcess
from streams.snapshot import snapshot
from tests.streams.odd_camera import OddCamera
from tests.streams.tells import tells


@contextmanager
def listening() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine that no camera may lead to, and who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, peer = server.accept()
                    came.append(peer)
                    connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1], came


@pytest.mark.parametrize("method", ["OPTIONS", "DESCRIBE", "SETUP"])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "localhost"])
def test_no_redirect_is_followed(method: str, host: str, pictures: Path, settings: Settings) -> None:
    with listening() as (port, came):
        moved = {method: f"302 Moved Temporarily\r\nLocation: rtsp://{host}:{port}/inside\r\n"}
        with OddCamera(pictures, refuses=moved) as camera:
            told = tells("streams.redirect_not_followed", address=f"rtsp://{host}:{port}/inside")
            with pytest.raises(StreamError, check=told):
                probe(camera.url, settings, 2.0, SystemClock())
    assert not came


def test_what_it_names_is_told_without_its_login(pictures: Path, settings: Settings) -> None:
    moved = {"DESCRIBE": "301 Moved\r\nLocation: rtsp://admin:s3cret@127.0.0.1:9/x\r\n"}
    told = tells("streams.redirect_not_followed", address="rtsp://***@127.0.0.1:9/x")
    with OddCamera(pictures, refuses=moved) as camera, pytest.raises(StreamError, check=told) as failure:
        probe(camera.url, settings, 2.0, SystemClock())
    assert "s3cret" not in str(failure.value)


def test_a_camera_that_sends_on_later_leads_nowhere_either(pictures: Path, settings: Settings) -> None:
    """The first connection is as it should be."""
    with listening() as (port, came), OddCamera(pictures) as camera:
        assert snapshot(camera.url, settings, SystemClock()).shape == (120, 160, 3)
        camera.refuses["SETUP"] = f"302 Moved\r\nLocation: rtsp://127.0.0.1:{port}/inside\r\n"
        told = tells("streams.redirect_not_followed", address=f"rtsp://127.0.0.1:{port}/inside")
        with pytest.raises(StreamError, check=told):
            snapshot(camera.url, settings, SystemClock())
    assert not came


@pytest.mark.parametrize(
    ("url", "address", "any_port", "held"),
    [
        ("rtsp://10.0.0.8/x", ("10.0.0.8", 554), False, True),
        ("rtsp://10.0.0.8/x", ("10.0.0.8", 80), False, False),  # another service of the camera's host
        ("rtsp://10.0.0.8/x", ("10.0.0.8", 50_000), True, True),  # media over UDP
        ("rtsp://10.0.0.8/x", ("10.0.0.9", 50_000), True, False),
        ("rtsps://10.0.0.8/x", ("10.0.0.8", 322), False, True),
        ("rtsp://a:b@[fd00::8]:8554/x", ("fd00::8", 8554), False, True),
        ("rtsp://a:b@[fd00::8]:8554/x", ("::1", 8554), False, False),
        ("rtsp://10.0.0.8/x", ("::ffff:10.0.0.8", 554), False, True),  # the same, as version 6 writes it
        ("rtsp://10.0.0.8/x", ("::ffff:127.0.0.1", 554), False, False),
    ],
)
def test_where_a_connection_may_go(url: str, address: tuple[str, int], any_port: bool, held: bool) -> None:
    host, port = address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    packed = socket.inet_pton(family, host)
    raw = int(family).to_bytes(2, sys.byteorder) + port.to_bytes(2)
    raw += packed if family == socket.AF_INET else bytes(4) + packed + bytes(4)
    assert Place.of(url).holds(raw, any_port=any_port) is held


@pytest.mark.parametrize("raw", [b"", b"\x01\x00/run/nscd", b"\x00\x00", b"\x02\x00\x02"])
def test_what_is_no_address_of_the_network_is_not_held(raw: bytes) -> None:
    assert not Place.of("rtsp://10.0.0.8/x").holds(raw, any_port=True)


def sent() -> list[str]:
    """What becomes of two datagrams of a program behind the fence: to the place's own host, and to another."""
    code = "import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    code += "for host in sys.argv[1:]:\n try: print(host, s.sendto(b'x', (host, 9)), file=sys.stderr)\n"
    code += " except PermissionError: print(host, 'refused', file=sys.stderr)\n"
    lines: list[str] = []
    process = FfmpegProcess(
        lambda _: [sys.executable, "-c", code, "127.0.0.1", "127.0.0.2"],
        on_stderr=lines.append,
        place=Place.of("rtsp://127.0.0.1:554/"),
    )
    process.wait()
    process.end()
    return [line for line in lines if line]


def test_the_kernel_asks_before_a_datagram_too() -> None:
    assert sent() == ["127.0.0.1 1", "127.0.0.2 refused"]
    assert lack() is None


def test_where_the_kernel_refuses_it_is_told_and_the_stream_starts(caplog: pytest.LogCaptureFixture) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(b"-")
        assert Gate(Place.of("rtsp://10.0.0.8/")).listener(ours, os.getpid()) is None
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def _kept_from_us(_: int) -> NoReturn:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_where_memory_cannot_be_read_cameras_go_on_and_it_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where kernel.yama.ptrace_scope is 2 or 3: not a fence that refuses everything."""
    monkeypatch.setattr("streams.fence.open_memory", _kept_from_us)
    for _ in range(2):
        assert sent() == ["127.0.0.1 1", "127.0.0.2 1"]
    (told,) = caplog.messages
    assert "kernel.yama.ptrace_scope is above 1" in told
    found = connections()
    assert found.ok
    assert "kernel.yama.ptrace_scope is above 1" in found.says


def test_a_read_that_fails_later_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could be seen at the start must not be hidden by who is behind the fence."""
    at_first: list[Callable[[int], IO[bytes]]] = [open_memory]

    def opened(pid: int) -> IO[bytes]:
        return at_first.pop()(pid) if at_first else _kept_from_us(pid)

    monkeypatch.setattr("streams.fence.open_memory", opened)
    assert sent() == ["127.0.0.1 refused", "127.0.0.2 refused"]


def test_the_listener_does_not_outlive_the_process(pictures: Path, settings: Settings) -> None:
    with OddCamera(pictures) as camera:
        before = _open_descriptors()
        snapshot(camera.url, settings, SystemClock())
        assert not any("seccomp" in one for one in _open_descriptors() - before)


def _open_descriptors() -> set[str]:
    links = set()
    for path in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            links.add(str(path.readlink()))
    return links
