"""Speed of training and of each exported form, measured on this machine by `jiejing train` itself. Figures, not tests.

The network learns drawn blocks: what it learns does not matter to its speed.
"""

import statistics
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from models.store import ModelStore
from tests.training.train_examples import Bench
from training.learning.progress import read_results

# ruff: noqa: T201  printing is what a benchmark is for

ARCHITECTURES = ("yolo11n", "yolo26n")
SIZE, EPOCHS = "320", "3"


def main() -> None:
    """Prints one figure a line: name, tab, value and unit."""
    if find_spec("ultralytics") is None:
        print("training\tnot measured: torch and ultralytics are not installed here")
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder)).prepare(pictures=64)
        for architecture in ARCHITECTURES:
            for row in measured(bench, architecture):
                print("\t".join(row), flush=True)


def measured(bench: Bench, architecture: str) -> Iterator[tuple[str, str]]:
    """Images a second of training, and milliseconds a picture of each form: preparation, inference, decoding."""
    asked = ("--name", architecture, "--model", architecture, "--size", SIZE, "--epochs", EPOCHS, "--int8")
    ended = bench.train(str(bench.dataset), *asked)
    if ended.returncode:
        yield architecture, f"failed: {ended.stderr.splitlines()[-1]}"
        return
    rows = read_results(bench.home / "training" / architecture / "results.csv")
    what = f"{architecture} {SIZE}x{SIZE}"
    # The first epoch warms up.
    speed = statistics.median(row["images_per_s"] for row in rows[1:])
    yield f"{what}, training in batches of 16", f"{speed:.1f} images/s"
    int8 = ModelStore(bench.home).find(architecture).card.figures["int8"]
    yield f"{what}, ONNX FP32", f"{int8['fp32_ms_a_picture']:.1f} ms a frame"
    yield f"{what}, ONNX INT8", f"{int8['ms_a_picture']:.1f} ms a frame"


if __name__ == "__main__":
    main()
