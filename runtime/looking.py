"""Opens the models that look at a camera, from their names."""

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from core.errors import InputError, ModelError
from core.rules import rules_of
from core.site import Camera
from detector.engine import Detector
from detector.ensemble import Ensemble, Looking
from models.store import ModelStore


class Detectors:
    """The models of an installation, each loaded once and shared by all cameras."""

    def __init__(self, home: Path, *, threads: int = 0) -> None:
        """
        Args:
            threads: of one inference; 0 = as many as there are cores.
        """
        self.store = ModelStore(home)
        self._threads = threads
        self._open: dict[tuple[str, str], Detector] = {}
        self._lock = Lock()

    def ensemble(self, camera: Camera, names: Sequence[str] | None = None) -> Ensemble:
        """What looks at that camera: the models named, else the camera's own, else those in use.

        Args:
            names: NAME, or NAME@SECONDS for a model that looks less often than the camera is sampled.

        Raises:
            ModelError: one is missing or damaged, or none is in use.
        """
        wanted = names or camera.models or self.store.in_use()
        if not wanted:
            raise ModelError("no model is in use; bring one in with: jiejing model import FILE.onnx --name NAME ...")
        min_score = min((rule.zone.min_score for rule in rules_of(camera)), default=0.25)
        return Ensemble([self._looking(text) for text in wanted], min_score=min_score)

    def _looking(self, text: str) -> Looking:
        name, separator, seconds = text.partition("@")
        if not separator:
            return Looking(self._detector(name))
        try:
            interval_s = float(seconds)
        except ValueError:
            interval_s = -1.0
        if not 0 < interval_s <= 3600:
            raise InputError(f"model {text!r}: after @ stand the seconds between two looks, like {name}@5")
        return Looking(self._detector(name), interval_s)

    def _detector(self, name: str) -> Detector:
        with self._lock:
            model = self.store.find(name)
            key = (name, model.card.sha256)
            if key not in self._open:
                self._open[key] = Detector(model.card, model.weights, threads=self._threads)
            return self._open[key]
