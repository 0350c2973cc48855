"""The stage: the street without anybody in it, drawn once for a camera and lit once for an hour.

The light of the sky and of the sun comes from many directions, each with a shadow map; their sum gives the dark under
trees and awnings, and shadows with soft edges.
"""

from typing import Any

import moderngl
import numpy as np

from scenes.gpu import Gpu
from scenes.lamps import set_lamps
from scenes.light import Light
from scenes.mesh import Floats
from scenes.shadows import MAP_PX, Shadows
from scenes.skylight import sky, sun
from scenes.still import Ground, Still
from scenes.viewpoint import seen_from

BATCH = 8  # directions whose shadow maps lie side by side in one texture


class Stage:
    """Buffers of what the street shows at each pixel, and of how it is lit there.

    Attributes:
        textures: the buffers, for the samplers of those names.
        surface: what the street and things are painted with, likewise.
    """

    def __init__(self, gpu: Gpu, still: Still, light: Light, shadows: Shadows, buffer_wh: tuple[int, int]) -> None:
        self._gpu = gpu
        self._still = still
        self._light = light
        self._shadows = shadows
        self._make_buffers(buffer_wh)
        ground = still.paint_ground()
        self.surface: dict[str, Any] = {
            "textures": gpu.pictures(still.paint_textures()),
            "ground_near": gpu.picture(ground.near),
            "ground_far": gpu.picture(ground.far),
        }
        self.textures["textures"] = self.surface["textures"]
        self._set_light(ground, still.viewpoint.matrix(buffer_wh))
        self._draw(still.viewpoint.matrix(buffer_wh))
        self._add_light()

    def _make_buffers(self, size_wh: tuple[int, int]) -> None:
        gpu, context = self._gpu, self._gpu.context
        self.textures: dict[str, Any] = {
            "albedo_gloss": gpu.colour(size_wh),
            "normal_sky": gpu.colour(size_wh),
            "glow": gpu.colour(size_wh),
            "depth": gpu.depth(size_wh),
            "ambient": gpu.colour(size_wh, "f2"),
            "direct": gpu.colour(size_wh, "f2"),
        }
        parts = self.textures
        self._seen = context.framebuffer([parts["albedo_gloss"], parts["normal_sky"], parts["glow"]], parts["depth"])
        self._ambient = context.framebuffer([parts["ambient"]])
        self._direct = context.framebuffer([parts["direct"]])

    def _set_light(self, ground: Ground, camera: Floats) -> None:
        light = self._light
        values: dict[str, Any] = {
            "zenith_rgb": light.zenith_rgb,
            "horizon_rgb": light.horizon_rgb,
            "bounce_rgb": light.bounce_rgb,
            "sun_toward": light.sun,
            "sun_rgb": light.sun_rgb,
            "exposure": light.exposure,
            "haze": light.haze,
            "wet": light.wet,
            "lamps": light.lamps,
            "eye": self._still.viewpoint.position,
            "from_clip": np.linalg.inv(camera.astype(np.float64)),
            "near_extent": _corner_and_scale(ground.near_extent),
            "far_extent": _corner_and_scale(ground.far_extent),
        }
        for program in ("stage", "thing", "skylight", "lamplight", "backdrop"):
            self._gpu.set(program, values | self._shadows.uniforms())

    def _draw(self, camera: Floats) -> None:
        self._seen.use()
        self._seen.clear(depth=1.0)
        self._gpu.bind("stage", self.surface)
        self._gpu.set("stage", {"camera": camera})
        self._gpu.draw(self._still.mesh, "stage", np.eye(4, dtype=np.float32))
        self._shadows.draw_still(self._still.mesh)

    def _add_light(self) -> None:
        """Adds up the light of the sky, of the lamps and of the sun, each from many directions."""
        atlas = self._gpu.depth((4 * MAP_PX, 2 * MAP_PX), compares=True)
        maps = self._gpu.context.framebuffer([], atlas)
        for frame, (ways, radiance) in ((self._ambient, sky(self._light)), (self._direct, sun(self._light))):
            frame.use()
            frame.clear()
            for first in range(0, len(ways), BATCH):
                self._add_batch(frame, maps, ways[first : first + BATCH], radiance[first : first + BATCH])
        set_lamps(self._gpu, "lamplight", self._light, self._still.lamps)
        self._gpu.bind("lamplight", self.textures)
        self._add_over(self._ambient, "lamplight")
        maps.release()
        atlas.release()

    def _add_batch(
        self, frame: moderngl.Framebuffer, maps: moderngl.Framebuffer, ways: Floats, radiance: Floats
    ) -> None:
        maps.use()
        maps.clear(depth=1.0)
        seen = np.stack([seen_from(way, self._shadows.centre, self._shadows.radius_m) for way in ways])
        for number, matrix in enumerate(seen):
            maps.viewport = (number % 4 * MAP_PX, number // 4 * MAP_PX, MAP_PX, MAP_PX)
            self._gpu.set("depth", {"camera": matrix})
            self._gpu.draw(self._still.mesh, "depth", np.eye(4, dtype=np.float32))
        self._gpu.bind("skylight", self.textures | {"maps": maps.depth_attachment})
        self._gpu.set("skylight", {"seen": seen, "toward": ways, "radiance": radiance})
        self._add_over(frame, "skylight")

    def _add_over(self, frame: moderngl.Framebuffer, program: str) -> None:
        context = self._gpu.context
        frame.use()
        context.disable(moderngl.DEPTH_TEST)
        context.enable(moderngl.BLEND)
        context.blend_func = moderngl.ONE, moderngl.ONE
        self._gpu.fill(program)
        context.disable(moderngl.BLEND)
        context.enable(moderngl.DEPTH_TEST)


def _corner_and_scale(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x, y, along, across = extent
    return x, y, 1 / along, 1 / across
