"""Networks written by hand, so that what they answer is known: real ONNX, real inference, nothing learned."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NAMES = "{0: 'person', 1: 'car', 2: 'bus'}"
SIZE_WH = (64, 32)
CELLS = 8 * 4 + 4 * 2 + 2 * 1  # of SIZE_WH, at strides 8, 16 and 32


def boxes(rows: int, cells: int, *, scale: float = 32.0) -> np.ndarray[Any, Any]:
    """An answer (1, rows, cells) of which the first four rows are boxes in pixels, and the others scores."""
    answer = np.full((1, rows, cells), 0.1, np.float32)
    answer[:, :4] = scale / 2
    return answer


def write_network(
    path: Path,
    *answers: np.ndarray[Any, Any],
    shape: Sequence[int | str] = (1, 3, SIZE_WH[1], SIZE_WH[0]),
    kind: int = TensorProto.FLOAT,
    metadata: Mapping[str, str] | None = None,
    opset: int = 17,
) -> Path:
    """A network that gives these answers, whatever it is shown, in numbers of its input's own kind.

    Args:
        metadata: None = it names the three classes of NAMES.
    """
    half = kind == TensorProto.FLOAT16
    out_kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT
    nodes = [
        helper.make_node("Cast", ["images"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "nothing"], ["zero"]),
    ]
    tensors = [numpy_helper.from_array(np.zeros((), np.float32), "nothing")]
    for number, answer in enumerate(answers):
        tensors.append(numpy_helper.from_array(answer.astype(np.float32), f"answer{number}"))
        nodes.append(helper.make_node("Add", [f"answer{number}", "zero"], [f"sum{number}"]))
        nodes.append(helper.make_node("Cast", [f"sum{number}"], [f"output{number}"], to=out_kind))
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("images", kind, shape)],
        [
            helper.make_tensor_value_info(f"output{number}", out_kind, answer.shape)
            for number, answer in enumerate(answers)
        ],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    for key, value in ({"names": NAMES} if metadata is None else metadata).items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, path)
    return path


def write_batched(path: Path, batch: int) -> Path:
    """A network of a fixed batch whose inner shapes hold that number, as exporters write them out."""
    rows, cells = 7, CELLS
    answer = boxes(rows, cells)
    tensors = [
        numpy_helper.from_array(np.array([batch, 1, 1], np.int64), "inner"),
        numpy_helper.from_array(answer, "answer"),
        numpy_helper.from_array(np.zeros((), np.float32), "nothing"),
    ]
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Reshape", ["mean", "inner"], ["each"]),
        helper.make_node("Mul", ["each", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "answer"], ["output0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "batched",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [batch, 3, SIZE_WH[1], SIZE_WH[0]])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [batch, rows, cells])],
        tensors,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    model.metadata_props.add(key="names", value=NAMES)
    onnx.save(model, path)
    return path


def write_tiny(path: Path, value: float = 0.0, size_wh: tuple[int, int] = (640, 384)) -> Path:
    """A network that runs at that size and answers one number: as good as any where only that it runs counts."""
    return write_network(path, np.full((1, 1), value, np.float32), shape=(1, 3, size_wh[1], size_wh[0]))
