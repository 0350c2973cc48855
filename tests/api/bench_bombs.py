"""What files and bodies that are made to hurt cost the server: `python -m tests.api.bench_bombs`.

A server of its own process. Each is sent TIMES times, one after the other, by who may send it, while /healthz is asked
twenty times a second. Told are the answer, the longest wall time of it, how much the server's memory grew, the peak of
the process that reads files (both as resident bytes), and the 95th percentile of /healthz meanwhile.
"""

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import yaml
from PIL import Image

from api.app import create_app
from api.http.services import Services
from core.rights import Role
from store.base import migrate
from store.base.engine import make_engine
from store.site.sites import SiteRepository
from tests.api.accounts import PASSWORD, Accounts
from tests.api.bench_flood import port_of, say
from tests.api.camera_examples import CAMERAS, document
from tests.api.review_examples import happen
from tests.store.examples import SITE
from tests.store.test_camera_tables import BOMBS

TIMES, ZONES, PAUSE_S = 5, 1500, 0.05

Send = Callable[[httpx.Client], httpx.Response]


def main() -> None:
    """Prints a line of a table for each."""
    with tempfile.TemporaryDirectory() as home, _serving(Path(home)) as (process, address, event_id):
        clients = {role: _signed_in(address, role) for role in (Role.OPERATIONS, Role.OFFICER)}
        with _asked(address) as took:
            time.sleep(3)
        say("| what | answer | wall | server grew by | reader | /healthz p95 |\n| --- | --- | --- | --- | --- | --- |")
        say(f"| nothing | | | | | {_p95(took):.0f} ms |")
        for name, (role, send) in _bombs(event_id).items():
            _tell(name, clients[role], send, process.pid, address)


def _tell(name: str, client: httpx.Client, send: Send, pid: int, address: str) -> None:
    client.get("/api/v1/session")
    _forget_peak(pid)
    own, longest_s = _kb(pid, "VmRSS"), 0.0
    with _readers(pid) as reader_kb, _asked(address) as took:
        for _ in range(TIMES):
            began = time.monotonic()
            answer = send(client)
            longest_s = max(longest_s, time.monotonic() - began)
            time.sleep(PAUSE_S)
    grew, read = (_kb(pid, "VmHWM") - own) / 1024, max(reader_kb, default=0) / 1024
    say(f"| {name} | {answer.status_code} | {longest_s:.2f} s | {grew:.0f} MB | {read:.0f} MB | {_p95(took):.0f} ms |")
    say(f"<!-- {answer.text[:160]} -->")


def _bombs(event_id: str) -> dict[str, tuple[Role, Send]]:
    tables = {name: (Role.OPERATIONS, _import(make(), kind)) for name, (make, kind) in BOMBS.items()}
    pictures = {
        "PNG of 120 million pixels": _picture("L", 11_000, "PNG"),
        "PNG of 49 million, RGBA": _picture("RGBA", 7_000, "PNG"),
        "PNG of 25 million, RGBA": _picture("RGBA", 5_000, "PNG"),
        "WebP of 49 million": _picture("RGB", 7_000, "WEBP", quality=1, method=0),
        "JPEG of 49 million, progressive": _picture("RGB", 7_000, "JPEG", progressive=True, subsampling=0),
        "JPEG of 49 million": _picture("RGB", 7_000, "JPEG"),
    }
    site = {"site": {"name": "城区", "division": "330881"}, "cameras": [_many_zones()]}
    return {
        **tables,
        "1,500 zones, as a camera": (Role.OPERATIONS, lambda client: client.post(CAMERAS, json=_many_zones())),
        "1,500 zones, as a site file": (Role.OPERATIONS, _import(yaml.safe_dump(site).encode(), "yaml")),
        "1,500 zones, of the camera that is there": (Role.OPERATIONS, _zones_of_the_camera),
        **{name: (Role.OFFICER, _attach(event_id, content)) for name, content in pictures.items()},
    }


def _import(content: bytes, kind: str) -> Send:
    form = {"kind": kind, "dry_run": "true"}
    return lambda client: client.post("/api/v1/camera-imports", files={"file": ("cameras", content)}, data=form)


def _attach(event_id: str, content: bytes) -> Send:
    place = f"/api/v1/events/{event_id}/attachments"
    return lambda client: client.post(place, files={"file": ("a", content)})


def _many_zones() -> dict[str, Any]:
    corner = [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]]
    zones = [{"id": f"z{number}", "violation": "illegal_parking", "polygon": corner} for number in range(ZONES)]
    return {**document(), "presets": [{"id": "1", "zones": zones}]}


def _zones_of_the_camera(client: httpx.Client) -> httpx.Response:
    place = f"{CAMERAS}/{SITE.cameras[0].id}"
    body = {"presets": _many_zones()["presets"], "privacy_masks": [], "reason": "x"}
    return client.put(
        f"{place}/zones", content=json.dumps(body), headers={"If-Match": client.get(place).headers["ETag"]}
    )


def _picture(mode: str, side: int, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new(mode, (side, side)).save(target, kind, **options)
    return target.getvalue()


@contextmanager
def _serving(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str, str]]:
    """An installation with an event, served: the process, its address and the event."""
    engine = make_engine(f"sqlite:///{home}/jiejing.db")
    migrate.upgrade(engine)
    services = Services(engine, home / "packages")
    SiteRepository(engine, services.store.vault).replace(SITE)
    accounts = Accounts(create_app(services), services)
    for role in (Role.OPERATIONS, Role.OFFICER):
        accounts.user(role.value, role)
    event_id = happen(services).event_id
    engine.dispose()
    environment = {**os.environ, "JIEJING_HOME": str(home), "JIEJING_PORT": "0", "JIEJING_REQUESTS_PER_S": "0"}
    command = [sys.executable, "-m", "runtime.cli", "serve"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process, f"http://127.0.0.1:{port_of(process)}", event_id
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _signed_in(address: str, role: Role) -> httpx.Client:
    client = httpx.Client(base_url=address, timeout=120, headers={"Origin": address})
    client.post("/api/v1/session", json={"name": role.value, "password": PASSWORD}).raise_for_status()
    client.headers["X-CSRF-Token"] = client.get("/api/v1/session").json()["csrf_token"]

    return client


@contextmanager
def _asked(address: str) -> Iterator[list[float]]:
    """Asks /healthz again and again: how many milliseconds each answer took, once it has ended."""
    took: list[float] = []
    is_over = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=address, timeout=60) as client:
            while not is_over.wait(PAUSE_S):
                began = time.monotonic()
                client.get("/healthz").raise_for_status()
                took.append((time.monotonic() - began) * 1e3)

    with _beside(ask, is_over):
        yield took


@contextmanager
def _readers(pid: int) -> Iterator[list[int]]:
    """Watches the processes that a process starts: the most memory that each was seen to hold, in kB."""
    peaks: list[int] = []
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.004):
            # One that was just forked is still its parent; one that has ended is nobody.
            for child in _children(pid):
                with suppress(OSError, ValueError, IndexError):
                    if b"apart_child" in Path(f"/proc/{child}/cmdline").read_bytes():
                        peaks.append(_kb(child, "VmHWM"))

    with _beside(watch, is_over):
        yield peaks


@contextmanager
def _beside(work: Callable[[], None], is_over: threading.Event) -> Iterator[None]:
    """Lets work go on in a thread of its own, which ends when it is over."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            found += [int(one) for one in (task / "children").read_text().split()]
    return found


def _forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _kb(pid: int, name: str) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().partition(f"{name}:")[2].split()[0])


def _p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)] if took else 0.0


if __name__ == "__main__":
    main()
