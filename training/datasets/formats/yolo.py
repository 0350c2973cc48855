"""YOLO: a text file of rows `class x y width height` (0-1, centre) beside each picture.

Where pictures and rows lie is told by `yolo_layout`.
A row may have a sixth column (a score: a suggestion) or be a polygon (class and at least three points).
"""

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.messages import Message
from core.plain_text import text_of
from store.files import yaml_tree
from training.datasets.files import files_below
from training.datasets.findings import Finding
from training.datasets.formats.foreign import (
    ForeignBox,
    ForeignPicture,
    ForeignSet,
    ReadOptions,
    UnreadableError,
    measured,
)
from training.datasets.formats.yolo_layout import IMAGES, Place, labels_of, layout_of, listed_picture, rows_left
from training.datasets.model import LabelledBox, Part, rounded_box
from training.datasets.pictures import SUFFIXES

_DIGITS = 10  # of a share of the picture: a hundredth of a pixel comes back exactly, however large the picture


def open_set(root: Path, options: ReadOptions) -> ForeignSet:
    """The set in a folder.

    Raises:
        InputError: no pictures are where they should be, or data.yaml cannot be read.
    """
    layout = layout_of(root, options)
    if not layout.places:
        raise InputError("training.yolo_not_found", path=root)
    names = options.class_names or layout.names
    return ForeignSet("yolo", root, names, _reader(root, layout.places, names, options), layout.findings)


def data_yaml(labels: Sequence[str], parts: Sequence[Part]) -> str:
    """data.yaml of an export. Without `path`, Ultralytics looks beside the file, wherever that is."""
    folders: dict[str, Any] = {part: f"{IMAGES}/{part}" for part in parts}
    return yaml_tree.write({**folders, "nc": len(labels), "names": dict(enumerate(labels))})


def rows(objects: Sequence[LabelledBox], labels: Sequence[str], size_wh: tuple[int, int]) -> str:
    """The label file of a picture."""
    return "".join(_row(one, labels.index(one.label), size_wh) for one in objects)


def _row(one: LabelledBox, number: int, size_wh: tuple[int, int]) -> str:
    (x1, y1, x2, y2), (width, height) = one.bbox_xyxy_px, size_wh
    shares = ((x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height)
    return " ".join([str(number), *(f"{share:.{_DIGITS}f}".rstrip("0").rstrip(".") for share in shares)]) + "\n"


def _reader(
    root: Path, places: Sequence[Place], names: Sequence[str], options: ReadOptions
) -> Callable[[], Iterator[ForeignPicture]]:
    def read() -> Iterator[ForeignPicture]:
        for place in places:
            if place.listed is None:
                yield from _pictures(root, place, names)
            else:
                yield from _listed(root, place, names, options)

    return read


def _pictures(root: Path, place: Place, names: Sequence[str]) -> Iterator[ForeignPicture]:
    seen: list[Path] = []
    for path in files_below(place.images, "*"):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            label_file = (place.labels / path.relative_to(place.images)).with_suffix(".txt")
            seen.append(label_file)
            yield _picture(root, path, label_file, place.part, names)
    for left in rows_left(place, seen):
        name = left.relative_to(root).as_posix()
        finding = Finding("no-picture", name, Message("training.rows_without_picture"))
        yield ForeignPicture(name, None, (0, 0), findings=(finding,), part=place.part)


def _listed(root: Path, place: Place, names: Sequence[str], options: ReadOptions) -> Iterator[ForeignPicture]:
    for written in place.listed or ():
        path = listed_picture(root, written)
        if path:
            yield _picture(root, path, labels_of(path, root, options.labels_folder), place.part, names)
        else:
            finding = Finding("no-picture", written, Message("training.listed_picture_missing"), (written,))
            yield ForeignPicture(written, None, (0, 0), findings=(finding,), part=place.part)


def _picture(root: Path, path: Path, label_file: Path, part: Part | None, names: Sequence[str]) -> ForeignPicture:
    name = path.relative_to(root).as_posix()
    size_wh, findings = measured(path, name, None)
    boxes: list[ForeignBox] = []
    where = label_file.relative_to(root).as_posix()
    try:
        rows_there = text_of(label_file.read_bytes()).splitlines()
    except FileNotFoundError:
        missing = Finding("no-labels", name, Message("training.label_file_missing"), (name,))
        return ForeignPicture(name, path, size_wh, (), (), (*findings, missing), part)
    except (OSError, UnicodeError) as error:
        unreadable = Finding("row", where, Message("training.label_file_unreadable", cause=error), (name,))
        return ForeignPicture(name, path, size_wh, (), (), (*findings, unreadable), part)
    for number, row in enumerate(rows_there, start=1):
        if row.strip():
            try:
                boxes.append(_box(row.split(), names, size_wh, f"{where}:{number}"))
            except UnreadableError as error:
                findings.append(Finding(error.kind, f"{where}:{number}", error.message, (name,)))
    return ForeignPicture(name, path, size_wh, tuple(boxes), findings=tuple(findings), part=part)


def _box(columns: list[str], names: Sequence[str], size_wh: tuple[int, int], where: str) -> ForeignBox:
    try:
        first, *values = (float(text) for text in columns)
        number = int(first)  # some tools write 0.0
    except (ValueError, OverflowError):
        if any("," in text for text in columns):
            raise UnreadableError("row", "training.yolo_row_with_commas") from None
        raise UnreadableError("row", "training.yolo_row_no_numbers") from None
    if number != first:
        raise UnreadableError("class", "training.yolo_class_no_number", value=columns[0])
    if not all(isfinite(value) for value in values):
        raise UnreadableError("row", "training.value_not_finite")
    if number < 0 or (names and number >= len(names)):
        raise UnreadableError("class", "training.yolo_class_unknown", number=number, last=len(names) - 1)
    class_name = names[number] if names else str(number)
    if len(values) in (4, 5):
        return _plain_box(class_name, values, size_wh, where)
    if len(values) >= 6 and len(values) % 2 == 0:
        xs, ys = [x * size_wh[0] for x in values[::2]], [y * size_wh[1] for y in values[1::2]]
        return ForeignBox(class_name, rounded_box((min(xs), min(ys), max(xs), max(ys))), where, "polygon")
    raise UnreadableError("row", "training.yolo_columns_wrong", count=len(columns))


def _plain_box(class_name: str, values: list[float], size_wh: tuple[int, int], where: str) -> ForeignBox:
    x, y, width, height = (value * side for value, side in zip(values[:4], size_wh * 2, strict=True))
    score = values[4] if len(values) == 5 else None
    if score is not None and not 0 <= score <= 1:
        raise UnreadableError("row", "training.score_out_of_range", score=score)
    box = rounded_box((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    return ForeignBox(class_name, box, where, score=score)
