"""Foreign pictures in our words: what is wrong with one, what it becomes, and how it renews one that is there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from core.domain import Detection
from core.geometry import Box
from core.labels import LABELS
from core.messages import Message
from training.datasets.card import UNKNOWN
from training.datasets.classmap import IGNORE, ClassMap, mapped_labels
from training.datasets.findings import Finding
from training.datasets.formats.foreign import ForeignBox, ForeignPicture
from training.datasets.geometry import clipped, is_empty, reaches_out, same_thing
from training.datasets.model import MODEL, PERSON, LabelledBox, LabelledPicture, Part, Region, Source, rounded_box
from training.datasets.naming import NamePattern
from training.datasets.prelabel import confirmed, with_suggestions

Known = Literal["refuse", "skip", "update"]

_MEANINGLESS = frozenset({"images", "train", "val", "valid", "test"})


@dataclass(frozen=True)
class ImportRules:
    """What the user decided.

    Attributes:
        name: of this taking-in; boxes and pictures remember it.
        exhaustive: the labels of which these pictures have every thing; None = those that the class map gives.
        polygons_to_boxes: a polygon becomes the box around it; else it is refused.
        scores: rows with a score are taken in, as suggestions; else they are refused.
        skip_faulty: pictures with a fault are left out, whole, so that no thing in them is learned as background.
        known: what to do with a picture that the data set has already.
        part: for all pictures; None = as the foreign set says.
    """

    name: str
    classes: ClassMap
    licence: str = UNKNOWN
    exhaustive: frozenset[str] | None = None
    polygons_to_boxes: bool = False
    scores: bool = False
    skip_faulty: bool = False
    known: Known = "refuse"
    part: Part | None = None
    names: NamePattern | None = None


def faults_of(picture: ForeignPicture, *, polygons_to_boxes: bool, scores: bool) -> Iterator[Finding]:
    """Why this picture cannot be taken in as it is: what the reader found, and what its boxes are."""
    yield from picture.findings
    for one in picture.boxes:
        if one.shape == "polygon" and not polygons_to_boxes:
            what = Message("training.polygon_of_class", name=repr(one.class_name))
            yield Finding("polygon", one.where, what, (picture.name,))
        if one.score is not None and not scores:
            what = Message("training.row_with_score", score=f"{one.score:g}")
            yield Finding("scored", one.where, what, (picture.name,))
        # Where the picture is missing, its size is too.
        if picture.size_wh != (0, 0):
            yield from box_faults(one.bbox_xyxy_px, picture.size_wh, one.where, picture.name)


def box_faults(box: Box, size_wh: tuple[int, int], where: str, name: str) -> Iterator[Finding]:
    """Whether a box is empty or leaves its picture."""
    if reaches_out(box, size_wh):
        width, height = size_wh
        what = Message("training.box_reaches_out", box=str(list(box)), width=width, height=height)
        yield Finding("box-outside", where, what, (name,))
    elif is_empty(clipped(box, size_wh)):
        yield Finding("box-empty", where, Message("training.box_without_area", box=str(list(box))), (name,))


def labelled(foreign: ForeignPicture, rules: ImportRules, file: str, sha256: str) -> LabelledPicture:
    """A foreign picture in our words; its boxes are clipped to it.

    Raises:
        InputError: its name does not tell the time that the pattern promises.
    """
    empty = LabelledPicture(
        file,
        foreign.size_wh,
        sha256,
        Source("import", rules.name),
        exhaustive=frozenset() if rules.scores else mapped_labels(rules.classes),
        status="suggested" if rules.scores else "confirmed",
    )
    base = replace(foreign.knowledge, file=file, size_wh=foreign.size_wh, sha256=sha256) if foreign.knowledge else empty
    camera_id, utc = rules.names.read(foreign.name) if rules.names else (None, None)
    boxes = [(one, rules.classes[one.class_name]) for one in foreign.boxes]
    given_up = [_given_up(one, foreign.size_wh) for one, label in boxes if label == IGNORE]
    ignore = () if foreign.knowledge else tuple(_region(one, rules.classes, foreign.size_wh) for one in foreign.ignore)
    return replace(
        base,
        objects=tuple(_box(one, label, rules, foreign.size_wh) for one, label in boxes if label not in (None, IGNORE)),
        ignore=(*base.ignore, *ignore, *given_up),
        exhaustive=base.exhaustive if rules.exhaustive is None else rules.exhaustive,
        camera_id=camera_id or base.camera_id,
        utc=utc or base.utc,
        part=rules.part or foreign.part or base.part,
    )


def _box(one: ForeignBox, label: str | None, rules: ImportRules, size_wh: tuple[int, int]) -> LabelledBox:
    origin = one.origin or (PERSON if one.score is None else MODEL + rules.name)
    return LabelledBox(label or "", rounded_box(clipped(one.bbox_xyxy_px, size_wh)), origin, one.score)


def _given_up(one: ForeignBox, size_wh: tuple[int, int]) -> Region:
    return Region(rounded_box(clipped(one.bbox_xyxy_px, size_wh)), f"class {one.class_name}")


def _region(one: ForeignBox, classes: ClassMap, size_wh: tuple[int, int]) -> Region:
    label = classes.get(one.class_name, one.class_name)
    box = rounded_box(clipped(one.bbox_xyxy_px, size_wh))
    return Region(box, one.note or "marked to be ignored", label if label in LABELS else None)


def updated(picture: LabelledPicture, fresh: LabelledPicture, rules: ImportRules, *, ignore: bool) -> LabelledPicture:
    """A picture with new labels: suggestions beside what is there, or else all that a person decided, in its place.

    Args:
        ignore: the foreign form carries ignore regions; others do not say that there are none.
    """
    if rules.scores:
        return _with_suggestions(picture, fresh, rules)
    complete = None if None in (picture.exhaustive, fresh.exhaustive) else _both(picture, fresh)
    return replace(
        picture,
        objects=confirmed(fresh.objects),
        ignore=fresh.ignore if ignore else picture.ignore,
        exhaustive=complete,
        screened=picture.screened - (complete or frozenset()),
        status="confirmed",
        uncertainty=None,
    )


def _with_suggestions(picture: LabelledPicture, fresh: LabelledPicture, rules: ImportRules) -> LabelledPicture:
    there = [(one.label, one.bbox_xyxy_px) for one in picture.objects]
    drawn = [one for one in fresh.objects if one.score is None and not same_thing(one.label, one.bbox_xyxy_px, there)]
    found = [Detection(one.label, one.score, one.bbox_xyxy_px) for one in fresh.objects if one.score is not None]
    return with_suggestions(replace(picture, objects=(*picture.objects, *drawn)), found, MODEL + rules.name)


def _both(picture: LabelledPicture, fresh: LabelledPicture) -> frozenset[str]:
    return (picture.exhaustive or frozenset()) | (fresh.exhaustive or frozenset())


def own_name(name: str) -> str:
    """The name under which a foreign picture is kept: without the folders that only say `pictures` or name a part."""
    harmless = "".join(letter if letter.isprintable() and letter not in "\\:" else "_" for letter in name)
    if harmless.lower().endswith(".jfif"):  # a JPEG, by a name that few programs know
        harmless = harmless[: -len("jfif")] + "jpg"
    *folders, last = [piece for piece in harmless.split("/") if piece not in ("", ".", "..")]
    return "/".join([folder for folder in folders if folder not in _MEANINGLESS] + [last])
