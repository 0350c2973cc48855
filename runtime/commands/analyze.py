"""jiejing analyze: a recorded video becomes events and evidence packages."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from core.settings import load_settings
from evidence.packing.dossier import Dossiers
from evidence.signing.seal import Sealer
from runtime.camera.pipeline import CameraPipeline
from runtime.commands.options import OutOption, SiteOption, moment_option
from runtime.commands.site_options import camera_of
from runtime.models.loading import Detectors
from runtime.process.console import note, progress, say, words
from runtime.recorded.analysis import Analysis, recorder
from runtime.recorded.event_log import EventLog
from store.files import site_file
from streams.replay import FileSource


def command(
    video: Annotated[Path, typer.Argument(help="Recorded video: any container and codec that ffmpeg reads.")],
    site: SiteOption,
    camera: Annotated[str, typer.Option(help="Id of the camera in the site file that recorded it.")],
    model: Annotated[list[str], typer.Option(help="Model that looks, NAME or NAME@SECONDS; may be given again.")],
    start: Annotated[str, typer.Option(help="When the first frame was taken: 2026-01-01T08:00:00+08:00.")],
    out: OutOption,
    record: Annotated[Path | None, typer.Option(help="Also write the detections to this file, for replay.")] = None,
) -> None:
    """Finds violations in a recorded video. Writes events.jsonl and packages/ into the folder --out."""
    settings = load_settings()
    began = moment_option(start, "--start")
    whole = site_file.load(site)
    watched = camera_of(whole, camera, site)
    ensemble = Detectors(settings.home).ensemble(watched, model)
    source = FileSource(watched.id, video, start=began, sampling=watched.sampling, preset_id=watched.presets[0].id)
    sealer = Sealer.of_recordings(settings.home)
    with (
        EventLog(out, with_packages=True) as log,
        recorder(record) as write,
        tempfile.TemporaryDirectory(dir=out, prefix=".drafts-") as drafts,
        progress(watched.name, source.duration_s) as advance,
    ):
        dossiers = Dossiers(
            camera=watched,
            site=whole.site,
            recording=source.recording,
            drafts=Path(drafts),
            packages=out / "packages",
            sealer=sealer,
            post_roll_s=settings.post_roll_s,
            live=False,
            file=video,
        )
        pipeline = CameraPipeline(watched, whole.site.zone_info, ensemble, live=False)
        tally = Analysis(source, pipeline, dossiers, log, write, advance, whole.site.zone_info).run()
    say(f"{out / 'events.jsonl'}: {tally.events} changes of state in {tally.frames} frames, {tally.packages} packages")
    for why in tally.whys:
        say(words(why))
    if source.fault:
        note(words(source.fault))
        raise typer.Exit(1)
