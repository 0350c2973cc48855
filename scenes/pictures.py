"""Pictures of a street, each drawn over the one before: only what came, went or moved is drawn anew."""

from collections.abc import Sequence

import moderngl
import numpy as np
from numpy.typing import NDArray

from core.domain import Image
from scenes.gpu import Gpu
from scenes.lamps import Lamp, set_lamps
from scenes.light import Light
from scenes.mesh import Mesh
from scenes.mirror import Mirror
from scenes.patches import SHADE_M, Rect, corners, merged, overlap, reach, rect_of
from scenes.shadows import Shadows
from scenes.stage import Stage
from scenes.still import Placed, Still

SUPERSAMPLE = 2


class Pictures:
    """Pictures of one size of one street in one light. Making one paints and lights the street: seconds of work."""

    def __init__(self, gpu: Gpu, still: Still, light: Light, size_wh: tuple[int, int]) -> None:
        self._gpu = gpu
        self._light = light
        self._still = still
        self._size_wh = size_wh
        self._large = (size_wh[0] * SUPERSAMPLE, size_wh[1] * SUPERSAMPLE)
        self._drawn: dict[tuple[Mesh, bytes], Placed] = {}
        self._shone: dict[Lamp, None] = {}
        self._picture: Image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
        self._live = gpu.context.framebuffer([gpu.colour(self._large)], gpu.depth(self._large))
        self._small = gpu.context.framebuffer([gpu.colour(size_wh)])
        self._shadows = Shadows(gpu, light, still.viewpoint)
        self._stage = Stage(gpu, still, light, self._shadows, self._large)
        self._backdrop_textures = self._stage.textures | self._shadows.textures
        self._draw_empty()

    def _draw_empty(self) -> None:
        self._shadows.draw_moving(())
        self._mirror: Mirror | None = None
        if self._light.wet:
            self._mirror = Mirror(self._gpu, self._still, self._light, self._shadows, self._stage, self._size_wh)
            self._mirror.draw(())
            self._backdrop_textures["mirror"] = self._mirror.texture
        whole = (0, 0, *self._size_wh)
        self._live.use()
        self._draw_backdrop([whole], ())
        self._shrink(whole)

    def picture(self, things: Sequence[Placed], lamps: Sequence[Lamp]) -> Image:
        """The street with the things in it, (height, width, 3) BGR; lamps are those that move."""
        changed = self._changed(things, lamps)
        if changed:
            self._draw(things, lamps, changed)
        return self._picture.copy()

    def _changed(self, things: Sequence[Placed], lamps: Sequence[Lamp]) -> list[Rect]:
        """The parts of the picture that are not as they were."""
        now = {(thing.mesh, thing.model.tobytes()): thing for thing in things}
        lights = dict.fromkeys(lamps)
        moved = [thing for key, thing in now.items() if key not in self._drawn]
        moved += [thing for key, thing in self._drawn.items() if key not in now]
        moved_lamps = [lamp for lamp in lights if lamp not in self._shone]
        moved_lamps += [lamp for lamp in self._shone if lamp not in lights]
        self._drawn, self._shone = now, lights
        view, size = self._still.viewpoint, self._size_wh
        rects = [rect_of(self._reach(thing), view, size) for thing in moved]
        if self._light.lamps:
            rects += [rect_of(lamp.lit_ground(), view, size) for lamp in moved_lamps]
        return merged(rect for rect in rects if rect)

    def _reach(self, thing: Placed) -> NDArray[np.float64]:
        around = corners(thing.mesh.bounds, thing.model, wider_m=SHADE_M)
        return reach(around, self._light.sun, mirrored=self._light.wet > 0)

    def _draw(self, things: Sequence[Placed], lamps: Sequence[Lamp], rects: Sequence[Rect]) -> None:
        self._shadows.draw_moving(things)
        if self._mirror:
            self._mirror.draw(things)
        self._live.use()
        self._draw_backdrop(rects, lamps)
        self._draw_things([thing for thing in things if self._touches(thing, rects)], lamps)
        for rect in rects:
            self._shrink(rect)

    def _touches(self, thing: Placed, rects: Sequence[Rect]) -> bool:
        rect = rect_of(corners(thing.mesh.bounds, thing.model), self._still.viewpoint, self._size_wh)
        return rect is not None and any(overlap(rect, one) for one in rects)

    def _draw_backdrop(self, rects: Sequence[Rect], lamps: Sequence[Lamp]) -> None:
        """The street itself, with the shadows of what moves; nothing drawn there before remains."""
        context = self._gpu.context
        context.depth_func = "1"
        self._gpu.bind("backdrop", self._backdrop_textures)
        set_lamps(self._gpu, "backdrop", self._light, lamps)
        for x1, y1, x2, y2 in rects:
            low = (self._size_wh[1] - y2) * SUPERSAMPLE
            self._live.scissor = (x1 * SUPERSAMPLE, low, (x2 - x1) * SUPERSAMPLE, (y2 - y1) * SUPERSAMPLE)
            self._gpu.fill("backdrop")
        self._live.scissor = (0, 0, *self._large)
        context.depth_func = "<"

    def _draw_things(self, things: Sequence[Placed], lamps: Sequence[Lamp]) -> None:
        gpu, view = self._gpu, self._still.viewpoint
        camera = view.matrix(self._size_wh)
        gpu.set("thing", {"camera": camera, "tone": 1.0, "flip": 1.0, "eye": view.position})
        set_lamps(gpu, "thing", self._light, (*lamps, *self._still.lamps))
        gpu.bind("thing", self._stage.surface | self._shadows.textures)
        # Depth first: then no pixel is shaded that another one covers.
        gpu.set("depth", {"camera": camera})
        for thing in things:
            gpu.draw(thing.mesh, "depth", thing.model)
        gpu.context.depth_func = "<="
        for thing in things:
            gpu.draw(thing.mesh, "thing", thing.model)
        gpu.context.depth_func = "<"

    def _shrink(self, rect: Rect) -> None:
        """Brings a part of what was drawn to the size of the picture."""
        x1, y1, x2, y2 = rect
        below = self._size_wh[1] - y2
        self._small.use()
        self._small.scissor = (x1, below, x2 - x1, y2 - y1)
        self._gpu.context.disable(moderngl.DEPTH_TEST)
        self._gpu.bind("shrink", {"large": self._live.color_attachments[0]})
        self._gpu.set("shrink", {"factor": SUPERSAMPLE})
        self._gpu.fill("shrink")
        self._gpu.context.enable(moderngl.DEPTH_TEST)
        raw = self._small.read((x1, below, x2 - x1, y2 - y1), components=3, alignment=1)
        pixels = np.frombuffer(raw, np.uint8).reshape(y2 - y1, x2 - x1, 3)
        self._picture[y1:y2, x1:x2] = pixels[::-1, :, ::-1]
