"""The whole product against a real RTSP server: connect, violation, package, verify; server and process come back."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.live_wire import Want, line_of, socket_address
from runtime.demo.accounts import add_demo_accounts
from runtime.home.installation import Installation
from runtime.process.ports import free_port
from store.events.records import EventHistory
from streams.playout import Playout, missing
from tests.live_parts import Part, parts_of
from tests.runtime.conftest import Jiejing, site
from tests.runtime.films import stands, write_film

pytestmark = [pytest.mark.rtsp, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

CAMERA = "33088100081320000001"
PATIENCE_S = 180.0


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two minutes with the car there from the first second to the last."""
    return write_film(tmp_path_factory.mktemp("film") / "parked.mp4", 120, stands(0))


def until(found: Callable[[], Any], what: str) -> Any:
    """Waits for something to come true and gives it."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        result = found()
        if result:
            return result
        time.sleep(0.2)
    raise AssertionError(f"waited {PATIENCE_S:.0f} s in vain for {what}")


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, ended by SIGTERM with exit code 0: within five seconds by its own measure,
    more on a busy machine."""
    command = [sys.executable, "-m", "runtime.cli", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ) as running:
        try:
            yield running
            running.send_signal(signal.SIGTERM)
            _, told = running.communicate(timeout=20)
            assert running.returncode == 0, told
        finally:
            running.kill()


def history(installation: Installation, state: str) -> EventHistory | None:
    for event in installation.store.events.page().events:
        told = installation.store.events.get(event.event_id)
        if told and any(change.state == state for change in told.changes):
            return told
    return None


