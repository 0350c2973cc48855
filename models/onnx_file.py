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
from core.messages import Message

_HEAD_BYTES = 512
# protobuf holds no more in one file, and a network of a camera's size is a hundredth of it.
_MAX_BYTES = 2**31 - 1
_PYTORCH = Message("models.file_is_pytorch")
# The first bytes of a file, and what it is instead. The first that fits counts.
_OTHERS = (
    (b"version https://git-lfs", Message("models.file_is_lfs_pointer")),
    (b"PK\x03\x04", _PYTORCH),
    (b"\x80\x02", _PYTORCH),
    (b"\x80\x04", _PYTORCH),
    (b"\x89HDF", Message("models.file_is_keras")),
    (b"\x1f\x8b", Message("models.file_is_archive", suffix=".gz")),
    (b"7z\xbc\xaf", Message("models.file_is_archive", suffix=".7z")),
    (b"Rar!", Message("models.file_is_archive", suffix=".rar")),
    (b"<?xml", Message("models.file_is_xml")),
    (b"<", Message("models.file_is_web_page")),
    (b"{", Message("models.file_is_json")),
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
        raise ModelError("models.onnx_not_readable", path=path, cause=error) from error
    except (DecodeError, ValueError, onnx.checker.ValidationError) as error:
        raise ModelError("models.onnx_not_intact", path=path) from error
    return graph


def _refuse_others(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = file.seek(0, 2)
    if size == 0:
        raise ModelError("models.file_is_empty", path=path)
    if size > _MAX_BYTES:
        raise ModelError("models.file_too_large", path=path)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()  # spaces stand before no other kind's first bytes
    if head[4:8] == b"TFL3":
        raise ModelError("models.file_is_tensorflow_lite", path=path)
    for begin, what in _OTHERS:
        if text.startswith(begin):
            raise ModelError("core.located", where=path, cause=what)


def _refuse_newer(graph: ModelProto, path: Path) -> None:
    """An opset that this program does not know: what its operators mean, nobody here can say."""
    known = onnx.defs.onnx_opset_version()
    for opset in graph.opset_import:
        if opset.domain in ("", "ai.onnx") and opset.version > known:
            raise ModelError("models.onnx_opset_too_new", path=path, found=opset.version, known=known)
    if graph.ir_version > onnx.IR_VERSION:
        raise ModelError("models.onnx_format_too_new", path=path, found=graph.ir_version, known=onnx.IR_VERSION)


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
            raise ModelError("models.weights_break_off", path=path, file=info.location, name=repr(tensor.name))
        if held > _MAX_BYTES:
            raise ModelError("models.weights_too_large", path=path, file=info.location)
        load_external_data_for_tensor(tensor, str(path.parent))
        tensor.data_location = onnx.TensorProto.DEFAULT
        del tensor.external_data[:]


def _beside(path: Path, location: str) -> Path:
    beside = path.parent / location
    if not location or "\\" in location or Path(location).is_absolute() or ".." in Path(location).parts:
        raise ModelError("models.weights_outside_folder", path=path, file=repr(location))
    if not beside.resolve().is_relative_to(path.parent.resolve()):
        raise ModelError("models.weights_linked_outside", path=path, file=repr(location))
    if not beside.is_file():
        raise ModelError("models.weights_file_missing", path=path, file=location)
    return beside
