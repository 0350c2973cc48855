"""What every foreign form is read into. A reader judges nothing: it hands on what it saw, with findings where it could
not read on; importing refuses them, the check lists them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.errors import JiejingError
from core.geometry import Box
from core.messages import Message
from training.datasets.files import inside, located
from training.datasets.findings import Finding, unreadable
from training.datasets.model import LabelledPicture, Part
from training.datasets.pictures import NotAPicture, size_of

Shape = Literal["box", "polygon"]


@dataclass(frozen=True, slots=True)
class ForeignBox:
    """One labelled thing, as it is written there.

    Attributes:
        class_name: the foreign name; where there are only numbers, the number.
        bbox_xyxy_px: in pixels, not clipped; of a polygon, the box around it.
        where: file:line or the like.
        score: 0-1 where a model found it and no person has looked at it since: a suggestion.
        origin: as our own export wrote it; None from others.
        note: why a region is to be ignored, where the form says so.
    """

    class_name: str
    bbox_xyxy_px: Box
    where: str
    shape: Shape = "box"
    score: float | None = None
    origin: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ForeignPicture:
    """One picture, as it is written there.

    Attributes:
        name: its path in the foreign set, with / alone; what people know it by.
        content: the file, or the bytes that were embedded; None where the picture itself is not there.
        size_wh: of the picture itself where it is there, else as written.
        ignore: regions that the form itself marks to be ignored.
        knowledge: what our own exports add so that nothing is lost (all but the boxes); None from others.
    """

    name: str
    content: Path | bytes | None
    size_wh: tuple[int, int]
    boxes: tuple[ForeignBox, ...] = ()
    ignore: tuple[ForeignBox, ...] = ()
    findings: tuple[Finding, ...] = ()
    part: Part | None = None
    knowledge: LabelledPicture | None = None


@dataclass(frozen=True)
class ForeignSet:
    """A foreign data set, opened.

    Attributes:
        form: yolo, coco, cvat, voc or labelme.
        class_names: as declared, in order; empty where the form declares none.
        pictures: reads it anew at each call.
        findings: about the set as a whole.
    """

    form: str
    root: Path
    class_names: tuple[str, ...]
    pictures: Callable[[], Iterator[ForeignPicture]]
    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Where a reader looks other than by habit.

    Attributes:
        images: folder of the pictures, for forms that keep them apart (COCO, CVAT, VOC).
        labels_folder: name of the folder of YOLO rows.
        class_names: in order, in place of those that a YOLO set names.
    """

    images: Path | None = None
    labels_folder: str = "labels"
    class_names: tuple[str, ...] | None = None


def picture_of(
    folders: Sequence[Path], name: str, where: str, written_wh: tuple[int, int] | None
) -> tuple[str, Path | None, tuple[int, int], list[Finding]]:
    """The picture that a label file names: its name below the folder where it lies, its file, its size, and what is
    wrong with it."""
    found = located(folders, name)
    if found:
        path, called = found
        return called, path, *measured(path, called, written_wh)
    if not any(inside(folder, name) for folder in folders):
        finding = Finding("path", where, Message("training.picture_path_leads_out", name=repr(name)), (name,))
    else:
        finding = Finding("no-picture", name, Message("training.picture_not_found"), (name,))
    return name, None, written_wh or (0, 0), [finding]


class UnreadableError(JiejingError):
    """A row or shape that cannot be read; `kind` is the kind of finding."""

    def __init__(self, kind: str, code: str, /, **params: object) -> None:
        super().__init__(code, **params)
        self.kind = kind


def measured(
    path: Path | bytes, name: str, written_wh: tuple[int, int] | None
) -> tuple[tuple[int, int], list[Finding]]:
    """A picture's true size, and what is wrong with it; (0, 0) where it is no picture."""
    try:
        size_wh = size_of(path)
    except NotAPicture as error:
        return written_wh or (0, 0), [unreadable(name, error)]
    if written_wh and written_wh != size_wh:
        written, found = (f"{width} x {height}" for width, height in (written_wh, size_wh))
        what = Message("training.size_not_as_labelled", written=written, found=found)
        return size_wh, [Finding("size", name, what, (name,))]
    return size_wh, []
