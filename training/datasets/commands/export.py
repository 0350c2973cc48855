"""jiejing dataset export."""

# ruff: noqa: FBT002, PLR0913, PLR0917 - each argument is an option of the command line

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import typer

from core.errors import InputError
from core.settings import load_settings
from detector.engine import Detector
from models.store import ModelStore
from runtime.commands.options import JsonOption
from runtime.process.console import progress, say, say_json
from training.datasets.commands.options import DatasetArgument, FindWithOption, choice, listed, part_option, plain
from training.datasets.exporting import export_set
from training.datasets.folder import Dataset
from training.datasets.masking import FaceFinder, Masker
from training.datasets.model import Part
from training.datasets.selection import ExportReport, ExportRules, Form, Ignore, Partial, Suggestions

# What a form is for: a trainer must see neither ignored nor unconfirmed things, a person who labels must see all.
_DEFAULTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "yolo": {"ignore": "grey", "partial": "refuse", "suggestions": "refuse"},
        "coco": {"ignore": "grey", "partial": "refuse", "suggestions": "refuse"},
        "cvat": {"ignore": "keep", "partial": "keep", "suggestions": "include"},
    }
)


def command(
    dataset: DatasetArgument,
    out: Annotated[Path, typer.Option(help="Folder to write; new or empty.")],
    form: Annotated[str, typer.Option("--format", help="yolo (Ultralytics), coco or cvat (for images).")],
    part: Annotated[list[str] | None, typer.Option(help="Only this part; may be given again.")] = None,
    mask: Annotated[bool, typer.Option(help="Mask faces and plates.")] = True,
    face_model: Annotated[Path | None, typer.Option(help="YuNet (.onnx) to find faces; heads of persons else.")] = None,
    find_with: FindWithOption = None,
    ignore: Annotated[str | None, typer.Option(help="Ignore regions: grey, or keep.")] = None,
    partial: Annotated[
        str | None, typer.Option(help="Pictures in which a label is not complete: refuse, skip or keep.")
    ] = None,
    suggestions: Annotated[
        str | None, typer.Option(help="Pictures that wait for a person: refuse, skip or include.")
    ] = None,
    first: Annotated[int | None, typer.Option(min=1, help="Only so many pictures, the least sure first.")] = None,
    link: Annotated[bool, typer.Option("--link", help="Hard links for unchanged pictures: fast, and no room.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Writes labels with their pictures; what a form cannot say is refused or made visible, never silently dropped."""
    chosen: Form = choice(form, Form, "--format")
    defaults = _DEFAULTS[chosen]
    rules = ExportRules(
        form=chosen,
        parts=_parts(part),
        ignore=choice(ignore or defaults["ignore"], Ignore, "--ignore"),
        partial=choice(partial or defaults["partial"], Partial, "--partial"),
        suggestions=choice(suggestions or defaults["suggestions"], Suggestions, "--suggestions"),
        first=first,
        link=link,
        masker=_masker(face_model, find_with) if mask else None,
    )
    opened = Dataset.open(dataset)
    with progress("pictures", opened.card.counts.pictures) as step:
        report = export_set(opened, out, rules, step=step)
    if as_json:
        say_json(plain(report))
        return
    for line in _lines(report, rules, out):
        say(line)


def _parts(named: list[str] | None) -> tuple[Part, ...] | None:
    parts = tuple(part for text in named or () if (part := part_option(text, "--part")))
    return parts or None


def _masker(face_model: Path | None, find_with: str | None) -> Masker:
    if face_model and not face_model.is_file():
        raise InputError("training.option_file_missing", option="--face-model", path=face_model)
    stored = ModelStore(load_settings().home).find(find_with) if find_with else None
    detector = Detector(stored.card, stored.weights) if stored else None
    return Masker(FaceFinder(face_model) if face_model else None, detector)


def _lines(report: ExportReport, rules: ExportRules, out: Path) -> list[str]:
    lines = [f"{out}: {report.pictures} pictures ({listed(report.by_part)}); boxes: {listed(report.boxes)}"]
    if rules.masker:
        lines.append(f"masked: {listed(report.masked)}; {report.spared} spared, where a mask would have hidden a label")
    else:
        lines.append("faces and plates are NOT masked: personal data")
    told = {
        "ignore regions filled grey in the copies": report.greyed,
        "pictures left out: a label in them is not complete": report.skipped_partial,
        "pictures kept although a label in them is not complete": report.kept_partial,
        "pictures left out: they wait for a person": report.skipped_suggested,
    }
    return lines + [f"{count} {what}" for what, count in told.items() if count]
