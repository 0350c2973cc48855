"""INT8 by static quantisation with onnxruntime: weights by channel, activations by tensor, ranges from real pictures.

The decoding behind the last convolutions stays in float: one scale for boxes in pixels and scores in 0-1 would round
every score to nothing.
"""

import logging
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from core.errors import ModelError
from detector.families import FAMILIES
from detector.letterbox import Letterbox
from training.datasets.pictures import decoded
from training.export.joining import PREFIX
from training.export.onnx_file import Exported, annotate

METHOD = "static QDQ, weights int8 by channel, activations uint8, ranges by minimum and maximum"
CALIBRATION_PICTURES = 64
_NETWORK = rf"(?:/{PREFIX})?/model\."
_MODULE = re.compile(rf"{_NETWORK}(\d+)/")


def quantise(exported: Exported, out: Path, size_wh: tuple[int, int], pictures: Sequence[Path]) -> int:
    """Writes the INT8 form; gives how many pictures its ranges come from.

    Args:
        size_wh: width and height of the input, in pixels.
        pictures: of the training part; at most CALIBRATION_PICTURES are taken, evenly.

    Raises:
        ModelError: onnxruntime cannot quantise it.
        NotAPicture: a picture cannot be read.
    """
    chosen = spread(pictures, CALIBRATION_PICTURES)
    logging.getLogger().setLevel(logging.ERROR)  # onnxruntime advises on the root logger
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".int8-") as folder:
        prepared, fresh = Path(folder) / "prepared.onnx", Path(folder) / "int8.onnx"
        try:
            quant_pre_process(str(exported.path), str(prepared), skip_symbolic_shape=True)
            quantize_static(
                str(prepared),
                str(fresh),
                _Calibration(exported, size_wh, chosen),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=CalibrationMethod.MinMax,
                nodes_to_exclude=decoding_nodes(onnx.load(prepared)),
            )
        except (ValueError, RuntimeError, NotImplementedError) as error:
            cause = " ".join(str(error).split())[:200]
            raise ModelError("training.int8_form_failed", path=exported.path, cause=cause) from error
        fresh.replace(out)
    kept = {entry.key: entry.value for entry in onnx.load(exported.path, load_external_data=False).metadata_props}
    annotate(out, {**kept, "quantisation": METHOD})
    return len(chosen)


def spread(pictures: Sequence[Path], most: int) -> list[Path]:
    """At most so many, evenly over all, always the same."""
    numbers = np.linspace(0, len(pictures) - 1, min(most, len(pictures))).round().astype(int)
    return [pictures[number] for number in numbers]


def decoding_nodes(graph: onnx.ModelProto) -> list[str]:
    """The nodes of the last module that do not belong to its convolutions: what makes boxes and scores of them."""
    modules = {node.name: int(found[1]) for node in graph.graph.node if (found := _MODULE.match(node.name))}
    last = max(modules.values(), default=-1)
    head = re.compile(rf"{_NETWORK}{last}/(one2one_)?cv\d")
    named = {name for name, module in modules.items() if module == last and not head.match(name)}
    # What was folded or made on the way has a name of no module: it belongs to the end where it comes from there.
    made = {output for node in graph.graph.node if node.name in named for output in node.output}
    for node in graph.graph.node:
        if node.name not in modules and any(name in made for name in node.input):
            named.add(node.name)
            made.update(node.output)
    return sorted(named)


class _Calibration(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime has no types
    """Pictures as the detector prepares them."""

    def __init__(self, exported: Exported, size_wh: tuple[int, int], pictures: Sequence[Path]) -> None:
        self._family = FAMILIES[exported.family]
        self._size_wh = size_wh
        self._left = iter(pictures)
        self._input = onnx.load(exported.path).graph.input[0].name

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        path = next(self._left, None)
        if path is None:
            return None
        picture = decoded(path)
        letterbox = Letterbox.fit((picture.shape[1], picture.shape[0]), self._size_wh, centred=self._family.centred)
        return {self._input: self._family.tensor(letterbox.apply(picture))}
