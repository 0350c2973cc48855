"""COCO: one JSON file with images, annotations (box x, y, width, height in pixels) and categories.

What COCO itself cannot say of a picture goes into the fields that LVIS (Gupta et al. 2019) added for it,
`not_exhaustive_category_ids` and `neg_category_ids`, and all of it, exactly, into an object `jiejing` of the image.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import InputError, InvalidValueError
from core.messages import Message
from training.datasets.files import is_litter, read_text
from training.datasets.findings import Finding
from training.datasets.formats.foreign import (
    ForeignBox,
    ForeignPicture,
    ForeignSet,
    ReadOptions,
    UnreadableError,
    picture_of,
)
from training.datasets.formats.mask import box_of_mask
from training.datasets.lines import box_of, from_plain, knowledge
from training.datasets.model import FOLDERS_OF_PARTS, PARTS, LabelledBox, LabelledPicture, Part

ANNOTATIONS, IMAGES = "annotations", "images"
_NUMBERS = ("id", "image_id", "category_id")
_WHOLE = (*_NUMBERS, "iscrowd", "width", "height")
_PEEKED_BYTES = 1 << 20


def looks_like(root: Path) -> bool:
    """Whether a path is a COCO file or a folder that holds some."""
    return root.suffix.lower() == ".json" if root.is_file() else bool(_files_in(root))


def open_set(root: Path, options: ReadOptions) -> ForeignSet:
    """The set of a file, or of the files of a folder: in annotations/, or beside the pictures of each part.

    Raises:
        InputError: a file is no COCO.
    """
    files = [root] if root.is_file() else _files_in(root)
    if not files:
        raise InputError("training.coco_not_found", path=root, folder=ANNOTATIONS)
    contents = [_Content(path, options.images) for path in files]
    names = tuple(dict.fromkeys(name for content in contents for name in content.categories.values()))

    def read() -> Iterator[ForeignPicture]:
        for content in contents:
            yield from content.pictures()

    findings = tuple(finding for content in contents for finding in content.findings)
    return ForeignSet("coco", root if root.is_dir() else root.parent, names, read, findings)


def _files_in(root: Path) -> list[Path]:
    """The COCO files of a folder. Others lie beside pictures, too: those are told apart by what they hold."""
    listed = [path for path in sorted((root / ANNOTATIONS).glob("*.json")) if not is_litter(path)]
    if listed:
        return listed
    beside = [path for path in sorted([*root.glob("*.json"), *root.glob("*/*.json")]) if not is_litter(path)]
    named = [path for path in beside if path.name.lower().endswith("coco.json")]
    return named or (beside if beside and _is_coco(beside[0]) else [])


def _is_coco(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_PEEKED_BYTES)
    # LabelMe's files name their shapes, and Label Studio's notes name categories alone.
    return b'"shapes"' not in head and (b'"images"' in head or b'"annotations"' in head)


def _part_of(folder: Path) -> Part | None:
    return next((part for part, names in FOLDERS_OF_PARTS.items() if folder.name.lower() in names), None)


def document(
    pictures: Callable[[], Iterable[tuple[LabelledPicture, str]]], labels: Sequence[str], about: Mapping[str, Any]
) -> Iterator[str]:
    """The COCO file of some pictures, each with the name of its file in the export, piece by piece.

    Args:
        pictures: gives them anew at each call: the images come first, then the annotations.
    """
    number_of = {label: number for number, label in enumerate(labels, start=1)}
    categories = [{"id": number, "name": label} for label, number in number_of.items()]
    yield f'{{"info": {_json(about)}, "categories": {_json(categories)}, "images": ['
    for image_id, (picture, name) in enumerate(pictures(), start=1):
        yield (",\n" if image_id > 1 else "\n") + _json(_image(image_id, picture, name, number_of))
    yield '], "annotations": ['
    number = 0
    for image_id, (picture, _) in enumerate(pictures(), start=1):
        for one in picture.objects:
            number += 1
            annotation = _annotation(one) | {"id": number, "image_id": image_id, "category_id": number_of[one.label]}
            yield (",\n" if number > 1 else "\n") + _json(annotation)
    yield "]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _image(image_id: int, picture: LabelledPicture, name: str, number_of: Mapping[str, int]) -> dict[str, Any]:
    image: dict[str, Any] = {
        "id": image_id,
        "file_name": name,
        "width": picture.size_wh[0],
        "height": picture.size_wh[1],
        "not_exhaustive_category_ids": [number_of[label] for label in sorted(picture.incomplete(number_of))],
        "neg_category_ids": [],
        "jiejing": knowledge(picture),
    }
    if picture.exhaustive is not None:
        found = {one.label for one in picture.objects}
        image["neg_category_ids"] = sorted(number_of[label] for label in picture.exhaustive & set(number_of) - found)
    if picture.utc:
        image["date_captured"] = picture.utc.isoformat(sep=" ", timespec="seconds")
    return image


def _annotation(one: LabelledBox) -> dict[str, Any]:
    x1, y1, x2, y2 = one.bbox_xyxy_px
    width, height = round(x2 - x1, 2), round(y2 - y1, 2)
    box = {"bbox": [x1, y1, width, height], "area": round(width * height, 2), "iscrowd": 0, "origin": one.origin}
    return box if one.score is None else box | {"score": one.score}


class _Content:
    """One COCO file, read and indexed."""

    def __init__(self, path: Path, images: Path | None) -> None:
        self.path = path
        self.findings: list[Finding] = []
        record = _read(path)
        self._named: dict[Path, str] = {}
        self.categories = self._categories(record["categories"])
        self._images = self._unique(record["images"])
        self._of_image = self._by_image(record["annotations"])
        self._part = next((part for part in PARTS if part in path.stem.lower()), None) or _part_of(path.parent)
        self._folders = [images] if images else [path.parent, path.parent / IMAGES, path.parent.parent / IMAGES]

    def pictures(self) -> Iterator[ForeignPicture]:
        for image_id, image in self._images.items():
            yield self._picture(image, self._of_image[image_id])

    def _categories(self, categories: list[Any]) -> dict[int, str]:
        names: dict[int, str] = {}
        for one in categories:
            number, name = one.get("id"), one.get("name")
            if number in names or not isinstance(number, int) or not isinstance(name, str):
                self._note("id", Message("training.coco_category_wrong", category=repr(one)))
            else:
                names[number] = name
        return names

    def _unique(self, images: list[Any]) -> dict[Any, dict[str, Any]]:
        numbers = Counter(str(image.get("id")) for image in images)
        for number, count in numbers.items():
            if count > 1 or number == "None":
                self._note("id", Message("training.coco_number_twice", count=count, number=number))
        return {image.get("id"): image for image in images}

    def _by_image(self, annotations: list[Any]) -> Mapping[Any, list[dict[str, Any]]]:
        of_image: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for one in annotations:
            if one.get("image_id") in self._images:
                of_image[one["image_id"]].append(one)
            else:
                told = {"annotation": one.get("id"), "image": one.get("image_id")}
                self._note("id", Message("training.coco_image_missing", **told))
        return of_image

    def _note(self, kind: str, what: Message) -> None:
        self.findings.append(Finding(kind, self.path.name, what))

    def _picture(self, image: Mapping[str, Any], annotations: list[dict[str, Any]]) -> ForeignPicture:
        name, content, size_wh, findings = self._picture_of(image)
        boxes: list[ForeignBox] = []
        crowds: list[ForeignBox] = []
        for one in annotations:
            where = Message("training.place_annotation", name=self.path.name, number=one.get("id"))
            try:
                box = self._box(one, where)
                (crowds if one.get("iscrowd") == 1 else boxes).append(box)
            except UnreadableError as error:
                findings.append(Finding(error.kind, where, error.message, (name,)))
        ours = _knowledge(image, name, findings)
        part = self._part or (ours.part if ours else None)
        return ForeignPicture(
            name, content, size_wh, tuple(boxes), tuple(crowds), tuple(findings), part, knowledge=ours
        )

    def _picture_of(self, image: Mapping[str, Any]) -> tuple[str, Path | None, tuple[int, int], list[Finding]]:
        written = str(image.get("file_name"))
        found = picture_of(self._folders, written, self.path.name, _written_size(image))
        path = found[1]
        if path and self._named.setdefault(path, written) != written:
            names = [repr(self._named[path]), repr(written)]
            what = Message("training.names_mean_one_picture", names=names, name=repr(found[0]))
            found[3].append(Finding("id", self.path.name, what, (found[0],)))
        return found

    def _box(self, one: Mapping[str, Any], where: str) -> ForeignBox:
        number = one.get("category_id")
        if number not in self.categories:
            raise UnreadableError("class", "training.coco_category_unknown", number=number)
        class_name, score, origin = self.categories[number], one.get("score"), one.get("origin")
        try:
            score = None if score is None else float(score)
            if one.get("bbox"):
                x, y, width, height = (float(value) for value in one["bbox"])
                return ForeignBox(class_name, box_of((x, y, x + width, y + height)), where, "box", score, origin)
            box = box_of(_around(one.get("segmentation")))
            return ForeignBox(class_name, box, where, "polygon", score, origin)
        except (ValueError, TypeError) as error:
            raise UnreadableError("row", "training.coco_box_wrong", cause=error) from error


def _read(path: Path) -> dict[str, Any]:
    text = read_text(path, Message("training.wanted_coco_file"))
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("training.file_no_json", path=path, cause=error) from error
    for key in ("images", "annotations", "categories"):
        values = record.get(key) if isinstance(record, dict) else None
        if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
            raise InputError("training.coco_list_missing", path=path, key=key)
        for one in values:
            one |= {name: whole for name in _WHOLE if (whole := _whole(one.get(name))) is not None}
        if not all(isinstance(one.get(name), int | str | None) for one in values for name in _NUMBERS):
            raise InputError("training.coco_value_no_number", path=path, key=key, names=_NUMBERS)
    return dict(record)


def _whole(value: Any) -> int | None:
    """A whole number that some tools write with a point."""
    return int(value) if isinstance(value, float) and value.is_integer() else None


def _written_size(image: Mapping[str, Any]) -> tuple[int, int] | None:
    width, height = image.get("width"), image.get("height")
    return (width, height) if isinstance(width, int) and isinstance(height, int) else None


def _around(segmentation: Any) -> tuple[float, ...]:
    """The box around all polygons of one thing, or around its mask."""
    if isinstance(segmentation, dict):
        return box_of_mask(segmentation)
    if not isinstance(segmentation, list) or not segmentation:
        raise InvalidValueError("training.no_box_and_no_polygon")
    values = [float(value) for ring in segmentation for value in ring]
    xs, ys = values[::2], values[1::2]
    return min(xs), min(ys), max(xs), max(ys)


def _knowledge(image: Mapping[str, Any], name: str, findings: list[Finding]) -> LabelledPicture | None:
    ours = image.get("jiejing")
    if ours is None:
        return None
    try:
        return from_plain({**ours, "file": "x", "size_wh": (0, 0), "sha256": "", "objects": []})
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        findings.append(Finding("row", name, Message("training.coco_knowledge_unreadable", cause=error), (name,)))
        return None
