"""What an ONNX graph says of itself, and its input rewritten to one picture of a size, where the graph allows it."""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, helper, numpy_helper

from core.errors import ModelError
from core.messages import Message

Shape = tuple[int | str, ...]

# What a network may be fed with; both are made from the same picture of numbers.
_KINDS = ("FLOAT", "FLOAT16")
_TAKES_A_SHAPE = frozenset({"Reshape", "Expand"})


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """What an ONNX file declares.

    Attributes:
        input_shape: as declared, a number or a name for each axis; (batch, 3, height, width) is wanted.
        output_shapes: one for each output.
        class_names: from Ultralytics metadata, in order; empty where there is none.
        licence, task, description: from the metadata, or None.
    """

    input_shape: Shape
    output_shapes: tuple[Shape, ...]
    class_names: tuple[str, ...]
    licence: str | None
    task: str | None = None
    description: str | None = None

    @property
    def fixed_size_wh(self) -> tuple[int, int] | None:
        """Width and height where both are fixed, else None."""
        height, width = self.input_shape[2:4]
        return (width, height) if isinstance(width, int) and isinstance(height, int) else None

    @property
    def fixed_batch(self) -> int | None:
        """How many pictures it wants at once, where that is fixed, else None."""
        batch = self.input_shape[0]
        return batch if isinstance(batch, int) else None


def facts_of(graph: ModelProto, path: Path) -> GraphFacts:
    """What the graph declares.

    Raises:
        ModelError: it does not take one picture of colours, as numbers with a point.
    """
    inputs = list(_inputs(graph))
    shape = _shape(inputs[0]) if len(inputs) == 1 else ()
    if why := _why_no_picture(inputs, shape):
        raise ModelError("core.located", where=path, cause=why)
    metadata = {entry.key: entry.value for entry in graph.metadata_props}
    return GraphFacts(
        input_shape=shape,
        output_shapes=tuple(_shape(value) for value in graph.graph.output),
        class_names=_names(metadata.get("names")),
        licence=metadata.get("license"),
        task=metadata.get("task"),
        description=metadata.get("description"),
    )


def _why_no_picture(inputs: list[onnx.ValueInfoProto], shape: Shape) -> Message | None:
    found = [f"{value.name} {list(_shape(value))}" for value in inputs] or Message("models.no_input")
    if len(shape) == 4 and shape[3] == 3 and shape[1] != 3:
        return Message("models.input_colours_last", found=found)
    if len(shape) == 4 and shape[1] == 1:
        return Message("models.input_is_grey", found=found)
    if len(shape) != 4 or not (shape[1] == 3 or isinstance(shape[1], str)):
        return Message("models.input_is_no_picture", found=found)
    kind = onnx.TensorProto.DataType.Name(inputs[0].type.tensor_type.elem_type)
    if kind not in _KINDS:
        return Message("models.input_of_wrong_type", found=found, type=kind.lower())
    return None


def for_one_picture(graph: ModelProto, size_wh: tuple[int, int]) -> ModelProto:
    """A copy whose declared input is one picture of that width and height; inferred shapes are dropped, since they held
    for what was declared before. Works for fully convolutional graphs; whether this one is, shows when it runs."""
    rewritten = ModelProto()
    rewritten.CopyFrom(graph)
    for value in _inputs(rewritten):
        dims = value.type.tensor_type.shape.dim
        batch = dims[0].dim_value if dims[0].HasField("dim_value") else 1
        dims[0].dim_value, dims[2].dim_value, dims[3].dim_value = 1, size_wh[1], size_wh[0]
        if batch != 1:
            _unbatch(rewritten.graph, batch)
    del rewritten.graph.value_info[:]
    for value in rewritten.graph.output:
        for number, dim in enumerate(value.type.tensor_type.shape.dim):
            dim.Clear()
            dim.dim_param = f"{value.name}_{number}"
    return rewritten


def _unbatch(graph: onnx.GraphProto, batch: int) -> None:
    """Shapes that were written out for `batch` pictures become those of one; of each answer the first is given."""
    constants = _constants(graph)
    for number, node in enumerate(graph.node):
        shape = constants.get(node.input[1]) if node.op_type in _TAKES_A_SHAPE and len(node.input) > 1 else None
        if shape is not None and shape.ndim == 1 and len(shape) > 1 and shape[0] == batch:
            name = f"one-picture.{number}"
            graph.initializer.append(numpy_helper.from_array(np.array([1, *shape[1:]], np.int64), name))
            node.input[1] = name
    ends = {"one-picture.begin": [0], "one-picture.end": [1], "one-picture.axis": [0]}
    for name, value in ends.items():
        graph.initializer.append(numpy_helper.from_array(np.array(value, np.int64), name))
    for output in graph.output:
        of_all = f"{output.name}.of-all"
        for node in graph.node:
            node.output[:] = [of_all if name == output.name else name for name in node.output]
            node.input[:] = [of_all if name == output.name else name for name in node.input]
        graph.node.append(helper.make_node("Slice", [of_all, *ends], [output.name], f"/one-picture/{output.name}"))


def _constants(graph: onnx.GraphProto) -> Mapping[str, np.ndarray[Any, Any]]:
    """Values of the graph that are fixed whole numbers, by name."""
    tensors = [(one.name, one) for one in graph.initializer]
    for node in graph.node:
        if node.op_type == "Constant":
            tensors += [(node.output[0], one.t) for one in node.attribute if one.name == "value"]
    return {name: numpy_helper.to_array(one) for name, one in tensors if one.data_type == onnx.TensorProto.INT64}


def _inputs(graph: ModelProto) -> Iterator[onnx.ValueInfoProto]:
    initial = {tensor.name for tensor in graph.graph.initializer}
    return (value for value in graph.graph.input if value.name not in initial)


def _shape(value: onnx.ValueInfoProto) -> Shape:
    dims = value.type.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else dim.dim_param or "?" for dim in dims)


def _names(text: str | None) -> tuple[str, ...]:
    """Names in order, from a list or a mapping from number to name, as Python or JSON writes it."""
    for read in (ast.literal_eval, json.loads):
        try:
            names = read(text or "")
            if isinstance(names, dict):
                by_number = {int(number): name for number, name in names.items()}
                names = [by_number[number] for number in range(len(by_number))]
            if isinstance(names, list | tuple):
                return tuple(str(name) for name in names)
        except (ValueError, SyntaxError, KeyError, TypeError, RecursionError, MemoryError):
            continue
    return ()
