"""jiejing camera: the cameras of this installation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from core.clock import SystemClock, rfc3339
from core.errors import InputError, JiejingError, SiteError
from core.health import STALE_AFTER_S
from core.invalid_values import message_of_invalid
from core.messages import Message
from core.policy.observing import settled
from core.ports import Probe
from core.site import Camera, Sampling, Site, SiteInfo, StreamKind, redacted
from core.stream_address import Transport, address_fault
from runtime.commands.options import JsonOption
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from runtime.process.console import in_json, note, progress, say, say_json, say_table, words
from store.audit.log import Deed
from store.files import site_file
from store.files.camera_files import FileKind, read_cameras
from store.files.headings import Choices, ReadColumn, to_remember
from store.files.known_columns import KnownColumns, chosen_of
from store.files.yaml_tree import of_field
from store.site.records import ReportedState
from store.site.secrets import without_passwords
from streams.address import open_allowed
from streams.probe import DEFAULT_S, probe

_WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".ods")

app = typer.Typer(
    help="The cameras of this installation.", no_args_is_help=True, rich_markup_mode=None, add_completion=False
)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Site file (YAML), or table of cameras (CSV, XLSX, XLS, ODS).")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List everything that is wrong, by row, and change nothing.")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="TITLE=NAME: what a column of the table is, or TITLE= to leave it out; remembered for the whole site, "
            "unless the product itself knows the title."
        ),
    ] = None,
) -> None:
    """Makes the site what a site file says; cameras that it does not name are removed. Of a table, adds or changes the
    cameras, and leaves their zones and all others as they are. All of it or nothing."""
    kind = _kind(file)
    # A site file says it all: it can be looked at where there is no installation.
    sites = None if dry_run and kind == "yaml" else Installation.open().store.opened_sites
    kept = sites.load() if sites else None
    columns = KnownColumns(Installation.open().settings.home) if sites else None
    choices = Choices(_chosen(column or []), columns.of(None) if columns else {})
    found = read_cameras(_content(file), kind, kept, choices)
    for one in found.notices:
        note(words(Message("core.located", where=f"{file}:{one.row}", cause=of_field(one.cause, one.field))))
    if found.faults and dry_run:
        rows = ((f"{file}:{one.row}", one.field, words(one.cause)) for one in found.faults)
        say_table(("row", "field", "cause"), rows)
        raise typer.Exit(2)
    if found.faults:
        raise site_file.refusal(str(file), found.faults)
    cameras = tuple(found.cameras.values())
    if sites and not dry_run:
        now = SystemClock().utc()
        known = {camera.id: camera for camera in kept.cameras} if kept else {}
        cameras = tuple(settled(camera, known.get(camera.id), now) for camera in cameras)
        sites.replace(_joined(cameras, kept, found.info))
        if columns:
            _remember(columns, found.columns)
        _tell_observing(cameras, now)
    zones = sum(len(preset.zones) for camera in cameras for preset in camera.presets)
    done = "would be imported" if dry_run else "imported"
    say(f"{file}: {len(cameras)} cameras with {zones} zones {done}")


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
        raise InputError("runtime.file_not_writable", path=out, cause=error) from error
    say(str(out))


@app.command()
def add(
    camera_id: Annotated[str, typer.Argument(metavar="ID", help="GB/T 28181 id, or letters, digits, _ and -.")],
    source: Annotated[str, typer.Argument(help="rtsp://..., rtsps://... or file:///absolute/path")],
    name: Annotated[str, typer.Option(help="Name for people; the id otherwise.")] = "",
    org: Annotated[str | None, typer.Option(help="Node of the organisation tree.")] = None,
    interval_s: Annotated[float, typer.Option("--interval", help="Seconds between two looks.")] = 1.0,
    transport: Annotated[
        Transport | None, typer.Option(help="How media travel; as the installation does otherwise.")
    ] = None,
    source_kind: Annotated[
        StreamKind | None, typer.Option(help="How the stream reaches us: from the camera, a gateway, a recording.")
    ] = None,
    probing: Annotated[bool, typer.Option("--probe/--no-probe", help="Measure the stream first.")] = True,
) -> None:
    """Adds a camera or changes its source. Its zones are kept; zones come with import."""
    installation = Installation.open()
    site = installation.site()
    old = next((camera for camera in site.cameras if camera.id == camera_id), None)
    changes = {"name": name, "org": org, "transport": transport, "source_kind": source_kind}
    camera = _camera(old, camera_id, source, changes, interval_s)
    if cause := address_fault(camera.source):
        raise SiteError("core.located", where="source", cause=cause)
    open_allowed(camera.source, installation.settings)
    if probing:
        with progress(f"probing {camera.name}", 0):
            _tell_probe(probe(camera.source, installation.settings.over(camera.transport)))
    installation.store.opened_sites.put_camera(camera)
    say(f"{camera.id}: {'changed' if old else 'added'}")


@app.command("probe")
def probe_source(
    source: Annotated[str, typer.Argument(help="Address of a stream or file, or the id of a camera.")],
    seconds: Annotated[float, typer.Option(help="How long to measure.")] = DEFAULT_S,
    transport: Annotated[
        Transport | None, typer.Option(help="How media travel; as the camera, or the installation, does otherwise.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measures a stream. Codec, size, the real frame rate and the key frame interval."""
    installation = Installation.open()
    settings = installation.settings.over(transport)
    if "://" not in source:
        known = _known(installation, source)
        source, settings = known.source, installation.settings.over(transport or known.transport)
    with progress("probing", 0):
        measured = probe(source, settings, seconds)
    if as_json:
        say_json(asdict(measured))
    else:
        _tell_probe(measured)


