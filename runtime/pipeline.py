"""One camera's way from a frame to changes of state: mask, fitness, detection, rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from core.domain import Frame, Observation, RuleEvent
from core.rules import ZoneRule, drawing_of, rules_of, without_observing
from core.site import Camera
from detector.ensemble import Ensemble
from detector.integrity import IntegrityCheck
from detector.masks import blacked_out
from detector.view import ViewCheck, ViewMemory
from detector.watch import CameraMemory, CameraWatch


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one frame brought.

    Attributes:
        masked: the frame as it was looked at, privacy masks black.
    """

    masked: Frame
    observation: Observation
    events: Sequence[RuleEvent]


class CameraPipeline:
    """One camera, one thread."""

    def __init__(
        self,
        camera: Camera,
        timezone: ZoneInfo,
        ensemble: Ensemble,
        *,
        live: bool,
        memory: CameraMemory | None = None,
        views: Mapping[str, ViewMemory] | None = None,
    ) -> None:
        """
        Args:
            live: whether a picture that never changes means a frozen camera, and zones may observe.
            memory: of a predecessor.
            views: of a predecessor, by what is drawn on them.
        """
        self._camera = camera
        self._ensemble = ensemble
        self._rules = rules_of(camera) if live else without_observing(rules_of(camera))
        self._watch = CameraWatch(self._rules, timezone, self._interval_s(0.0), memory)
        self._integrity = IntegrityCheck(live=live)
        self._drawings = {preset.id: drawing_of(preset) for preset in camera.presets}
        self._known_views = views or {}
        self._views: dict[str, ViewCheck] = {}

    @property
    def camera_id(self) -> str:
        """The camera that it watches."""
        return self._camera.id

    def exchange(self, ensemble: Ensemble) -> None:
        """Looks through other models from the next frame on; what stands goes on standing. Safe from another thread."""
        self._ensemble = ensemble

    @property
    def memory(self) -> CameraMemory:
        """What to give to a successor."""
        return self._watch.memory

    @property
    def views(self) -> dict[str, ViewMemory]:
        """The views that it knows, by what is drawn on them: to give to a successor."""
        return {drawing: view.memory for drawing, view in self._views.items()}

    @property
    def rules(self) -> dict[str, ZoneRule]:
        """The rules that hold, by version."""
        return {rule.version: rule for rule in self._rules}

    @property
    def open_events(self) -> tuple[RuleEvent, ...]:
        """The events that have not cleared, as they stand now."""
        return self._watch.open_events

    def resample(self, source_interval_s: float) -> None:
        """From now on the source gives a frame every so many seconds."""
        self._watch.resample(self._interval_s(source_interval_s))

    def step(self, frame: Frame) -> Step:
        """Takes in one frame.

        Raises:
            ModelError: a model does not run.
        """
        frame = replace(frame, image=blacked_out(frame.image, self._camera.privacy_masks))
        observation = self._observe(frame)
        events = self._watch.update(observation)
        return Step(frame, observation, [replace(one, model=self._ensemble.model_of(one.label)) for one in events])

    def _observe(self, frame: Frame) -> Observation:
        unfit = self._integrity.unfit(frame) or self._view(frame.preset_id).unfit(frame)
        detections, looked_for = ((), None) if unfit else self._ensemble.detect(frame)
        return Observation(
            frame.camera_id, frame.preset_id, frame.utc, frame.size_wh, detections, unfit=unfit, looked_for=looked_for
        )

    def _view(self, preset_id: str) -> ViewCheck:
        drawing = self._drawings.get(preset_id, preset_id)
        if drawing not in self._views:
            self._views[drawing] = ViewCheck(self._known_views.get(drawing))
        return self._views[drawing]

    def _interval_s(self, source_interval_s: float) -> float:
        return max(source_interval_s, self._camera.sampling.interval_s, self._ensemble.interval_s)
