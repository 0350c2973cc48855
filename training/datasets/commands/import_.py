"""jiejing dataset import."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - each argument is an option of the command line

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from runtime.commands.options import JsonOption
from runtime.process.console import note, say, say_json, words
from training.datasets.card import UNKNOWN
from training.datasets.classmap import class_map
from training.datasets.commands.options import (
    FormatOption,
    ImagesOption,
    IntoOption,
    LabelsFolderOption,
    NamesOption,
    choice,
    labels_option,
    listed,
    part_option,
    plain,
    read_options,
)
from training.datasets.conversion import ImportRules, Known
from training.datasets.folder import Dataset
from training.datasets.formats.registry import AUTO, open_foreign
from training.datasets.importing import ImportReport, import_set
from training.datasets.naming import NamePattern

Polygons = Literal["refuse", "boxes"]


def command(
    source: Annotated[Path, typer.Argument(help="Folder or file: YOLO, COCO, CVAT for images (XML), VOC or LabelMe.")],
    into: IntoOption,
    classes: Annotated[
        str, typer.Option(help="Foreign class to our label: ours, coco, CLASS=LABEL,... or a YAML file {class: label}.")
    ],
    form: FormatOption = AUTO,
    name: Annotated[str | None, typer.Option(help="What to call this taking-in; the source's name otherwise.")] = None,
    licence: Annotated[str, typer.Option(help="Licence of the source.")] = UNKNOWN,
    exhaustive: Annotated[
        str | None,
        typer.Option(help="Labels of which every thing has a box: all, none, or some; those of --classes otherwise."),
    ] = None,
    known: Annotated[str, typer.Option(help="Pictures that are there already: refuse, skip, or update.")] = "refuse",
    polygons: Annotated[str, typer.Option(help="Polygons: refuse, or take the boxes around them.")] = "refuse",
    scores: Annotated[bool, typer.Option("--scores", help="Take rows with a score, as suggestions.")] = False,
    skip_faulty: Annotated[bool, typer.Option("--skip-faulty", help="Leave out pictures with a fault.")] = False,
    part: Annotated[str | None, typer.Option(help="Put all into this part: train, val or test.")] = None,
    name_pattern: Annotated[
        str | None,
        typer.Option(help="Regular expression with (?P<camera>...) and (?P<time>...) for the names of the files."),
    ] = None,
    images: ImagesOption = None,
    labels_folder: LabelsFolderOption = "labels",
    names: NamesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Takes labelled pictures in, wholly or not at all; says what was left out."""
    rules = ImportRules(
        name=name or source.resolve().name,
        classes=class_map(classes),
        licence=licence,
        exhaustive=labels_option(exhaustive, "--exhaustive"),
        polygons_to_boxes=choice(polygons, Polygons, "--polygons") == "boxes",
        scores=scores,
        skip_faulty=skip_faulty,
        known=choice(known, Known, "--known"),
        part=part_option(part, "--part"),
        names=NamePattern.of(name_pattern) if name_pattern else None,
    )
    foreign = open_foreign(source, form, read_options(images, labels_folder, names))
    dataset = Dataset.open_or_new(into, into.resolve().name)
    report = import_set(foreign, dataset, rules)
    if as_json:
        say_json(_plain(report))
        return
    for finding in (*foreign.findings, *report.findings):
        note(f"{words(finding.where)}: {words(finding.what)}")
    for line in _lines(report, into):
        say(line)


def _lines(report: ImportReport, into: Path) -> list[str]:
    lines = [f"{into}: {report.taken} pictures taken in, {report.updated} updated; boxes: {listed(report.boxes)}"]
    told = {
        "pictures left out because of a fault": report.faulty,
        "pictures left as they were, known already": report.skipped_known,
        "pictures without a box, taken as showing none of the labels": report.without_boxes,
        "boxes cut at the edge of their picture": report.clipped,
    }
    lines += [f"{count} {what}" for what, count in told.items() if count]
    if report.dropped:
        lines.append(f"boxes left out by the class map: {listed(report.dropped)}")
    return lines


def _plain(report: ImportReport) -> dict[str, Any]:
    return plain(report) | {"findings": [finding.plain() for finding in report.findings]}
