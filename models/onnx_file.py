"""Opens an ONNX file that somebody brings: whole, with weights that lie beside it; or says what it is instead."""

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import ModelProto
from onnx.external_data_helper import (
    ExternalDataInfo,
    _get_all_tensors,
    load_external_data_for_tensor,
    uses_external_data,
)

from core.errors import ModelError

_HEAD_BYTES = 512
# protobuf holds no more in one file, and a network of a camera's size is a hundredth of it.
_MAX_BYTES = 2**31 - 1
_PYTORCH = "is a PyTorch file (.pt), whatever its name; export it: yolo export model=FILE.pt format=onnx"
# The first bytes of a file, and what it is instead. The first that fits counts.
_OTHERS = (
    (b"version https://git-lfs", "is a pointer of Git LFS, not the model itself; fetch it: git lfs pull"),
    (b"PK\x03\x04", _PYTORCH),
    (b"\x80\x02", _PYTORCH),
    (b"\x80\x04", _PYTORCH),
    (b"\x89HDF", "is a Keras file (.h5); export it to ONNX first"),
    (b"\x1f\x8b", "is an archive (.gz); unpack it first"),
    (b"7z\xbc\xaf", "is an archive (.7z); unpack it first"),
    (b"Rar!", "is an archive (.rar); unpack it first"),
    (b"<?xml", "is an XML text, as OpenVINO's .xml; give the .onnx file that it was made from"),
    (b"<", "is a web page (HTML), not a model; download the file itself"),
    (b"{", "is a text (JSON), not a model; give the .onnx file"),
)


def read_graph(path: Path) -> ModelProto:
    """The ONNX graph of a file, with all its weights in it, also those that lay in files beside it.

    Raises:
        ModelError: no such file, or no ONNX model that runs here; says what it is instead, or what is missing.
    """
    try:
        _refuse_others(path)
        graph = onnx.load(path, load_external_data=False)
        _refuse_newer(graph, path)
        _bring_weights(graph, path)
        onnx.checker.check_model(graph)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}; give the path of an .onnx file") from error
    except (DecodeError, ValueError, onnx.checker.ValidationError) as error:
        raise ModelError(f"{path}: this is no intact ONNX model; export it again") from error
    return graph


def _refuse_others(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = file.seek(0, 2)
    if size == 0:
        raise ModelError(f"{path}: is empty; copy it again")
    if size > _MAX_BYTES:
        raise ModelError(f"{path}: is larger than 2 GB, more than an ONNX file can hold; give the .onnx file")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()  # spaces stand before no other kind's first bytes
    if head[4:8] == b"TFL3":
        raise ModelError(f"{path}: is a TensorFlow Lite file; export it to ONNX first")
    for begin, what in _OTHERS:
        if text.startswith(begin):
            raise ModelError(f"{path}: {what}")


def _refuse_newer(graph: ModelProto, path: Path) -> None:
    """An opset that this program does not know: what its operators mean, nobody here can say."""
    known = onnx.defs.onnx_opset_version()
    for opset in graph.opset_import:
        if opset.domain in ("", "ai.onnx") and opset.version > known:
            raise ModelError(
                f"{path}: is written for ONNX opset {opset.version}, newer than the {known} known here; "
                "export it again with opset=18"
            )
    if graph.ir_version > onnx.IR_VERSION:
        raise ModelError(
            f"{path}: is written in ONNX format {graph.ir_version}, newer than the {onnx.IR_VERSION} known here; "
            "export it again with an older onnx"
        )


def _bring_weights(graph: ModelProto, path: Path) -> None:
    """Puts weights that lie in files beside the graph into it: one file is all of the model."""
    outside = [tensor for tensor in _get_all_tensors(graph) if uses_external_data(tensor)]
    held = graph.ByteSize()
    for tensor in outside:
        info = ExternalDataInfo(tensor)
        beside = _beside(path, info.location)
        size = beside.stat().st_size
        begin, length = info.offset or 0, info.length if info.length is not None else size - (info.offset or 0)
        held += length
        if begin < 0 or length < 0 or begin + length > size:
            raise ModelError(f"{path}: {info.location} breaks off before the weights {tensor.name!r}; copy it again")
        if held > _MAX_BYTES:
            raise ModelError(f"{path}: holds more than 2 GB of weights with {info.location}; give a smaller model")
        load_external_data_for_tensor(tensor, str(path.parent))
        tensor.data_location = onnx.TensorProto.DEFAULT
        del tensor.external_data[:]


def _beside(path: Path, location: str) -> Path:
    beside = path.parent / location
    if not location or "\\" in location or Path(location).is_absolute() or ".." in Path(location).parts:
        raise ModelError(f"{path}: its weights lie in {location!r}, which leads out of its folder; export it again")
    if not beside.resolve().is_relative_to(path.parent.resolve()):
        raise ModelError(f"{path}: its weights lie in {location!r}, a link out of its folder; copy the file itself")
    if not beside.is_file():
        raise ModelError(f"{path}: its weights lie in {location}, which is missing beside it; copy both files together")
    return beside
