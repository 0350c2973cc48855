"""Serving: on loopback only, with one clear line where it cannot, and a quick end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

import api
from api.serve import serve
from core.errors import InputError, StorageError
from core.settings import Settings

SERVER = """
from core.settings import load_settings
from api.serve import serve

serve(load_settings(), ready=lambda address: print(address, flush=True))
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "::ffff:192.0.2.1"])
def test_an_address_that_others_reach_is_refused(host: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{host} is not this machine alone; until there are accounts"):
        serve(Settings(home=tmp_path, host=host, port=0))


def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the address nowhere\.invalid cannot be resolved; use 127\.0\.0\.1"):
        serve(Settings(home=tmp_path, host="nowhere.invalid", port=0))


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 is taken by another program"):
            serve(Settings(home=tmp_path, port=port))


@pytest.fixture(params=["127.0.0.1", "localhost"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    environment = {**os.environ, "JIEJING_HOME": str(tmp_path), "JIEJING_HOST": request.param, "JIEJING_PORT": "0"}
    root = Path(api.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=root, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def test_it_answers_and_ends_in_time_with_a_connection_open(server: tuple[subprocess.Popen[str], str]) -> None:
    process, address = server
    with urlopen(f"{address}/healthz", timeout=10) as answer:
        assert answer.read() == b'{"status":"alive"}'
    port = int(address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\n")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    assert time.monotonic() - began < 5


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"packages cannot be made: Not a directory$"):
        serve(Settings(home=tmp_path / "file", port=0))


def test_a_signal_right_at_the_start_is_not_lost(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    serve(Settings(home=tmp_path, port=0), ready=lambda _: os.kill(os.getpid(), signal.SIGTERM))
    assert signal.getsignal(signal.SIGTERM) is before
