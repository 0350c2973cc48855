"""Triangles with paint on them, and the few solids of which everything in a street is built.

World axes: x along the street, y across it (away from the shops), z up; metres. A thing is modelled standing on z = 0,
its front towards +x, its middle over the origin.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, pi, radians, sin

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Rgb = tuple[float, float, float]

NO_TEXTURE = 255

VERTEX = np.dtype(
    [
        ("position", "<f4", 3),
        ("normal", "<f4", 3),
        ("uv", "<f4", 2),
        ("colour", "u1", 4),  # red, green, blue as seen on a screen, gloss
        ("extra", "u1", 4),  # texture layer, glow, open sky (255 = all of it), lamp (glows after dark only)
    ]
)


@dataclass(frozen=True, slots=True)
class Paint:
    """What a surface looks like.

    Attributes:
        rgb: as seen on a screen (sRGB), 0-1; multiplied by the texture.
        gloss: 0 dull - 1 mirror.
        layer: of the texture array; NO_TEXTURE = plain.
        glow: light that it gives off by itself, 0-1.
        lamp: its glow depends on the lamps being on, 0-1.
    """

    rgb: Rgb
    gloss: float = 0.1
    layer: int = NO_TEXTURE
    glow: float = 0.0
    lamp: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles without an index.

    Attributes:
        vertices: (3 x triangles,) of VERTEX.
    """

    vertices: NDArray[np.void]

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Least and greatest x, y, z in metres; zeros where there is nothing."""
        return _bounds(self)

    def moved(self, offset: ArrayLike = (0, 0, 0), *, heading_deg: float = 0, scale: ArrayLike = 1.0) -> "Mesh":
        """Scaled, then turned about z (counter-clockwise from above), then shifted."""
        turn = rotation(heading_deg, 2)
        return self.transformed(turn @ np.diag(np.broadcast_to(np.asarray(scale, np.float32), 3)), offset)

    def turned(self, angle_deg: float, axis: int, about: ArrayLike = (0, 0, 0)) -> "Mesh":
        """Turned about the axis (0 = x, 1 = y, 2 = z) through a point."""
        turn, centre = rotation(angle_deg, axis), np.asarray(about, np.float32)
        return self.transformed(turn, centre - turn @ centre)

    def transformed(self, linear: Floats, offset: ArrayLike) -> "Mesh":
        """Every point p becomes linear @ p + offset."""
        vertices = self.vertices.copy()
        vertices["position"] = vertices["position"] @ linear.T + np.asarray(offset, np.float32)
        vertices["normal"] = _unit(vertices["normal"] @ np.linalg.inv(linear).astype(np.float32))
        return Mesh(vertices)

    def shaded_below(self, height_m: float, least: float = 0.45) -> "Mesh":
        """Sees less of the sky towards the ground: `least` of it at z = 0, all of it from height_m on."""
        vertices = self.vertices.copy()
        share = np.clip(least + (1 - least) * vertices["position"][:, 2] / height_m, least, 1)
        down = np.clip(-vertices["normal"][:, 2], 0, 1)
        share = share * (1 - 0.6 * down)
        vertices["extra"][:, 2] = (vertices["extra"][:, 2] * share).astype(np.uint8)
        return Mesh(vertices)


@lru_cache(maxsize=4096)
def _bounds(mesh: Mesh) -> tuple[Floats, Floats]:
    points = mesh.vertices["position"]
    if not len(points):
        return np.zeros(3, np.float32), np.zeros(3, np.float32)
    return points.min(axis=0), points.max(axis=0)


def rotation(angle_deg: float, axis: int) -> Floats:
    """The (3, 3) matrix of a turn about an axis."""
    c, s = cos(radians(angle_deg)), sin(radians(angle_deg))
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3, dtype=np.float32)
    matrix[first, first] = matrix[second, second] = c
    matrix[first, second], matrix[second, first] = -s, s
    return matrix


def joined(*meshes: Mesh) -> Mesh:
    """All of them as one."""
    return Mesh(np.concatenate([mesh.vertices for mesh in meshes]) if meshes else np.zeros(0, VERTEX))


def quad(corners: ArrayLike, paint: Paint, uv: ArrayLike = ((0, 1), (1, 1), (1, 0), (0, 0))) -> Mesh:
    """Four corners counter-clockwise from the front, from the lower left; uv (0, 0) is the texture's top left."""
    points = np.asarray(corners, np.float32)
    normal = np.cross(points[1] - points[0], points[3] - points[0])
    return _triangles(points[None], np.broadcast_to(normal, (1, 4, 3)), np.asarray(uv, np.float32)[None], paint)


