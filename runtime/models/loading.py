"""Opens the models that look at a camera, from their names."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np

from core.errors import InputError
from core.model_ref import ModelRef
from core.rules import rules_of
from core.site import Camera
from detector.engine import Detector
from detector.ensemble import Ensemble, Looking
from models.store import ModelStore, StoredModel


class Detectors:
    """The models of an installation, each loaded once and shared by all cameras."""

    def __init__(self, home: Path, *, threads: int = 0) -> None:
        """
        Args:
            threads: of one inference; 0 = as many as there are cores.
        """
        self.store = ModelStore(home)
        self._threads = threads
        self._open: dict[ModelRef, Detector] = {}
        self._lock = Lock()

    def ensemble(self, camera: Camera, names: Sequence[str] | None = None) -> Ensemble:
        """What looks at that camera: the models named, else the camera's own, else those in use.

        Args:
            names: NAME, or NAME@SECONDS for a model that looks less often than the camera is sampled.

        Raises:
            ModelError: one is missing or damaged, or none is in use.
        """
        wanted = names or camera.models
        looking = [self._named(text) for text in wanted] if wanted else [Looking(one) for one in self._in_use()]
        return Ensemble(looking, min_score=lowest_score(camera))

    def of_models(self, camera: Camera, refs: Sequence[ModelRef]) -> Ensemble:
        """Just these models.

        Raises:
            ModelError: one is missing or damaged.
        """
        looking = [Looking(self._open_version(self.store.version(ref))) for ref in refs]
        return Ensemble(looking, min_score=lowest_score(camera))

    def _in_use(self) -> list[Detector]:
        refs = self.store.in_use()
        if not refs:
            self.store.refuse_none_in_use()
        return [self._open_version(self.store.version(ref)) for ref in refs]

    def _named(self, text: str) -> Looking:
        name, separator, seconds = text.partition("@")
        if not separator:
            return Looking(self._open_version(self.store.find(name)))
        try:
            interval_s = float(seconds)
        except ValueError:
            interval_s = -1.0
        if not 0 < interval_s <= 3600:
            raise InputError("runtime.model_interval_form", value=text, name=name)
        return Looking(self._open_version(self.store.find(name)), interval_s)

    def _open_version(self, model: StoredModel) -> Detector:
        with self._lock:
            if model.ref not in self._open:
                self._open[model.ref] = _tried(Detector(model.card, model.weights, threads=self._threads))
            return self._open[model.ref]


def _tried(detector: Detector) -> Detector:
    """The detector, once it has looked at a picture: one that is loaded but does not run takes nobody's place.

    Raises:
        ModelError: it does not run.
    """
    width, height = detector.card.input.size_wh
    detector.detect(np.full((height, width, 3), 127, np.uint8), min_score=1.0)
    return detector


def lowest_score(camera: Camera) -> float:
    """The lowest min_score of a camera's zones, 0-1."""
    return min((rule.zone.min_score for rule in rules_of(camera)), default=0.25)