@pytest.fixture
def installation(home: Path, with_model: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    monkeypatch.setenv("JIEJING_RING_S", "30")
    monkeypatch.setenv("JIEJING_POST_ROLL_S", "2")
    opened = Installation.open()
    yield opened
    opened.engine.dispose()


def watched(
    installation: Installation, jiejing: Jiejing, site_file: Callable[..., Path], url: str, **zone: Any
) -> None:
    said = jiejing("camera", "import", site_file(site(url, CAMERA, **zone)))
    assert said.code == 0, said.err


def test_the_server_stops_and_comes_back_and_it_is_the_same_event(
    installation: Installation, jiejing: Jiejing, site_file: Callable[..., Path], long_film: Path
) -> None:
    """The car is a candidate when the stream breaks off; with a bridge of 30 s it becomes one violation afterwards."""
    with Playout({"cam": long_film}, login="officer:geheim") as playout:
        url = playout.url("cam", "officer:geheim")
        watched(installation, jiejing, site_file, url, violation_after_s=15, bridge_gap_s=30)
        with process("run") as running:
            candidate = until(lambda: history(installation, "candidate"), "a candidate").event
            playout.stop()
            until(
                lambda: installation.store.camera_states.all()[CAMERA].state.status == "waiting",
                "the loss to be noticed",
            )
            time.sleep(4)
            playout.start()
            told = until(lambda: history(installation, "violation"), "a violation")
            packages = until(lambda: installation.store.packages.of_event(candidate.event_id), "a package")
            arguments = Path(f"/proc/{running.pid}/cmdline").read_bytes()
    violation = told.changes[1]
    assert [change.state for change in told.changes[:2]] == ["candidate", "violation"]
    assert told.event.event_id == candidate.event_id
    assert violation.still_since == candidate.still_since
    assert violation.bridged_s > 3
    assert violation.dwell_s == pytest.approx(violation.observed_s + violation.bridged_s)
    assert len(installation.store.events.page().events) == 1
    folder = installation.packages_folder / packages[0].path
    said = jiejing("verify", folder)
    assert said.code == 0, said.out
    everything = b"".join(path.read_bytes() for path in folder.rglob("*.json")) + arguments
    assert b"geheim" not in everything
    assert b"officer" not in everything
    assert jiejing("evidence", "check").code == 0


def test_who_watches_sees_the_car_its_dwell_and_no_masked_part(
    installation: Installation, jiejing: Jiejing, site_file: Callable[..., Path], long_film: Path
) -> None:
    with Playout({"cam": long_film}) as playout:
        content = site(playout.url("cam"), CAMERA, candidate_after_s=2)
        content["cameras"][0]["privacy_masks"] = [[[0, 0], [0.3, 0], [0.3, 0.3], [0, 0.3]]]
        assert jiejing("camera", "import", site_file(content)).code == 0
        with process("run"):
            told = until(lambda: _standing(installation.settings.home), "a picture of a candidate")
    (event,) = told.header["events"]
    assert (event["state"], event["label"]) in (("candidate", "car"), ("violation", "car"))
    assert event["dwell_s"] >= 2
    assert told.picture.shape == (180, 320, 3)
    masked, rest = told.picture[:50, :90], told.picture[60:, 100:]
    assert masked.mean() < 3 < 50 < rest.mean()


def _standing(home: Path) -> Part | None:
    """The first live picture in which something stands; None while nobody gives any."""
    with socket.socket(socket.AF_UNIX) as connection, socket_address(home) as address:
        connection.settimeout(PATIENCE_S)
        try:
            connection.connect(address)
        except OSError:
            return None
        connection.sendall(line_of([Want(CAMERA, "wall")]))
        return next(one for one in parts_of(iter(lambda: connection.recv(65536), b"")) if one.header["events"])


def test_a_restart_of_the_process_keeps_the_event(
    installation: Installation, jiejing: Jiejing, site_file: Callable[..., Path], long_film: Path
) -> None:
    with Playout({"cam": long_film}) as playout:
        watched(installation, jiejing, site_file, playout.url("cam"), violation_after_s=15, bridge_gap_s=30)
        with process("run"):
            candidate = until(lambda: history(installation, "candidate"), "a candidate").event
        with process("run"):
            told = until(lambda: history(installation, "violation"), "a violation")
            packages = until(lambda: installation.store.packages.of_event(candidate.event_id), "a package")
    assert told.event.event_id == candidate.event_id
    assert told.event.still_since == candidate.still_since
    assert jiejing("verify", installation.packages_folder / packages[0].path).code == 0


def test_what_is_served_while_cameras_are_watched(
    installation: Installation,
    jiejing: Jiejing,
    site_file: Callable[..., Path],
    long_film: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`up`: a camera is added while it runs, its violation is listed and its package fetched over HTTP."""
    monkeypatch.setenv("JIEJING_PORT", str(free_port()))
    port = os.environ["JIEJING_PORT"]

    passwords = {account.name: account.password for account in add_demo_accounts(installation)}

    def answer(path: str) -> bytes | None:
        try:
            reply = client.get(path)
        except httpx.HTTPError:
            return None
        return reply.content if reply.is_success else None

    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5)
    with client, Playout({"cam": long_film}) as playout, process("up"):
        until(lambda: answer("/readyz"), "the interface")
        signed_in = client.post("/api/v1/session", json={"name": "officer", "password": passwords["officer"]})
        assert signed_in.is_success
        watched(installation, jiejing, site_file, playout.url("cam"), violation_after_s=5, candidate_after_s=2)
        violations = "/api/v1/events?state=violation"
        listed = until(lambda: json.loads(answer(violations) or b"{}").get("events"), "a violation over HTTP")
        of_event = f"/api/v1/events/{listed[0]['event_id']}/packages"
        (package,) = until(lambda: json.loads(answer(of_event) or b"[]"), "a package over HTTP")
        archive = answer(f"/api/v1/packages/{package['package_id']}/archive?purpose=court")
        cameras = answer("/api/v1/cameras")
        metrics = answer("/metrics")
    assert archive
    (tmp_path / "package.zip").write_bytes(archive)
    assert jiejing("verify", tmp_path / "package.zip").code == 0
    assert cameras
    assert json.loads(cameras)[0]["stream"]["status"] == "online"
    assert metrics
    assert b"jiejing_" in metrics


def test_a_supervisor_that_is_killed_leaves_nobody_behind(
    installation: Installation, jiejing: Jiejing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIEJING_PORT", str(free_port()))
    command = [sys.executable, "-m", "runtime.cli", "up"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ) as supervisor:
        listed = Path(f"/proc/{supervisor.pid}/task/{supervisor.pid}/children")
        children = until(lambda: pids if len(pids := listed.read_text(encoding="ascii").split()) == 2 else None, "two")
        supervisor.kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "their end")


def test_a_camera_that_observes_gives_events_and_no_packages(
    installation: Installation, jiejing: Jiejing, site_file: Callable[..., Path], long_film: Path
) -> None:
    quick = {"violation_after_s": 5, "candidate_after_s": 2, "observe": True}
    with Playout({"cam": long_film}) as playout:
        watched(installation, jiejing, site_file, playout.url("cam"), **quick)
        with process("run"):
            told = until(lambda: history(installation, "violation"), "a violation")
            time.sleep(6)
    assert told.event.observing is True
    assert installation.store.packages.all() == ()


def test_one_camera_that_cannot_be_reached_does_not_hurt_the_others(
    installation: Installation, jiejing: Jiejing, site_file: Callable[..., Path], long_film: Path
) -> None:
    with Playout({"cam": long_film}) as playout:
        both = site(playout.url("cam"), CAMERA)
        both["cameras"] += site("rtsp://127.0.0.1:9/nobody", "dead")["cameras"]
        assert jiejing("camera", "import", site_file(both)).code == 0
        with process("run"):
            until(lambda: history(installation, "candidate"), "a candidate")
            dead = until(lambda: _with_error(installation, "dead"), "the other camera's error")
    assert dead.status in ("waiting", "connecting")
    assert "127.0.0.1:9" in dead.error


def _with_error(installation: Installation, camera_id: str) -> Any:
    reported = installation.store.camera_states.all().get(camera_id)
    return reported.state if reported and reported.state.error else None
