"""How long models take for a frame, and on which machine."""

import os
import platform
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import onnxruntime

from core.domain import Image
from detector.ensemble import Ensemble
from training.evaluation.pictures import frame_of
from training.evaluation.result import SpeedFigures

FRAMES = 32
WARM_UP = 3
_PROVIDERS = ("CUDAExecutionProvider", "OpenVINOExecutionProvider", "CPUExecutionProvider")  # as the detector prefers


def measure(ensemble: Ensemble, images: Iterable[Image]) -> SpeedFigures:
    """Lets the models look at pictures, each from decoded pixels to boxes, one after the other.

    Args:
        images: (height, width, 3) uint8, BGR; at least one. The first are looked at once more before, to warm up.

    Raises:
        ModelError: a model does not run.
    """
    frames = [frame_of(image, number) for number, image in enumerate(images)]
    for frame in frames[:WARM_UP]:
        ensemble.detect(frame)
    times_ms = []
    for frame in frames:
        began = time.perf_counter()
        ensemble.detect(frame)
        times_ms.append((time.perf_counter() - began) * 1000)
    median, p95 = np.percentile(times_ms, [50, 95])
    return SpeedFigures(
        median_ms=round(float(median), 2), p95_ms=round(float(p95), 2), frames=len(frames), machine=machine()
    )


def machine() -> str:
    """The processor, its cores, and what onnxruntime runs on."""
    available = onnxruntime.get_available_providers()
    provider = next(name for name in _PROVIDERS if name in available).removesuffix("ExecutionProvider")
    return f"{_processor()}, {os.cpu_count()} cores, onnxruntime {onnxruntime.__version__} {provider}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
