"""One ONNX file of two networks that begin with the same layers.

A network that learns new labels forgets some of the old, the small and far ones first, however little of it is changed.
Its first layers were frozen, so it shares them to the bit with the network that it began with: the joined file runs
these once, and behind them both ends. In each cell the surer network answers, so that whatever reads the output of the
one reads that of both.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from detector.families import Float32

BOX_ROWS = 4
PREFIX = "kept"
_CHOICE = "choice"
_TRAINED = f"{_CHOICE}.trained"


def join(trained: Path, kept: Path, classes: Mapping[int, int]) -> None:
    """Joins `kept` to the file `trained`.

    Args:
        trained: output (1, 4 + classes, cells): boxes, then a score for each class.
        kept: same input; output likewise, of the same cells or of the first of them.
        classes: class of `trained` -> class of `kept` that is the same; for any other `kept` has no say.
    """
    ours, theirs = onnx.load(trained), onnx.load(kept)
    names = _add_what_differs(ours.graph, theirs.graph)
    answer = theirs.graph.output[0]
    _add_choice(ours.graph, names[answer.name], _shape(answer), classes)
    onnx.checker.check_model(ours)
    onnx.save(ours, trained)


def aligned(kept: Float32, shape: tuple[int, ...], classes: Mapping[int, int]) -> Float32:
    """The answer of `kept` in the rows and cells of `trained`, which has that shape; 0 where it has no say."""
    same = np.zeros(shape, np.float32)
    cells = kept.shape[-1]
    same[..., :BOX_ROWS, :cells] = kept[..., :BOX_ROWS, :]
    for ours, theirs in classes.items():
        same[..., BOX_ROWS + ours, :cells] = kept[..., BOX_ROWS + theirs, :]
    return same


def _add_what_differs(graph: onnx.GraphProto, other: onnx.GraphProto) -> dict[str, str]:
    """Adds the nodes of `other` that compute what no node of `graph` does; gives the names of its values there."""
    names = {other.input[0].name: graph.input[0].name, "": ""}
    known = {_content(one): one.name for one in graph.initializer}
    for tensor in other.initializer:
        same = known.get(_content(tensor))
        names[tensor.name] = same or f"{PREFIX}.{tensor.name}"
        if same is None:
            graph.initializer.add().CopyFrom(tensor)
            graph.initializer[-1].name = names[tensor.name]
    computed = {_meaning(node, node.input): node.output for node in graph.node}
    for node in other.node:
        inputs = [names[name] for name in node.input]
        there = computed.get(_meaning(node, inputs))
        names.update(zip(node.output, there or [f"{PREFIX}.{name}" for name in node.output], strict=True))
        if there is None:
            added = graph.node.add()
            added.CopyFrom(node)
            added.name = f"/{PREFIX}{node.name}"
            added.input[:] = inputs
            added.output[:] = [names[name] for name in node.output]
    return names


def _add_choice(graph: onnx.GraphProto, kept: str, kept_shape: Sequence[int], classes: Mapping[int, int]) -> None:
    output = graph.output[0]
    _, rows, cells = _shape(output)
    nothing = kept_shape[1]  # the number of the row of zeros that is put behind
    wanted = [*range(BOX_ROWS), *(classes.get(one, nothing - BOX_ROWS) + BOX_ROWS for one in range(rows - BOX_ROWS))]
    constants = {
        "pads": [0, 0, 0, 0, 1, cells - kept_shape[2]],
        "wanted": wanted,
        "first": [BOX_ROWS],
        "end": [rows],
        "axis": [1],
    }
    for name, values in constants.items():
        graph.initializer.append(numpy_helper.from_array(np.array(values, np.int64), f"{_CHOICE}.{name}"))
    for node in graph.node:
        node.output[:] = [_TRAINED if name == output.name else name for name in node.output]

    def add(operator: str, inputs: Sequence[str], result: str, **attributes: Any) -> str:
        name = f"/{_CHOICE}/{operator}.{result}"
        graph.node.append(helper.make_node(operator, inputs, [result], name=name, **attributes))
        return result

    def surest(answer: str) -> str:
        edges = [f"{_CHOICE}.first", f"{_CHOICE}.end", f"{_CHOICE}.axis"]
        scores = add("Slice", [answer, *edges], f"{answer}.scores")
        return add("ReduceMax", [scores, f"{_CHOICE}.axis"], f"{answer}.surest", keepdims=1)

    padded = add("Pad", [kept, f"{_CHOICE}.pads"], f"{_CHOICE}.padded")
    same = add("Gather", [padded, f"{_CHOICE}.wanted"], f"{_CHOICE}.same", axis=1)
    is_surer = add("Greater", [surest(same), surest(_TRAINED)], f"{_CHOICE}.is_surer")
    add("Where", [is_surer, same, _TRAINED], output.name)


def _shape(value: onnx.ValueInfoProto) -> list[int]:
    return [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]


def _content(tensor: onnx.TensorProto) -> bytes:
    nameless = onnx.TensorProto()
    nameless.CopyFrom(tensor)
    nameless.name = ""
    return bytes(nameless.SerializeToString(deterministic=True))


def _meaning(node: onnx.NodeProto, inputs: Sequence[str]) -> tuple[str, bytes, tuple[str, ...]]:
    attributes = b"".join(sorted(one.SerializeToString(deterministic=True) for one in node.attribute))
    return node.op_type, attributes, tuple(inputs)