def boxes(sizes: ArrayLike, centres: ArrayLike, paint: Paint, *, tile_m: float = 1.0) -> Mesh:
    """Boxes along the axes: sizes and centres (N, 3) in metres; a texture repeats each tile_m."""
    size = np.asarray(sizes, np.float32).reshape(-1, 1, 1, 3)
    centre = np.asarray(centres, np.float32).reshape(-1, 1, 1, 3)
    size, centre = np.broadcast_arrays(size, centre)
    points = centre + _CUBE * size / 2
    spans = np.abs(points[:, :, 1] - points[:, :, 0]).max(-1), np.abs(points[:, :, 3] - points[:, :, 0]).max(-1)
    uv = np.stack([np.array((0, 1, 1, 0)) * spans[0][..., None], np.array((1, 1, 0, 0)) * spans[1][..., None]], -1)
    normals = np.broadcast_to(_CUBE_NORMALS[None, :, None], points.shape)
    return _triangles(points.reshape(-1, 4, 3), normals.reshape(-1, 4, 3), uv.reshape(-1, 4, 2) / tile_m, paint)


def boxes_at(pairs: Iterable[tuple[ArrayLike, ArrayLike]], paint: Paint, *, tile_m: float = 1.0) -> Mesh:
    """Boxes from pairs of size and centre."""
    sizes, centres = zip(*pairs, strict=True)
    return boxes(np.array(sizes, np.float32), np.array(centres, np.float32), paint, tile_m=tile_m)


def box(size: ArrayLike, centre: ArrayLike, paint: Paint, *, bevel: float = 0.0, tile_m: float = 1.0) -> Mesh:
    """One box, its edges cut by `bevel` metres."""
    if not bevel:
        return boxes_at([(size, centre)], paint, tile_m=tile_m)
    x, y, z = (float(value) / 2 for value in np.asarray(size))
    ring = rounded_rectangle(2 * x, 2 * y, bevel)
    levels = [(-z, bevel), (-z + bevel, 0.0), (z - bevel, 0.0), (z, bevel)]
    rings = []
    for level, inset in levels:
        shrink = np.array([1 - inset / x, 1 - inset / y])
        rings.append(np.column_stack([ring * shrink, np.full(len(ring), level)]))
    return loft(rings, paint, caps=True).moved(centre)


def rounded_rectangle(width: float, depth: float, radius: float, steps: int = 2) -> Floats:
    """The outline (N, 2) of a rectangle about the origin with round corners, counter-clockwise."""
    points = []
    for quarter, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        for step in range(steps + 1):
            angle = (quarter + step / steps) * pi / 2
            points.append(
                (sx * (width / 2 - radius) + radius * cos(angle), sy * (depth / 2 - radius) + radius * sin(angle))
            )
    return np.array(points, np.float32)


def loft(rings: Sequence[ArrayLike], paint: Paint, *, caps: bool = False, crease_deg: float = 40) -> Mesh:
    """A skin over closed rings, each (M, 3), counter-clockwise as seen from the last ring."""
    return skin(np.stack([np.asarray(ring, np.float32) for ring in rings]), paint, caps=caps, crease_deg=crease_deg)


