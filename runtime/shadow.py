"""A candidate in shadow: it looks at the same frames as the models in use, and both are counted; nobody is alarmed."""

import json
import logging
import queue
import threading
from collections.abc import Sequence
from pathlib import Path

from core.clock import Clock
from core.domain import Detection, Frame, ModelRef, RuleEvent
from core.errors import JiejingError
from core.geometry import iou
from core.labels import group_of
from models.shadow_figures import ShadowFigures
from runtime.pipeline import CameraPipeline, Step

_log = logging.getLogger(__name__)

SAME_IOU = 0.5
SAVE_EVERY_S = 10.0


class Shadow:
    """One camera's candidate, in a thread of its own; a frame for which it is too slow is let go."""

    def __init__(self, candidate: ModelRef, pipeline: CameraPipeline, folder: Path, clock: Clock) -> None:
        """
        Args:
            pipeline: of the candidate, with rules of its own.
            folder: where <camera>.json gets the figures.
        """
        self.candidate = candidate
        self._pipeline = pipeline
        self._file = folder / candidate.sha256 / f"{pipeline.camera_id}.json"
        self._clock = clock
        self._save_at_s = clock.mono_s() + SAVE_EVERY_S
        self._figures = ShadowFigures()
        self._frames: queue.Queue[tuple[Frame, Step] | None] = queue.Queue(maxsize=1)
        self._thread = threading.Thread(target=self._run, name=f"shadow {pipeline.camera_id}", daemon=True)
        self._thread.start()

    def offer(self, frame: Frame, step: Step) -> None:
        """Hands over a frame and what the models in use saw in it; never waits."""
        self._figures.violations_in_use.update(_violations(step.events))
        try:
            self._frames.put_nowait((frame, step))
        except queue.Full:
            self._figures.missed += 1

    def stop(self) -> None:
        """Ends it and writes the figures."""
        self._frames.put(None)
        self._thread.join(2.0)

    def _run(self) -> None:
        try:
            while (offered := self._frames.get()) is not None:
                self._look(*offered)
        except JiejingError as error:
            _log.warning("the candidate %s ended: %s", self.candidate.name, error)
        self._save()

    def _look(self, frame: Frame, step: Step) -> None:
        own = self._pipeline.step(frame)
        self._figures.violations_candidate.update(_violations(own.events))
        if step.observation.unfit is None:
            _count(self._figures, step.observation.detections, own.observation.detections)
        if self._clock.mono_s() >= self._save_at_s:
            self._save()

    def _save(self) -> None:
        self._save_at_s = self._clock.mono_s() + SAVE_EVERY_S
        fresh = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._figures.plain()), encoding="utf-8")
            fresh.replace(self._file)
        except OSError as error:
            _log.warning("%s: %s; the shadow's figures are not kept", self._file, error.strerror)


def _count(figures: ShadowFigures, in_use: Sequence[Detection], candidate: Sequence[Detection]) -> None:
    """Counts one frame: boxes of one group that overlap by half are one thing seen by both."""
    figures.frames += 1
    left = list(candidate)
    for one in in_use:
        same = next((other for other in left if _same(one, other)), None)
        if same is None:
            figures.in_use[group_of(one.label)] += 1
        else:
            left.remove(same)
            figures.both[group_of(one.label)] += 1
    figures.candidate.update(group_of(one.label) for one in left)


def _same(one: Detection, other: Detection) -> bool:
    return group_of(one.label) == group_of(other.label) and iou(one.bbox_xyxy_px, other.bbox_xyxy_px) >= SAME_IOU


def _violations(events: Sequence[RuleEvent]) -> list[str]:
    return [event.violation for event in events if event.state == "violation"]
