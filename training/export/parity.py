"""Whether the ONNX file says what the weights say: the largest differences, and how large they may be."""

# ruff: noqa: PLC0415 - torch and Ultralytics take seconds, and are imported after `confine` only

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from core.domain import Image
from core.errors import ModelError
from detector.families import FAMILIES, Float32
from detector.letterbox import Letterbox
from training.export.joining import BOX_ROWS, aligned
from training.export.onnx_file import Exported, class_names, load_finest, load_network, same_classes

# Detections are rounded to a tenth of a pixel and four digits of a score: a difference must not show.
BOX_TOLERANCE_PX = 0.05
SCORE_TOLERANCE = 0.0005


@dataclass(frozen=True, slots=True)
class Parity:
    """The largest differences found, in pixels of the input and in score.

    Attributes:
        boxes: how many were compared, over all pictures.
    """

    pictures: int
    boxes: int
    box_px: float
    score: float

    def refuse_apart(self, path: Path) -> None:
        """Lets pass what agrees.

        Raises:
            ModelError: a difference is above its tolerance.
        """
        if not (self.boxes and self.box_px <= BOX_TOLERANCE_PX and self.score <= SCORE_TOLERANCE):
            raise ModelError(
                "training.onnx_differs_from_weights",
                path=path,
                box_px=f"{self.box_px:.3g}",
                score=f"{self.score:.3g}",
                boxes=self.boxes,
                box_limit=BOX_TOLERANCE_PX,
                score_limit=SCORE_TOLERANCE,
            )


def compare(
    weights: Path, exported: Exported, size_wh: tuple[int, int], pictures: Sequence[Image], kept: Path | None = None
) -> Parity:
    """Runs both on the same pictures, prepared as the detector prepares them.

    Args:
        size_wh: width and height of the input, in pixels.
        pictures: (height, width, 3) BGR, at least one.
        kept: weights of the network beside it, as of `export_onnx`.

    Raises:
        ModelError: one of the two does not run.
    """
    family = FAMILIES[exported.family]
    network = _Torch(load_network(weights))
    beside = _Torch(load_finest(kept)) if kept else None
    session = onnxruntime.InferenceSession(str(exported.path), providers=["CPUExecutionProvider"])
    apart = _by_rank if exported.family == "yolo-e2e" else _by_cell
    found: list[Float32] = []
    for picture in pictures:
        letterbox = Letterbox.fit((picture.shape[1], picture.shape[0]), size_wh, centred=family.centred)
        tensor = family.tensor(letterbox.apply(picture))
        (output,) = session.run(None, {session.get_inputs()[0].name: tensor})
        wanted = network(tensor)
        if output.shape != wanted.shape:
            raise ModelError(
                "training.onnx_shape_differs", path=exported.path, found=str(output.shape), wanted=str(wanted.shape)
            )
        if beside:
            same = aligned(beside(tensor), wanted.shape, same_classes(exported.classes, beside.names))
            found.append(_by_surer(output[0], wanted[0], same[0]))
        else:
            found.append(apart(output[0], wanted[0]))
    all_apart = np.concatenate(found)
    box_px, score = all_apart.max(axis=0) if len(all_apart) else (0.0, 0.0)
    return Parity(len(pictures), len(all_apart), float(box_px), float(score))


class _Torch:
    """A network as a function from the input tensor to the raw output."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self.names = class_names(network)

    def __call__(self, tensor: Float32) -> Float32:
        import torch

        with torch.inference_mode():
            output = self._network(torch.from_numpy(tensor))
        return np.asarray((output[0] if isinstance(output, tuple) else output).numpy(), np.float32)


def _by_cell(output: Float32, wanted: Float32) -> Float32:
    """Largest differences of box (px) and score in each cell, (N, 2), of outputs (4 + classes, N)."""
    away = np.abs(output - wanted)
    return np.stack([away[:4].max(axis=0), away[4:].max(axis=0)], axis=1)


def _by_surer(output: Float32, trained: Float32, kept: Float32) -> Float32:
    """As `_by_cell`, of the network that is surer there. Where both are as sure, either answer is right."""
    away_trained, away_kept = _by_cell(output, trained), _by_cell(output, kept)
    margin = (kept[BOX_ROWS:].max(axis=0) - trained[BOX_ROWS:].max(axis=0))[:, None]
    right = np.where(margin > 0, away_kept, away_trained)
    nearer = np.where(away_kept[:, :1] < away_trained[:, :1], away_kept, away_trained)
    return np.where(np.abs(margin) <= SCORE_TOLERANCE, nearer, right)


def _by_rank(output: Float32, wanted: Float32) -> Float32:
    """Differences of box (px) and score, (N, 2), of each wanted row with the nearest of its class, of outputs (M, 6).

    Rows are sorted by score: nearly equal ones may change places, and at the end of the list fall out.
    """
    rows = []
    for row in wanted[wanted[:, 4] > output[:, 4].min() + SCORE_TOLERANCE]:
        same = output[output[:, 5] == row[5]]
        if not len(same):
            return np.full((1, 2), np.inf, np.float32)
        away_px = np.abs(same[:, :4] - row[:4]).max(axis=1)
        nearest = int(away_px.argmin())
        rows.append((away_px[nearest], abs(same[nearest, 4] - row[4])))
    return np.array(rows, np.float32).reshape(-1, 2)
