"""A run from its beginning, or from where it was interrupted, to trained weights."""

import platform
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.metadata import version

from core.errors import InputError
from runtime.process.console import progress
from training.datasets.files import storing
from training.datasets.folder import Dataset
from training.learning.confined import confine
from training.learning.curves import draw_curves
from training.learning.network import choose_start, device_of, note_of_kept
from training.learning.progress import Watching, read_results
from training.learning.run_folder import RunFolder, RunRecord
from training.learning.settings import TrainSettings
from training.learning.source import note_of, refuse_faulty, write_yolo
from training.learning.train import train

# What a run may be gone on with in another way than it was begun.
FREE = frozenset({"device", "workers"})


def begin(run: RunFolder, settings: TrainSettings, dataset: Dataset) -> RunRecord:
    """Makes everything ready; whatever may be wrong is found before the first epoch, and then nothing is left.

    Raises:
        InputError: the folder is taken, the data set cannot be learned from, or there is no such GPU.
        ModelError: there is no such network, or its weights do not fit.
        StorageError: the disk refuses.
    """
    run.refuse_taken()
    about = note_of(dataset)
    with _gone_on_failure(run):
        confine(run.confined, run.log)
        device_of(settings.device)
        start = choose_start(settings, about.labels)
        kept = note_of_kept(settings, about.labels)
        with progress("checking the data set", sum(about.pictures.values())) as advance:
            refuse_faulty(dataset, step=advance)
        write_yolo(dataset, run.data, settings)
        record = RunRecord(settings=settings, dataset=about, start=start.note, kept=kept, versions=_versions())
        if settings.keep:
            with storing(run.folder):
                run.kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(settings.keep, run.kept)
        run.write(record)
    return record


def take_up(run: RunFolder, settings: TrainSettings, given: Collection[str], dataset: Dataset) -> RunRecord:
    """The record of a run that was interrupted.

    Args:
        settings: as asked now; given: the names of those that the user wrote himself.

    Raises:
        InputError: there is none, it is done, or it was begun with other settings or other data.
    """
    record = run.read()
    if record.state == "done":
        raise InputError("training.run_done_already", path=run.folder, name=record.settings.name)
    for name in sorted(set(given) - FREE):
        begun, asked = getattr(record.settings, name), getattr(settings, name)
        if begun != asked:
            raise InputError(
                "training.run_begun_otherwise", path=run.folder, name=name, begun=str(begun), asked=str(asked)
            )
    if note_of(dataset).sha256 != record.dataset.sha256:
        raise InputError("training.data_set_changed_since_begun", path=dataset.folder)
    free = {name: getattr(settings, name) for name in FREE & set(given)}
    record = record.model_copy(update={"settings": record.settings.model_copy(update=free)})
    confine(run.confined, run.log)
    device_of(record.settings.device)
    if not run.data.exists():
        write_yolo(dataset, run.data, record.settings)
    return record


def learn(run: RunFolder, record: RunRecord, watching: Watching) -> RunRecord:
    """Trains to the end of the schedule, unless that is done already; gives the record as it is then.

    Raises:
        InputError, ModelError, StorageError: as of `train`.
        KeyboardInterrupt: the run can be taken up again.
    """
    if record.state == "training":
        settings = record.settings
        start = None if run.last.exists() else choose_start(settings, record.dataset.labels)
        train(run, settings, start, device_of(settings.device), watching)
        record = record.model_copy(update={"state": "trained"})
        run.write(record)
    rows = read_results(run.results)
    draw_curves(rows, f"{record.settings.name}: {record.start.architecture} on {record.dataset.name}", run.curves)
    return record


@contextmanager
def _gone_on_failure(run: RunFolder) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(run.folder, ignore_errors=True)
        raise


def _versions() -> dict[str, str]:
    names = ("jiejing", "torch", "ultralytics", "onnxruntime")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}
