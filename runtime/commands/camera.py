"""jiejing camera: the cameras of this installation."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from core.clock import SystemClock, rfc3339
from core.errors import InputError, JiejingError, SiteError
from core.health import STALE_AFTER_S
from core.ports import Probe
from core.site import Camera, Sampling, redacted
from runtime.commands.options import JsonOption
from runtime.console import note, progress, say, say_json, say_table
from runtime.installation import Installation
from store import site_file
from store.camera_secrets import without_passwords
from store.records import ReportedState
from streams.address import open_allowed
from streams.probe import DEFAULT_S, probe

app = typer.Typer(help="The cameras of this installation.", no_args_is_help=True, rich_markup_mode=None)


@app.command("import")
def import_(
    site: Annotated[Path, typer.Argument(help="Site file (YAML).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file and change nothing.")] = False,
) -> None:
    """Makes the site what a file says. Cameras that it does not name are removed; all of it or nothing."""
    wanted = site_file.load(site)
    if not dry_run:
        Installation.open().sites.replace(wanted)
    zones = sum(len(preset.zones) for camera in wanted.cameras for preset in camera.presets)
    done = "would be imported" if dry_run else "imported"
    say(f"{site}: {len(wanted.cameras)} cameras with {zones} zones {done}")


@app.command()
def export(
    out: Annotated[Path | None, typer.Option("--out", help="File to write; standard output otherwise.")] = None,
    with_passwords: Annotated[
        bool, typer.Option("--with-passwords", help="Write the cameras' passwords, too; otherwise *** stands for them.")
    ] = False,
) -> None:
    """Writes the site as import reads it. Import keeps the passwords that it knows where *** stands."""
    site = Installation.open().site()
    if not with_passwords:
        site = site.model_copy(update={"cameras": tuple(without_passwords(camera) for camera in site.cameras)})
    text = site_file.dump(site)
    if out is None:
        say(text.rstrip("\n"))
        return
    try:
        out.touch(mode=0o600, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{out}: {error.strerror}; give a file that can be written") from error
    say(str(out))


@app.command()
def add(
    camera_id: Annotated[str, typer.Argument(metavar="ID", help="GB/T 28181 id, or letters, digits, _ and -.")],
    source: Annotated[str, typer.Argument(help="rtsp://..., rtsps://... or file:///absolute/path")],
    name: Annotated[str, typer.Option(help="Name for people; the id otherwise.")] = "",
    org: Annotated[str | None, typer.Option(help="Node of the organisation tree.")] = None,
    interval_s: Annotated[float, typer.Option("--interval", help="Seconds between two looks.")] = 1.0,
    probing: Annotated[bool, typer.Option("--probe/--no-probe", help="Measure the stream first.")] = True,
) -> None:
    """Adds a camera or changes its source. Its zones are kept; zones come with import."""
    installation = Installation.open()
    site = installation.site()
    old = next((camera for camera in site.cameras if camera.id == camera_id), None)
    camera = _camera(old, camera_id, source, name, org, interval_s)
    open_allowed(camera.source, installation.settings)
    if probing:
        with progress(f"probing {camera.name}", 0):
            _tell_probe(probe(camera.source, installation.settings))
    installation.sites.put_camera(camera)
    say(f"{camera.id}: {'changed' if old else 'added'}")


@app.command("probe")
def probe_source(
    source: Annotated[str, typer.Argument(help="Address of a stream or file, or the id of a camera.")],
    seconds: Annotated[float, typer.Option(help="How long to measure.")] = DEFAULT_S,
    as_json: JsonOption = False,
) -> None:
    """Measures a stream. Codec, size, the real frame rate and the key frame interval."""
    installation = Installation.open()
    if "://" not in source:
        source = _known(installation, source).source
    with progress("probing", 0):
        measured = probe(source, installation.settings, seconds)
    if as_json:
        say_json(asdict(measured))
    else:
        _tell_probe(measured)


@app.command("list")
def list_cameras(as_json: JsonOption = False) -> None:
    """Lists the cameras and their streams."""
    installation = Installation.open()
    states = installation.camera_states.all()
    cameras = installation.site().cameras
    if as_json:
        say_json([_plain(camera, states.get(camera.id)) for camera in cameras])
        return
    rows = ((c.id, c.name, _status(states.get(c.id)), _zones(c), redacted(c.source)) for c in cameras)
    say_table(("id", "name", "state", "zones", "source"), rows)


@app.command()
def check() -> None:
    """Connects to every camera in turn. Exit 1 when one cannot be reached."""
    installation = Installation.open()
    faults = 0
    for camera in installation.site().cameras:
        try:
            measured = probe(camera.source, installation.settings, 3.0)
            say(f"{camera.id}: reached, {_figures(measured)}")
        except JiejingError as error:
            faults += 1
            say(f"{camera.id}: {error}")
    raise typer.Exit(1 if faults else 0)


@app.command()
def remove(camera_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the camera.")]) -> None:
    """Takes a camera out of service. Its events and packages stay."""
    if not Installation.open().sites.remove_camera(camera_id):
        raise SiteError(f"there is no camera {camera_id!r}; see: jiejing camera list")
    say(f"{camera_id}: removed")


def _camera(old: Camera | None, camera_id: str, source: str, name: str, org: str | None, interval_s: float) -> Camera:
    given = old.model_dump(by_alias=True) if old else {"id": camera_id, "name": name or camera_id}
    changes = {"name": name, "org": org}
    given |= {key: value for key, value in changes.items() if value}
    try:
        sampling = Sampling(mode=old.sampling.mode if old else "auto", interval_s=interval_s)
        return Camera.model_validate(given | {"source": source, "sampling": sampling})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SiteError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None


def _known(installation: Installation, camera_id: str) -> Camera:
    for camera in installation.site().cameras:
        if camera.id == camera_id:
            return camera
    raise SiteError(f"there is no camera {camera_id!r}; give an address or see: jiejing camera list")


def _tell_probe(measured: Probe) -> None:
    note(f"{measured.source}: {_figures(measured)}")


def _figures(measured: Probe) -> str:
    size = f"{measured.size_wh[0]}x{measured.size_wh[1]}" if measured.size_wh else "size unknown"
    fps = f"{measured.real_fps:.1f} fps" if measured.real_fps else "frame rate not measured"
    declared = f" (declared {measured.declared_fps:g})" if measured.declared_fps else ""
    gop = f"key frame every {measured.gop_s:.1f} s" if measured.gop_s else "fewer than two key frames"
    return f"{measured.codec} {size}, {fps}{declared}, {gop}, {measured.bitrate_kbps:.0f} kbit/s"


def _status(reported: ReportedState | None) -> str:
    if reported is None:
        return "not watched yet"
    state = reported.state
    if SystemClock().utc() - reported.reported_at > timedelta(seconds=STALE_AFTER_S):
        return f"not watched since {rfc3339(reported.reported_at)}"
    trouble = state.error or state.unfit
    return f"{state.status}: {trouble}" if trouble else state.status


def _zones(camera: Camera) -> str:
    return str(sum(len(preset.zones) for preset in camera.presets))


def _plain(camera: Camera, reported: ReportedState | None) -> dict[str, object]:
    return {
        "id": camera.id,
        "name": camera.name,
        "source": redacted(camera.source),
        "status": reported.state.status if reported else None,
        "error": reported.state.error if reported else None,
        "unfit": reported.state.unfit if reported else None,
        "reported_at": rfc3339(reported.reported_at) if reported else None,
    }
