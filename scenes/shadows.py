"""Shadows: which parts of the street the sun does not reach, and the dark below things."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from scenes.gpu import Gpu
from scenes.light import Light
from scenes.mesh import Floats, Mesh
from scenes.still import Placed
from scenes.viewpoint import Viewpoint, seen_from

MAP_PX, SUN_MAP_PX = 1024, 2048


class Shadows:
    """Depth as the sun sees it, of what stands and of what moves, and of what moves as seen from above.

    Attributes:
        textures: still_sun, moving_sun and overhead, for the samplers of those names.
        centre, radius_m: the part of the street that gets shadows.
    """

    def __init__(self, gpu: Gpu, light: Light, viewpoint: Viewpoint) -> None:
        self._gpu = gpu
        self.centre, self.radius_m = _region(viewpoint)
        self._sun_seen = seen_from(light.sun, self.centre, self.radius_m)
        self._overhead_seen = seen_from((0, 0, 1), self.centre, self.radius_m)
        self.textures: dict[str, Any] = {
            "still_sun": gpu.depth((SUN_MAP_PX, SUN_MAP_PX), compares=True),
            "moving_sun": gpu.depth((SUN_MAP_PX, SUN_MAP_PX), compares=True),
            "overhead": gpu.depth((MAP_PX, MAP_PX), compares=True),
        }
        self._targets = {name: gpu.context.framebuffer([], texture) for name, texture in self.textures.items()}

    def uniforms(self) -> dict[str, Any]:
        """What programs need to look places up in the maps."""
        return {
            "sun_seen": self._sun_seen,
            "overhead_seen": self._overhead_seen,
            "overhead_scale": 0.5 / self.radius_m,
        }

    def draw_still(self, mesh: Mesh) -> None:
        """Draws what stands for ever."""
        self._draw("still_sun", [(mesh, np.eye(4, dtype=np.float32))], self._sun_seen)

    def draw_moving(self, things: Sequence[Placed]) -> None:
        """Draws what comes and goes."""
        meshes = [(thing.mesh, thing.model) for thing in things]
        self._draw("moving_sun", meshes, self._sun_seen)
        self._draw("overhead", meshes, self._overhead_seen)

    def _draw(self, name: str, meshes: Sequence[tuple[Mesh, Floats]], seen: Floats) -> None:
        target = self._targets[name]
        target.use()
        target.clear(depth=1.0)
        self._gpu.set("depth", {"camera": seen})
        for mesh, model in meshes:
            self._gpu.draw(mesh, "depth", model)


def _region(viewpoint: Viewpoint) -> tuple[Floats, float]:
    """The middle and the radius of the part of the street that gets shadows."""
    eye, target = np.asarray(viewpoint.position), np.asarray(viewpoint.target)
    flat = target - eye
    flat[2] = 0
    middle = eye + flat / max(float(np.linalg.norm(flat)), 1e-6) * 19
    return np.array([middle[0], middle[1], 1.0], np.float32), 27.0
