"""Trains with Ultralytics, and can be stopped at any moment: what was learned up to the last whole epoch is kept."""

# ruff: noqa: PLC0415 - torch and Ultralytics take seconds, and are imported after `confine` only

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from core.errors import InputError, JiejingError, StorageError
from training.learning.network import Start
from training.learning.progress import Recorder, Watching
from training.learning.run_folder import RunFolder
from training.learning.settings import TrainSettings

# The last epochs see whole pictures, not mosaics. Ultralytics takes ten, and none at all of a run of fewer; it warms up
# for three, which of a short run is most of it; and it makes a step for each 64 pictures, where we make one a batch: a
# run of few epochs on few pictures is over before it has learned anything.
MOST_WHOLE_EPOCHS = 10
WHOLE_SHARE = 4
MOST_WARM_UP_EPOCHS = 3.0
WARM_UP_SHARE = 10

_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def train(run: RunFolder, settings: TrainSettings, start: Start | None, device: str, watching: Watching) -> None:
    """Learns from run.data until the last epoch; run.best is then the best network.

    Args:
        start: None = go on from run.last, to the end of the schedule that was begun.
        device: cpu, or the number of a GPU.

    Raises:
        InputError: the memory does not suffice, or Ultralytics refuses the data.
        StorageError: the disk refuses.
        KeyboardInterrupt: it was interrupted; the run can be gone on with.
    """
    from ultralytics.models.yolo.detect import DetectionTrainer

    with _mapped_errors(run, settings):
        if not start and _epochs_learned(run) >= settings.epochs:
            return
        chosen = _begin(settings, start) if start else _go_on(run)
        trainer = DetectionTrainer(
            overrides={
                **chosen,
                "data": str((run.data / "data.yaml").resolve()),
                "save_dir": str((run.work / "trainer").resolve()),
                "device": device,
                "workers": settings.workers,
                "plots": False,
            }
        )
        trainer.args.amp = _precision(device)
        Recorder(run, watching).attach(trainer)
        with _whole_processor(trainer) if device == "cpu" else nullcontext():
            trainer.train()
        if trainer.best.exists():  # without the optimizer's state by now
            shutil.copyfile(trainer.best, run.best)


@contextmanager
def _whole_processor(trainer: Any) -> Iterator[None]:
    """Every core, and bfloat16 where the processor computes in it: Ultralytics leaves a core idle whenever it chooses
    its device, and knows bfloat16 on GPUs alone."""
    import torch
    from ultralytics.engine import trainer as module

    for moment in ("on_train_epoch_start", "on_val_start"):
        trainer.add_callback(moment, lambda _: torch.set_num_threads(os.cpu_count() or 1))
    theirs = module.autocast
    if torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported():
        module.autocast = lambda *_, **__: torch.autocast("cpu", dtype=torch.bfloat16)
    try:
        yield
    finally:
        module.autocast = theirs


def _begin(settings: TrainSettings, start: Start) -> dict[str, Any]:
    return {
        "model": start.model,
        "pretrained": start.pretrained,
        "epochs": settings.epochs,
        "imgsz": settings.square_px,
        "batch": settings.batch,
        "seed": settings.seed,
        "deterministic": True,
        "freeze": settings.freeze or None,
        "close_mosaic": min(MOST_WHOLE_EPOCHS, settings.epochs // WHOLE_SHARE),
        "warmup_epochs": min(MOST_WARM_UP_EPOCHS, settings.epochs / WARM_UP_SHARE),
        "nbs": settings.batch,
        "exist_ok": True,
        "verbose": False,
    }


def _go_on(run: RunFolder) -> dict[str, Any]:
    """Ultralytics keeps its best weights beside the ones it goes on from, and compares new ones with their fitness."""
    weights = run.work / "trainer" / "weights"
    weights.mkdir(parents=True, exist_ok=True)
    for kept in (run.best, run.last):
        if kept.exists():
            shutil.copyfile(kept, weights / kept.name)
    return {"model": str(weights / "last.pt"), "resume": str((weights / "last.pt").resolve())}


def _epochs_learned(run: RunFolder) -> int:
    from ultralytics.nn.tasks import load_checkpoint

    return int(load_checkpoint(run.last)[1]["epoch"]) + 1


def _precision(device: str) -> str | bool:
    """bfloat16 where the GPU has it, else float32: float16 would need a check that fetches a network from the web."""
    import torch

    return "bf16" if device != "cpu" and torch.cuda.is_bf16_supported() else False


@contextmanager
def _mapped_errors(run: RunFolder, settings: TrainSettings) -> Iterator[None]:
    try:
        yield
    except JiejingError:
        raise
    except OSError as error:
        raise StorageError("training.run_disk_refuses", path=run.folder, cause=error) from error
    except MemoryError as error:
        raise _too_much(settings) from error
    except Exception as error:
        cause = " ".join(str(error).split())
        if any(words in cause.lower() for words in _OUT_OF_MEMORY):
            raise _too_much(settings) from error
        raise InputError("training.training_ended_early", cause=cause[:200], path=run.log) from error


def _too_much(settings: TrainSettings) -> InputError:
    return InputError("training.memory_does_not_suffice", batch=settings.batch, side_px=settings.square_px)
