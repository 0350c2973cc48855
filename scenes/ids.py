"""The picture of ids: for each pixel, whose it is. Needs no light, no paint and no textures."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scenes.gpu import Gpu
from scenes.still import Placed, Still

Ids = NDArray[np.uint16]


class IdPictures:
    """Draws the numbers of things before a street that hides what is behind it."""

    def __init__(self, gpu: Gpu, still: Still, size_wh: tuple[int, int]) -> None:
        self._gpu = gpu
        self._size_wh = size_wh
        self._camera = still.viewpoint.matrix(size_wh)
        context, depth = gpu.context, gpu.depth(size_wh)
        self._texture = gpu.colour(size_wh, "u2", 1)
        self._nobody = bytes(2 * size_wh[0] * size_wh[1])
        self._whose = context.framebuffer([self._texture], depth)
        self._whose_depth = context.framebuffer([], depth)
        self._street = context.framebuffer([gpu.colour(size_wh, "u2", 1)], gpu.depth(size_wh))
        self._street.use()
        self._street.depth_mask = True
        self._street.clear(depth=1.0)
        gpu.set("depth", {"camera": self._camera})
        gpu.draw(still.mesh, "depth", np.eye(4, dtype=np.float32))

    def ids(self, things: Sequence[Placed]) -> Ids:
        """Whose each pixel is, (height, width): an instance, or 0 for the street."""
        self._whose.use()  # before the copy, which the scissor of another target would cut
        self._gpu.context.copy_framebuffer(self._whose, self._street)
        self._texture.write(self._nobody)
        self._gpu.set("id", {"camera": self._camera})
        for thing in things:
            self._gpu.set("id", {"instance": thing.instance})
            self._gpu.draw(thing.mesh, "id", thing.model)
        return self._read()

    def silhouette_px(self, things: Sequence[Placed]) -> int:
        """How many pixels these things would take if nothing stood before them."""
        self._whose_depth.use()
        self._whose_depth.clear(depth=1.0)
        self._texture.write(self._nobody)
        self._whose.use()
        self._gpu.set("id", {"camera": self._camera, "instance": 1})
        for thing in things:
            self._gpu.draw(thing.mesh, "id", thing.model)
        return int(np.count_nonzero(self._read()))

    def _read(self) -> Ids:
        raw = np.frombuffer(self._texture.read(alignment=1), np.uint16)
        return raw.reshape(self._size_wh[1], self._size_wh[0])[::-1]
