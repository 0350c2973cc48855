"""A network made in a test: it finds what is red and calls it a car. Real ONNX, real inference, no training."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZE_WH = (320, 192)
CAR = 2  # of COCO


def write_red_detector(path: Path, score: float = 0.9) -> Path:
    """Writes an end-to-end model (1, 1, 6): the box around everything red, with that score, or 0 without red."""
    width, height = SIZE_WH
    xs = np.arange(width, dtype=np.float32).reshape(1, 1, 1, width)
    ys = np.arange(height, dtype=np.float32).reshape(1, 1, height, 1)
    constants = {
        "redness": np.array([[[[1.0]], [[-1.0]], [[-1.0]]]], np.float32),
        "threshold": np.array(0.35, np.float32),
        "xs": xs,
        "ys": ys,
        "far": np.array(4096, np.float32),
        "one": np.array(1, np.float32),
        "least_px": np.array(20, np.float32),
        "score": np.array(score, np.float32),
        "car": np.array([CAR], np.float32),
        "shape": np.array([1, 1, 6], np.int64),
        "flat": np.array([1], np.int64),
    }
    steps = [
        ("Conv", ["images", "redness"], "difference", {}),
        ("Greater", ["difference", "threshold"], "is_red", {}),
        ("Cast", ["is_red"], "mask", {"to": TensorProto.FLOAT}),
        ("Sub", ["one", "mask"], "not_red", {}),
        ("Mul", ["not_red", "far"], "away", {}),
        *_extreme("xs", "Min", "x1"),
        *_extreme("ys", "Min", "y1"),
        *_extreme("xs", "Max", "x2"),
        *_extreme("ys", "Max", "y2"),
        ("ReduceSum", ["mask"], "red_px", {"keepdims": 0}),
        ("Greater", ["red_px", "least_px"], "enough", {}),
        ("Cast", ["enough"], "seen", {"to": TensorProto.FLOAT}),
        ("Mul", ["seen", "score"], "certainty", {}),
        ("Reshape", ["certainty", "flat"], "s", {}),
        ("Concat", ["x1", "y1", "x2", "y2", "s", "car"], "row", {"axis": 0}),
        ("Reshape", ["row", "shape"], "output0", {}),
    ]
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, [output], **options) for kind, inputs, output, options in steps],
        "red",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, height, width])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 1, 6])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def write_red_yolo(path: Path) -> Path:
    """Writes the same in the layout of YOLOv8 exports, (1, 84, 1260): x, y, w, h and a score for each class of COCO,
    one column for each cell of strides 8, 16 and 32; only the first column holds something."""
    model = onnx.load(write_red_detector(path))
    width, height = SIZE_WH
    cells = sum((width // stride) * (height // stride) for stride in (8, 16, 32))
    scores = np.zeros((80, 1), np.float32)
    scores[CAR] = 1
    constants = {
        "half": np.array(0.5, np.float32),
        "of_car": scores,
        "four": np.array([4, 1], np.int64),
        "others": np.array([0, 0, 0, 0, 0, cells - 1], np.int64),
        "all": np.array([1, 84, 1], np.int64),
    }
    steps = [
        ("Sub", ["x2", "x1"], "w"),
        ("Sub", ["y2", "y1"], "h"),
        ("Mul", ["w", "half"], "half_w"),
        ("Mul", ["h", "half"], "half_h"),
        ("Add", ["x1", "half_w"], "x"),
        ("Add", ["y1", "half_h"], "y"),
        ("Mul", ["of_car", "s"], "by_class"),
    ]
    nodes = [helper.make_node(kind, inputs, [output]) for kind, inputs, output in steps]
    nodes += [
        helper.make_node("Concat", ["x", "y", "w", "h"], ["box"], axis=0),
        helper.make_node("Reshape", ["box", "four"], ["box_column"]),
        helper.make_node("Concat", ["box_column", "by_class"], ["column"], axis=0),
        helper.make_node("Reshape", ["column", "all"], ["one_cell"]),
        helper.make_node("Pad", ["one_cell", "others"], ["output0"]),
    ]
    del model.graph.node[-2:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 84, cells]))
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def _extreme(axis: str, which: str, name: str) -> list[tuple[str, list[str], str, dict[str, object]]]:
    """The least or greatest coordinate at which something is red."""
    push = ("Add" if which == "Min" else "Sub", [axis, "away"], f"{name}_pushed", {})
    return [
        push,
        (f"Reduce{which}", [f"{name}_pushed"], f"{name}_at", {"keepdims": 0}),
        ("Reshape", [f"{name}_at", "flat"], name, {}),
    ]
