"""Options, arguments and answers that several commands of `jiejing dataset` share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from core.errors import InputError
from core.labels import LABELS
from core.messages import Message
from models.coco import COCO_CLASSES
from training.datasets.files import read_text
from training.datasets.formats.foreign import ReadOptions
from training.datasets.lines import part_named
from training.datasets.model import Part

DatasetArgument = Annotated[Path, typer.Argument(help="Folder of the data set.")]
IntoOption = Annotated[Path, typer.Option("--into", help="Folder of the data set; made where it is missing.")]
FormatOption = Annotated[str, typer.Option("--format", help="auto, yolo, coco, cvat, voc or labelme.")]
ImagesOption = Annotated[
    Path | None,
    typer.Option("--images", help="Folder of the pictures, where COCO, CVAT, VOC or LabelMe keep them apart."),
]
LabelsFolderOption = Annotated[str, typer.Option("--labels-folder", help="Name of YOLO's folder of rows.")]
NamesOption = Annotated[
    str | None,
    typer.Option("--names", help="YOLO's class names, in order, in place of the set's own: coco, or a file of them."),
]
FindWithOption = Annotated[
    str | None, typer.Option("--find-with", help="Model of the store that finds persons and vehicles to mask.")
]


def choice(text: str, allowed: Any, option: str) -> Any:
    """`text`, which is one of the values of the Literal `allowed`.

    Raises:
        InputError: it is none of them; names the option.
    """
    values = get_args(allowed)
    if text not in values:
        raise InputError("training.option_value_unknown", option=option, value=text, allowed=values)
    return text


def part_option(text: str | None, option: str) -> Part | None:
    """The part that an option names.

    Raises:
        InputError: there is no such part.
    """
    try:
        return part_named(text)
    except ValueError as error:
        raise InputError("core.located", where=option, cause=error) from error


def labels_option(text: str | None, option: str) -> frozenset[str] | None:
    """Labels written with commas, or `all` or `none`; None stays None.

    Raises:
        InputError: one of them is not ours.
    """
    if text is None:
        return None
    named = {"all": LABELS, "none": ()}.get(text, tuple(label.strip() for label in text.split(",")))
    for label in named:
        if label not in LABELS:
            raise InputError("training.option_label_unknown", option=option, label=label, labels=LABELS)
    return frozenset(named)


def read_options(images: Path | None, labels_folder: str, names: str | None) -> ReadOptions:
    """Where a reader is to look.

    Raises:
        InputError: the file of class names cannot be read.
    """
    if images is not None and not images.is_dir():
        raise InputError("training.option_folder_missing", option="--images", path=images)
    if names is None or names == "coco":
        return ReadOptions(images, labels_folder, COCO_CLASSES if names else None)
    lines = read_text(Path(names), Message("training.wanted_class_names_or_coco")).rstrip("\n").split("\n")
    return ReadOptions(images, labels_folder, tuple(line.strip() for line in lines))


def plain(report: Any) -> dict[str, Any]:
    """A report (a dataclass of numbers and counters) as plain data. Not dataclasses.asdict: it counts counters."""
    values = {field.name: getattr(report, field.name) for field in fields(report)}
    return {name: dict(value) if isinstance(value, Counter) else value for name, value in values.items()}


def listed(counts: Mapping[str, int] | Counter[str]) -> str:
    """Counts in one line: `bin 12, garbage 3`."""
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count) or "none"
