"""Recorded detections for tests: things put on a time line, watched under a rule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from core.domain import Detection, Image, Observation, RuleEvent
from core.geometry import Box
from core.rules import resolve
from core.site import Zone
from core.wire import APPEARANCE_PX
from detector.watch import CameraWatch

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")
SIZE_WH = (1280, 720)
WHOLE = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
CAR: Box = (500, 300, 660, 400)

When = Callable[[float], bool]


def always(_: float) -> bool:
    return True


def between(*spans: tuple[float, float]) -> When:
    """True inside the spans: start included, end excluded, in seconds."""
    return lambda t: any(start <= t < end for start, end in spans)


@dataclass(frozen=True)
class Actor:
    """Something that detectors see: where it is, when it is in sight, and how well it is seen."""

    box: Box = CAR
    label: str | Callable[[float], str] = "car"
    seen: When = always
    path: Callable[[float], tuple[float, float]] = lambda t: (0.0, 0.0)
    score: float = 0.8
    jitter_px: float = 0.0
    missed: float = 0.0
    look: int | None = None

    def detection(self, t: float, random: Random) -> Detection | None:
        if not self.seen(t) or random.random() < self.missed:
            return None
        dx, dy = self.path(t)
        x1, y1, x2, y2 = (value + random.uniform(-self.jitter_px, self.jitter_px) for value in self.box)
        label = self.label if isinstance(self.label, str) else self.label(t)
        box = (x1 + dx, y1 + dy, x2 + dx, y2 + dy)
        return Detection(label, self.score, box, None if self.look is None else look(self.look, random))


def look(seed: int, noise: Random) -> Image:
    """What a thing looks like: a pattern of its own with some noise of the camera."""
    pattern = np.random.default_rng(seed).integers(30, 220, (8, 8))
    grain = np.random.default_rng(noise.getrandbits(32)).normal(0, 8, (APPEARANCE_PX, APPEARANCE_PX))
    return np.clip(np.kron(pattern, np.ones((5, 5))) + grain, 0, 255).astype(np.uint8)


def film(
    actors: Iterable[Actor], until_s: float, *, interval_s: float = 1.0, frames: When = always, start: datetime = START
) -> list[Observation]:
    """What a camera records of the actors; `frames` says when it delivers at all."""
    random, cast = Random(7), list(actors)
    observations = []
    for number in range(int(until_s / interval_s) + 1):
        t = number * interval_s
        detections = (actor.detection(t, random) for actor in cast)
        found = tuple(one for one in detections if one is not None)
        if frames(t):
            observations.append(Observation("cam", "1", start + timedelta(seconds=t), SIZE_WH, found))
    return observations


def watch(observations: Iterable[Observation], *, interval_s: float = 1.0, **zone: Any) -> list[RuleEvent]:
    """The changes of state under a zone over the whole picture that watches for parking, unless told otherwise."""
    full = {"id": "zone", "violation": "illegal_parking", "polygon": WHOLE} | zone
    camera = CameraWatch([resolve("cam", "1", Zone.model_validate(full))], SHANGHAI, interval_s)
    return [event for observation in observations for event in camera.update(observation)]


def brief(events: Iterable[RuleEvent], start: datetime = START) -> list[tuple[str, float]]:
    """State and second of each change: of a clearing the second it was last seen."""
    return [(event.state, (event.last_seen - start).total_seconds()) for event in events]


def unfit(observations: Iterable[Observation], when: When, reason: str = "the view moved") -> list[Observation]:
    """The same frames, unfit at some times."""
    return [replace(one, unfit=reason) if when((one.utc - START).total_seconds()) else one for one in observations]
