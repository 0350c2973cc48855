"""Which family a network is of, from what it answers; and of one that is of none, what it is instead."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import ModelError
from core.messages import Message
from detector.families import FAMILIES, PYRAMIDS, V5_ANCHORS, Float32, RawBoxes, cells_of
from models.card import Family

# What a network does that is made for another task, by Ultralytics' names of the tasks.
_TASKS = {
    "obb": Message("detector.network_gives_oriented_boxes"),
    "pose": Message("detector.network_gives_poses"),
    "segment": Message("detector.network_gives_masks"),
    "classify": Message("detector.network_gives_no_boxes"),
}
_DETR = Message("detector.network_is_detr")
_TRANSPOSED = Message("detector.output_transposed")
_MASK_ROWS = 32
# Boxes in pixels reach further than this in every picture; boxes as shares of it never do.
_SHARES = 2.0
# YOLOX's raw positions are counted in cells from their own cell.
_RAW_REACH = 64.0


@dataclass(frozen=True, slots=True)
class Recognised:
    """The family, and how many classes the output has rows for; None where it does not show."""

    family: Family
    classes: int | None


def refuse_task(task: str | None, description: str | None) -> None:
    """Refuses a network that says itself that it is made for something else.

    Raises:
        ModelError: names its task.
    """
    if task in _TASKS:
        raise ModelError(_TASKS[task])
    if "detr" in (description or "").lower():
        raise ModelError(_DETR)


def recognise(outputs: Sequence[Float32], size_wh: tuple[int, int], classes: int | None) -> Recognised:
    """The family of a network.

    Args:
        outputs: what it gave for one picture of that width and height.
        classes: how many it names; None = it names none.

    Raises:
        ModelError: it is of no family that is read here; says what it is, where that shows.
    """
    first, others = outputs[0], outputs[1:]
    if first.ndim == 2:
        raise ModelError(_TASKS["classify"])
    if first.ndim != 3:
        raise ModelError(_unknown(outputs))
    if first.shape[0] != 1:
        raise ModelError("detector.batch_built_in", count=first.shape[0])
    if others and others[0].ndim == 3 and 4 in (first.shape[2], others[0].shape[2]):
        raise ModelError(_DETR)
    masks = _MASK_ROWS if any(one.ndim == 4 for one in others) else 0
    found = _of_cells(first, size_wh, classes, masks) or _of_rows(first, classes, masks)
    if found is None:
        raise ModelError(_unknown(outputs))
    return found


def refuse_strange(raw: RawBoxes, output: Float32, family: Family) -> None:
    """Refuses a network whose answer to a picture has the right shape, but cannot be right.

    Raises:
        ModelError: its boxes are shares of the picture, no numbers, or decoded already.
    """
    boxes = raw.boxes_xyxy_px
    if not np.isfinite(boxes).all():
        raise ModelError("detector.boxes_no_numbers")
    if family == "yolox" and output[..., :2].size and np.abs(output[..., :2]).max() > _RAW_REACH:
        raise ModelError("detector.boxes_decoded_already")
    seen = boxes[raw.scores > 0] if family == "yolo-e2e" else boxes
    if len(seen) and np.abs(seen).max() <= _SHARES:
        raise ModelError("detector.boxes_are_shares")


def _of_cells(output: Float32, size_wh: tuple[int, int], classes: int | None, masks: int) -> Recognised | None:
    """A network that gives a row, or a column, for each cell of its maps."""
    _, long, short = output.shape
    counts = [cells_of(size_wh, strides) for strides in PYRAMIDS]
    anchors = [count * V5_ANCHORS for count in counts]
    if short in counts:
        return Recognised("yolo", _classes_in("yolo", long - 4, classes, masks))
    if short in anchors and long > 5:
        raise ModelError(_TRANSPOSED)
    if long in anchors:
        return Recognised("yolov5", _classes_in("yolov5", short - 5, classes, masks))
    if long in counts:
        if classes is not None and short == 4 + classes:
            raise ModelError(_TRANSPOSED)
        return Recognised("yolox", _classes_in("yolox", short - 5, classes, masks))
    return None


def _of_rows(output: Float32, classes: int | None, masks: int) -> Recognised | None:
    """A network that gives a row for each thing it found."""
    _, boxes, columns = output.shape
    if columns == 6 and _are_classes(output[0, :, 5]):
        return Recognised("yolo-e2e", None)
    if columns == 6 + masks and masks:
        raise ModelError(_TASKS["segment"])
    if classes is not None and columns == 4 + classes:
        raise ModelError(_DETR)
    if columns == 7:
        raise ModelError(_TASKS["obb"])
    if columns > 6 and (columns - 6) % 3 == 0 and boxes >= columns:
        raise ModelError(_TASKS["pose"])
    if boxes == 6 and columns > 6:
        raise ModelError("detector.end_to_end_output_transposed")
    return None


def _are_classes(column: Float32) -> bool:
    return bool(np.isfinite(column).all() and np.equal(np.round(column), column).all() and (column >= -1).all())


def _classes_in(family: Family, found: int, named: int | None, masks: int) -> int:
    """How many classes the output has a row for.

    Raises:
        ModelError: not those that are named.
    """
    if masks and (named is None or found == named + masks):
        raise ModelError(_TASKS["segment"])
    if found < 1:
        raise ModelError("detector.output_has_no_class", family=family, wanted=FAMILIES[family].expects)
    if named is None or named == found:
        return found
    more = found - named
    if more > 1 and named <= 2 and more % 17 == 0:
        raise ModelError(_TASKS["pose"])
    raise ModelError("detector.class_count_differs", found=found, family=family, named=named)


def _unknown(outputs: Sequence[Float32]) -> Message:
    shapes = [f"({', '.join(map(str, one.shape))})" for one in outputs]
    known = [f"{name} {family.expects}" for name, family in FAMILIES.items()]
    return Message("detector.output_of_no_family", shapes=shapes, known="; ".join(known))
