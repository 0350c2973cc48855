"""CVAT for images 1.1: an XML file with an <image> for each picture and a <box> for each thing, in pixels.

A box with the label `ignore` is an ignore region. `source` says who drew a box: manual, or auto and the like.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from core.errors import InputError, InvalidValueError
from core.messages import Message
from training.datasets.findings import Finding
from training.datasets.formats.foreign import ForeignBox, ForeignPicture, ForeignSet, ReadOptions, Shape, picture_of
from training.datasets.formats.xml_stream import Element, children_of_root
from training.datasets.model import MODEL, LabelledPicture, Part, rounded_box

FILE, IMAGES = "annotations.xml", "images"
IGNORE = "ignore"
_IGNORE_ATTRIBUTES = ("reason", "label")
_BY_HAND = "manual"
_POLYGONS = ("polygon", "polyline", "points")
_OTHER_SHAPES = ("ellipse", "mask", "cuboid", "skeleton")
_PART_OF_SUBSET: Mapping[str, Part] = {
    "train": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
}


def looks_like(root: Path) -> bool:
    """Whether a path is an XML file or a folder that holds annotations.xml."""
    return root.suffix.lower() == ".xml" if root.is_file() else (root / FILE).is_file()


def open_set(root: Path, options: ReadOptions) -> ForeignSet:
    """The set of an XML file, or of annotations.xml in a folder.

    Raises:
        InputError: no well-formed XML, no CVAT for images, or one with a DOCTYPE.
    """
    path = root if root.is_file() else root / FILE
    names = _declared(path)
    folders = [options.images] if options.images else [path.parent / IMAGES, path.parent]

    def read() -> Iterator[ForeignPicture]:
        for element in children_of_root(path):
            if element.tag == "image":
                yield _picture(element, path, folders)

    return ForeignSet("cvat", path.parent, names, read)


def document(pictures: Iterable[tuple[LabelledPicture, str]], labels: Sequence[str]) -> Iterator[str]:
    """The XML file of some pictures, each with the name of its file in the export, piece by piece."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
    yield "  <meta>\n    <task>\n      <labels>\n"
    for label in (*labels, IGNORE):
        yield f"        <label><name>{label}</name><type>rectangle</type>{_attributes_of(label)}</label>\n"
    yield "      </labels>\n    </task>\n  </meta>\n"
    for number, (picture, name) in enumerate(pictures):
        yield from _image(number, picture, name)
    yield "</annotations>\n"


def _attributes_of(label: str) -> str:
    names = _IGNORE_ATTRIBUTES if label == IGNORE else ("score",)
    return "<attributes>" + "".join(map(_declaration, names)) + "</attributes>"


def _declaration(name: str) -> str:
    return (
        f"<attribute><name>{name}</name><mutable>False</mutable><input_type>text</input_type>"
        "<default_value></default_value><values></values></attribute>"
    )


def _image(number: int, picture: LabelledPicture, name: str) -> Iterator[str]:
    facts = {"id": number, "name": name, "subset": picture.part, "width": picture.size_wh[0]}
    yield f"  <image{_written({**facts, 'height': picture.size_wh[1]})}>\n"
    for one in picture.objects:
        source = "auto" if one.origin.startswith(MODEL) else _BY_HAND
        score = {} if one.score is None else {"score": f"{one.score:g}"}
        yield _box_element(one.label, source, one.bbox_xyxy_px, score)
    for region in picture.ignore:
        about = {"reason": region.reason, "label": region.label or ""}
        yield _box_element(IGNORE, _BY_HAND, region.bbox_xyxy_px, about)
    yield "  </image>\n"


def _box_element(label: str, source: str, box: tuple[float, ...], about: Mapping[str, str]) -> str:
    corners = dict(zip(("xtl", "ytl", "xbr", "ybr"), (f"{value:.2f}" for value in box), strict=True))
    begin = f"    <box{_written({'label': label, 'source': source, 'occluded': 0, **corners, 'z_order': 0})}>"
    known = "".join(f"<attribute name={quoteattr(name)}>{_escaped(value)}</attribute>" for name, value in about.items())
    return f"{begin}{known}</box>\n"


