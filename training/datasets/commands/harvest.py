"""jiejing dataset harvest."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - each argument is an option of the command line

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError
from core.geometry import Polygon
from runtime.commands.options import JsonOption
from runtime.home.installation import Installation
from runtime.process.console import note, say, say_json
from store.files import site_file
from training.datasets.archive import is_archive, unpacked
from training.datasets.commands.options import IntoOption, listed, plain
from training.datasets.decisions import read_decisions
from training.datasets.folder import Dataset
from training.datasets.harvest import (
    HarvestReport,
    MasksOf,
    decided_pictures,
    harvest,
    quiet_picture,
    read_quiet,
    sampled,
)
from training.datasets.packages import PackageDecisions


def command(
    decisions: Annotated[
        Path,
        typer.Argument(
            help="Decisions of officers, one JSON object a line; or the .zip of them and their pictures, as the page "
            "Models gives it out: nothing else is needed then."
        ),
    ],
    into: IntoOption,
    packages: Annotated[Path | None, typer.Option(help="Folder of sealed packages; the installation's else.")] = None,
    site: Annotated[
        Path | None, typer.Option(help="Site file, for the privacy masks; the installation's site else.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only so many events, the least sure first.")] = None,
    quiet: Annotated[Path | None, typer.Option(help="Frames without alarm, one JSON object a line.")] = None,
    quiet_count: Annotated[int, typer.Option(min=1, help="How many of them to draw.")] = 100,
    seed: Annotated[int, typer.Option(help="The same seed draws the same frames.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Takes in the pictures of decided events: positives, confirmed negatives, misses; and a sample without alarm."""
    with _decided(decisions, packages, into) as (events, place):
        pictures = decided_pictures(events, limit)
        if quiet:
            pictures += [quiet_picture(frame) for frame in sampled(read_quiet(quiet), quiet_count, seed)]
        report = harvest(Dataset.open_or_new(into, into.resolve().name), pictures, _masks_of(site))
    if as_json:
        say_json(plain(report) | {"without_still": list(events.without_still)})
        return
    for name in events.without_still:
        note(f"{name}: no sealed still of the violation in {place}; left out")
    for line in _lines(report, into):
        say(line)


@contextmanager
def _decided(decisions: Path, packages: Path | None, into: Path) -> Iterator[tuple[PackageDecisions, Path]]:
    """What was decided, and where its pictures lie. An archive is unpacked beside the data set, which has to hold its
    pictures anyhow, for as long as they are read."""
    if is_archive(decisions):
        with unpacked(decisions, into.resolve().parent) as events:
            yield events, decisions
    else:
        folder = packages or Installation.open().packages_folder
        yield PackageDecisions(read_decisions(decisions), folder, decisions.parent), folder


def _masks_of(path: Path | None) -> MasksOf:
    """The masks of a site file, or of the installation's site; read when the first is asked for."""

    @cache
    def site() -> dict[str, Sequence[Polygon]]:
        found = site_file.load(path) if path else Installation.open().site()
        return {camera.id: camera.privacy_masks for camera in found.cameras}

    def of(camera_id: str) -> Sequence[Polygon]:
        masks = site()
        if camera_id not in masks:
            raise InputError("training.camera_not_in_site", camera_id=camera_id)
        return masks[camera_id]

    return of


def _lines(report: HarvestReport, into: Path) -> list[str]:
    lines = [f"{into}: pictures taken in: {listed(report.taken)}; {report.updated} updated"]
    lines.append(f"things: {listed(report.outcomes)}")
    if report.worked_on:
        lines.append(f"{report.worked_on} pictures left alone, because somebody labelled them since")
    return lines
