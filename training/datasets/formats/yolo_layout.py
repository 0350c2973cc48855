"""Where a YOLO set keeps its pictures, rows and class names.

Ultralytics: data.yaml names, for each part, a folder of pictures or a list of them; the rows lie in labels/ beside
images/. Darknet (CVAT's YOLO 1.1): obj.data names lists of pictures, obj.names the classes. Plain: images/ and labels/
with classes.txt. labelImg: rows and classes.txt among the pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.messages import Message
from store.files import yaml_tree
from training.datasets.files import files_below, inside, is_litter, located, read_text
from training.datasets.findings import Finding
from training.datasets.formats.foreign import ReadOptions
from training.datasets.model import FOLDERS_OF_PARTS, PARTS, Part
from training.datasets.pictures import SUFFIXES

DATA, IMAGES, LABELS = "data.yaml", "images", "labels"
CLASSES = ("classes.txt", "obj.names")
_DATA_FILES = (DATA, "data.yml", "dataset.yaml", "dataset.yml")
_DARKNET = "obj.data"
_DATA_YAML = Message("training.wanted_data_yaml")


@dataclass(frozen=True, slots=True)
class Place:
    """Pictures, the folder of their rows, and the part they belong to.

    Attributes:
        images: a folder of pictures.
        labels: the folder of their rows, laid out like `images`.
        listed: pictures that a list names, as it names them, in place of all of `images`; their rows lie where
            `labels_of` says.
    """

    images: Path
    labels: Path
    part: Part | None
    listed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """All of a set but its rows."""

    names: tuple[str, ...]
    places: tuple[Place, ...]
    findings: tuple[Finding, ...] = ()


def looks_like(root: Path) -> bool:
    """Whether a folder holds a YOLO set."""
    if not root.is_dir():
        return False
    beside = (LABELS, *CLASSES)
    plain = (root / IMAGES).is_dir() and any((root / name).exists() for name in beside)
    return plain or _data_file(root) is not None or (root / _DARKNET).is_file() or bool(_by_part(root)) or _mixed(root)


def layout_of(root: Path, options: ReadOptions) -> Layout:
    """The layout of the set in a folder.

    Raises:
        InputError: data.yaml, a list or the class names cannot be read; or rows are not where they should be.
    """
    data = _data_file(root)
    if data:
        return _by_data_yaml(root, data, options)
    if (root / _DARKNET).is_file():
        return _darknet(root)
    return _plain(root, options)


def labels_of(picture: Path, root: Path, labels_folder: str) -> Path:
    """The rows of a listed picture. Ultralytics' rule: the last `images` of the path becomes `labels`; without one they
    lie beside it."""
    return (labels_beside(picture.parent, root, labels_folder) / picture.name).with_suffix(".txt")


def labels_beside(images: Path, root: Path, labels_folder: str) -> Path:
    """The folder of rows of a folder of pictures, by the same rule."""
    parts = list(images.relative_to(root).parts)
    for index in reversed(range(len(parts))):
        if parts[index] == IMAGES:
            return root.joinpath(*parts[:index], labels_folder, *parts[index + 1 :])
    return images  # rows lie among the pictures


def _data_file(root: Path) -> Path | None:
    """The file that names parts and classes. Our own data sets have a dataset.yaml too, without names."""
    for name in _DATA_FILES:
        path = root / name
        if path.is_file() and (name == DATA or "\nnames:" in "\n" + read_text(path, _DATA_YAML)):
            return path
    return None


def _by_data_yaml(root: Path, path: Path, options: ReadOptions) -> Layout:
    try:
        data = yaml_tree.read(read_text(path, _DATA_YAML)).data
    except InputError as error:
        raise InputError("training.file_line_unusable", path=path, cause=error) from error
    if not isinstance(data, dict):
        raise InputError("training.yolo_yaml_incomplete", path=path)
    base = str(data.get("path") or "")
    places: list[Place] = []
    findings: list[Finding] = []
    for part in PARTS:
        for written in _listed(data.get(part) or (data.get("valid") if part == "val" else None)):
            place = _place(root, base, written, part, options)
            if place is None:
                what = Message("training.part_folder_missing", part=part, name=repr(written))
                findings.append(Finding("part-missing", path.name, what))
            elif place not in places:
                places.append(place)
    return Layout(_names(data.get("names"), path), tuple(places), tuple(findings))


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _place(root: Path, base: str, written: str, part: Part, options: ReadOptions) -> Place | None:
    """The pictures that data.yaml means. Roboflow writes ../train/images for train/images, others a path of their own
    machine: what leads out of the data set is looked for inside it."""
    stripped = written.replace("\\", "/")
    while stripped.startswith("../"):
        stripped = stripped[3:]
    candidates = (f"{base}/{written}" if base else written, written, stripped)
    if written.lower().endswith(".txt"):
        found = next((there for one in candidates if (there := located([root], one))), None)
        return Place(root, root, part, _lines(found[0])) if found else None
    images = next((path for one in candidates if (path := inside(root, one)) and path.is_dir()), None)
    return Place(images, labels_beside(images, root, options.labels_folder), part) if images else None


def _darknet(root: Path) -> Layout:
    """obj.data: `classes = 2`, `train = data/train.txt`, `names = data/obj.names`. CVAT packs what it calls data/
    without that folder, which is why a path that is not there is looked for by its end."""
    path = root / _DARKNET
    said: dict[str, str] = {}
    for line in _lines(path):
        key, _, value = line.partition("=")
        said[key.strip().lower()] = value.strip()
    named = _at_end(root, said.get("names", CLASSES[1]))
    if named is None:
        raise InputError("training.class_names_missing", path=path, name=repr(said.get("names", CLASSES[1])))
    places: list[Place] = []
    findings: list[Finding] = []
    for part in PARTS:
        for written in (said[key] for key in FOLDERS_OF_PARTS[part] if key in said):
            listed = _at_end(root, written)
            if listed:
                places.append(Place(root, root, part, _lines(listed)))
            else:
                what = Message("training.part_list_missing", part=part, name=repr(written))
                findings.append(Finding("part-missing", path.name, what))
    return Layout(_names_in(named), tuple(places), tuple(findings))


def _at_end(root: Path, written: str) -> Path | None:
    found = located([root], written) or located([root], f"/{written}")
    return found[0] if found else None


def listed_picture(root: Path, written: str) -> Path | None:
    """The picture that a line of a list means; see `located`."""
    found = _at_end(root, written)
    return found if found and found.suffix.lower() in SUFFIXES else None


def _lines(path: Path) -> tuple[str, ...]:
    text = read_text(path, Message("training.wanted_list"))
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _plain(root: Path, options: ReadOptions) -> Layout:
    images, labels = root / IMAGES, root / options.labels_folder
    found = (folder / name for folder in (root, labels, images) for name in CLASSES)
    names = next((_names_in(path) for path in found if path.is_file()), ())
    if not images.is_dir():
        return Layout(names, _by_part(root) or ((Place(root, root, None),) if _mixed(root) else ()))
    if not labels.is_dir() and not _mixed(images):
        raise InputError("training.labels_folder_missing", path=labels)
    rows = labels if labels.is_dir() else images
    divided = tuple(
        Place(images / folder, rows / folder, part)
        for part in PARTS
        for folder in FOLDERS_OF_PARTS[part]
        if (images / folder).is_dir()
    )
    return Layout(names, divided or (Place(images, rows, None),))


def _by_part(root: Path) -> tuple[Place, ...]:
    """Parts that hold images/ and labels/ each, as Roboflow lays them out, without a data.yaml."""
    return tuple(
        Place(root / folder / IMAGES, root / folder / LABELS, part)
        for part in PARTS
        for folder in FOLDERS_OF_PARTS[part]
        if (root / folder / IMAGES).is_dir() and (root / folder / LABELS).is_dir()
    )


def _mixed(folder: Path) -> bool:
    """Whether rows lie beside the pictures."""
    return any(
        path.suffix.lower() in SUFFIXES and not is_litter(path) and path.with_suffix(".txt").is_file()
        for path in files_below(folder, "*")
    )


def _names_in(path: Path) -> tuple[str, ...]:
    text = read_text(path, Message("training.wanted_class_names"))
    return tuple(line.strip() for line in text.rstrip("\r\n").splitlines())


def _names(value: Any, path: Path) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, dict) and all(str(number) in value for number in range(len(value))):
        return tuple(str(value[str(number)]) for number in range(len(value)))
    if isinstance(value, list):
        return tuple(str(name) for name in value)
    raise InputError("training.class_names_wrong", path=path)


def rows_left(place: Place, seen: Sequence[Path]) -> list[Path]:
    """Files of rows in a place whose pictures were not seen."""
    taken = {*seen}
    return [path for path in files_below(place.labels, "*.txt") if path not in taken and path.name not in CLASSES]
