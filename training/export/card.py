"""The card of a trained model: what it is made of, and what was measured."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.messages import Message
from models.card import ModelCard, ModelInput
from models.store import sha256_of
from training.evaluation.result import PictureFigures
from training.evaluation.speed import machine
from training.export.measure import Form
from training.export.onnx_file import LICENCE, Exported
from training.export.parity import BOX_TOLERANCE_PX, SCORE_TOLERANCE, Parity
from training.export.quantise import METHOD
from training.learning.run_folder import RunRecord

MOST_LOST = 2.0  # points of mAP50 that INT8 may cost


@dataclass(frozen=True, slots=True)
class Int8:
    """The INT8 form, and whether it is offered.

    Attributes:
        calibration: how many pictures its ranges come from.
    """

    path: Path
    form: Form
    calibration: int

    def lost_points(self, whole: Form) -> float:
        """What it costs in mAP50, in points of 100; below 0 it gains."""
        return round((whole.map50 - self.form.map50) * 100, 2)

    def why_not(self, whole: Form) -> Message | None:
        """Why it is not offered; None = it is."""
        if not whole.map50:
            return Message("training.model_finds_nothing", part="val")
        lost = self.lost_points(whole)
        if lost > MOST_LOST:
            return Message("training.int8_loses_too_much", lost=f"{lost:g}", limit=f"{MOST_LOST:g}")
        if self.form.ms >= whole.ms:
            return Message("training.int8_not_faster", ms=f"{self.form.ms:g}", whole_ms=f"{whole.ms:g}")
        return None


def card_of(record: RunRecord, exported: Exported, parity: Parity, whole: Form, int8: Int8 | None) -> ModelCard:
    """The card of the FP32 form."""
    figures = _common(record, whole) | {"parity": _parity(parity)}
    if int8:
        figures["int8"] = _about_int8(int8, whole)
    return _card(record, record.settings.name, exported, exported.path, figures)


def int8_card_of(record: RunRecord, exported: Exported, whole: Form, int8: Int8) -> ModelCard:
    """The card of the INT8 form, a model of its own: what an event names is the file that saw it."""
    figures = _common(record, int8.form) | {"int8": _about_int8(int8, whole), "made_of": sha256_of(exported.path)}
    return _card(record, int8_name(record.settings.name), exported, int8.path, figures)


def int8_name(name: str) -> str:
    """What the INT8 form of a model is called."""
    return f"{name}-int8"


def _card(record: RunRecord, name: str, exported: Exported, path: Path, figures: dict[str, Any]) -> ModelCard:
    width, height = record.settings.size_wh
    licences = ", ".join(f"{source}: {licence}" for source, licence in record.dataset.licences.items())
    return ModelCard(
        name=name,
        family=exported.family,
        sha256=sha256_of(path),
        input=ModelInput(width=width, height=height),
        classes=exported.classes,
        labels={label: label for label in exported.classes},
        licence=LICENCE,
        data=f"{record.dataset.short}, {record.dataset.pictures['train']} pictures; {licences or 'no licence noted'}",
        figures=figures,
    )


def _common(record: RunRecord, form: Form) -> dict[str, Any]:
    settings, start = record.settings, record.start
    return {
        "val": _accuracy(form.pictures),
        "speed": {"ms_a_picture": form.ms, "machine": machine()},
        "training": {
            "architecture": start.architecture,
            "weights_sha256": start.sha256,
            **({"kept": record.kept.model_dump(mode="json")} if record.kept else {}),
            "epochs": settings.epochs,
            "seed": settings.seed,
            "dataset_sha256": record.dataset.sha256,
            "versions": dict(record.versions),
        },
    }


def _accuracy(figures: PictureFigures) -> dict[str, Any]:
    interval = figures.map50_interval
    return {
        "pictures": figures.pictures,
        "boxes": sum(one.boxes for one in figures.labels),
        "map50": _rounded(figures.map50),
        "map50_interval": [round(one, 4) for one in interval] if interval else None,
        "map50_95": _rounded(figures.map50_95),
        "ap50": {one.label: one.ap50 for one in figures.labels},
    }


def _parity(parity: Parity) -> dict[str, Any]:
    found = {name: float(f"{value:.3g}") for name, value in asdict(parity).items()}
    return found | {"pictures": parity.pictures, "allowed_box_px": BOX_TOLERANCE_PX, "allowed_score": SCORE_TOLERANCE}


def _about_int8(int8: Int8, whole: Form) -> dict[str, Any]:
    why_not = int8.why_not(whole)
    return {
        "offered": why_not is None,
        "why_not": None if why_not is None else str(why_not),
        "sha256": sha256_of(int8.path),
        "method": METHOD,
        "calibration_pictures": int8.calibration,
        "map50": round(int8.form.map50, 4),
        "lost_points": int8.lost_points(whole),
        "ms_a_picture": int8.form.ms,
        "fp32_ms_a_picture": whole.ms,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
