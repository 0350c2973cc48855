"""How each family of networks is fed and how its output is read. A family is one row of FAMILIES."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Image
from core.errors import ModelError

Float32 = NDArray[np.float32]
STRIDES = (8, 16, 32)
# The maps that a network of YOLO's kind may have: the usual three, one finer (P2), one coarser (P6).
PYRAMIDS = (STRIDES, (4, *STRIDES), (*STRIDES, 64))
V5_ANCHORS = 3  # boxes of a cell


@dataclass(frozen=True, slots=True, eq=False)
class RawBoxes:
    """What a network found, in pixels of its input: boxes (N, 4) xyxy, scores (N,) 0-1, classes (N,) int."""

    boxes_xyxy_px: NDArray[np.floating]
    scores: NDArray[np.floating]
    classes: NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Family:
    """One family.

    Attributes:
        tensor: picture (height, width, 3) BGR uint8 -> network input (1, 3, height, width) float32.
        decode: output, input size, number of classes -> raw boxes, or ModelError where the shape does not fit.
        centred: whether the letterbox pads on both sides.
        expects: the output shape in words, for messages.
    """

    tensor: Callable[[Image], Float32]
    decode: Callable[[Float32, tuple[int, int], int], RawBoxes]
    centred: bool
    expects: str


def rgb_unit(image: Image) -> Float32:
    """RGB, 0-1."""
    planes = image[..., ::-1].transpose(2, 0, 1)[None]
    return np.ascontiguousarray(planes, np.float32) / np.float32(255)


def bgr_bytes(image: Image) -> Float32:
    """BGR, 0-255."""
    return np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32)


def decode_yolox(output: Float32, size_wh: tuple[int, int], classes: int) -> RawBoxes:
    """YOLOX raw grid output (1, cells, 5 + classes): xy = (raw + cell) x stride, wh = exp(raw) x stride, score =
    objectness x class (Ge et al. 2021, and the demo of the YOLOX repository)."""
    cells, strides = _grid(size_wh)
    _expect(output, (1, len(cells), 5 + classes))
    raw = output[0]
    centre = (raw[:, :2] + cells) * strides
    half = np.exp(np.clip(raw[:, 2:4], None, 10)) * strides / 2
    scores = raw[:, 4:5] * raw[:, 5:]
    return _best_class(np.concatenate([centre - half, centre + half], axis=1), scores)


def decode_yolo(output: Float32, size_wh: tuple[int, int], classes: int) -> RawBoxes:
    """Ultralytics v8/11 export (1, 4 + classes, cells): centre x, y, width, height in input pixels, class scores."""
    _expect_cells(output, (1, 4 + classes), 2, [cells_of(size_wh, strides) for strides in PYRAMIDS])
    raw = output[0].T
    return _best_class(_corners(raw[:, :4]), raw[:, 4:])


def decode_yolov5(output: Float32, size_wh: tuple[int, int], classes: int) -> RawBoxes:
    """YOLOv5 export (1, 3 x cells, 5 + classes): centre x, y, width, height in input pixels, score = objectness x
    class."""
    counts = [V5_ANCHORS * cells_of(size_wh, strides) for strides in PYRAMIDS]
    _expect_cells(output, (1, 5 + classes), 1, counts)
    raw = output[0]
    return _best_class(_corners(raw[:, :4]), raw[:, 4:5] * raw[:, 5:])


def decode_yolo_e2e(output: Float32, _size_wh: tuple[int, int], classes: int) -> RawBoxes:
    """End-to-end export such as v10 or 26 (1, boxes, 6): x1, y1, x2, y2 in input pixels, score, class."""
    if output.ndim != 3 or output.shape[0] != 1 or output.shape[2] != 6:
        _expect(output, (1, "boxes", 6))
    raw = output[0]
    raw = raw[~(raw[:, 5] < 0)]  # rows of class -1 fill up the number
    _expect_scores(raw[:, 4])
    numbers = raw[:, 5].astype(np.int64)
    if len(numbers) and numbers.max() >= classes:
        raise ModelError("detector.output_names_unexpected_class", number=int(numbers.max()), classes=classes)
    return RawBoxes(raw[:, :4], raw[:, 4], numbers)


FAMILIES = {
    "yolox": Family(bgr_bytes, decode_yolox, centred=False, expects="(1, cells, 5 + classes)"),
    "yolo": Family(rgb_unit, decode_yolo, centred=True, expects="(1, 4 + classes, cells)"),
    "yolov5": Family(rgb_unit, decode_yolov5, centred=True, expects="(1, 3 x cells, 5 + classes)"),
    "yolo-e2e": Family(rgb_unit, decode_yolo_e2e, centred=True, expects="(1, boxes, 6)"),
}


def cells_of(size_wh: tuple[int, int], strides: Sequence[int]) -> int:
    """How many cells the maps of these strides have, for an input of that width and height.

    >>> cells_of((640, 384), (8, 16, 32))
    5040
    """
    return sum((size_wh[0] // stride) * (size_wh[1] // stride) for stride in strides)


def _corners(xywh: Float32) -> Float32:
    half = xywh[:, 2:4] / 2
    return np.concatenate([xywh[:, :2] - half, xywh[:, :2] + half], axis=1)


def _grid(size_wh: tuple[int, int]) -> tuple[Float32, Float32]:
    """Left upper corner (cells, 2) and stride (cells, 1) of every cell of the three output maps."""
    corners, strides = [], []
    for stride in STRIDES:
        ys, xs = np.mgrid[: size_wh[1] // stride, : size_wh[0] // stride]
        corners.append(np.stack([xs, ys], axis=-1).reshape(-1, 2))
        strides.append(np.full((xs.size, 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(strides).astype(np.float32)


def _best_class(boxes: Float32, scores: Float32) -> RawBoxes:
    _expect_scores(scores)
    best = scores.argmax(axis=1)
    return RawBoxes(boxes, scores[np.arange(len(scores)), best], best)


def _expect(output: Float32, shape: tuple[int | str, ...]) -> None:
    if output.shape != shape:
        found = ", ".join(str(size) for size in output.shape)
        raise ModelError("detector.output_shape_unexpected", found=found, wanted=", ".join(map(str, shape)))


def _expect_cells(output: Float32, others: tuple[int, int], axis: int, counts: Sequence[int]) -> None:
    """As `_expect`, for any of these counts along `axis`; the first is the one that is named."""
    shapes = [(*others[:axis], count, *others[axis:]) for count in counts]
    _expect(output, output.shape if output.shape in shapes else shapes[0])


def _expect_scores(scores: Float32) -> None:
    if not np.isfinite(scores).all():
        raise ModelError("detector.scores_no_numbers")
    if scores.size and not (scores.min() >= -1e-3 and scores.max() <= 1.001):
        raise ModelError("detector.scores_out_of_range", lowest=f"{scores.min():.3g}", highest=f"{scores.max():.3g}")
