"""LabelMe: a JSON file beside each picture, or with the picture embedded in it; points in pixels."""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from core.errors import InputError, InvalidValueError
from core.messages import Message
from core.plain_text import text_of
from training.datasets.files import files_below, inside, located
from training.datasets.findings import Finding
from training.datasets.formats.foreign import ForeignBox, ForeignPicture, ForeignSet, ReadOptions, measured
from training.datasets.model import rounded_box
from training.datasets.pictures import SUFFIXES

_MAX_FILE_BYTES = 256 << 20


def looks_like(root: Path) -> bool:
    """Whether a folder holds LabelMe files."""
    first = next(iter(files_below(root, "*.json")), None) if root.is_dir() else None
    return first is not None and first.stat().st_size < _MAX_FILE_BYTES and _is_labelme(first)


def open_set(root: Path, options: ReadOptions) -> ForeignSet:
    """The set of a folder of JSON files.

    Raises:
        InputError: there is none.
    """
    if not root.is_dir() or not files_below(root, "*.json"):
        raise InputError("training.labelme_not_found", path=root)

    def read() -> Iterator[ForeignPicture]:
        for path in files_below(root, "*.json"):
            yield _picture(path, root, options.images)

    return ForeignSet("labelme", root, (), read)


def _is_labelme(path: Path) -> bool:
    try:
        record = json.loads(_text(path))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(record, dict) and "shapes" in record and "imagePath" in record


def _text(path: Path) -> str:
    if path.stat().st_size > _MAX_FILE_BYTES:
        raise InvalidValueError("training.larger_than", limit=_MAX_FILE_BYTES >> 20)
    return text_of(path.read_bytes())


def _picture(path: Path, root: Path, images: Path | None) -> ForeignPicture:
    name = path.relative_to(root).as_posix()
    try:
        record = json.loads(_text(path))
        shapes, image_path = list(record["shapes"]), str(record["imagePath"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        finding = Finding("row", name, Message("training.no_labelme_file", cause=error), (name,))
        return ForeignPicture(name, None, (0, 0), findings=(finding,))
    findings: list[Finding] = []
    boxes: list[ForeignBox] = []
    for number, shape in enumerate(shapes, start=1):
        where = Message("training.place_shape", name=name, number=number)
        try:
            boxes.append(_box(shape, where))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            findings.append(Finding("row", where, Message("training.shape_no_box", cause=error), (name,)))
    content, called = _content(record, image_path, path, root, images)
    if content is None:
        findings.append(_missing(image_path, name, called))
        return ForeignPicture(called or name, None, (0, 0), tuple(boxes), findings=tuple(findings))
    size_wh, wrong = measured(content, called, _written_size(record))
    return ForeignPicture(called, content, size_wh, tuple(boxes), findings=(*findings, *wrong))


def _content(
    record: Mapping[str, Any], image_path: str, path: Path, root: Path, images: Path | None
) -> tuple[Path | bytes | None, str]:
    """The picture and its name: beside the JSON file, else as embedded there. The name is empty where it leads out."""
    beside = f"{path.parent.relative_to(root).as_posix()}/{image_path}"
    found = located([images], image_path) if images else located([root], beside) or located([path.parent], image_path)
    if found and found[0].suffix.lower() in SUFFIXES:
        return found[0], found[0].relative_to(images or root).as_posix()
    embedded = record.get("imageData")
    if embedded:
        suffix = Path(image_path.replace("\\", "/")).suffix.lower()
        called = path.relative_to(root).with_suffix(suffix if suffix in SUFFIXES else ".jpg").as_posix()
        try:
            return base64.b64decode(embedded, validate=True), called
        except (binascii.Error, ValueError, TypeError):
            return None, called
    leads_to = inside(images or root, image_path if images else beside)
    return None, leads_to.relative_to(images or root).as_posix() if leads_to else ""


def _missing(image_path: str, name: str, called: str) -> Finding:
    if not called:
        return Finding("path", name, Message("training.image_path_leads_out", path=repr(image_path)))
    what = Message("training.picture_neither_there_nor_embedded", name=repr(image_path))
    return Finding("no-picture", name, what, (called,))


def _box(shape: Mapping[str, Any], where: str) -> ForeignBox:
    kind = shape.get("shape_type", "polygon")
    points = [(float(x), float(y)) for x, y in shape["points"]]
    if kind not in ("rectangle", "polygon") or len(points) < (2 if kind == "rectangle" else 3):
        raise InvalidValueError("training.shape_with_too_few_points", shape=kind, count=len(points))
    if not all(isfinite(value) for point in points for value in point):
        raise InvalidValueError("training.point_not_finite")
    xs, ys = zip(*points, strict=True)
    box = rounded_box((min(xs), min(ys), max(xs), max(ys)))
    return ForeignBox(str(shape["label"]), box, where, "box" if kind == "rectangle" else "polygon")


def _written_size(record: Mapping[str, Any]) -> tuple[int, int] | None:
    width, height = record.get("imageWidth"), record.get("imageHeight")
    return (width, height) if isinstance(width, int) and isinstance(height, int) else None
