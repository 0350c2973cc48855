"""YOLO: a text file of rows `class x y width height` (0-1, centre) beside each picture.

Read are the layout of Ultralytics (data.yaml names folders of parts) and the plain one (images/, labels/, classes.txt).
A row may have a sixth column (a score: a suggestion) or be a polygon (class and at least three points).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from core.errors import InputError
from store import yaml_tree
from training.datasets.files import inside, read_text
from training.datasets.findings import Finding
from training.datasets.formats.foreign import (
    ForeignBox,
    ForeignPicture,
    ForeignSet,
    ReadOptions,
    UnreadableError,
    measured,
)
from training.datasets.model import PARTS, LabelledBox, Part, rounded_box
from training.datasets.pictures import SUFFIXES

DATA, IMAGES, LABELS = "data.yaml", "images", "labels"
_CLASSES = ("classes.txt", "obj.names")
_FOLDER_OF_PART = {"train": ("train",), "val": ("val", "valid"), "test": ("test",)}
_DIGITS = 10  # of a share of the picture: a hundredth of a pixel comes back exactly, however large the picture


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder of pictures, the folder of their rows, and the part they belong to."""

    images: Path
    labels: Path
    part: Part | None


def looks_like(root: Path) -> bool:
    """Whether a folder holds a YOLO set."""
    beside = (LABELS, *_CLASSES)
    return (root / DATA).is_file() or ((root / IMAGES).is_dir() and any((root / name).exists() for name in beside))


def open_set(root: Path, options: ReadOptions) -> ForeignSet:
    """The set in a folder.

    Raises:
        InputError: no pictures are where they should be, or data.yaml cannot be read.
    """
    names, places, findings = _by_data_yaml(root, options) if (root / DATA).is_file() else _plain(root, options)
    if not places:
        raise InputError(f"{root}: no folder of pictures; expected images/ or the folders that data.yaml names")
    names = options.class_names or names
    return ForeignSet("yolo", root, names, _reader(root, places, names), tuple(findings))


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


def _by_data_yaml(root: Path, options: ReadOptions) -> tuple[tuple[str, ...], list[_Place], list[Finding]]:
    path = root / DATA
    text = read_text(path, "a YOLO data.yaml")
    try:
        data = yaml_tree.read(text).data
    except InputError as error:
        raise InputError(f"{path}:{error}") from error
    if not isinstance(data, dict):
        raise InputError(f"{path}: names and folders of pictures are missing")
    places, findings = [], []
    for part in PARTS:
        for written in _listed(data.get(part) or (data.get("valid") if part == "val" else None)):
            images = _folder(root, str(data.get("path") or ""), written)
            if images is None:
                findings.append(Finding("part-missing", DATA, f"{part}: no folder {written!r} inside the data set"))
            else:
                places.append(_Place(images, _labels_beside(images, root, options.labels_folder), part))
    return _names(data.get("names"), path), places, findings


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _folder(root: Path, base: str, written: str) -> Path | None:
    """The folder that data.yaml means. Roboflow writes ../train/images for train/images, others a path of their own
    machine: what leads out of the data set is looked for inside it."""
    stripped = written.replace("\\", "/")
    while stripped.startswith("../"):
        stripped = stripped[3:]
    candidates = (inside(root, f"{base}/{written}") if base else None, inside(root, written), inside(root, stripped))
    return next((path for path in candidates if path and path.is_dir()), None)


def _labels_beside(images: Path, root: Path, labels_folder: str) -> Path:
    """Ultralytics' rule: the last `images` of the path becomes `labels`."""
    parts = list(images.relative_to(root).parts)
    for index in reversed(range(len(parts))):
        if parts[index] == IMAGES:
            return root.joinpath(*parts[:index], labels_folder, *parts[index + 1 :])
    return images  # rows lie among the pictures


def _plain(root: Path, options: ReadOptions) -> tuple[tuple[str, ...], list[_Place], list[Finding]]:
    names: tuple[str, ...] = ()
    for candidate in (root / name for name in _CLASSES):
        if candidate.is_file():
            text = read_text(candidate, "a list of class names, one a line")
            names = tuple(line.strip() for line in text.rstrip("\n").split("\n"))
            break
    images, labels = root / IMAGES, root / options.labels_folder
    if images.is_dir() and not labels.is_dir():
        raise InputError(f"{labels}: no such folder; name the folder of the rows with --labels-folder")
    divided = [
        _Place(images / folder, labels / folder, part)
        for part in PARTS
        for folder in _FOLDER_OF_PART[part]
        if (images / folder).is_dir()
    ]
    return names, divided or ([_Place(images, labels, None)] if images.is_dir() else []), []


