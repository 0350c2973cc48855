"""Faults injected into an installation that runs: `jiejing up` over a home, a camera, and what a person would look at.

The log of `run` is the measure: each change of an event that it tells must be in the data base afterwards, and each
violation sealed.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml
from sqlalchemy import make_url

from core.errors import StorageError
from models.store import ModelStore
from runtime.home.installation import Installation
from runtime.process.ports import free_port
from streams.playout import Playout
from tests.postgres import stopped
from tests.runtime.conftest import site
from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_detector

CAMERA = "gate"
MIN_FREE_MB = 20
TMPFS_MB = 192
FILM_S, BEGIN_S, END_S = 30, 2, 20  # a car stands for 18 s of 30, again and again
_TOLD = re.compile(r"camera gate: \S+ (candidate|violation|cleared|discarded) (\S+)$")


@dataclass(frozen=True)
class Rig:
    """An installation that runs.

    Attributes:
        up: the process of `jiejing up`.
        log: what it and its two processes said.
    """

    home: Path
    port: int
    log: Path
    up: subprocess.Popen[bytes]

    def ready(self, timeout_s: float = 60.0) -> dict[str, Any]:
        """What /readyz says."""
        answer: dict[str, Any] = httpx.get(f"http://127.0.0.1:{self.port}/readyz", timeout=timeout_s).json()
        return answer

    def troubles(self) -> dict[str, str]:
        """What does not do its work, by name, with the cause: of readiness, and of the duties."""
        told = self.ready()
        faults = {one["field"]: one["cause"] for one in told.get("errors", ())}
        return faults | {one["name"]: one["why"]["text"] for one in told.get("duties", ())}

    def told(self) -> list[tuple[str, str]]:
        """(event, state) of each change that `run` told."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return [(found[2], found[1]) for line in lines if (found := _TOLD.search(line))]

    def missing(self) -> list[str]:
        """What was told and is not there: changes of events, and packages of violations."""
        installation = Installation.open()
        try:
            return [*_missing_changes(installation, self.told()), *_missing_packages(installation, self.told())]
        except StorageError as error:
            return [str(error)]
        finally:
            installation.engine.dispose()


@dataclass(frozen=True)
class Fault:
    """What is done to an installation that runs.

    Attributes:
        inject: does it as long as its block lasts.
        seen_as: what is in trouble then, by name: one of these.
    """

    name: str
    inject: Callable[[Rig], AbstractContextManager[None]]
    seen_as: tuple[str, ...]


@contextmanager
def rig(folder: Path, disk: Path | None = None, database: str | None = None) -> Iterator[Rig]:
    """An installation that watches a camera, until the block ends; the environment is what it was afterwards.

    Args:
        folder: for what lies beside it, and for its home where there is no `disk` of its own.
    """
    port, home = free_port(), (disk or folder) / "home"
    own = {
        "JIEJING_HOME": str(home),
        "JIEJING_PORT": str(port),
        "JIEJING_LOG_LEVEL": "INFO",
        "JIEJING_RING_S": "60",
        "JIEJING_POST_ROLL_S": "2",
        "JIEJING_MIN_FREE_MB": str(MIN_FREE_MB),
        **({"JIEJING_DATABASE_URL": database} if database else {}),
    }
    film = write_film(folder / "film.mp4", FILM_S, stands(BEGIN_S, END_S))
    with _environment(own), ExitStack() as stack:
        playout = stack.enter_context(Playout({CAMERA: film}, loop=True))
        _prepare(folder, playout.url(CAMERA))
        log = folder / "log"
        with log.open("wb") as out:
            up = subprocess.Popen([sys.executable, "-m", "runtime.cli", "up"], stderr=out, env=os.environ)
        try:
            made = Rig(home, port, log, up)
            until(lambda: _is_well(made), 120, "everything to be well")
            until(lambda: any(state == "candidate" for _, state in made.told()), 120, "an event")
            yield made
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(30)


def until(true: Callable[[], Any], within_s: float, what: str) -> float:
    """Waits for something to come true; the seconds that it took.

    Raises:
        AssertionError: it did not.
    """
    began_s = time.monotonic()
    while not true():
        if time.monotonic() - began_s > within_s:
            raise AssertionError(f"waited {within_s:.0f} s in vain for {what}")
        time.sleep(0.1)
    return time.monotonic() - began_s


@dataclass(frozen=True)
class Measured:
    """What a fault did.

    Attributes:
        seen_after_s: until it was told; answered_within_s: the longest answer of /readyz meanwhile; well_after_s: from
            its end until nothing is in trouble; whole_after_s: until everything was there.
        changes: of events, that were told while it lasted.
    """

    seen_after_s: float
    answered_within_s: float
    well_after_s: float
    whole_after_s: float
    changes: int
    why: str


