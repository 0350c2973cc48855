"""jiejing demo: the whole product on this machine, from RTSP cameras to sealed packages."""

import os
import shutil
import threading
from pathlib import Path
from typing import Annotated

import typer

from core.clock import Clock, SystemClock
from core.errors import InputError, StorageError
from core.settings import Settings, load_settings
from core.violations import violation_types
from evidence.keys import open_key_ring
from evidence.verify import verify
from models.store import ModelStore
from runtime import logs
from runtime.console import note, say
from runtime.demo_site import SCENES, WEIGHTS, Scene, demo_site, own_scenes
from runtime.installation import Installation
from runtime.model_import import ImportRequest, family_named, import_model
from runtime.ports import free_port
from runtime.signals import stop_on_signals
from runtime.supervisor import Supervisor
from store.records import PackageRecord
from streams.playout import Playout

LOOK_EVERY_S = 0.5


def command(
    headless: Annotated[bool, typer.Option("--headless", help="For scripts: end by itself, see --until.")] = False,
    until: Annotated[int, typer.Option(min=1, help="Headless: end once so many packages are sealed and verified.")] = 1,
    timeout: Annotated[float, typer.Option(help="Headless: give up after so many seconds, with exit code 1.")] = 600,
    video: Annotated[list[Path] | None, typer.Option(help="Your own video (.mp4); may be given again.")] = None,
    model: Annotated[Path | None, typer.Option(help="Your own detector (.onnx, COCO classes).")] = None,
    family: Annotated[str, typer.Option(help="Its family: yolo, yolox or yolo-e2e.")] = "yolo",
    port: Annotated[int, typer.Option(help="Port of the HTTP interface; 0 takes a free one.")] = 8600,
) -> None:
    """Shows the product at work on this machine. Plays videos as RTSP cameras, watches them and seals packages, until
    Ctrl-C.
    """
    stop, clock = stop_on_signals(), SystemClock()
    logs.set_up("WARNING")
    scenes, weights = _scenes(video), _existing(model or WEIGHTS, "--model FILE.onnx", "a detector")
    port = port or free_port()
    installation = _fresh_installation(load_settings(), port)
    request = ImportRequest(weights, "demo", family_named(family), "coco", None, None, None)
    store = ModelStore(installation.settings.home)
    import_model(request, store)
    store.promote(["demo"], reason="the demo")
    with Playout({scene.key: scene.path for scene in scenes}, loop=True) as playout:
        site = demo_site(scenes, {scene.key: playout.url(scene.key) for scene in scenes})
        installation.sites.replace(site)
        for camera in site.cameras:
            note(f"{camera.id} {camera.name}: {camera.source}")
        note(f"HTTP interface: http://127.0.0.1:{port}/api/v1/events   packages: {installation.packages_folder}")
        found = _watch(installation, stop, clock, until=until if headless else None, timeout_s=timeout)
    raise typer.Exit(0 if not headless or found >= until else 1)


def _scenes(videos: list[Path] | None) -> tuple[Scene, ...]:
    if videos:
        return own_scenes([_existing(path, "--video FILE.mp4", "a video").resolve() for path in videos])
    for scene in SCENES:
        _existing(scene.path, "--video FILE.mp4", "a video")
    return SCENES


def _existing(path: Path, option: str, what: str) -> Path:
    if not path.is_file():
        raise InputError(f"{path} is not there, and the demo needs {what}; give your own with {option}")
    return path


def _fresh_installation(settings: Settings, port: int) -> Installation:
    """An installation of the demo's own, empty, below the home."""
    home = settings.home.absolute() / "demo"
    try:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{home}: {error.strerror}; give another folder in JIEJING_HOME") from error
    return Installation(settings.model_copy(update={"home": home, "database_url": None, "port": port}))


def _watch(
    installation: Installation, stop: threading.Event, clock: Clock, *, until: int | None, timeout_s: float
) -> int:
    """Runs the product and tells of each package; gives the number of sound ones."""
    environment = {
        **os.environ,
        "JIEJING_HOME": str(installation.settings.home),
        "JIEJING_HOST": "127.0.0.1",
        "JIEJING_PORT": str(installation.settings.port),
        "JIEJING_LOG_LEVEL": "WARNING",
    }
    environment.pop("JIEJING_DATABASE_URL", None)
    supervisor = Supervisor(("run", "serve"), clock, environment)
    began_s = clock.mono_s()
    told: dict[str, bool] = {}
    try:
        while not stop.wait(LOOK_EVERY_S):
            supervisor.look_after()
            for package in installation.packages.all():
                if package.package_id not in told:
                    told[package.package_id] = _tell(installation, package, clock.mono_s() - began_s)
            sound = _sound_primaries(installation, told)
            if until is not None and (sound >= until or clock.mono_s() - began_s > timeout_s):
                break
    finally:
        supervisor.end()
    return _sound_primaries(installation, told)


def _sound_primaries(installation: Installation, told: dict[str, bool]) -> int:
    return sum(
        told.get(package.package_id, False) for package in installation.packages.all() if package.kind == "primary"
    )


def _tell(installation: Installation, package: PackageRecord, after_s: float) -> bool:
    folder = installation.packages_folder / package.path
    verdict = verify(folder, open_key_ring(installation.settings.home))
    history = installation.events.get(package.event_id)
    key = history.event.violation if history else "unknown"
    name = violation_types()[key].name_zh if key in violation_types() else ""
    camera = history.event.camera_id if history else "-"
    outcome = "sealed and verified" if verdict.sound else f"NOT SOUND: {verdict.faults[0].what}"
    say(f"{key} {name} {camera} {package.kind} {outcome} after {after_s:.0f} s: {folder}")
    return verdict.sound