def _names(value: Any, path: Path) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, dict) and all(str(number) in value for number in range(len(value))):
        return tuple(str(value[str(number)]) for number in range(len(value)))
    if isinstance(value, list):
        return tuple(str(name) for name in value)
    raise InputError(f"{path}: names must be a list, or numbers from 0 on with a name each")


def _reader(root: Path, places: Sequence[_Place], names: Sequence[str]) -> Callable[[], Iterator[ForeignPicture]]:
    def read() -> Iterator[ForeignPicture]:
        for place in places:
            yield from _pictures(root, place, names)

    return read


def _pictures(root: Path, place: _Place, names: Sequence[str]) -> Iterator[ForeignPicture]:
    seen: set[Path] = set()
    for path in sorted(place.images.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        label_file = (place.labels / path.relative_to(place.images)).with_suffix(".txt")
        seen.add(label_file)
        yield _picture(root, path, label_file, place.part, names)
    for left in sorted(set(place.labels.rglob("*.txt")) - seen):
        name = left.relative_to(root).as_posix()
        if left.name not in _CLASSES:
            finding = Finding("no-picture", name, "rows without their picture")
            yield ForeignPicture(name, None, (0, 0), findings=(finding,), part=place.part)


def _picture(root: Path, path: Path, label_file: Path, part: Part | None, names: Sequence[str]) -> ForeignPicture:
    name = path.relative_to(root).as_posix()
    size_wh, findings = measured(path, name, None)
    boxes: list[ForeignBox] = []
    where = label_file.relative_to(root).as_posix()
    try:
        rows_there = label_file.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        what = "no label file; if nothing is to be found in it, make an empty one"
        return ForeignPicture(name, path, size_wh, (), (), (*findings, Finding("no-labels", name, what, (name,))), part)
    except (OSError, UnicodeDecodeError) as error:
        unreadable = Finding("row", where, f"cannot be read as text: {error}", (name,))
        return ForeignPicture(name, path, size_wh, (), (), (*findings, unreadable), part)
    for number, row in enumerate(rows_there, start=1):
        if row.strip():
            try:
                boxes.append(_box(row.split(), names, size_wh, f"{where}:{number}"))
            except UnreadableError as error:
                findings.append(Finding(error.kind, f"{where}:{number}", str(error), (name,)))
    return ForeignPicture(name, path, size_wh, tuple(boxes), findings=tuple(findings), part=part)


def _box(columns: list[str], names: Sequence[str], size_wh: tuple[int, int], where: str) -> ForeignBox:
    try:
        number, values = int(columns[0]), [float(text) for text in columns[1:]]
    except ValueError:
        raise UnreadableError("row", "not a row of numbers that begins with a class number") from None
    if not all(isfinite(value) for value in values):
        raise UnreadableError("row", "a value is not finite")
    if number < 0 or (names and number >= len(names)):
        raise UnreadableError("class", f"class {number}, but the set names only 0 to {len(names) - 1}")
    class_name = names[number] if names else str(number)
    if len(values) in (4, 5):
        return _plain_box(class_name, values, size_wh, where)
    if len(values) >= 6 and len(values) % 2 == 0:
        xs, ys = [x * size_wh[0] for x in values[::2]], [y * size_wh[1] for y in values[1::2]]
        return ForeignBox(class_name, rounded_box((min(xs), min(ys), max(xs), max(ys))), where, "polygon")
    raise UnreadableError("row", f"{len(columns)} columns; a box has 5, with a score 6, a polygon an odd number from 7")


def _plain_box(class_name: str, values: list[float], size_wh: tuple[int, int], where: str) -> ForeignBox:
    x, y, width, height = (value * side for value, side in zip(values[:4], size_wh * 2, strict=True))
    score = values[4] if len(values) == 5 else None
    if score is not None and not 0 <= score <= 1:
        raise UnreadableError("row", f"the score {score} is not between 0 and 1")
    box = rounded_box((x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    return ForeignBox(class_name, box, where, score=score)
