"""What the tests of evaluation share: a home with small real models, pictures and a film with truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
import typer
import yaml
from typer.testing import CliRunner

from core.domain import Member, RuleEvent
from core.errors import JiejingError
from core.geometry import Box
from core.model_ref import ModelRef
from models.store import ModelStore
from runtime.models.model_import import ImportRequest, import_model
from tests.runtime.films import SIZE_WH, picture, stands, street, write_film
from tests.runtime.red_detector import write_red_detector
from training.commands import evaluate, promote
from training.datasets.files import sha256_of
from training.datasets.folder import Dataset
from training.datasets.model import LabelledBox, LabelledPicture, Part, Source
from training.evaluation.result import (
    Evaluation,
    EventFigures,
    LabelFigures,
    PictureFigures,
    Share,
    SpeedFigures,
    model_ids,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
CAR: Box = (140.0, 90.0, 190.0, 120.0)  # where the film's car stands
RULE = {
    "violation": "illegal_parking",
    "polygon": [[0.3, 0.4], [0.9, 0.4], [0.9, 0.95], [0.3, 0.95]],
    "candidate_after_s": 3,
    "violation_after_s": 10,
    "bridge_gap_s": 8,
}
# Scores with which a model is sure, too unsure for a zone, and too unsure for anything.
SURE, FAINT, BLIND = 0.9, 0.2, 0.005


def put_model(home: Path, name: str, score: float) -> None:
    """Takes in a model that finds what is red and calls it a car."""
    weights = write_red_detector(home.parent / f"{name}.onnx", score)
    import_model(ImportRequest(weights, name, "yolo-e2e", "coco", None, None, None), ModelStore(home))


def write_dataset(
    folder: Path,
    places: Sequence[tuple[int, int]],
    *,
    part: Part | None = "test",
    changes: Mapping[int, Mapping[str, Any]] = MappingProxyType({}),
) -> Path:
    """A data set of one picture with one red car a place.

    Args:
        changes: fields that are otherwise, by the number of the picture.
    """
    dataset = Dataset.open_or_new(folder, "cars")
    random = np.random.default_rng(5)
    background = street(random)
    with dataset.revise() as revision:
        for number, (x, y) in enumerate(places):
            _, encoded = cv2.imencode(".png", picture(background, (x, y), random))
            content = encoded.tobytes()
            car = LabelledBox("car", (float(x), float(y), float(x + 50), float(y + 30)))
            fields = {"objects": (car,), "part": part, **changes.get(number, {})}
            source = Source("import", "test")
            revision.add(LabelledPicture(f"{number}.png", SIZE_WH, sha256_of(content), source, **fields), content)
        revision.card = revision.card.with_labels(frozenset({"car"}))
    return folder


def write_clips(folder: Path, **told: object) -> Path:
    """A truth.yaml with one film: a car comes, stands from second 3 to 25 and leaves."""
    folder.mkdir(parents=True, exist_ok=True)
    write_film(folder / "street.mp4", 30, stands(3, 25))
    car = {"what": "red car", "group": "vehicle", "box": list(CAR), "still_since": 3, "still_until": 25, "tol_s": 1}
    clip = {"size_wh": list(SIZE_WH), "length_s": 30.0, "rule": RULE, "expect": [car], **told}
    path = folder / "truth.yaml"
    path.write_text(yaml.safe_dump({"clips": {"street.mp4": clip}}), encoding="utf-8")
    return path


def violation(
    box: Box, still_since_s: float, violation_at_s: float, *, label: str = "car", kind: str = "illegal_parking"
) -> RuleEvent:
    """An event as it stood when it became a violation, in the zone `zone`."""
    since, at = START + timedelta(seconds=still_since_s), START + timedelta(seconds=violation_at_s)
    dwell_s = violation_at_s - still_since_s
    return RuleEvent(
        event_id=f"{still_since_s:g} {box}",
        camera_id="clip",
        preset_id="1",
        zone_id="zone",
        violation=kind,
        state="violation",
        opening=1,
        label=label,
        count=1,
        score=0.9,
        bbox_xyxy_px=box,
        frame_size_wh=(640, 360),
        first_seen=since,
        still_since=since,
        violation_at=at,
        last_seen=at,
        cleared_at=None,
        dwell_s=dwell_s,
        observed_s=dwell_s,
        bridged_s=0.0,
        observing=False,
        rule_version="0" * 16,
        members=(Member(label, 0.9, box, since),),
    )


def label_figures(label: str, ap50: float, *, boxes: int = 100, can_find: bool = True) -> LabelFigures:
    """Figures of a label, as sure as they can be."""
    share = Share.from_counts(round(ap50 * boxes), boxes)
    return LabelFigures(
        label=label,
        boxes=boxes,
        pictures=boxes,
        can_find=can_find,
        ap50=ap50,
        ap50_95=ap50 / 2,
        ap50_replicates=(ap50 - 0.01, ap50, ap50 + 0.01),
        precision=share,
        recall=share,
    )


def evaluation(
    name: str, labels: Sequence[LabelFigures] = (), events: EventFigures | None = None, *, data: str = "d"
) -> Evaluation:
    """An evaluation with these figures; without labels, of events alone."""
    pictures = PictureFigures(
        fingerprint=data,
        name="cars",
        part="test",
        pictures=100,
        skipped=0,
        score=0.25,
        labels=tuple(labels),
        slips=(),
    )
    return Evaluation(
        models=model_ids([ModelRef(name, name.encode().hex())]),
        software="jiejing 0",
        made_at=START,
        pictures=pictures if labels else None,
        events=events,
        speed=SpeedFigures(median_ms=10.0, p95_ms=12.0, frames=32, machine="test"),
    )


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


def jiejing(*words: object) -> Said:
    """Runs `evaluate` or `promote` as the command line does; wrong input has exit code 2."""
    app = typer.Typer(rich_markup_mode=None)
    app.command("evaluate")(evaluate.command)
    app.command("promote")(promote.command)
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, JiejingError):
        return Said(2, result.stdout, str(result.exception))
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)
