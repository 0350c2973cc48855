"""jiejing demo: the whole product on this machine, from RTSP cameras to sealed packages."""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.cells import set_cell_size

from api.http.web_app import is_built
from core.clock import Clock, SystemClock
from core.errors import InputError
from core.settings import load_settings
from core.site import Site
from runtime.demo import clips
from runtime.demo.accounts import DemoAccount, add_demo_accounts
from runtime.demo.report import Goal, Reporter, named
from runtime.demo.site import DemoCamera, demo_site, own_cameras
from runtime.demo.stage import HOST, fresh_installation, listens, open_port, require_playout, use_model
from runtime.home.installation import Installation
from runtime.models.model_import import family_named
from runtime.process import logs
from runtime.process.console import note, progress, words
from runtime.process.ports import free_port
from runtime.process.signals import stop_on_signals
from runtime.process.supervisor import Supervisor
from streams.playout import Playout

LOOK_EVERY_S = 0.5
RENDERED = "clips"


def command(
    headless: Annotated[bool, typer.Option("--headless", help="For scripts: end by itself, see --until.")] = False,
    until: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Headless: end once so many different violations are sealed and verified; all four, if not given. "
            "With --video so many events; 1, if not given.",
        ),
    ] = None,
    timeout: Annotated[float, typer.Option(help="Headless: give up after so many seconds, with exit code 1.")] = 600,
    video: Annotated[
        list[Path] | None, typer.Option(help="Your own video (.mp4) in place of the demo street; may be given again.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Your own detector (.onnx; its classes named as ours or as COCO's).")
    ] = None,
    family: Annotated[
        str | None, typer.Option(help="Its family: yolox, yolo, yolov5 or yolo-e2e; as its output shows otherwise.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the HTTP interface; 0 takes a free one.")] = 8600,
    render: Annotated[
        bool,
        typer.Option("--render", help="Render the demo street anew, which takes minutes and the extra scenes."),
    ] = False,
) -> None:
    """Shows the product at work on this machine. Plays a street as RTSP cameras, watches them and seals a package for
    each violation, until Ctrl-C.
    """
    stop, clock = stop_on_signals(), SystemClock()
    logs.set_up("WARNING")
    own = own_cameras([_existing(path, "--video").resolve() for path in video or ()])
    goal = Goal.of_events(until) if own else Goal.of_the_street(until)
    settings, port = load_settings(), open_port(port)
    require_playout()
    installation = fresh_installation(settings, port)
    use_model(
        installation.settings.home, model and _existing(model, "--model"), family_named(family) if family else None
    )
    with _stopped_after(timeout if headless else None, stop):
        played = own or _street(installation.settings.home / RENDERED if render else None, stop)
        sealed = {} if stop.is_set() else _show(installation, played, goal, stop, clock, ends=headless)
    if headless and not goal.reached(sealed):
        note(f"jiejing demo: {words(goal.missing(sealed))}")
        raise typer.Exit(1)


def _existing(path: Path, option: str) -> Path:
    if not path.is_file():
        raise InputError("runtime.option_names_no_file", option=option, path=path)
    return path


@contextmanager
def _stopped_after(limit_s: float | None, stop: threading.Event) -> Iterator[None]:
    """Sets `stop` when the time is over, if there is a limit."""
    timer = threading.Timer(limit_s or 0, stop.set)
    timer.daemon = True
    if limit_s is not None:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _street(folder: Path | None, stop: threading.Event) -> tuple[DemoCamera, ...]:
    """The cameras of the demo street: with the clips that ship, or rendered anew into a folder."""
    if folder is None:
        return clips.cameras_in(clips.SHIPPED)
    note(f"rendering the demo street in {folder}: some minutes")
    with progress("rendering, %", 100) as done:
        clips.render(folder, stop, lambda share: done(100 * share))
    return () if stop.is_set() else clips.cameras_in(folder)


def _show(
    installation: Installation,
    played: Sequence[DemoCamera],
    goal: Goal,
    stop: threading.Event,
    clock: Clock,
    *,
    ends: bool,
) -> Mapping[str, str]:
    """Plays and watches the cameras until `stop` is set, or until the goal is reached if the demo `ends` there.

    Returns:
        The violations of the events that have a sound package, by event.
    """
    port = free_port(besides=installation.settings.port)
    with Playout({camera.key: camera.path for camera in played}, loop=True, port=port) as playout:
        site = demo_site(played, {camera.key: playout.url(camera.key) for camera in played})
        installation.store.opened_sites.replace(site)
        accounts = add_demo_accounts(installation)
        _announce(installation, site, accounts)
        reporter, invited = Reporter(installation, site, clock), False
        supervisor = Supervisor(("run", "serve"), clock, _environment(installation))
        try:
            while not (ends and goal.reached(reporter.sealed)) and not stop.wait(LOOK_EVERY_S):
                supervisor.look_after()
                if not invited and listens(installation.settings.port):
                    invited = True
                    _invite(installation.settings.port, accounts[0])
                reporter.look()
        finally:
            supervisor.end()
        return reporter.sealed


def _announce(installation: Installation, site: Site, accounts: Sequence[DemoAccount]) -> None:
    """Where everything is to be found, and who may look at it."""
    for camera in site.cameras:
        rules = ", ".join(f"{named(zone.violation)} ({zone.name})" for zone in camera.presets[0].zones)
        note(f"{camera.id} {camera.name}: {camera.source}: {rules}")
    note(f"packages: {installation.packages_folder}")
    note("accounts:")
    cells = [f"{account.name:11} {account.password}  {set_cell_size(account.full_name, 12)}" for account in accounts]
    for number in range(0, len(cells), 2):
        note(f"  {'  '.join(cells[number : number + 2])}".rstrip())


def _invite(port: int, account: DemoAccount) -> None:
    """The one line to click on, once what it leads to answers."""
    address = f"http://{HOST}:{port}/"
    if is_built():
        note(f"open {address} and sign in as {account.name}, password {account.password}")
    else:
        note(f"HTTP interface: {address}api/v1/events (no web app here: make web builds it)")


def _environment(installation: Installation) -> dict[str, str]:
    """What the processes of the product are told: nothing of the user's own installation."""
    others = {f"JIEJING_{name}" for name in ("DATABASE_URL", "SIGNING_KEY", "TLS_CERTIFICATE", "TLS_KEY")}
    return {name: value for name, value in os.environ.items() if name not in others} | {
        "JIEJING_HOME": str(installation.settings.home),
        "JIEJING_HOST": HOST,
        # Its cameras play on this machine, and it is served to this machine alone.
        "JIEJING_LOCAL_CAMERAS": "true",
        # Whoever tries the product needs no phone.
        "JIEJING_SECOND_FACTOR": "[]",
        "JIEJING_PORT": str(installation.settings.port),
        "JIEJING_LOG_LEVEL": "WARNING",
    }
