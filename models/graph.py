"""Reads what an ONNX graph says of itself, and rewrites a fixed input size where the graph allows it."""

import ast
from dataclasses import dataclass
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import ModelProto

from core.errors import ModelError

Shape = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """What an ONNX file declares.

    Attributes:
        input_shape: as declared, a number or a name for each axis; (batch, 3, height, width) is wanted.
        output_shapes: one for each output.
        class_names: from Ultralytics metadata, in order; empty where there is none.
        licence: from the metadata, or None.
    """

    input_shape: Shape
    output_shapes: tuple[Shape, ...]
    class_names: tuple[str, ...]
    licence: str | None

    @property
    def fixed_size_wh(self) -> tuple[int, int] | None:
        """Width and height where both are fixed, else None."""
        height, width = self.input_shape[2:4]
        return (width, height) if isinstance(width, int) and isinstance(height, int) else None


def read_graph(path: Path) -> ModelProto:
    """The ONNX graph of a file.

    Raises:
        ModelError: no such file, or no ONNX model.
    """
    try:
        graph = onnx.load(path)
        onnx.checker.check_model(graph)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}; give the path of an .onnx file") from error
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise ModelError(f"{path}: this is no intact ONNX model; export it again") from error
    return graph


def facts_of(graph: ModelProto, path: Path) -> GraphFacts:
    """What the graph declares.

    Raises:
        ModelError: it does not take one picture.
    """
    initial = {tensor.name for tensor in graph.graph.initializer}
    inputs = [value for value in graph.graph.input if value.name not in initial]
    shape = _shape(inputs[0]) if len(inputs) == 1 else ()
    if len(shape) != 4 or shape[1] != 3:
        found = ", ".join(f"{value.name} {list(_shape(value))}" for value in inputs) or "no input"
        raise ModelError(f"{path}: one input (batch, 3, height, width) was expected, found {found}")
    metadata = {entry.key: entry.value for entry in graph.metadata_props}
    return GraphFacts(
        input_shape=shape,
        output_shapes=tuple(_shape(value) for value in graph.graph.output),
        class_names=_names(metadata.get("names")),
        licence=metadata.get("license"),
    )


def with_input_size(graph: ModelProto, size_wh: tuple[int, int]) -> ModelProto:
    """A copy whose declared input is of that width and height; inferred shapes are dropped, since they held for the
    old size. Works for fully convolutional graphs; whether this one is, shows when it runs."""
    resized = ModelProto()
    resized.CopyFrom(graph)
    initial = {tensor.name for tensor in resized.graph.initializer}
    for value in resized.graph.input:
        if value.name not in initial:
            dims = value.type.tensor_type.shape.dim
            dims[2].dim_value, dims[3].dim_value = size_wh[1], size_wh[0]
    del resized.graph.value_info[:]
    for value in resized.graph.output:
        for number, dim in enumerate(value.type.tensor_type.shape.dim):
            dim.Clear()
            dim.dim_param = f"{value.name}_{number}"
    return resized


def _shape(value: onnx.ValueInfoProto) -> Shape:
    dims = value.type.tensor_type.shape.dim
    return tuple(dim.dim_value if dim.HasField("dim_value") else dim.dim_param or "?" for dim in dims)


def _names(text: str | None) -> tuple[str, ...]:
    try:
        names = ast.literal_eval(text or "{}")
        return tuple(str(names[number]) for number in range(len(names)))
    except (ValueError, SyntaxError, KeyError, TypeError):
        return ()
