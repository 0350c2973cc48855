"""The models that look at one camera, each at its own interval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.domain import Detection, Frame
from core.labels import group_of
from core.model_ref import ModelRef
from detector.engine import Detector
from detector.nms import suppress

_EARLY_S = 0.05  # sampled frames do not come to the millisecond


@dataclass(frozen=True, slots=True)
class Looking:
    """One model and how often it looks, in seconds; 0 = at every sampled frame."""

    detector: Detector
    interval_s: float = 0.0


class Ensemble:
    """Runs those models that are due on a frame, and joins what they find."""

    def __init__(self, models: Sequence[Looking], *, min_score: float) -> None:
        """
        Args:
            models: at least one.
            min_score: 0-1; the lowest of the camera's zones.
        """
        self._models = models
        self._min_score = min_score
        self._looked_at: dict[int, float] = {}

    @property
    def interval_s(self) -> float:
        """The slowest model's interval, in seconds."""
        return max(model.interval_s for model in self._models)

    @property
    def refs(self) -> tuple[ModelRef, ...]:
        """The models."""
        return tuple(_ref(model) for model in self._models)

    def with_min_score(self, min_score: float) -> "Ensemble":
        """The same models for other zones."""
        return Ensemble(self._models, min_score=min_score)

    def detect(self, frame: Frame) -> tuple[tuple[Detection, ...], frozenset[str] | None]:
        """What the due models find, each thing with the model that found it, and the labels that they can find (None =
        all models were due).

        Raises:
            ModelError: a model does not run.
        """
        due = [number for number in range(len(self._models)) if self._due(number, frame.mono_s)]
        found: list[Detection] = []
        for number in due:
            self._looked_at[number] = frame.mono_s
            seen = self._models[number].detector.detect(frame.image, min_score=self._min_score)
            found += [replace(one, model=_ref(self._models[number])) for one in seen]
        labels = frozenset(label for number in due for label in self._models[number].detector.card.labels.values())
        return _joined(found, several=len(due) > 1), None if len(due) == len(self._models) else labels

    def _due(self, number: int, now_s: float) -> bool:
        last = self._looked_at.get(number)
        return last is None or now_s - last >= self._models[number].interval_s - _EARLY_S or now_s < last


def _ref(model: Looking) -> ModelRef:
    return ModelRef(model.detector.card.name, model.detector.card.sha256)


def _joined(found: list[Detection], *, several: bool) -> tuple[Detection, ...]:
    """Two models that find the same thing found one thing."""
    if not several or not found:
        return tuple(found)
    boxes = np.array([one.bbox_xyxy_px for one in found])
    scores = np.array([one.score for one in found])
    groups = np.array([group_of(one.label) for one in found])
    return tuple(found[number] for number in suppress(boxes, scores, groups))
