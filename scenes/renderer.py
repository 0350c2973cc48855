"""Draws a street as a camera sees it.

What stands for ever (ground, houses, trees) is drawn once for a camera and a light, with the light of many directions
of the sky and soft shadows of the sun. What comes and goes is drawn over it, picture by picture, with shadows of its
own on the street. A second drawing of the same things tells for each pixel whose it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import pi, sqrt
from types import TracebackType
from typing import Any, Self

import moderngl
import numpy as np
from numpy.typing import NDArray

from core.domain import Image
from scenes.gpu import Gpu
from scenes.light import Light, Rgb, Vector
from scenes.mesh import Floats, Mesh
from scenes.patches import SHADE_M, Rect, corners, merged, overlap, reach, rect_of
from scenes.viewpoint import Viewpoint, seen_from

SKY_DIRECTIONS, SUN_DIRECTIONS = 48, 16
MAP_PX, SUN_MAP_PX = 1024, 2048
MAX_LAMPS = 24
BATCH = 8

Ids = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp that shines downwards or around.

    Attributes:
        rgb: light at 1 m, linear. toward: a unit vector; half_angle_cos: -1 = shines all around.
    """

    at: Vector
    rgb: Rgb
    reach_m: float
    toward: Vector = (0.0, 0.0, -1.0)
    half_angle_cos: float = -1.2


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Painted ground.

    Attributes:
        near, far: (height, width, 4) uint8 RGB and gloss, the first row at the least y.
        near_extent, far_extent: x, y of the corner and size along x and y, metres.
    """

    near: Image
    far: Image
    near_extent: tuple[float, float, float, float]
    far_extent: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """What stands for ever, and how it is seen.

    Attributes:
        paint_ground: paints the ground, when pictures are wanted.
        paint_textures: paints the textures: (layers, height, width, 4) uint8 RGBA.
    """

    mesh: Mesh
    paint_ground: Callable[[], Ground]
    paint_textures: Callable[[], NDArray[np.uint8]]
    lamps: tuple[Lamp, ...]
    viewpoint: Viewpoint


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A mesh somewhere in the street.

    Attributes:
        instance: its number in the picture of ids, from 1.
        model: (4, 4), world from mesh.
    """

    mesh: Mesh
    instance: int
    model: Floats


