"""Pascal VOC: an XML file for each picture, in Annotations/ or beside it, with a <bndbox> for each thing, in pixels."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from core.errors import InputError, InvalidValueError
from core.messages import Message
from training.datasets.files import files_below, read_text
from training.datasets.findings import Finding
from training.datasets.formats.foreign import ForeignBox, ForeignPicture, ForeignSet, ReadOptions, picture_of
from training.datasets.formats.xml_stream import Element, children_of_root
from training.datasets.lines import box_of
from training.datasets.model import FOLDERS_OF_PARTS, PARTS, Part
from training.datasets.pictures import SUFFIXES

_FOLDERS = ("JPEGImages", "images", "Images")
_LISTS = Path("ImageSets") / "Main"
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def looks_like(root: Path) -> bool:
    """Whether a folder holds VOC files."""
    first = next(iter(files_below(root, "*.xml")), None) if root.is_dir() else None
    return first is not None and _root_of(first) == "annotation"


def open_set(root: Path, options: ReadOptions) -> ForeignSet:
    """The set of a folder of XML files.

    Raises:
        InputError: there is none.
    """
    files = files_below(root, "*.xml") if root.is_dir() else [root]
    if not files:
        raise InputError("training.voc_not_found", path=root)
    base = root if root.is_dir() else root.parent
    parts = _parts(base)

    def read() -> Iterator[ForeignPicture]:
        for path in files:
            yield _picture(path, base, options.images, parts.get(path.stem))

    return ForeignSet("voc", base, (), read)


def _root_of(path: Path) -> str:
    try:
        return next(children_of_root(path)).tag
    except (InputError, StopIteration):
        return ""


def _parts(root: Path) -> Mapping[str, Part]:
    """The part of a picture by the stem of its name, as the lists in ImageSets/Main say."""
    return {
        line.split()[0]: part
        for part in PARTS
        for name in FOLDERS_OF_PARTS[part]
        if (path := root / _LISTS / f"{name}.txt").is_file()
        for line in read_text(path, Message("training.wanted_picture_list")).splitlines()
        if line.strip()
    }


def _picture(path: Path, root: Path, images: Path | None, part: Part | None) -> ForeignPicture:
    name = path.relative_to(root).as_posix()
    try:
        elements = list(children_of_root(path))
    except InputError as error:
        told = error.message.params
        where = f"{name}:{told['line']}" if "line" in told else name
        finding = Finding("row", where, Message("training.no_voc_file", cause=told["cause"]), (name,))
        return ForeignPicture(name, None, (0, 0), findings=(finding,))
    if elements[0].tag != "annotation":
        finding = Finding("row", name, Message("training.no_voc_root", tag=elements[0].tag), (name,))
        return ForeignPicture(name, None, (0, 0), findings=(finding,))
    written = next((one.text.strip() for one in elements if one.tag == "filename"), "")
    folders = [images] if images else _folders(path, root)
    called, content, size_wh, findings = picture_of(
        folders, _named(written, path.stem, folders), name, _written_size(elements)
    )
    boxes: list[ForeignBox] = []
    for element in elements[1:]:
        where = f"{name}:{element.line}"
        try:
            boxes += [_box(element, where)] if element.tag == "object" else []
        except (ValueError, AttributeError) as error:
            what = Message("training.element_no_box", tag=element.tag, cause=error)
            findings.append(Finding("row", where, what, (called,)))
    return ForeignPicture(called, content, size_wh, tuple(boxes), findings=tuple(findings), part=part)


def _folders(path: Path, root: Path) -> list[Path]:
    beside = [path.parent, *(path.parent.parent / name for name in _FOLDERS if path.parent != root)]
    return [*beside, *(root / name for name in _FOLDERS), root]


def _named(written: str, stem: str, folders: Sequence[Path]) -> str:
    """The picture's name: some tools leave its suffix out, or all of it; then it is the XML file's own."""
    if Path(written.replace("\\", "/")).suffix.lower() in SUFFIXES:
        return written
    names = (f"{written or stem}{suffix}" for suffix in sorted(SUFFIXES))
    return next((name for name in names if any((folder / name).is_file() for folder in folders)), written or stem)


def _written_size(elements: Sequence[Element]) -> tuple[int, int] | None:
    size = next((one for one in elements if one.tag == "size"), None)
    try:
        width, height = (int(size.first(side).text) for side in ("width", "height"))  # type: ignore[union-attr]
    except (AttributeError, ValueError):
        return None
    return (width, height) if width and height else None  # 0 x 0: not known when it was written


def _box(element: Element, where: str) -> ForeignBox:
    """An <object> as a box.

    Raises:
        AttributeError, ValueError: a name or a corner is missing, or no number.
    """
    label, bounds = element.first("name"), element.first("bndbox")
    if label is None or bounds is None:
        raise InvalidValueError("training.voc_object_incomplete")
    corners = [bounds.first(corner) for corner in _CORNERS]
    if None in corners:
        raise InvalidValueError("training.voc_corners_missing", corners=_CORNERS)
    return ForeignBox(label.text.strip(), box_of([corner.text for corner in corners if corner]), where)
