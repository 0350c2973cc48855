"""How the memory of `run` and `serve` grows while two cameras are watched and a live page is open.

    python -m tests.soak.memory --minutes 60

Two films play for ever as RTSP cameras; a page watches both over HTTP, and another comes and goes every minute. Every
30 seconds a line says what each process holds (PSS, megabytes) and its threads. At the end: the growth after the tenth
minute, as the median of the last five samples minus that of the five after minute ten; at most 15 MB are good (exit 0).
"""

# ruff: noqa: T201 - a report

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import yaml

from models.store import ModelStore
from runtime.demo.accounts import add_demo_accounts
from runtime.home.installation import Installation
from runtime.process.ports import free_port
from streams.playout import Playout
from tests.runtime.conftest import site
from tests.runtime.films import stands, write_film

CAMERAS = ("one", "two")
SAMPLE_S, SETTLED_S, MOST_MB = 30.0, 600.0, 15.0
SIZE = "1280:720"
Sample = tuple[float, dict[str, float]]


def main() -> int:
    """Measures, and says 0 if the growth is within bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="jj-memory-") as folder, ExitStack() as stack:
        playout, port = _prepare(Path(folder), stack)
        stack.enter_context(playout)
        _import_site(Path(folder), playout)
        run = stack.enter_context(_process("run"))
        serve = stack.enter_context(_process("serve"))
        page = stack.enter_context(_page(port, _login(port)))
        page.ready.wait(120)
        # Told before anything is taken down, which may go wrong in its own ways.
        is_good = _judged(_sampled({"run": run.pid, "serve": serve.pid}, minutes * 60, page))
    return 0 if is_good else 1


class Page:
    """A live page: reads pictures for as long as it lasts, and counts them."""

    def __init__(self, port: int, cookies: httpx.Cookies) -> None:
        self.received_bytes = 0
        self.ready = threading.Event()
        self._stop = threading.Event()
        self._address, self._cookies = f"http://127.0.0.1:{port}", cookies
        self._threads = [
            threading.Thread(target=self._watch, args=("wall", 1e9)),
            threading.Thread(target=self._watch, args=("large", 60.0)),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _watch(self, size: str, for_s: float) -> None:
        wanted = {"camera": list(CAMERAS), "size": size, "purpose": "soak"}
        while not self._stop.is_set():
            until_s = time.monotonic() + for_s
            try:
                with (
                    httpx.Client(base_url=self._address, cookies=self._cookies, timeout=20) as client,
                    client.stream("GET", "/api/v1/live", params=wanted) as answer,
                ):
                    answer.raise_for_status()
                    for chunk in answer.iter_bytes():
                        self.received_bytes += len(chunk)
                        self.ready.set()
                        if self._stop.is_set() or time.monotonic() > until_s:
                            break
            except httpx.HTTPError as error:
                print(f"page: {error}", flush=True)
                self._stop.wait(2)


def _prepare(folder: Path, stack: ExitStack) -> tuple[Playout, int]:
    port = free_port()
    own = {
        "JIEJING_HOME": str(folder / "home"),
        "JIEJING_PORT": str(port),
        "JIEJING_RING_S": "60",
        "JIEJING_LOG_LEVEL": "WARNING",
        "JIEJING_SESSION_IDLE_MIN": "1440",
    }
    os.environ.update(own)
    films = {name: _film(folder / f"{name}.mp4", number) for number, name in enumerate(CAMERAS)}
    return Playout(films, loop=True), port


def _film(path: Path, number: int) -> Path:
    """Two minutes: a car comes, stands for 90 s and leaves; again and again as it loops."""
    small = write_film(path.with_suffix(".small.mp4"), 120, stands(5 + 9 * number, 95 + 9 * number))
    scaled = ("-vf", f"scale={SIZE}", "-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-bf", "0")
    subprocess.run(["ffmpeg", "-y", "-loglevel", "error", "-i", small, *scaled, path], check=True)
    return path


def _import_site(folder: Path, playout: Playout) -> None:
    installation = Installation.open()
    ModelStore(installation.settings.home).promote(["street-n"], reason="soak", forced=True)
    content = site(playout.url(CAMERAS[0]), CAMERAS[0], violation_after_s=30, candidate_after_s=3)
    content["cameras"] += site(playout.url(CAMERAS[1]), CAMERAS[1], violation_after_s=30)["cameras"]
    (folder / "site.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    command = [sys.executable, "-m", "runtime.cli", "camera", "import", str(folder / "site.yaml")]
    subprocess.run(command, check=True)
    accounts = {one.name: one.password for one in add_demo_accounts(installation)}
    (folder / "password").write_text(accounts["operations"], encoding="utf-8")
    os.environ["SOAK_PASSWORD"] = accounts["operations"]
    installation.engine.dispose()


@contextmanager
def _process(word: str) -> Iterator[subprocess.Popen[bytes]]:
    running = subprocess.Popen([sys.executable, "-m", "runtime.cli", word])
    try:
        yield running
    finally:
        running.terminate()
        running.wait(60)


def _login(port: int) -> httpx.Cookies:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        for _ in range(120):
            try:
                client.get("/healthz").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(1)
        signed_in = client.post("/api/v1/session", json={"name": "operations", "password": os.environ["SOAK_PASSWORD"]})
        signed_in.raise_for_status()
        return client.cookies


@contextmanager
def _page(port: int, cookies: httpx.Cookies) -> Iterator[Page]:
    page = Page(port, cookies)
    page.start()
    try:
        yield page
    finally:
        page.end()


def _sampled(pids: dict[str, int], seconds: float, page: Page) -> list[Sample]:
    began_s, samples = time.monotonic(), list[Sample]()
    while (at_s := time.monotonic() - began_s) < seconds:
        held = {name: _pss_mb(pid) for name, pid in pids.items()}
        samples.append((at_s, held))
        told = ", ".join(f"{name} {value:.1f} MB, {_threads(pids[name])} threads" for name, value in held.items())
        print(f"{at_s / 60:6.1f} min: {told}; page {page.received_bytes / 2**20:.0f} MB", flush=True)
        time.sleep(SAMPLE_S)
    return samples


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def _judged(samples: list[Sample]) -> bool:
    settled = [held for at_s, held in samples if at_s >= min(SETTLED_S, samples[-1][0] / 3)]
    grown = {
        name: statistics.median(one[name] for one in settled[-5:]) - statistics.median(one[name] for one in settled[:5])
        for name in settled[0]
    }
    is_good = all(value <= MOST_MB for value in grown.values())
    told = ", ".join(f"{name} {value:+.1f} MB" for name, value in grown.items())
    print(f"{datetime.now(UTC):%Y-%m-%d}: growth after the tenth minute: {told}: {'good' if is_good else 'TOO MUCH'}")
    return is_good


if __name__ == "__main__":
    sys.exit(main())
