"""What a training says of itself, epoch by epoch: results.csv, a word for people, and weights to go on from."""

import csv
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from training.datasets.files import storing
from training.learning.run_folder import RunFolder, replace

Row = Mapping[str, float]
_MEASURES = {
    "metrics/precision(B)": "precision",
    "metrics/recall(B)": "recall",
    "metrics/mAP50(B)": "map50",
    "metrics/mAP50-95(B)": "map50_95",
}


@dataclass(frozen=True, slots=True)
class Watching:
    """Who is told.

    Attributes:
        batch: after each batch, with how many epochs are done, parts of one included.
        epoch: after each epoch, with its row of results.csv and the number of epochs.
    """

    batch: Callable[[float], object] = lambda _: None
    epoch: Callable[[Row, int], object] = lambda _row, _epochs: None


class Recorder:
    """Follows one trainer of Ultralytics by its callbacks."""

    def __init__(self, run: RunFolder, watching: Watching) -> None:
        self._run = run
        self._watching = watching
        self._rows = read_results(run.results) if run.results.exists() else []
        self._batch = 0
        self._began_s = self._learned_s = 0.0

    def attach(self, trainer: Any) -> None:
        """Listens to a trainer that has not begun."""
        trainer.add_callback("on_train_start", self._start)
        trainer.add_callback("on_train_epoch_start", self._epoch_start)
        trainer.add_callback("on_train_batch_end", self._batch_end)
        trainer.add_callback("on_train_epoch_end", self._epoch_end)
        trainer.add_callback("on_model_save", self._saved)

    def _start(self, trainer: Any) -> None:
        # An epoch whose weights were not kept is learned again.
        self._rows = [row for row in self._rows if row["epoch"] <= trainer.start_epoch]

    def _epoch_start(self, _trainer: Any) -> None:
        self._batch, self._began_s = 0, time.monotonic()

    def _batch_end(self, trainer: Any) -> None:
        self._batch += 1
        self._watching.batch(trainer.epoch + self._batch / len(trainer.train_loader))

    def _epoch_end(self, _trainer: Any) -> None:
        self._learned_s = time.monotonic() - self._began_s

    def _saved(self, trainer: Any) -> None:
        """The row first, then the weights: going on from them, a row too many is dropped, none is ever missing."""
        row = {
            "epoch": trainer.epoch + 1,
            "seconds": round(time.monotonic() - self._began_s, 2),
            "images_per_s": round(len(trainer.train_loader.dataset) / max(self._learned_s, 1e-9), 2),
            **{f"train_{_plain(name)}": _number(value) for name, value in trainer.tloss.items()},
            **{_plain(name): _number(value) for name, value in trainer.metrics.items()},
            "learning_rate": float(f"{next(iter(trainer.lr.values())):.6g}"),
        }
        self._rows.append(row)
        with storing(self._run.folder):
            replace(self._run.results, _csv(self._rows))
            if trainer.best.exists():
                replace(self._run.best, trainer.best.read_bytes())
            replace(self._run.last, trainer.last.read_bytes())
        self._watching.epoch(row, trainer.epochs)


def read_results(path: Path) -> list[Row]:
    """The rows of results.csv.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    except (OSError, ValueError, TypeError) as error:
        raise InputError("training.run_results_unreadable", path=path, cause=error) from error


def _csv(rows: list[Row]) -> bytes:
    names = list(rows[0])
    lines = [",".join(names), *(",".join(f"{row[name]:.10g}" for name in names) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _plain(name: str) -> str:
    return _MEASURES.get(name, name.replace("/", "_"))


def _number(value: Any) -> float:
    number = float(value)
    return round(number, 6) if math.isfinite(number) else math.nan
