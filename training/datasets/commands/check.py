"""jiejing dataset check."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - each argument is an option of the command line

from pathlib import Path
from typing import Annotated, Any

import typer

from runtime.commands.options import JsonOption
from runtime.process.console import note, progress, say, say_json, words
from training.datasets.check import CheckReport, check_dataset, check_foreign
from training.datasets.classmap import class_map
from training.datasets.commands.options import (
    FormatOption,
    ImagesOption,
    LabelsFolderOption,
    NamesOption,
    listed,
    read_options,
)
from training.datasets.files import storing
from training.datasets.folder import CARD, Dataset
from training.datasets.formats.registry import AUTO, open_foreign
from training.datasets.report import page


def command(
    path: Annotated[Path, typer.Argument(help="A data set of ours, or a foreign one that is yet to be taken in.")],
    report: Annotated[Path | None, typer.Option(help="Write a page (.html) with findings and pictures.")] = None,
    classes: Annotated[str | None, typer.Option(help="Foreign sets: also check this class map.")] = None,
    form: FormatOption = AUTO,
    images: ImagesOption = None,
    labels_folder: LabelsFolderOption = "labels",
    names: NamesOption = None,
    pixels: Annotated[bool, typer.Option(help="Read every picture, to find those that look alike.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Looks for what would make learning go wrong. Exit 1 when it finds a fault; notes are no faults."""
    if (path / CARD).is_file():
        dataset = Dataset.open(path)
        with progress("pictures", dataset.card.counts.pictures) as step:
            found = check_dataset(dataset, pixels=pixels, step=step)
    else:
        foreign = open_foreign(path, form, read_options(images, labels_folder, names))
        with progress("pictures", 0) as step:
            found = check_foreign(foreign, class_map(classes) if classes else None, pixels=pixels, step=step)
    if report:
        with storing(report), report.open("w", encoding="utf-8") as file:
            file.writelines(page(found))
        note(f"report: {report}")
    if as_json:
        say_json(_plain(found))
    else:
        for line in _lines(found):
            say(line)
    raise typer.Exit(1 if found.faults else 0)


def _lines(found: CheckReport) -> list[str]:
    lines = [f"{words(one.where)}: {one.level}: {one.kind}: {words(one.what)}" for one in found.findings]
    faults, notes = len(found.faults), len(found.findings) - len(found.faults)
    return [*lines, f"{found.name}: {found.pictures} pictures, {faults} faults, {notes} notes; {listed(found.boxes)}"]


def _plain(found: CheckReport) -> dict[str, Any]:
    return {
        "name": found.name,
        "pictures": found.pictures,
        "boxes": dict(sorted(found.boxes.items())),
        "boxes_by_part": {part or "unsplit": dict(counts) for part, counts in sorted(found.by_part.items())},
        "cameras": dict(sorted(found.cameras.items())),
        "faults": len(found.faults),
        "findings": [one.plain() for one in found.findings],
    }
