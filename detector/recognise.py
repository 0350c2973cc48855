"""Which family a network is of, from what it answers; and of one that is of none, what it is instead."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import ModelError
from detector.families import FAMILIES, PYRAMIDS, V5_ANCHORS, Float32, RawBoxes, cells_of
from models.card import Family

_NEEDED = "a network that finds upright boxes (task detect) is needed"
# What a network does that is made for another task, by Ultralytics' names of the tasks.
_TASKS = {
    "obb": "gives oriented boxes (task obb)",
    "pose": "gives poses (task pose)",
    "segment": "gives masks (task segment)",
    "classify": "names the whole picture and gives no boxes (task classify)",
}
_DETR = "gives its boxes as DETR networks do (RT-DETR, RF-DETR), which is not read here; export a YOLO network"
_TRANSPOSED = "its output lies across: rows where columns are wanted; export it again without transposing"
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
        raise ModelError(f"this network {_TASKS[task]}; {_NEEDED}")
    if "detr" in (description or "").lower():
        raise ModelError(f"this network {_DETR}")


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
        raise ModelError(f"this network {_TASKS['classify']}; {_NEEDED}")
    if first.ndim != 3:
        raise ModelError(_unknown(outputs))
    if first.shape[0] != 1:
        raise ModelError(
            f"it answers for {first.shape[0]} pictures at once, and that is built into it; export it with batch=1"
        )
    if others and others[0].ndim == 3 and 4 in (first.shape[2], others[0].shape[2]):
        raise ModelError(f"this network {_DETR}")
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
        raise ModelError("its boxes are no numbers (NaN or infinite); export it again")
    if family == "yolox" and output[..., :2].size and np.abs(output[..., :2]).max() > _RAW_REACH:
        raise ModelError("its boxes are decoded already; export it without --decode_in_inference")
    seen = boxes[raw.scores > 0] if family == "yolo-e2e" else boxes
    if len(seen) and np.abs(seen).max() <= _SHARES:
        raise ModelError(
            "its boxes lie between 0 and 1, as shares of the picture, so that it would never find anything; "
            "export it with boxes in pixels of the input"
        )


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
        raise ModelError(f"this network {_TASKS['segment']}; {_NEEDED}")
    if classes is not None and columns == 4 + classes:
        raise ModelError(f"this network {_DETR}")
    if columns == 7:
        raise ModelError(f"this network {_TASKS['obb']}; {_NEEDED}")
    if columns > 6 and (columns - 6) % 3 == 0 and boxes >= columns:
        raise ModelError(f"this network {_TASKS['pose']}; {_NEEDED}")
    if boxes == 6 and columns > 6:
        raise ModelError("its output lies across: (1, 6, boxes) in place of (1, boxes, 6); export it again")
    return None


def _are_classes(column: Float32) -> bool:
    return bool(np.isfinite(column).all() and np.equal(np.round(column), column).all() and (column >= -1).all())


def _classes_in(family: Family, found: int, named: int | None, masks: int) -> int:
    """How many classes the output has a row for.

    Raises:
        ModelError: not those that are named.
    """
    if masks and (named is None or found == named + masks):
        raise ModelError(f"this network {_TASKS['segment']}; {_NEEDED}")
    if found < 1:
        raise ModelError(f"its output has no row for a class; the family {family} gives {FAMILIES[family].expects}")
    if named is None or named == found:
        return found
    more = found - named
    if more > 1 and named <= 2 and more % 17 == 0:
        raise ModelError(f"this network {_TASKS['pose']}; {_NEEDED}")
    raise ModelError(
        f"its output has rows for {found} classes ({family}), but {named} are named; name them in order with --labels "
        "FILE (one row more than its classes: an export with oriented boxes, which is not read here)"
    )


def _unknown(outputs: Sequence[Float32]) -> str:
    shapes = ", ".join(f"({', '.join(map(str, one.shape))})" for one in outputs)
    known = "; ".join(f"{name} {family.expects}" for name, family in FAMILIES.items())
    return f"its output {shapes} is of no family that is read here; there are: {known}"