def measure(made: Rig, fault: Fault, lasting_s: float, patience_s: float) -> Measured:
    """Injects a fault, looks on, takes it away, and waits until everything is there.

    Raises:
        AssertionError: it was never told, something hung, or something is missing afterwards.
    """
    before, slowest_s, why = len(made.told()), 0.0, ""

    def asked() -> dict[str, str]:
        nonlocal slowest_s
        began_s = time.monotonic()
        found = made.troubles()
        slowest_s = max(slowest_s, time.monotonic() - began_s)
        return found

    def is_seen() -> bool:
        nonlocal why
        found = {name: cause for name, cause in asked().items() if name in fault.seen_as}
        why = next(iter(found.values()), "")
        return bool(found)

    with fault.inject(made):
        began_s = time.monotonic()
        seen_s = until(is_seen, patience_s, f"{fault.name} to be told")
        while time.monotonic() - began_s < lasting_s:
            asked()
            time.sleep(0.5)
        assert made.up.poll() is None
        changes = len(made.told()) - before
    well_s = until(lambda: _is_well(made), patience_s, "everything to be well again")
    whole_s = well_s + until(lambda: not made.missing(), patience_s, f"{made.missing()}")
    return Measured(seen_s, slowest_s, well_s, whole_s, changes, why)


@contextmanager
def in_place_of(path: Path) -> Iterator[None]:
    """A file stands where a folder should: whatever is written there is refused, to root, too."""
    aside = path.with_name(f".{path.name}.aside")
    if path.exists():
        path.rename(aside)
    path.write_text("in the way")
    try:
        yield
    finally:
        path.unlink()
        if aside.exists():
            aside.rename(path)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another tool has the file of SQLite for itself."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextmanager
def full(home: Path) -> Iterator[None]:
    """Not a byte is left on the disk of the home; only for one that holds nothing else."""
    filler = home / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(bytes(1 << 20))
                file.flush()
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def tmpfs(folder: Path) -> Iterator[Path | None]:
    """A small disk of its own; None where this user may not mount."""
    mounted = folder / "disk"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "tmpfs", str(mounted)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield mounted
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=False)


SHADOW = Fault("shadow", lambda made: in_place_of(made.home / "shadow"), ("shadow",))
SEALING = Fault("sealing", lambda made: in_place_of(made.home / "packages"), ("sealing", "packages"))
LOCKED = Fault("SQLite locked", lambda made: locked(made.home / "jiejing.db"), ("events", "reporting"))
FULL = Fault("disk full", lambda made: full(made.home), ("disk", "packages"))


def stopped_postgresql(database: str) -> Fault:
    """The server of that data base is stopped."""
    folder = Path(str(make_url(database).query["host"]))
    return Fault("PostgreSQL stopped", lambda _: stopped(folder), ("database",))


@contextmanager
def _environment(own: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(own)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _prepare(folder: Path, url: str) -> None:
    """Brings in the camera, a model and a candidate beside it."""
    content = site(url, CAMERA, candidate_after_s=2, violation_after_s=6, bridge_gap_s=2)
    (folder / "site.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    models = {"red": 0.9, "paler": 0.8}
    for name, score in models.items():
        file = write_red_detector(folder / f"{name}.onnx", score=score)
        _jiejing("model", "import", file, "--name", name, "--family", "yolo-e2e")
    _jiejing("camera", "import", folder / "site.yaml")
    ModelStore(Path(os.environ["JIEJING_HOME"])).shadow("paler")


def _jiejing(*words: object) -> None:
    command = [sys.executable, "-m", "runtime.cli", *map(str, words)]
    subprocess.run(command, check=True, capture_output=True)


def _is_well(made: Rig) -> bool:
    try:
        return made.ready() == {"status": "ready"}
    except (httpx.HTTPError, ValueError):
        return False


def _missing_changes(installation: Installation, told: list[tuple[str, str]]) -> Iterator[str]:
    for event_id, state in told:
        history = installation.store.events.get(event_id)
        if history is None or all(change.state != state for change in history.changes):
            yield f"event {event_id}: {state}"


def _missing_packages(installation: Installation, told: list[tuple[str, str]]) -> Iterator[str]:
    """Of events that ended: the package of one that stands may still wait for what comes after."""
    ended = {event_id for event_id, state in told if state == "cleared"}
    for event_id in {event_id for event_id, state in told if state == "violation"} & ended:
        packages = installation.store.packages.of_event(event_id)
        if not any((installation.packages_folder / one.package_id).is_dir() for one in packages):
            yield f"a package of event {event_id}"