class Renderer:
    """Pictures of one size of one street in one light."""

    def __init__(self, still: Still, light: Light, size_wh: tuple[int, int], *, supersample: int = 2) -> None:
        self._gpu = Gpu(wet=light.wet > 0, lamps=light.lamps > 0)
        self._light = light
        self._still = still
        self.size_wh = size_wh
        self._factor = supersample
        self._large = (size_wh[0] * supersample, size_wh[1] * supersample)
        self._camera = still.viewpoint.matrix(size_wh)
        self._centre, self._radius_m = _region(still.viewpoint)
        self._sun_seen = seen_from(light.sun, self._centre, self._radius_m)
        self._overhead_seen = seen_from((0, 0, 1), self._centre, self._radius_m)
        self._picture: Image = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
        self._ready = False
        self._drawn: dict[tuple[Mesh, bytes], Placed] = {}
        self._shone: dict[Lamp, None] = {}
        self._make_id_targets()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives everything back."""
        self._gpu.close()

    # -- pictures -----------------------------------------------------------------------------------------------

    def picture(self, things: Sequence[Placed], lamps: Sequence[Lamp] = ()) -> Image:
        """The street with the things in it, (height, width, 3) BGR, before what lens and sensor do to it.

        Only what differs from the picture before is drawn anew.

        Args:
            lamps: that move, like headlights.
        """
        if not self._ready:
            self._prepare()
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
        view, size = self._still.viewpoint, self.size_wh
        rects = [rect_of(self._reach(thing), view, size) for thing in moved]
        if self._light.lamps:
            rects += [rect_of(_lit_ground(lamp), view, size) for lamp in moved_lamps]
        return merged(rect for rect in rects if rect)

    def _reach(self, thing: Placed) -> NDArray[np.float64]:
        around = corners(thing.mesh.bounds, thing.model, wider_m=SHADE_M)
        return reach(around, self._light.sun, mirrored=self._light.wet > 0)

    def _draw(self, things: Sequence[Placed], lamps: Sequence[Lamp], rects: Sequence[Rect]) -> None:
        self._draw_moving_shadows(things)
        if self._light.wet:
            self._draw_mirrored(things)
        self._live.use()
        self._backdrop(rects, lamps)
        self._gpu.set(
            "thing", {"camera": self._camera, "tone": 1.0, "flip": 1.0, "eye": self._still.viewpoint.position}
        )
        self._set_lamps("thing", (*lamps, *self._still.lamps))
        self._gpu.bind("thing", self._surface_textures | self._shadow_textures)
        touched = [thing for thing in things if self._touches(thing, rects)]
        # Depth first: then no pixel is shaded that another one covers.
        self._gpu.set("depth", {"camera": self._camera})
        for thing in touched:
            self._gpu.draw(thing.mesh, "depth", thing.model)
        self._gpu.context.depth_func = "<="
        for thing in touched:
            self._gpu.draw(thing.mesh, "thing", thing.model)
        self._gpu.context.depth_func = "<"
        for rect in rects:
            self._shrink(rect)

    def _touches(self, thing: Placed, rects: Sequence[Rect]) -> bool:
        rect = rect_of(corners(thing.mesh.bounds, thing.model), self._still.viewpoint, self.size_wh)
        return rect is not None and any(overlap(rect, one) for one in rects)

    def _backdrop(self, rects: Sequence[Rect], lamps: Sequence[Lamp]) -> None:
        """The street itself, with the shadows of what moves; nothing drawn there before remains."""
        context, factor = self._gpu.context, self._factor
        context.depth_func = "1"
        self._gpu.bind("backdrop", self._stage_textures | self._shadow_textures)
        self._set_lamps("backdrop", lamps)
        for x1, y1, x2, y2 in rects:
            low = (self.size_wh[1] - y2) * factor
            self._live.scissor = (x1 * factor, low, (x2 - x1) * factor, (y2 - y1) * factor)
            self._gpu.fill("backdrop")
        self._live.scissor = (0, 0, *self._large)
        context.depth_func = "<"

    def _shrink(self, rect: Rect) -> None:
        x1, y1, x2, y2 = rect
        below = self.size_wh[1] - y2
        self._small.use()
        self._small.scissor = (x1, below, x2 - x1, y2 - y1)
        self._gpu.context.disable(moderngl.DEPTH_TEST)
        self._gpu.bind("shrink", {"large": self._live.color_attachments[0]})
        self._gpu.set("shrink", {"factor": self._factor})
        self._gpu.fill("shrink")
        self._gpu.context.enable(moderngl.DEPTH_TEST)
        raw = self._small.read((x1, below, x2 - x1, y2 - y1), components=3, alignment=1)
        pixels = np.frombuffer(raw, np.uint8).reshape(y2 - y1, x2 - x1, 3)
        self._picture[y1:y2, x1:x2] = pixels[::-1, :, ::-1]

    # -- ids ----------------------------------------------------------------------------------------------------

    def ids(self, things: Sequence[Placed]) -> Ids:
        """Whose each pixel is, (height, width): an instance, or 0 for the street."""
        self._whose.use()  # before the copy, which the scissor of another target would cut
        self._gpu.context.copy_framebuffer(self._whose, self._street_depth)
        self._id_texture.write(self._no_ids)
        self._gpu.set("id", {"camera": self._camera})
        for thing in things:
            self._gpu.set("id", {"instance": thing.instance})
            self._gpu.draw(thing.mesh, "id", thing.model)
        return self._read_ids()

    def silhouette_px(self, things: Sequence[Placed]) -> int:
        """How many pixels these things would take if nothing stood before them."""
        self._whose_depth.use()
        self._whose_depth.clear(depth=1.0)
        self._id_texture.write(self._no_ids)
        self._whose.use()
        self._gpu.set("id", {"camera": self._camera, "instance": 1})
        for thing in things:
            self._gpu.draw(thing.mesh, "id", thing.model)
        return int(np.count_nonzero(self._read_ids()))

    def _read_ids(self) -> Ids:
        raw = np.frombuffer(self._id_texture.read(alignment=1), np.uint16)
        return raw.reshape(self.size_wh[1], self.size_wh[0])[::-1]

    # -- what is done once --------------------------------------------------------------------------------------

    def _make_id_targets(self) -> None:
        gpu, context = self._gpu, self._gpu.context
        self._id_texture = gpu.colour(self.size_wh, "u2", 1)
        self._no_ids = bytes(2 * self.size_wh[0] * self.size_wh[1])
        depth = gpu.depth(self.size_wh)
        self._whose = context.framebuffer([self._id_texture], depth)
        self._whose_depth = context.framebuffer([], depth)
        self._street_depth = context.framebuffer([gpu.colour(self.size_wh, "u2", 1)], gpu.depth(self.size_wh))
        self._street_depth.use()
        self._street_depth.depth_mask = True
        self._street_depth.clear(depth=1.0)
        gpu.set("depth", {"camera": self._camera})
        gpu.draw(self._still.mesh, "depth", np.eye(4, dtype=np.float32))

    def _prepare(self) -> None:
        """Paints and lights the street: seconds of work that only pictures need, ids do not."""
        self._make_targets()
        self._set_light()
        self._draw_stage()
        self._add_light()
        self._draw_moving_shadows(())
        if self._light.wet:
            self._draw_mirror()
            self._draw_mirrored(())
        whole = (0, 0, *self.size_wh)
        self._live.use()
        self._backdrop([whole], ())
        self._shrink(whole)
        self._ready = True

    def _make_targets(self) -> None:
        gpu, context = self._gpu, self._gpu.context
        self._stage_textures: dict[str, Any] = {
            "albedo_gloss": gpu.colour(self._large),
            "normal_sky": gpu.colour(self._large),
            "glow": gpu.colour(self._large),
            "depth": gpu.depth(self._large),
            "ambient": gpu.colour(self._large, "f2"),
            "direct": gpu.colour(self._large, "f2"),
        }
        parts = self._stage_textures
        self._stage = context.framebuffer([parts["albedo_gloss"], parts["normal_sky"], parts["glow"]], parts["depth"])
        self._ambient = context.framebuffer([parts["ambient"]])
        self._direct = context.framebuffer([parts["direct"]])
        self._live = context.framebuffer([gpu.colour(self._large)], gpu.depth(self._large))
        self._small = context.framebuffer([gpu.colour(self.size_wh)])
        self._shadow_textures: dict[str, Any] = {
            "still_sun": gpu.depth((SUN_MAP_PX, SUN_MAP_PX), compares=True),
            "moving_sun": gpu.depth((SUN_MAP_PX, SUN_MAP_PX), compares=True),
            "overhead": gpu.depth((MAP_PX, MAP_PX), compares=True),
        }
        self._shadow_targets = {
            name: context.framebuffer([], texture) for name, texture in self._shadow_textures.items()
        }
        self._ground = self._still.paint_ground()
        self._surface_textures: dict[str, Any] = {
            "textures": gpu.pictures(self._still.paint_textures()),
            "ground_near": gpu.picture(self._ground.near),
            "ground_far": gpu.picture(self._ground.far),
        }
        self._stage_textures["textures"] = self._surface_textures["textures"]
        mirror = gpu.colour(self.size_wh, "f2")
        mirror.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._mirror = context.framebuffer([mirror], gpu.depth(self.size_wh))
        self._still_mirror = context.framebuffer([gpu.colour(self.size_wh, "f2")], gpu.depth(self.size_wh))
        self._stage_textures["mirror"] = mirror

    def _set_light(self) -> None:
        light, ground, eye = self._light, self._ground, self._still.viewpoint.position
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
            "eye": eye,
            "sun_seen": self._sun_seen,
            "overhead_seen": self._overhead_seen,
            "overhead_scale": 0.5 / self._radius_m,
            "from_clip": np.linalg.inv(self._camera.astype(np.float64)),
            "near_extent": _corner_and_scale(ground.near_extent),
            "far_extent": _corner_and_scale(ground.far_extent),
        }
        for program in ("stage", "thing", "skylight", "lamplight", "backdrop"):
            self._gpu.set(program, values)

    def _set_lamps(self, program: str, lamps: Sequence[Lamp]) -> None:
        chosen = list(lamps)[:MAX_LAMPS] if self._light.lamps else []
        table = np.zeros((3, MAX_LAMPS, 4), np.float32)
        for number, lamp in enumerate(chosen):
            table[0, number] = (*lamp.at, lamp.reach_m)
            table[1, number] = (*(value * self._light.lamps for value in lamp.rgb), lamp.half_angle_cos)
            table[2, number, :3] = lamp.toward
        names = ("lamp_at", "lamp_rgb", "lamp_toward")
        self._gpu.set(program, dict(zip(names, table, strict=True)) | {"lamp_count": len(chosen)})

    def _draw_stage(self) -> None:
        identity = np.eye(4, dtype=np.float32)
        self._stage.use()
        self._stage.clear(depth=1.0)
        self._gpu.bind("stage", self._surface_textures)
        self._gpu.set("stage", {"camera": self._camera})
        self._gpu.draw(self._still.mesh, "stage", identity)
        self._draw_map("still_sun", [(self._still.mesh, identity)], self._sun_seen)

    def _draw_map(self, name: str, meshes: Sequence[tuple[Mesh, Floats]], seen: Floats) -> None:
        target = self._shadow_targets[name]
        target.use()
        target.clear(depth=1.0)
        self._gpu.set("depth", {"camera": seen})
        for mesh, model in meshes:
            self._gpu.draw(mesh, "depth", model)

    def _draw_moving_shadows(self, things: Sequence[Placed]) -> None:
        meshes = [(thing.mesh, thing.model) for thing in things]
        self._draw_map("moving_sun", meshes, self._sun_seen)
        self._draw_map("overhead", meshes, self._overhead_seen)

    def _add_light(self) -> None:
        """Adds up the light of the sky, of the lamps and of the sun, each from many directions."""
        atlas = self._gpu.depth((4 * MAP_PX, 2 * MAP_PX), compares=True)
        target = self._gpu.context.framebuffer([], atlas)
        for frame in (self._ambient, self._direct):
            frame.use()
            frame.clear()
        ways, radiance = _sky(self._light)
        for first in range(0, len(ways), BATCH):
            self._add_batch(self._ambient, target, ways[first : first + BATCH], radiance[first : first + BATCH])
        ways, radiance = _sun(self._light)
        for first in range(0, len(ways), BATCH):
            self._add_batch(self._direct, target, ways[first : first + BATCH], radiance[first : first + BATCH])
        self._set_lamps("lamplight", self._still.lamps)
        self._gpu.bind("lamplight", self._stage_textures)
        self._add_over(self._ambient, "lamplight")
        target.release()
        atlas.release()

    def _add_batch(
        self, frame: moderngl.Framebuffer, target: moderngl.Framebuffer, ways: Floats, radiance: Floats
    ) -> None:
        target.use()
        target.clear(depth=1.0)
        seen = np.stack([seen_from(way, self._centre, self._radius_m) for way in ways])
        for number, matrix in enumerate(seen):
            target.viewport = (number % 4 * MAP_PX, number // 4 * MAP_PX, MAP_PX, MAP_PX)
            self._gpu.set("depth", {"camera": matrix})
            self._gpu.draw(self._still.mesh, "depth", np.eye(4, dtype=np.float32))
        self._gpu.bind("skylight", self._stage_textures | {"maps": target.depth_attachment})
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

    # -- wet ground ---------------------------------------------------------------------------------------------

    def _draw_mirror(self) -> None:
        self._draw_map("moving_sun", (), self._sun_seen)
        self._draw_map("overhead", (), self._overhead_seen)
        self._set_lamps("thing", self._still.lamps)
        self._still_mirror.use()
        self._still_mirror.clear(*self._light.horizon_rgb, depth=1.0)
        self._draw_upside_down([Placed(self._still.mesh, 0, np.eye(4, dtype=np.float32))])

    def _draw_mirrored(self, things: Sequence[Placed]) -> None:
        self._gpu.context.copy_framebuffer(self._mirror, self._still_mirror)
        self._mirror.use()
        self._draw_upside_down(things)
        self._stage_textures["mirror"].build_mipmaps()

    def _draw_upside_down(self, things: Sequence[Placed]) -> None:
        upside_down = np.diag([1, 1, -1, 1]).astype(np.float32)
        x, y, z = self._still.viewpoint.position
        self._gpu.set("thing", {"camera": self._camera @ upside_down, "tone": 0.0, "flip": -1.0, "eye": (x, y, -z)})
        self._gpu.bind("thing", self._surface_textures | self._shadow_textures)
        for thing in things:
            self._gpu.draw(thing.mesh, "thing", thing.model)


def _region(viewpoint: Viewpoint) -> tuple[Floats, float]:
    """The middle and the radius of the part of the street that gets shadows."""
    eye, target = np.asarray(viewpoint.position), np.asarray(viewpoint.target)
    flat = target - eye
    flat[2] = 0
    middle = eye + flat / max(float(np.linalg.norm(flat)), 1e-6) * 19
    return np.array([middle[0], middle[1], 1.0], np.float32), 27.0


def _lit_ground(lamp: Lamp) -> NDArray[np.float64]:
    """Corners of the ground and the air before a headlight that it can light."""
    x, y, z = lamp.at
    ahead, side = np.asarray(lamp.toward) * (1, 1, 0), np.array((-lamp.toward[1], lamp.toward[0], 0.0))
    near = [np.array((x, y, 0)) + side * s for s in (-1.5, 1.5)]
    far = [np.array((x, y, height)) + ahead * lamp.reach_m + side * s for s in (-5, 5) for height in (0.0, z)]
    return np.array(near + far)


def _corner_and_scale(extent: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x, y, along, across = extent
    return x, y, 1 / along, 1 / across


def _sky(light: Light) -> tuple[Floats, Floats]:
    """Directions spread evenly over the sky (Fibonacci), and what each gives a surface that faces it."""
    number = np.arange(SKY_DIRECTIONS)
    height = (number + 0.5) / SKY_DIRECTIONS
    angle = number * pi * (3 - sqrt(5))
    across = np.sqrt(1 - height**2)
    ways = np.column_stack([across * np.cos(angle), across * np.sin(angle), height]).astype(np.float32)
    share = (height**0.6)[:, None]
    radiance = np.asarray(light.horizon_rgb) * (1 - share) + np.asarray(light.zenith_rgb) * share
    # Over a whole free sky of even radiance the sum of radiance x cosine is that radiance.
    return ways, (radiance * 2 / SKY_DIRECTIONS).astype(np.float32)


def _sun(light: Light) -> tuple[Floats, Floats]:
    """Directions spread over the sun's disc."""
    number = np.arange(SUN_DIRECTIONS)
    radius, angle = np.sqrt((number + 0.5) / SUN_DIRECTIONS) * light.sun_blur, number * pi * (3 - sqrt(5))
    toward = np.asarray(light.sun)
    right = np.cross((0, 0, 1), toward)
    right /= np.linalg.norm(right)
    up = np.cross(toward, right)
    ways = toward + radius[:, None] * (np.cos(angle)[:, None] * right + np.sin(angle)[:, None] * up)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    radiance = np.broadcast_to(np.asarray(light.sun_rgb) / SUN_DIRECTIONS, ways.shape)
    return ways.astype(np.float32), radiance.astype(np.float32)
