"""Trained weights as an ONNX file: one picture, fixed size, raw output, and in its metadata what it is."""

# ruff: noqa: PLC0415 - torch and Ultralytics take seconds, and are imported after `confine` only

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx

from core.errors import ModelError
from models.card import Family
from training.export.halving import halve, round_weights
from training.export.joining import join
from training.learning.network import is_end_to_end

OPSET = 18  # later ones have operators that onnxruntime runs on the CPU only, and cannot quantise
# Whatever is learned with Ultralytics' code stands under its licence.
LICENCE = "AGPL-3.0-or-later"
_VOLATILE = frozenset({"date", "args"})  # the same weights give the same file


@dataclass(frozen=True, slots=True)
class Exported:
    """What came out.

    Attributes:
        family: yolo, or yolo-e2e where the network itself keeps one box a thing.
        classes: in the order of the output.
    """

    path: Path
    family: Family
    classes: tuple[str, ...]


def export_onnx(
    weights: Path, out: Path, size_wh: tuple[int, int], notes: Mapping[str, str], kept: Path | None = None
) -> Exported:
    """Writes the ONNX file.

    Args:
        weights: of Ultralytics (.pt).
        size_wh: width and height of the input, in pixels; fixed in the file.
        notes: more metadata.
        kept: weights of a network that answers beside it in the finest cells, for the classes of the same name.

    Raises:
        ModelError: the weights cannot be read or exported.
    """
    try:
        model = load_network(weights)
        end_to_end = is_end_to_end(model)
        names = class_names(model)
        _run_exporter(model, out, size_wh, end_to_end=end_to_end)
        if kept:
            finest = load_finest(kept)
            beside = out.with_name(f"{out.stem}-kept.onnx")
            _run_exporter(finest, beside, size_wh, end_to_end=False)
            join(out, beside, same_classes(names, class_names(finest)))
            beside.unlink()
    except Exception as error:  # torch and Ultralytics have no common base for their errors
        raise ModelError(
            "training.not_exportable_to_onnx", path=weights, cause=" ".join(str(error).split())[:200]
        ) from error
    annotate(out, {"license": LICENCE, **notes})
    halve(out)
    return Exported(out, "yolo-e2e" if end_to_end else "yolo", names)


def load_network(weights: Path) -> Any:
    """The network of a weights file for inference: fused, its weights rounded as the ONNX file holds them.

    Raises:
        TypeError, RuntimeError: it is none.
    """
    from ultralytics.nn.tasks import load_checkpoint

    model = load_checkpoint(weights)[0]
    model.end2end = is_end_to_end(model)
    model = model.fuse(verbose=False).eval()
    round_weights(model)
    return model


def load_finest(weights: Path) -> Any:
    """As `load_network`, without what finds large things: only the cells of the smallest stride answer.

    Raises:
        TypeError, RuntimeError: it is none.
    """
    model = load_network(weights)
    head = model.model[-1]
    head.nl, head.f, head.stride = 1, head.f[:1], head.stride[:1]
    head.cv2, head.cv3 = head.cv2[:1], head.cv3[:1]
    return model


def class_names(model: Any) -> tuple[str, ...]:
    """The classes of a network, in the order of its output."""
    return tuple(model.names[number] for number in range(len(model.names)))


def same_classes(names: Sequence[str], kept: Sequence[str]) -> dict[int, int]:
    """Class -> class of the kept network that has the same name."""
    return {names.index(name): number for number, name in enumerate(kept) if name in names}


def annotate(path: Path, notes: Mapping[str, str]) -> None:
    """Sets metadata of an ONNX file; what it says besides of itself stays."""
    graph = onnx.load(path)
    kept = {entry.key: entry.value for entry in graph.metadata_props if entry.key not in _VOLATILE}
    del graph.metadata_props[:]
    for key, value in {**kept, **notes}.items():
        graph.metadata_props.add(key=key, value=value)
    onnx.save(graph, path)


def _run_exporter(model: Any, out: Path, size_wh: tuple[int, int], *, end_to_end: bool) -> None:
    from ultralytics.engine.exporter import Exporter

    model.pt_path = str(out.with_name("exporting.pt"))  # where the exporter writes beside
    exporter = Exporter(
        overrides={
            "format": "onnx",
            "imgsz": [size_wh[1], size_wh[0]],
            "batch": 1,
            "dynamic": False,
            "simplify": False,
            "opset": OPSET,
            "nms": False if end_to_end else None,  # False = the head that needs none, in Ultralytics' words
            "device": "cpu",
        }
    )
    Path(exporter(model)).replace(out)
