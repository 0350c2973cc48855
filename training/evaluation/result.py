"""What an evaluation says, as the cache keeps it; `to_plain` for evaluation.json. Unknown keys are refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from core.geometry import Box
from core.model_ref import ModelRef
from training.evaluation.intervals import percentile_interval, wilson


class Strict(BaseModel):
    """Refuses unknown keys; never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Share(Strict):
    """Hits of trials, 0-1, with its 95 % Wilson interval; value is None without a trial."""

    hits: int
    of: int
    value: float | None
    low: float
    high: float

    @classmethod
    def from_counts(cls, hits: int, of: int) -> "Share":
        """The share of these counts."""
        low, high = wilson(hits, of)
        return cls(hits=hits, of=of, value=hits / of if of else None, low=round(low, 6), high=round(high, 6))


class LabelFigures(Strict):
    """One label on the pictures.

    Attributes:
        boxes: true boxes; pictures: those that hold any.
        can_find: whether one of the models has this label at all.
        ap50, ap50_95: average precision 0-1; None without true boxes.
        ap50_replicates: AP at IoU 0.5 in each bootstrap resample; None where a resample held no true box.
        precision, recall: of what is shown at the score of `PictureFigures.score`, at IoU 0.5.
    """

    label: str
    boxes: int
    pictures: int
    can_find: bool
    ap50: float | None
    ap50_95: float | None
    ap50_replicates: tuple[float | None, ...]
    precision: Share
    recall: Share

    @property
    def ap50_interval(self) -> tuple[float, float] | None:
        """The 95 % bootstrap interval of ap50."""
        return percentile_interval(as_array(self.ap50_replicates))


class Slip(Strict):
    """A miss or a false alarm in a picture.

    Attributes:
        score: of a false alarm; of a miss None.
        why: place, label, twice, faint or nothing (`training.evaluation.slips`).
        other: the label that it was taken for, or that is really there.
    """

    kind: Literal["miss", "false_alarm"]
    picture: str
    size_wh: tuple[int, int]
    label: str
    bbox_xyxy_px: Box
    score: float | None
    why: str
    other: str | None = None


class PictureFigures(Strict):
    """Boxes on labelled pictures.

    Attributes:
        fingerprint: of pictures and labels; only figures of the same fingerprint compare.
        part: train, val, test, or unsplit.
        skipped: pictures left out because suggestions in them wait for a person.
        score: 0-1, at which precision and recall are counted.
        slips: the worst misses and false alarms, worst first.
    """

    fingerprint: str
    name: str
    part: str
    pictures: int
    skipped: int
    score: float
    labels: tuple[LabelFigures, ...]
    slips: tuple[Slip, ...]

    @property
    def map50(self) -> float | None:
        """Mean AP at IoU 0.5 over the labels that have true boxes."""
        return _mean([one.ap50 for one in self.labels])

    @property
    def map50_95(self) -> float | None:
        """Mean AP at IoU 0.50:0.05:0.95 over the labels that have true boxes."""
        return _mean([one.ap50_95 for one in self.labels])

    @property
    def map50_interval(self) -> tuple[float, float] | None:
        """The 95 % bootstrap interval of map50."""
        rows = [as_array(one.ap50_replicates) for one in self.labels if one.ap50 is not None]
        return percentile_interval(np.mean(rows, axis=0)) if rows else None


class ThingOutcome(Strict):
    """What became of one thing that had to be reported.

    Attributes:
        reported: how often it was reported; 1 is right.
        start_error_s: start of the reported stay minus the true one; None where either is unknown.
        in_time: whether that lies within what the eye could tell and two looks; None where it is unknown.
    """

    what: str
    bbox_xyxy_px: Box | None
    still_since_s: float | None
    reported: int
    start_error_s: float | None
    in_time: bool | None


class AlarmOutcome(Strict):
    """What one reported event was worth.

    Attributes:
        verdict: right; allowed (counts neither way); twice (its thing was reported already); false.
        what: the thing that it is, or the look-alike that it fell for.
        still_since_s, violation_at_s: from the clip's first frame.
    """

    event_id: str
    violation: str
    label: str
    bbox_xyxy_px: Box
    still_since_s: float
    violation_at_s: float
    verdict: Literal["right", "allowed", "twice", "false"]
    what: str | None = None


class ClipFigures(Strict):
    """One clip.

    Attributes:
        expected, found: things; where a clip asks for so many at least, that many.
        rendered: whether the clip is a rendered scene.
    """

    clip: str
    length_s: float
    size_wh: tuple[int, int]
    rendered: bool
    expected: int
    found: int
    things: tuple[ThingOutcome, ...]
    alarms: tuple[AlarmOutcome, ...]

    def count(self, verdict: str) -> int:
        """How many events were worth that."""
        return sum(alarm.verdict == verdict for alarm in self.alarms)


class EventFigures(Strict):
    """Events on clips with truth.

    Attributes:
        fingerprint: of clips, truth and software; only figures of the same fingerprint compare.
    """

    fingerprint: str
    name: str
    clips: tuple[ClipFigures, ...]

    @property
    def recall(self) -> Share:
        """Things reported, of those that had to be."""
        return Share.from_counts(sum(clip.found for clip in self.clips), sum(clip.expected for clip in self.clips))

    @property
    def precision(self) -> Share:
        """Right events, of all that count."""
        right = self.count("right")
        return Share.from_counts(right, right + self.count("twice") + self.count("false"))

    @property
    def start_errors_s(self) -> tuple[float, ...]:
        """Of the things found whose start is known, in order."""
        errors = (thing.start_error_s for clip in self.clips for thing in clip.things)
        return tuple(sorted(error for error in errors if error is not None))

    def count(self, verdict: str) -> int:
        """How many events were worth that."""
        return sum(clip.count(verdict) for clip in self.clips)


class SpeedFigures(Strict):
    """Time that all models together take for one frame, in milliseconds, after a warm-up."""

    median_ms: float
    p95_ms: float
    frames: int
    machine: str


class ModelId(Strict):
    """The name and the SHA-256, in hex, of a model's file."""

    name: str
    sha256: str


class Evaluation(Strict):
    """How good models are that look together."""

    models: tuple[ModelId, ...] = Field(min_length=1)
    software: str
    made_at: datetime
    pictures: PictureFigures | None
    events: EventFigures | None
    speed: SpeedFigures

    @property
    def name(self) -> str:
        """The models' names."""
        return " + ".join(model.name for model in self.models)


def model_ids(refs: Sequence[ModelRef]) -> tuple[ModelId, ...]:
    """References as they are kept."""
    return tuple(ModelId(name=ref.name, sha256=ref.sha256) for ref in refs)


def to_plain(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain data for scripts: with the means and intervals, without the resamples behind them."""
    record = evaluation.model_dump(mode="json", exclude={"pictures": {"labels": {"__all__": {"ap50_replicates"}}}})
    pictures, events = evaluation.pictures, evaluation.events
    if pictures:
        means = {"map50": pictures.map50, "map50_interval": pictures.map50_interval, "map50_95": pictures.map50_95}
        record["pictures"] |= means
        for label, plain in zip(pictures.labels, record["pictures"]["labels"], strict=True):
            plain["ap50_interval"] = label.ap50_interval
    if events:
        record["events"] |= {"recall": events.recall.model_dump(), "precision": events.precision.model_dump()}
    return record


def as_array(replicates: Sequence[float | None]) -> NDArray[np.float64]:
    """Replicates as numbers, NaN for None."""
    return np.array([np.nan if one is None else one for one in replicates], np.float64)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) / len(known) if known else None