def skin(
    points: Floats,
    paint: Paint | Sequence[Sequence[Paint]],
    *,
    closed: bool = True,
    caps: bool = False,
    crease_deg: float = 40,
) -> Mesh:
    """A skin over a grid of points (rows, columns, 3); edges sharper than crease_deg stay edges.

    Args:
        paint: one for all, or one for each cell [row][column].
        closed: the last column joins the first.
        caps: closes the first and the last row with a fan.
    """
    ring = np.concatenate([points, points[:, :1]], axis=1) if closed else points
    rows, columns = ring.shape[0] - 1, ring.shape[1] - 1
    cells = np.stack([ring[:-1, :-1], ring[:-1, 1:], ring[1:, 1:], ring[1:, :-1]], axis=2).reshape(-1, 4, 3)
    u, v = np.meshgrid(np.linspace(0, 1, columns + 1), np.linspace(0, 1, rows + 1))
    grid_uv = np.stack([u, v], -1)
    uv = np.stack([grid_uv[:-1, :-1], grid_uv[:-1, 1:], grid_uv[1:, 1:], grid_uv[1:, :-1]], axis=2).reshape(-1, 4, 2)
    normals = _smooth_normals(cells, crease_deg)
    if isinstance(paint, Paint):
        parts = [_triangles(cells, normals, uv, paint)]
    else:
        flat = [one for row in paint for one in row]
        parts = []
        for kind in dict.fromkeys(flat):
            chosen = np.array([one == kind for one in flat])
            parts.append(_triangles(cells[chosen], normals[chosen], uv[chosen], kind))
    if caps:
        one = paint if isinstance(paint, Paint) else paint[0][0]
        parts += [fan(points[0][::-1], one), fan(points[-1], one)]
    return joined(*parts)


def fan(outline: ArrayLike, paint: Paint) -> Mesh:
    """A flat face (M, 3), counter-clockwise from the front, that its middle can see all of."""
    points = np.asarray(outline, np.float32)
    middle = np.broadcast_to(points.mean(axis=0), points.shape)
    following = np.roll(points, -1, axis=0)
    corners = np.stack([middle, points, following, middle], axis=1)
    normal = np.cross(points - middle, following - middle).sum(axis=0)
    low, span = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-6)
    across = np.argsort(-span)[:2]
    uv = ((corners - low) / span)[..., np.sort(across)]
    return _triangles(corners, np.broadcast_to(normal, corners.shape), uv, paint)


def plate(outline: ArrayLike, thickness: float, paint: Paint) -> Mesh:
    """An upright board: an outline (M, 2) of x, z, counter-clockwise as seen from -y, thick along y about y = 0."""
    flat = np.asarray(outline, np.float32)
    near = np.column_stack([flat[:, 0], np.full(len(flat), -thickness / 2), flat[:, 1]])
    far = near + np.array([0, thickness, 0], np.float32)
    return joined(loft([far, near], paint), fan(near, paint), fan(far[::-1], paint))


def tube(path: ArrayLike, radius: ArrayLike, paint: Paint, *, sides: int = 8) -> Mesh:
    """A round bar along points (N, 3), with one radius or one for each point, closed at its ends."""
    points = np.asarray(path, np.float32)
    radii = np.broadcast_to(np.asarray(radius, np.float32), len(points))
    along = np.gradient(points, axis=0) if len(points) > 1 else np.array([[0, 0, 1]], np.float32)
    along = _unit(along)
    right = _carried_along(along)
    up = np.cross(along, right)
    angles = np.arange(sides) * 2 * pi / sides
    around = right[:, None] * np.cos(angles)[None, :, None] + up[:, None] * np.sin(angles)[None, :, None]
    rings = points[:, None] + around * radii[:, None, None]
    return skin(rings.astype(np.float32), paint, caps=True, crease_deg=80)


def _carried_along(along: Floats) -> Floats:
    """A direction across each of the unit vectors (N, 3) that turns no more than they do."""
    helper = np.array((1.0, 0, 0) if abs(along[0, 2]) > 0.9 else (0, 0, 1.0))
    across = [np.cross(helper, along[0])]
    for way in along[1:]:
        kept = across[-1] - way * np.dot(across[-1], way)
        across.append(kept / max(float(np.linalg.norm(kept)), 1e-6))
    return _unit(np.array(across, np.float32))


def lathe(profile: ArrayLike, paint: Paint, *, sides: int = 14, crease_deg: float = 40) -> Mesh:
    """A solid turned about z: a profile (N, 2) of radius and height, from below."""
    outline = np.asarray(profile, np.float32)
    angles = np.arange(sides) * 2 * pi / sides
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    rings = [np.column_stack([circle * radius, np.full(sides, height)]) for radius, height in outline]
    return loft(rings, paint, caps=True, crease_deg=crease_deg)


