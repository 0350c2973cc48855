"""Weights held in half precision and computed in single precision: half the file, the same answers."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper


def round_weights(network: Any) -> None:
    """Rounds the weights of a network so that half precision holds them; biases stay as they are."""
    for parameter in network.parameters():
        if parameter.dim() > 1:
            parameter.data = parameter.data.half().float()


def halve(path: Path) -> None:
    """Holds in half precision whatever loses nothing by it; onnxruntime widens it once, when it loads the file."""
    model = onnx.load(path)
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float32 and values.ndim > 1 and np.array_equal(values, half := values.astype(np.float16)):
            name, held = tensor.name, f"{tensor.name}.half"
            casts.append(helper.make_node("Cast", [held], [name], f"/cast/{name}", to=onnx.TensorProto.FLOAT))
            tensor.CopyFrom(numpy_helper.from_array(half, held))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, path)
