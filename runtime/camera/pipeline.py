"""One camera's way from a frame to changes of state: mask, fitness, detection, rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from core.domain import Frame, Observation, RuleEvent, Seen
from core.messages import Message
from core.rules import ZoneRule, drawing_of, rules_of, without_observing
from core.site import Camera
from detector.ensemble import Ensemble
from detector.integrity import IntegrityCheck
from detector.masks import blacked_out
from detector.presets import PresetFinder
from detector.view import ViewCheck, ViewMemory
from detector.watch import CameraMemory, CameraWatch


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one frame brought.

    Attributes:
        masked: the frame as it was looked at, privacy masks black.
        seen: the standing things detected in it; None = it was not looked at.
    """

    masked: Frame
    observation: Observation
    seen: Sequence[Seen] | None
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
            views: that are known already, by what is drawn on them.
        """
        self._camera = camera
        self._ensemble = ensemble
        self._rules = rules_of(camera) if live else without_observing(rules_of(camera))
        self._watch = CameraWatch(self._rules, timezone, self._interval_s(0.0), memory)
        self._integrity = IntegrityCheck(live=live)
        self._drawings = {preset.id: drawing_of(preset) for preset in camera.presets}
        known = {preset: (views or {}).get(drawing) for preset, drawing in self._drawings.items()}
        self._views = {preset: ViewCheck(view) for preset, view in known.items()}
        to_find = [preset.id for preset in camera.presets if preset.view and known[preset.id]]
        self._finder = PresetFinder({preset: self._views[preset] for preset in to_find})
        self._preset = to_find[0] if to_find else camera.presets[0].id
        self._turns = len(camera.presets) > 1 and bool(to_find)

    @property
    def camera_id(self) -> str:
        """The camera that it watches."""
        return self._camera.id

    def exchange(self, ensemble: Ensemble) -> None:
        """Looks through other models from the next frame on; what stands goes on standing. Safe from another thread."""
        self._ensemble = ensemble

    @property
    def ensemble(self) -> Ensemble:
        """The models that look."""
        return self._ensemble

    @property
    def memory(self) -> CameraMemory:
        """What to give to a successor."""
        return self._watch.memory

    @property
    def views(self) -> dict[str, ViewMemory]:
        """The views that it knows, by what is drawn on them: to give to a successor."""
        return {self._drawings[preset]: view.memory for preset, view in self._views.items()}

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
        frame = replace(frame, preset_id=observation.preset_id)
        events = self._watch.update(observation)
        return Step(frame, observation, None if observation.unfit else self._watch.seen, events)

    def _observe(self, frame: Frame) -> Observation:
        unfit = self._integrity.unfit(frame) or self._elsewhere(frame)
        detections, looked_for = ((), None) if unfit else self._ensemble.detect(frame)
        return Observation(
            frame.camera_id, self._preset, frame.utc, frame.size_wh, detections, unfit=unfit, looked_for=looked_for
        )

    def _elsewhere(self, frame: Frame) -> Message | None:
        """Why the picture shows no preset that is known; a camera that turns is followed to the one in the picture."""
        if not self._turns:
            return self._views[self._preset].unfit(frame)
        found = self._finder.find(frame)
        self._preset = found or self._preset
        return None if found else Message("runtime.no_known_preset")

    def _interval_s(self, source_interval_s: float) -> float:
        return max(source_interval_s, self._camera.sampling.interval_s, self._ensemble.interval_s)
