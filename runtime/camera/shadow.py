"""A candidate in shadow: it looks at the same frames as the models in use, and both are counted; nobody is alarmed.

Whatever becomes of it, the camera goes on: a frame is handed over without waiting, and a candidate that fails rests for
a while that doubles, its cause told by the figures and the camera's duties.
"""

import json
import logging
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from core.clock import Clock
from core.domain import Detection, Frame, RuleEvent
from core.duties import Duty, words_of
from core.errors import JiejingError
from core.geometry import iou
from core.labels import group_of
from core.messages import Message
from core.model_ref import ModelRef
from models.shadow_figures import ShadowFigures
from runtime.camera.pipeline import CameraPipeline, Step

_log = logging.getLogger(__name__)

SAME_IOU = 0.5
SAVE_EVERY_S = 4.0
_LOOK_S = 0.5


class Shadow:
    """One camera's candidate, in a thread of its own, to which the figures belong; a frame for which it is too slow is
    let go."""

    def __init__(self, candidate: ModelRef, pipeline: CameraPipeline, folder: Path, clock: Clock, duty: Duty) -> None:
        """
        Args:
            pipeline: of the candidate, with rules of its own.
            folder: where <camera>.json gets the figures.
            duty: is told how it does.
        """
        self.candidate = candidate
        self._pipeline = pipeline
        self._file = folder / candidate.sha256 / f"{pipeline.camera_id}.json"
        self._clock = clock
        self._duty = duty
        self._save_at_s = clock.mono_s() + SAVE_EVERY_S
        self._figures = ShadowFigures()
        self._changed = threading.Condition()
        self._offered: tuple[Frame, Step] | None = None
        self._missed = 0
        self._violations: Counter[str] = Counter()
        self._stopped = False
        self._is_kept = True
        self._thread = threading.Thread(target=self._run, name=f"shadow {pipeline.camera_id}", daemon=True)
        self._thread.start()

    def offer(self, frame: Frame, step: Step) -> None:
        """Hands over a frame and what the models in use saw in it; never waits."""
        with self._changed:
            if self._stopped:
                return
            self._violations.update(_violations(step.events))
            if self._offered is None:
                self._offered = (frame, step)
                self._changed.notify()
            else:
                self._missed += 1

    def stop(self) -> None:
        """Asks it to end; it writes its figures by itself. Never waits."""
        with self._changed:
            self._stopped = True
            self._offered = None
            self._changed.notify()

    def join(self, timeout_s: float) -> None:
        """Waits until it has ended."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (offered := self._next()) is not None:
            try:
                self._look(*offered)
            except Exception as error:  # noqa: BLE001  a candidate may fail in any way, and hurts nobody
                self._rest(error)
        self._save()

    def _next(self) -> tuple[Frame, Step] | None:
        """The frame to look at; None when it is to end. Takes over what was counted meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._offered is not None or self._stopped)
            offered, self._offered = self._offered, None
            self._figures.missed += self._missed
            self._figures.violations_in_use.update(self._violations)
            self._missed, self._violations = 0, Counter()
            return None if self._stopped else offered

    def _rest(self, error: Exception) -> None:
        why = Message("runtime.candidate_fails", model=self.candidate.name, cause=words_of(error))
        self._figures.ended = why
        if not isinstance(error, JiejingError):
            _log.error("the candidate %s fails", self.candidate.name, exc_info=error)
        self._save()
        self._duty.failed(why)
        with self._changed:
            while not self._stopped and not self._duty.due:
                self._changed.wait(_LOOK_S)

    def _look(self, frame: Frame, step: Step) -> None:
        own = self._pipeline.step(frame)
        if self._figures.ended is not None:
            self._figures.ended = None
            self._duty.well()
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
            if not self._is_kept:
                self._is_kept = True
                self._duty.well()
        except OSError as error:
            self._is_kept = False
            self._duty.failed(Message("runtime.shadow_figures_not_kept", path=self._file, cause=error))


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
