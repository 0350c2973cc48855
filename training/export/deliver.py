"""From a trained run to models in the store: export, comparison, measurement, card. Nothing is taken in until all is
done, and nothing is put in use."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from core.errors import InputError
from detector.engine import Detector
from models.card import ModelCard
from models.store import CARD, ModelStore, StoredModel
from runtime.process.console import progress
from training.datasets.files import storing
from training.datasets.folder import Dataset
from training.datasets.pictures import NotAPicture, decoded
from training.evaluation.pictures import PictureSet
from training.export.card import Int8, card_of, int8_card_of
from training.export.measure import Form, measure_forms
from training.export.onnx_file import Exported, export_onnx
from training.export.parity import Parity, compare
from training.export.quantise import quantise, spread
from training.learning.confusion import confusion_of
from training.learning.curves import draw_confusion
from training.learning.run_folder import RunFolder, RunRecord

PARITY_PICTURES = 8


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a run gave.

    Attributes:
        whole: the FP32 form as measured.
        int8: the INT8 form; None = it was not asked for.
        stored: what is in the store now: the model, and its INT8 form where it is offered.
    """

    parity: Parity
    whole: Form
    int8: Int8 | None
    stored: tuple[StoredModel, ...]


def deliver(run: RunFolder, record: RunRecord, dataset: Dataset, store: ModelStore) -> Delivered:
    """Makes the models of a trained run.

    Raises:
        ModelError: export, comparison or quantisation fails; the store is unchanged.
        InputError: a picture cannot be read; likewise.
        StorageError: the disk refuses.
    """
    with storing(run.folder):
        kept = run.kept if record.kept else None
        exported = export_onnx(run.best, run.onnx, record.settings.size_wh, _notes(record), kept)
        parity = _compared(run, record, exported, kept)
        calibration = _quantised(run, record, exported) if record.settings.int8 else 0
        forms = _measured(run, record, exported, dataset)
        int8 = Int8(run.int8, forms[1], calibration) if calibration else None
        card = card_of(record, exported, parity, forms[0], int8)
        stored = [store.add(card, run.onnx)]
        shutil.copyfile(stored[0].folder / CARD, run.card)
        if int8 and int8.why_not(forms[0]) is None:
            stored.append(store.add(int8_card_of(record, exported, forms[0], int8), run.int8))
    return Delivered(parity, forms[0], int8, tuple(stored))


def _notes(record: RunRecord) -> dict[str, str]:
    return {
        "author": f"jiejing {version('jiejing')}",
        "description": f"{record.start.architecture}, trained on {record.dataset.short}",
        "dataset": record.dataset.name,
        "dataset_sha256": record.dataset.sha256,
    }


def _compared(run: RunFolder, record: RunRecord, exported: Exported, kept: Path | None) -> Parity:
    chosen = spread(_pictures(run, "val"), PARITY_PICTURES)
    try:
        parity = compare(run.best, exported, record.settings.size_wh, [decoded(path) for path in chosen], kept)
    except NotAPicture as error:
        raise InputError("training.part_picture_unusable", part="val", cause=error) from error
    parity.refuse_apart(exported.path)
    return parity


def _quantised(run: RunFolder, record: RunRecord, exported: Exported) -> int:
    try:
        return quantise(exported, run.int8, record.settings.size_wh, _pictures(run, "train"))
    except NotAPicture as error:
        raise InputError("training.part_picture_unusable", part="train", cause=error) from error


def _measured(run: RunFolder, record: RunRecord, exported: Exported, dataset: Dataset) -> list[Form]:
    """Every form on the part val, and the confusion matrix of the first."""
    card = _bare_card(record, exported)
    files: Sequence[Path] = [run.onnx, run.int8] if record.settings.int8 else [run.onnx]
    detectors = [Detector(card, path) for path in files]
    pictures = PictureSet.of(dataset, "val")
    with progress("measuring", len(files) * len(pictures.pictures)) as advance:
        forms = measure_forms(detectors, pictures, advance)
    matrix = confusion_of(detectors[0], pictures)
    draw_confusion(matrix, pictures.labels, f"{record.settings.name} on {record.dataset.name}, val", run.confusion)
    return forms


def _bare_card(record: RunRecord, exported: Exported) -> ModelCard:
    width, height = record.settings.size_wh
    return ModelCard.model_validate(
        {
            "name": record.settings.name,
            "family": exported.family,
            "sha256": "0" * 64,
            "input": {"width": width, "height": height},
            "classes": exported.classes,
            "labels": {label: label for label in exported.classes},
        }
    )


def _pictures(run: RunFolder, part: str) -> list[Path]:
    return sorted(path for path in (run.data / "images" / part).rglob("*") if path.is_file())