def ball(centre: ArrayLike, radii: ArrayLike, paint: Paint, *, sides: int = 10) -> Mesh:
    """An ellipsoid."""
    angles = np.linspace(-pi / 2, pi / 2, sides // 2 + 2)
    profile = np.column_stack([np.maximum(np.cos(angles), 1e-3), np.sin(angles)])
    return lathe(profile, paint, sides=sides, crease_deg=90).moved(
        centre, scale=np.broadcast_to(np.asarray(radii, np.float32), 3)
    )


def wheel(centre: ArrayLike, radius: float, width: float, tyre: Paint, rim: Paint) -> Mesh:
    """A wheel that rolls along x: tyre, rim and hub."""
    outline = [(radius * 0.6, -width / 2), (radius * 0.94, -width / 2), (radius, -width * 0.3)]
    profile = [*outline, *[(r, -z) for r, z in reversed(outline)]]
    body = lathe(profile, tyre, sides=20, crease_deg=30)
    face = [(radius * 0.02, width * 0.42), (radius * 0.62, width * 0.5)]
    discs = [
        lathe([(0.01, -width * 0.52), (radius * 0.62, -width * 0.52), (radius * 0.62, width * 0.52), face[0]], rim)
    ]
    holes = Paint((0.05, 0.05, 0.05), 0.1)
    for number in range(5):
        angle = number * 2 * pi / 5
        spot = (cos(angle) * radius * 0.38, sin(angle) * radius * 0.38, 0)
        discs.append(lathe([(radius * 0.13, -width * 0.54), (radius * 0.13, width * 0.54)], holes, sides=6).moved(spot))
    return joined(body, *discs).turned(90, 0).moved(centre)


def _triangles(cells: ArrayLike, normals: ArrayLike, uv: ArrayLike, paint: Paint) -> Mesh:
    """Two triangles for each cell (N, 4, 3)."""
    order = [0, 1, 2, 0, 2, 3]
    points = np.asarray(cells, np.float32)[:, order].reshape(-1, 3)
    vertices = np.zeros(len(points), VERTEX)
    vertices["position"] = points
    vertices["normal"] = _unit(np.asarray(normals, np.float32)[:, order].reshape(-1, 3))
    vertices["uv"] = np.asarray(uv, np.float32)[:, order].reshape(-1, 2)
    vertices["colour"] = [*(round(255 * min(max(value, 0), 1)) for value in paint.rgb), round(255 * paint.gloss)]
    vertices["extra"] = [paint.layer, round(255 * paint.glow), 255, round(255 * paint.lamp)]
    return Mesh(vertices)


def _smooth_normals(cells: Floats, crease_deg: float) -> Floats:
    """The normals (N, 4, 3) at the corners: the mean over the faces that meet there at less than crease_deg."""
    face = np.cross(cells[:, 2] - cells[:, 0], cells[:, 3] - cells[:, 1])
    unit = _unit(face)
    corner = np.round(cells.reshape(-1, 3) * 2000).astype(np.int64)
    key = corner[:, 0] * 73856093 ^ corner[:, 1] * 19349663 ^ corner[:, 2] * 83492791
    order = np.argsort(key, kind="stable")
    owner, sorted_key = order // 4, key[order]
    result = face[owner].astype(np.float64)
    limit = cos(radians(crease_deg))
    for step in range(1, min(len(order), 24)):
        same = sorted_key[step:] == sorted_key[:-step]
        if not same.any():
            break
        alike = same & ((unit[owner[step:]] * unit[owner[:-step]]).sum(-1) > limit)
        result[step:][alike] += face[owner[:-step]][alike]
        result[:-step][alike] += face[owner[step:]][alike]
    normals = np.empty_like(result)
    normals[order] = result
    return _unit(normals.astype(np.float32)).reshape(-1, 4, 3)


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)


def _cube() -> tuple[Floats, Floats]:
    faces, normals = [], []
    for axis in range(3):
        for sign in (-1, 1):
            normal = np.zeros(3)
            normal[axis] = sign
            up = np.array((0, 0, 1.0)) if axis != 2 else np.array((0, 1.0, 0))
            right = np.cross(up, normal)
            faces.append([normal - right - up, normal + right - up, normal + right + up, normal - right + up])
            normals.append(normal)
    return np.array(faces, np.float32), np.array(normals, np.float32)


_CUBE, _CUBE_NORMALS = _cube()