@app.command("list")
def list_cameras(as_json: JsonOption = False) -> None:
    """Lists the cameras and their streams."""
    installation = Installation.open()
    states = installation.store.camera_states.all()
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
            measured = probe(camera.source, installation.settings.over(camera.transport), 3.0)
            say(f"{camera.id}: reached, {_figures(measured)}")
        except JiejingError as error:
            faults += 1
            say(f"{camera.id}: {words(error)}")
    raise typer.Exit(1 if faults else 0)


@app.command()
def remove(camera_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the camera.")]) -> None:
    """Takes a camera out of service. Its events and packages stay."""
    if not Installation.open().store.opened_sites.remove_camera(camera_id):
        raise SiteError("runtime.no_such_camera", camera_id=camera_id)
    say(f"{camera_id}: removed")


def _camera(
    old: Camera | None, camera_id: str, source: str, changes: Mapping[str, str | None], interval_s: float
) -> Camera:
    given = old.model_dump(by_alias=True) if old else {"id": camera_id, "name": camera_id}
    given |= {key: value for key, value in changes.items() if value}
    try:
        sampling = Sampling(mode=old.sampling.mode if old else "auto", interval_s=interval_s)
        return Camera.model_validate(given | {"source": source, "sampling": sampling})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SiteError("core.located", where=where, cause=message_of_invalid(first)) from None


def _kind(file: Path) -> FileKind:
    """By its name; whatever is no table is a site file."""
    suffix = file.suffix.lower()
    return "xlsx" if suffix in _WORKBOOKS else "csv" if suffix in (".csv", ".tsv", ".txt") else "yaml"


def _chosen(told: Sequence[str]) -> dict[str, str]:
    pairs = [one.rpartition("=") for one in told]
    if wrong := next((one for one, (title, _, _) in zip(told, pairs, strict=True) if not title), None):
        raise InputError("runtime.column_option_form", value=wrong)
    return chosen_of({title: name.strip() for title, _, name in pairs})


def _remember(known: KnownColumns, columns: Iterable[ReadColumn]) -> None:
    if learnt := known.learnt(None, to_remember(columns)):
        deed = Deed("camera.columns", "site", "site", before=dict(learnt.before), after=dict(learnt.after))
        Installation.open().store.audit.note(local_actor(), deed)
        known.remember(None, learnt)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SiteError("runtime.file_not_readable", path=file, cause=error) from error


def _joined(cameras: Sequence[Camera], kept: Site | None, info: SiteInfo | None) -> Site:
    """The site of a site file; of a table (`info` is None), what is there with its cameras."""
    if info is not None or kept is None:
        return Site(site=info, cameras=cameras)
    by_id = {camera.id: camera for camera in (*kept.cameras, *cameras)}
    return kept.model_copy(update={"cameras": tuple(by_id.values())})


def _tell_observing(cameras: Sequence[Camera], now: datetime) -> None:
    count = sum(zone.observes(now) for camera in cameras for preset in camera.presets for zone in preset.zones)
    if count:
        note(f"{count} zones observe, without alarms: new ones for a week, unless the file says observe: false")


def _known(installation: Installation, camera_id: str) -> Camera:
    for camera in installation.site().cameras:
        if camera.id == camera_id:
            return camera
    raise SiteError("runtime.no_such_camera_or_address", camera_id=camera_id)


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
    return f"{state.status}: {words(trouble)}" if trouble else state.status


def _zones(camera: Camera) -> str:
    return str(sum(len(preset.zones) for preset in camera.presets))


def _plain(camera: Camera, reported: ReportedState | None) -> dict[str, object]:
    state = reported.state if reported else None
    return {
        "id": camera.id,
        "name": camera.name,
        "source": redacted(camera.source),
        "status": state.status if state else None,
        "error": in_json(state.error) if state and state.error else None,
        "unfit": in_json(state.unfit) if state and state.unfit else None,
        "reported_at": rfc3339(reported.reported_at) if reported else None,
    }
