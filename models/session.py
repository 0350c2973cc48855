"""A network, loaded and run: the one place that knows onnxruntime."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from core.errors import ModelError

_PROVIDERS = ("CUDAExecutionProvider", "OpenVINOExecutionProvider", "CPUExecutionProvider")
_HALF = "tensor(float16)"


class Session:
    """A network that takes one picture; may be shared by several threads."""

    def __init__(self, weights: Path, *, threads: int = 0) -> None:
        """Loads it.

        Args:
            threads: of one inference; 0 = as many as there are cores.

        Raises:
            ModelError: onnxruntime cannot run this file.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        available = onnxruntime.get_available_providers()
        try:
            self._session = onnxruntime.InferenceSession(
                str(weights), options, providers=[name for name in _PROVIDERS if name in available]
            )
        except Exception as error:  # onnxruntime has no common base for its errors
            raise ModelError("models.onnxruntime_cannot_load", path=weights, cause=_brief(error)) from error
        self._input = self._session.get_inputs()[0]

    def run(self, tensor: NDArray[np.float32]) -> Sequence[NDArray[np.float32]]:
        """Its outputs for an input (1, 3, height, width). A network of half precision is fed so, and answers as if of
        single precision.

        Raises:
            ModelError: onnxruntime refuses.
        """
        fed = tensor.astype(np.float16) if self._input.type == _HALF else tensor
        try:
            outputs = self._session.run(None, {self._input.name: fed})
        except Exception as error:  # onnxruntime has no common base for its errors
            raise ModelError("models.onnxruntime_cannot_run", cause=_brief(error)) from error
        return [np.asarray(one, np.float32) for one in outputs]


def try_out(weights: Path, size_wh: tuple[int, int]) -> None:
    """Loads a network and shows it a grey picture of that width and height: does it run at all?

    Raises:
        ModelError: it does not.
    """
    try:
        facts = weights.stat()
    except OSError as error:
        raise ModelError("core.located", where=weights, cause=error) from error
    _ran(weights, facts.st_mtime_ns, facts.st_size, size_wh)


@lru_cache(maxsize=16)
def _ran(weights: Path, _mtime_ns: int, _size: int, size_wh: tuple[int, int]) -> None:
    """Only what ran is remembered, for as long as the file is the same: the System page asks again and again."""
    width, height = size_wh
    try:
        Session(weights).run(np.full((1, 3, height, width), 0.5, np.float32))
    except ModelError as error:
        raise ModelError(
            "models.does_not_run_at_size", path=weights, width=width, height=height, cause=error
        ) from error


def _brief(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