def _written(attributes: Mapping[str, Any]) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in attributes.items() if value is not None)


def _escaped(text: str) -> str:
    text = "".join(letter if letter.isprintable() else " " for letter in text)  # XML has no control characters
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _declared(path: Path) -> tuple[str, ...]:
    names: list[str] = []
    for number, element in enumerate(children_of_root(path)):
        if number == 0 and element.tag != "annotations":
            raise InputError("training.cvat_root_wrong", path=path, tag=element.tag)
        if element.tag == "track":
            raise InputError("training.cvat_track_unread", path=path, line=element.line)
        if element.tag == "meta":
            names = [name.text.strip() for label in _labels_in(element) if (name := label.first("name"))]
    return tuple(name for name in names if name != IGNORE)


def _labels_in(meta: Element) -> Iterator[Element]:
    for owner in meta.children:  # task, project or job
        for labels in owner.every("labels"):
            yield from labels.every("label")


def _picture(element: Element, path: Path, folders: Sequence[Path]) -> ForeignPicture:
    name, content, size_wh, findings = _file(element, path, folders)
    boxes: list[tuple[ForeignBox, Element]] = []
    for shape in element.children:
        where = f"{path.name}:{shape.line}"
        try:
            box = _box(shape, where)
        except (ValueError, KeyError) as error:
            what = Message("training.element_no_box", tag=shape.tag, cause=error)
            findings.append(Finding("row", where, what, (name,)))
        else:
            boxes += [(box, shape)] if box else []
    ignore = tuple(_region(box, shape) for box, shape in boxes if box.class_name == IGNORE)
    kept = tuple(box for box, _ in boxes if box.class_name != IGNORE)
    part = _PART_OF_SUBSET.get(element.attributes.get("subset", "").lower())
    return ForeignPicture(name, content, size_wh, kept, ignore, tuple(findings), part)


def _file(
    element: Element, path: Path, folders: Sequence[Path]
) -> tuple[str, Path | None, tuple[int, int], list[Finding]]:
    name = element.attributes.get("name", "").replace("\\", "/")
    try:
        written_wh = int(element.attributes["width"]), int(element.attributes["height"])
    except (KeyError, ValueError):
        written_wh = None
    return picture_of(folders, name, f"{path.name}:{element.line}", written_wh)


def _box(shape: Element, where: str) -> ForeignBox | None:
    """A shape as a box; None for what is no shape (tags of the whole picture).

    Raises:
        KeyError, ValueError: a shape that is none, or has no box.
    """
    kind: Shape = "box"
    if shape.tag in _OTHER_SHAPES:
        raise InvalidValueError("training.shape_without_corners")
    if shape.tag in _POLYGONS:
        points = [tuple(map(float, point.split(","))) for point in shape.attributes["points"].split(";")]
        xs, ys = zip(*points, strict=True)
        corners, kind = (min(xs), min(ys), max(xs), max(ys)), "polygon"
    elif shape.tag == "box":
        x1, y1, x2, y2 = (float(shape.attributes[key]) for key in ("xtl", "ytl", "xbr", "ybr"))
        corners, kind = (x1, y1, x2, y2), "polygon" if float(shape.attributes.get("rotation", 0)) else "box"
    else:
        return None
    if not all(isfinite(value) for value in corners):
        raise InvalidValueError("training.corner_not_finite")
    # A score that came with a suggestion stays in the file after a person has corrected it: here it decides nothing.
    return ForeignBox(shape.attributes["label"], rounded_box(corners), where, kind)


def _region(box: ForeignBox, shape: Element) -> ForeignBox:
    about = {attribute.attributes.get("name", ""): attribute.text for attribute in shape.every("attribute")}
    return replace(box, class_name=about.get("label") or IGNORE, note=about.get("reason", ""))
