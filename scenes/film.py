"""Turns a story into pictures and truth, moment by moment."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from core.domain import Image
from core.errors import InputError
from scenes.director import Story
from scenes.lamps import Lamp
from scenes.lens import Sensor, lens_of, overlay
from scenes.light import Vector
from scenes.street import build
from scenes.timeline import Actor
from scenes.truth import BoxReader, Truth, TruthFrame, cast_at

if TYPE_CHECKING:
    from scenes.renderer import Renderer

_HEADLIGHT_RGB = (17.0, 16.0, 13.5)
_ROLLING_M_S = 0.3


def load_renderer() -> "type[Renderer]":
    """What draws. It comes with the extra scenes: all else of this room works without it.

    Raises:
        InputError: the extra is not installed.
    """
    try:
        from scenes.renderer import Renderer  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise InputError("scenes.rendering_needs_package", package=error.name) from error
    return Renderer


class Film:
    """A story before its camera; holds a drawing context until closed.

    Attributes:
        story: may be replaced by another one in the same street and light, which is drawn without lighting it anew.
    """

    def __init__(self, story: Story, size_wh: tuple[int, int]) -> None:
        self.story = story
        self._renderer = load_renderer()(build(story.plan), story.light, size_wh)
        self._reader = BoxReader(self._renderer, story.plan.viewpoint)
        self._sensor: Sensor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._renderer.close()

    def picture(self, t_s: float, number: int) -> Image:
        """What the camera sends at a time, (height, width, 3) BGR; `number` of the frame decides the noise."""
        story, seed = self.story, self.story.plan.seed
        if self._sensor is None:
            self._sensor = Sensor(lens_of(seed, story.light), self._renderer.size_wh, seed)
        cast = cast_at(story.actors, t_s, story.ground)
        clean = self._renderer.picture(cast.placed, self._headlights(t_s))
        seen = self._sensor.see(clean, number)
        overlay(seen, story.place, story.moment(t_s) if story.shows_clock else None)
        return seen

    def boxes(self, t_s: float) -> TruthFrame:
        """All labelled things at a time."""
        return TruthFrame(t_s, self._reader.read(cast_at(self.story.actors, t_s, self.story.ground)))

    def _headlights(self, t_s: float) -> tuple[Lamp, ...]:
        if not self.story.light.lamps:
            return ()
        rolling = (actor for actor in self.story.actors if actor.here(t_s) and actor.thing.headlights_at_m)
        return tuple(_beam(actor, t_s) for actor in rolling if _speed(actor, t_s) > _ROLLING_M_S)


def truth_of(story: Story, size_wh: tuple[int, int], *, interval_s: float = 1.0) -> Truth:
    """The truth of a story without its pictures, a frame each interval_s."""
    with Film(story, size_wh) as film:
        times = np.arange(0, story.length_s, interval_s)
        return Truth(story, size_wh, 1 / interval_s, tuple(film.boxes(float(t)) for t in times))


def _speed(actor: Actor, t_s: float) -> float:
    return (actor.route.at(t_s + 0.1)[3] - actor.route.at(t_s - 0.1)[3]) / 0.2


def _beam(actor: Actor, t_s: float) -> Lamp:
    x, y, heading, _ = actor.route.at(t_s)
    way: Vector = (float(np.cos(np.radians(heading))), float(np.sin(np.radians(heading))), 0.0)
    ahead = actor.thing.headlights_at_m + 0.1
    tilt = np.array((*way[:2], -0.09)) / np.hypot(1.0, 0.09)
    at: Vector = (x + way[0] * ahead, y + way[1] * ahead, 0.7)
    return Lamp(at, _HEADLIGHT_RGB, 17.0, (float(tilt[0]), float(tilt[1]), float(tilt[2])), 0.86)
