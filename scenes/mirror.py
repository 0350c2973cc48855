"""What wet ground mirrors: the street and its things, drawn upside down."""

from collections.abc import Sequence

import moderngl
import numpy as np

from scenes.gpu import Gpu
from scenes.lamps import set_lamps
from scenes.light import Light
from scenes.mesh import Floats
from scenes.shadows import Shadows
from scenes.stage import Stage
from scenes.still import Placed, Still


class Mirror:
    """The mirror image of a street, as large as its picture.

    Attributes:
        texture: with smaller copies of itself, for the sampler `mirror`.
    """

    def __init__(
        self, gpu: Gpu, still: Still, light: Light, shadows: Shadows, stage: Stage, size_wh: tuple[int, int]
    ) -> None:
        self._gpu = gpu
        self._textures = stage.surface | shadows.textures
        x, y, z = still.viewpoint.position
        self._eye = (x, y, -z)
        upside_down: Floats = np.diag([1, 1, -1, 1]).astype(np.float32)
        self._camera = still.viewpoint.matrix(size_wh) @ upside_down
        self.texture = gpu.colour(size_wh, "f2")
        self.texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._whole = gpu.context.framebuffer([self.texture], gpu.depth(size_wh))
        self._street = gpu.context.framebuffer([gpu.colour(size_wh, "f2")], gpu.depth(size_wh))
        set_lamps(gpu, "thing", light, still.lamps)
        self._street.use()
        self._street.clear(*light.horizon_rgb, depth=1.0)
        self._draw_upside_down([Placed(still.mesh, 0, np.eye(4, dtype=np.float32))])

    def draw(self, things: Sequence[Placed]) -> None:
        """The street with these things in it."""
        self._gpu.context.copy_framebuffer(self._whole, self._street)
        self._whole.use()
        self._draw_upside_down(things)
        self.texture.build_mipmaps()

    def _draw_upside_down(self, things: Sequence[Placed]) -> None:
        self._gpu.set("thing", {"camera": self._camera, "tone": 0.0, "flip": -1.0, "eye": self._eye})
        self._gpu.bind("thing", self._textures)
        for thing in things:
            self._gpu.draw(thing.mesh, "thing", thing.model)
