"""What is sold in the street: stalls of sellers without a shop, and goods and tables that shops put outside."""

from collections.abc import Callable
from math import cos, pi, sin

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, Rgb, ball, box, boxes, boxes_at, joined, lathe, skin, tube, wheel
from scenes.things.coachwork import CHROME, DARK, RIM, RUBBER, STEEL
from scenes.things.part import Part, Thing, footprint
from scenes.things.people import PUSHING, SITTING, STANDING, Pose, body, clothes
from scenes.things.two_wheelers import cargo_tricycle_mesh

Rng = np.random.Generator

_FRUIT: tuple[Rgb, ...] = (
    (0.90, 0.48, 0.10),
    (0.78, 0.14, 0.10),
    (0.92, 0.80, 0.22),
    (0.55, 0.72, 0.22),
    (0.42, 0.12, 0.28),
)
_GREENS: tuple[Rgb, ...] = ((0.45, 0.68, 0.28), (0.30, 0.52, 0.22), (0.75, 0.82, 0.60), (0.85, 0.86, 0.78))
_CANVAS: tuple[Rgb, ...] = (
    (0.75, 0.14, 0.12),
    (0.15, 0.35, 0.65),
    (0.12, 0.50, 0.32),
    (0.90, 0.70, 0.15),
    (0.85, 0.40, 0.12),
)
_PLASTIC: tuple[Rgb, ...] = ((0.16, 0.35, 0.65), (0.70, 0.16, 0.14), (0.20, 0.50, 0.30), (0.88, 0.86, 0.80))


def _heap(size: tuple[float, float, float], paint: Paint) -> Mesh:
    """A mound of loose goods, its foot on z = 0."""
    x, y, z = size
    rings = []
    for share, high in ((1.0, 0.0), (0.88, 0.45), (0.6, 0.82), (0.25, 1.0)):
        angles = np.arange(14) * 2 * pi / 14
        wobble = 1 + 0.05 * np.sin(angles * 5 + high * 3)
        ring = np.column_stack([np.cos(angles) * wobble * x / 2 * share, np.sin(angles) * wobble * y / 2 * share])
        rings.append(np.column_stack([ring, np.full(14, high * z)]))
    mesh = skin(np.array(rings, np.float32), paint, caps=True, crease_deg=85)
    return _textured_from_above(mesh)


def _textured_from_above(mesh: Mesh) -> Mesh:
    vertices = mesh.vertices.copy()
    vertices["uv"] = vertices["position"][:, :2] * (1.1, 2.2)
    return Mesh(vertices)


def _produce(rng: Rng) -> Paint:
    if rng.random() < 0.6:
        return Paint(_FRUIT[rng.integers(len(_FRUIT))], 0.3, Layer.FRUIT)
    return Paint(_GREENS[rng.integers(len(_GREENS))], 0.1, Layer.GREENS)


def _crate(rng: Rng, size: tuple[float, float, float] = (0.52, 0.36, 0.24)) -> Mesh:
    """An open crate with fruit or vegetables heaped over its edge."""
    x, y, z = size
    kind = rng.random()
    paint = (
        Paint(_PLASTIC[rng.integers(len(_PLASTIC))], 0.25, Layer.GRILLE)
        if kind < 0.6
        else Paint((0.93, 0.93, 0.91), 0.1)
        if kind < 0.8
        else Paint((0.70, 0.55, 0.36), 0.05, Layer.WOOD)
    )
    walls = [((x, 0.03, z), (0, s * y / 2, z / 2)) for s in (-1, 1)] + [
        ((0.03, y, z), (s * x / 2, 0, z / 2)) for s in (-1, 1)
    ]
    inside = boxes([(x * 0.96, y * 0.95, 0.03)], [(0, 0, z * 0.75)], DARK)
    top = _heap((x * 1.0, y * 1.02, 0.14), _produce(rng)).moved((0, 0, z * 0.80))
    rim = boxes(
        [(x + 0.04, 0.05, 0.03), (x + 0.04, 0.05, 0.03)], [(0, s * y / 2, z) for s in (-1, 1)], Paint(paint.rgb, 0.2)
    )
    return joined(boxes_at(walls, paint, tile_m=0.5), inside, top, rim)


def _rows_of_crates(rng: Rng, columns: int, rows: int, *, height: float, tilt_deg: float) -> Mesh:
    """Crates side by side on a slanting bench, the front (+x) lower."""
    parts = []
    for row in range(rows):
        for column in range(columns):
            spot = ((row - (rows - 1) / 2) * 0.42, (column - (columns - 1) / 2) * 0.58, 0)
            parts.append(_crate(rng, (0.38, 0.54, 0.18)).moved(spot))
    return joined(*parts).turned(tilt_deg, 1).moved((0, 0, height))


def _umbrella(rng: Rng, radius: float = 1.35, height: float = 2.35) -> Mesh:
    """A big sunshade in coloured panels on a pole with a foot."""
    colour = _CANVAS[rng.integers(len(_CANVAS))]
    second = colour if rng.random() < 0.35 else ((0.92, 0.91, 0.88), (0.92, 0.80, 0.30))[rng.integers(2)]
    panels = 8
    angles = np.arange(panels * 2 + 1) * pi / panels
    rings = []
    for share, drop in ((0.03, 0.0), (0.35, 0.10), (0.7, 0.27), (1.0, 0.48), (1.0, 0.64)):
        dip = 1 - 0.06 * (np.arange(panels * 2 + 1) % 2) * share
        rings.append(
            np.column_stack(
                [
                    np.cos(angles) * radius * share * dip,
                    np.sin(angles) * radius * share * dip,
                    np.full(len(angles), height - drop),
                ]
            )
        )
    points = np.array(rings[::-1], np.float32)
    first, other = Paint(colour, 0.15), Paint(second, 0.15)
    row = [first if (column // 2) % 2 == 0 else other for column in range(panels * 2)]
    canopy = skin(points, [row] * 4, closed=False, crease_deg=75)
    pole = tube([(0, 0, 0.05), (0, 0, height + 0.05)], 0.022, CHROME)
    foot = lathe([(0.26, 0), (0.26, 0.08), (0.05, 0.11)], Paint((0.35, 0.35, 0.36), 0.1))
    ribs = [
        tube(
            [(0, 0, height - 0.5), (radius * 0.6 * cos(a), radius * 0.6 * sin(a), height - 0.24)], 0.008, STEEL, sides=4
        )
        for a in angles[::4]
    ]
    return joined(canopy, pole, foot, *ribs)


def _tent(rng: Rng, length: float = 2.4, width: float = 1.9, height: float = 2.1) -> Mesh:
    """A folding tent with a pitched roof and a hem."""
    canvas = Paint(_CANVAS[rng.integers(len(_CANVAS))], 0.12)
    x, y, top = width / 2, length / 2, height + 0.5
    eaves = [(-x, -y), (x, -y), (x, y), (-x, y)]
    rings = [
        [(px, py, height - 0.22) for px, py in eaves],
        [(px, py, height) for px, py in eaves],
        [(px * 0.06, py * 0.06, top) for px, py in eaves],
    ]
    roof = skin(np.array(rings, np.float32), canvas, crease_deg=20)
    legs = [tube([(px * 0.96, py * 0.96, 0), (px * 0.96, py * 0.96, height)], 0.022, CHROME) for px, py in eaves]
    return joined(roof, *legs)


def _board(rng: Rng) -> Mesh:
    """A price board of cardboard."""
    paint = Paint((0.90, 0.86, 0.70), 0.05)
    ink = Paint((0.75, 0.10, 0.08), 0.05)
    strokes = [((0.01, 0.16, 0.025), (0.012, float(rng.uniform(-0.06, 0.06)), 0.06 - 0.06 * n)) for n in range(3)]
    return joined(box((0.012, 0.34, 0.26), (0, 0, 0), paint), boxes_at(strokes, ink))


def _cart(rng: Rng) -> tuple[Mesh, Mesh | None]:
    """A snack cart on wheels with a counter, a glass case, a cooker and its own small roof."""
    body_paint = Paint(
        ((0.80, 0.16, 0.12), (0.90, 0.72, 0.15), (0.80, 0.81, 0.82), (0.15, 0.45, 0.40))[rng.integers(4)], 0.4
    )
    sheet, glass = Paint((0.75, 0.76, 0.77), 0.5), Paint((0.55, 0.62, 0.64), 0.75)
    parts = [
        box((0.80, 1.70, 0.62), (0, 0, 0.58), body_paint, bevel=0.02),
        box((0.90, 1.80, 0.05), (0, 0, 0.92), sheet),
    ]
    parts += [wheel((x, y, 0.16), 0.16, 0.07, RUBBER, RIM) for x in (-0.3, 0.3) for y in (-0.6, 0.6)]
    parts.append(box((0.60, 0.85, 0.40), (0.06, -0.38, 1.14), glass))
    parts.append(
        boxes(
            [(0.64, 0.03, 0.42)] * 2 + [(0.64, 0.9, 0.03)],
            [(0.06, -0.81, 1.15), (0.06, 0.05, 1.15), (0.06, -0.38, 1.36)],
            STEEL,
        )
    )
    parts.append(_heap((0.5, 0.7, 0.14), Paint((0.72, 0.45, 0.20), 0.2, Layer.FRUIT)).moved((0.1, -0.38, 1.0)))
    parts.append(
        lathe([(0.20, 0), (0.24, 0.02), (0.25, 0.22), (0.23, 0.24)], Paint((0.55, 0.56, 0.58), 0.6)).moved(
            (0, 0.42, 0.95)
        )
    )
    parts.append(
        lathe([(0.05, 0), (0.11, 0.02), (0.13, 0.42), (0.04, 0.50)], Paint((0.35, 0.36, 0.38), 0.4)).moved(
            (-0.55, 0.7, 0)
        )
    )
    parts.append(box((0.02, 1.55, 0.34), (0.415, 0, 0.62), Paint((0.95, 0.92, 0.80), 0.2, Layer.PACKETS)))
    if rng.random() < 0.5:
        return joined(*parts), _umbrella(rng, 1.15, 2.3).moved((-0.15, 0.1, 0))
    canvas = Paint(_CANVAS[rng.integers(len(_CANVAS))], 0.12, Layer.STRIPES)
    parts += [tube([(x, y, 0.9), (x, y, 2.05)], 0.018, CHROME) for x in (-0.38, 0.38) for y in (-0.82, 0.82)]
    parts.append(box((1.15, 2.0, 0.05), (0.05, 0, 2.08), canvas))
    parts.append(box((0.03, 2.0, 0.24), (0.62, 0, 1.98), canvas))
    parts.append(box((0.03, 1.7, 0.22), (0.64, 0, 2.22), Paint((0.80, 0.15, 0.10), 0.2, glow=0.8, lamp=1.0)))
    return joined(*parts), None


def _mat(rng: Rng) -> tuple[Mesh, Mesh | None]:
    """A cloth on the ground with heaps and baskets of goods on it, or rows of small wares."""
    length = float(rng.uniform(1.7, 2.4))
    cloth = Paint(
        ((0.25, 0.40, 0.70), (0.75, 0.22, 0.20), (0.85, 0.83, 0.78), (0.30, 0.50, 0.32))[rng.integers(4)],
        0.08,
        Layer.WOVEN,
    )
    parts = [box((1.25, length, 0.02), (0, 0, 0.012), cloth, tile_m=1.2)]
    wares = rng.random() < 0.4
    count = int(length / 0.42)
    for row in range(3):
        for column in range(count):
            spot = (-0.40 + row * 0.40, (column - (count - 1) / 2) * length / count * 0.95, 0.03)
            if wares:
                colour = np.asarray(rng.uniform(0.15, 0.95, 3))
                paint = Paint((float(colour[0]), float(colour[1]), float(colour[2])), 0.2)
                size = rng.uniform((0.10, 0.16, 0.06), (0.26, 0.34, 0.22))
                parts.append(box(size, (spot[0], spot[1], 0.03 + size[2] / 2), paint, bevel=0.02))
            elif rng.random() < 0.4:
                parts.append(_basket(rng).moved(spot))
            else:
                parts.append(_heap((0.34, 0.36, float(rng.uniform(0.12, 0.2))), _produce(rng)).moved(spot))
    return joined(*parts), _umbrella(rng, 1.2, 2.1).moved((-0.5, length * 0.2, 0)) if rng.random() < 0.4 else None


def _basket(rng: Rng) -> Mesh:
    reed = Paint((0.66, 0.50, 0.28), 0.1, Layer.WOVEN)
    wall = lathe([(0.15, 0), (0.20, 0.16), (0.215, 0.17), (0.19, 0.17)], reed, sides=12)
    return joined(wall, _heap((0.40, 0.40, 0.13), _produce(rng)).moved((0, 0, 0.13)))


def _bench(rng: Rng) -> tuple[Mesh, Mesh | None]:
    """A long trestle with slanting rows of crates under a tent or an umbrella."""
    columns = int(rng.integers(3, 5))
    cloth = Paint(_CANVAS[rng.integers(len(_CANVAS))], 0.08)
    width = columns * 0.58 + 0.1
    table = [box((1.2, width, 0.05), (0, 0, 0.62), cloth), box((0.02, width, 0.40), (0.6, 0, 0.42), cloth)]
    table += [
        tube([(x, y * width * 0.46, 0), (x, y * width * 0.46, 0.62)], 0.02, STEEL) for x in (-0.5, 0.5) for y in (-1, 1)
    ]
    goods = _rows_of_crates(rng, columns, 3, height=0.72, tilt_deg=11)
    scale = [
        box((0.30, 0.34, 0.10), (-0.35, width * 0.30, 0.98), CHROME),
        box((0.05, 0.24, 0.16), (-0.5, width * 0.3, 1.12), DARK),
    ]
    low = [_crate(rng).moved((0.92, (n - 1) * 0.62, 0), heading_deg=90) for n in range(int(rng.integers(0, 4)))]
    mesh = joined(*table, goods, *scale, *low, _board(rng).moved((0.1, -width * 0.3, 1.1)))
    if rng.random() < 0.5:
        return joined(mesh, _tent(rng, width + 0.5, 2.1)), None
    return mesh, _umbrella(rng, 1.5, 2.5).moved((-0.35, 0.15, 0))


def _selling_tricycle(rng: Rng) -> tuple[Mesh, Mesh | None]:
    """A cargo tricycle whose bed is a counter of fruit, with a board, a scale and mostly an umbrella."""
    goods = _rows_of_crates(rng, 3, 2, height=0, tilt_deg=0).moved((-0.72, 0, 0.92), heading_deg=90)
    edge = [
        box((0.30, 1.5, 0.04), (-0.72, s * 0.68, 0.90), Paint((0.70, 0.55, 0.36), 0.05, Layer.WOOD)).turned(
            90, 2, (-0.72, s * 0.68, 0.9)
        )
        for s in (-1, 1)
    ]
    low = [
        _heap((0.5, 0.28, 0.1), _produce(rng)).moved((-1.1 + n * 0.42, s * 0.68, 0.92))
        for n in range(3)
        for s in (-1, 1)
    ]
    board = _board(rng).moved((-0.72, 0.80, 1.12), heading_deg=90)
    mesh = joined(cargo_tricycle_mesh(rng), goods, *edge, *low, board)
    return mesh, _umbrella(rng, 1.25, 2.5).moved((-0.6, 0, 0)) if rng.random() < 0.7 else None


def _stall(name: str, made: tuple[Mesh, Mesh | None], seller: Mesh | None) -> Thing:
    goods, umbrella = made
    parts = [Part(None, (goods.shaded_below(0.5, 0.45),))]
    if umbrella is not None:
        parts.append(Part("umbrella", (umbrella,)))
    thing_parts = tuple(parts)
    if seller is not None:
        thing_parts = (*thing_parts, Part("person", (seller,)))
    return Thing(name, "stall", thing_parts, footprint(goods))


def _seller(rng: Rng, spot: tuple[float, float, float], pose: Pose = STANDING) -> Mesh:
    mesh = body(pose, clothes(rng))
    if pose is SITTING:
        stool = lathe([(0.13, 0), (0.13, 0.40)], Paint((0.75, 0.2, 0.15), 0.3))
        mesh = joined(mesh, stool)
    return mesh.moved(spot)


def cart(rng: Rng) -> Thing:
    """A snack cart with its cook behind it."""
    return _stall("snack cart", _cart(rng), _seller(rng, (-0.85, 0.2, 0)))


def mat(rng: Rng) -> Thing:
    """Goods on a cloth on the ground, the seller on a stool behind."""
    return _stall("ground mat", _mat(rng), _seller(rng, (-1.05, 0, 0), SITTING))


def bench(rng: Rng) -> Thing:
    """A fruit bench under a tent or an umbrella."""
    return _stall("fruit bench", _bench(rng), _seller(rng, (-1.0, -0.2, 0)))


def selling_tricycle(rng: Rng) -> Thing:
    """A tricycle laid out for sale."""
    return _stall(
        "selling tricycle", _selling_tricycle(rng), _seller(rng, (-0.5, -1.2, 0)).turned(90, 2, (-0.5, -1.2, 0))
    )


def pushed_cart(rng: Rng) -> Thing:
    """A cart on its way, somebody pushing it: passing trade, and no stall until it stops."""
    goods, _ = _cart(rng)
    return _stall("pushed cart", (goods.moved(heading_deg=90), None), _seller(rng, (-1.35, 0, 0), PUSHING))


def _solid(name: str, label: str, mesh: Mesh) -> Thing:
    return Thing(name, label, (Part(None, (mesh.shaded_below(0.5, 0.45),)),), footprint(mesh))


def crates(rng: Rng) -> Thing:
    """Crates of fruit stacked in steps before a shop."""
    columns = int(rng.integers(2, 5))
    parts = []
    for column in range(columns):
        y = (column - (columns - 1) / 2) * 0.60
        for step in range(3):
            parts += [
                _crate(rng, (0.40, 0.54, 0.24)).moved((-0.42 + step * 0.44, y, level * 0.25))
                for level in range(3 - step)
            ]
    return _solid("fruit crates", "goods", joined(*parts))


def cartons(rng: Rng) -> Thing:
    """Cartons and crates of drink piled up before a shop."""
    parts = []
    for column in range(int(rng.integers(2, 4))):
        level = 0.0
        for _ in range(int(rng.integers(2, 5))):
            height = float(rng.uniform(0.22, 0.36))
            brown = Paint((float(rng.uniform(0.66, 0.80)), 0.58, 0.40), 0.05, Layer.CARDBOARD)
            bright = Paint(_PLASTIC[rng.integers(len(_PLASTIC))], 0.25, Layer.PACKETS)
            piece = box(
                (0.42, 0.50, height), (0, column * 0.55, level + height / 2), brown if rng.random() < 0.7 else bright
            )
            parts.append(piece.turned(float(rng.uniform(-5, 5)), 2, (0, column * 0.55, 0)))
            level += height
    return _solid("stacked cartons", "goods", joined(*parts).moved((0, -0.5, 0)))


def clothes_rack(rng: Rng) -> Thing:
    """A rail with clothes."""
    length = float(rng.uniform(1.3, 1.9))
    posts = [tube([(0, s * length / 2, 0.06), (0, s * length / 2, 1.55)], 0.018, CHROME) for s in (-1, 1)]
    feet = [tube([(-0.25, s * length / 2, 0.04), (0.25, s * length / 2, 0.04)], 0.018, CHROME) for s in (-1, 1)]
    parts = [*posts, *feet, tube([(0, -length / 2, 1.55), (0, length / 2, 1.55)], 0.018, CHROME)]
    y = -length / 2 + 0.08
    while y < length / 2 - 0.08:
        colour = rng.uniform(0.12, 0.95, 3)
        cloth = Paint((float(colour[0]), float(colour[1]), float(colour[2])), 0.05, Layer.CLOTH)
        drop = float(rng.uniform(0.6, 1.05))
        parts.append(box((0.44, 0.05, drop), (0, y, 1.50 - drop / 2), cloth, bevel=0.022))
        y += float(rng.uniform(0.07, 0.11))
    return _solid("clothes rack", "goods", joined(*parts))


def shelf(rng: Rng) -> Thing:
    """A shelf with packets and buckets of small wares."""
    length, height = float(rng.uniform(1.0, 1.6)), 1.5
    frame = [
        tube([(x, y * length / 2, 0), (x, y * length / 2, height)], 0.016, STEEL) for x in (-0.2, 0.2) for y in (-1, 1)
    ]
    parts = list(frame)
    for level in range(4):
        z = 0.12 + level * 0.38
        parts.append(box((0.44, length, 0.025), (0, 0, z), Paint((0.82, 0.82, 0.80), 0.2)))
        y = -length / 2 + 0.08
        while y < length / 2 - 0.1:
            width, tall = float(rng.uniform(0.08, 0.2)), float(rng.uniform(0.14, 0.30))
            colour = rng.uniform(0.1, 0.95, 3)
            paint = Paint((float(colour[0]), float(colour[1]), float(colour[2])), 0.25)
            parts.append(box((0.34, width, tall), (0.02, y + width / 2, z + tall / 2 + 0.012), paint))
            y += width + 0.012
    return _solid("shelf of wares", "goods", joined(*parts))


def buckets(rng: Rng) -> Thing:
    """Flower buckets and potted plants before a shop."""
    parts = []
    for number in range(int(rng.integers(6, 11))):
        x, y = (number % 2) * 0.38, (number // 2) * 0.40
        pot = Paint(_PLASTIC[rng.integers(len(_PLASTIC))], 0.25)
        parts.append(lathe([(0.12, 0), (0.16, 0.26), (0.13, 0.26)], pot, sides=10).moved((x, y, 0)))
        leaf = Paint((0.35, 0.58, 0.25), 0.1, Layer.FOLIAGE)
        parts.append(ball((x, y, 0.42), (0.17, 0.17, 0.22), leaf, sides=8))
        bloom = Paint(((0.9, 0.3, 0.4), (0.95, 0.85, 0.3), (0.95, 0.95, 0.95), (0.7, 0.4, 0.75))[rng.integers(4)], 0.1)
        spots = rng.normal(0, 1, (7, 3)) * (0.09, 0.09, 0.06) + (x, y, 0.56)
        parts += [ball(spot, 0.045, bloom, sides=6) for spot in spots]
    return _solid("flower buckets", "goods", joined(*parts).moved((-0.2, -0.8, 0)))


def table(rng: Rng) -> Thing:
    """A folding table laid for guests, with stools; the stools belong to its box."""
    tall = rng.random() < 0.75
    height, radius = (0.74, 0.42) if tall else (0.52, 0.36)
    top = Paint(((0.86, 0.84, 0.80), (0.62, 0.42, 0.24), (0.75, 0.20, 0.16), (0.25, 0.45, 0.62))[rng.integers(4)], 0.3)
    if rng.random() < 0.5:
        parts = [lathe([(radius, height - 0.04), (radius, height)], top, sides=20)]
    else:
        parts = [box((0.74, 0.74, 0.04), (0, 0, height - 0.02), top, bevel=0.01)]
    legs = [((-0.3, -0.3), (0.22, 0.22)), ((-0.3, 0.3), (0.22, -0.22))]
    parts += [
        tube([(*foot, 0), (*head, height - 0.04)], 0.016, STEEL) for foot, head in legs + [(b, a) for a, b in legs]
    ]
    for _ in range(int(rng.integers(3, 7))):
        x, y = rng.uniform(-0.26, 0.26, 2)
        parts.append(
            lathe([(0.04, 0), (0.09, 0.05), (0.085, 0.055)], Paint((0.92, 0.92, 0.90), 0.5), sides=10).moved(
                (x, y, height)
            )
        )
    parts.append(
        lathe([(0.035, 0), (0.035, 0.16), (0.012, 0.24)], Paint((0.25, 0.42, 0.22), 0.6), sides=8).moved(
            (0.1, 0.1, height)
        )
    )
    seat = Paint(((0.78, 0.20, 0.16), (0.20, 0.42, 0.66), (0.90, 0.88, 0.84))[rng.integers(3)], 0.3)
    for number in range(int(rng.integers(3, 5))):
        angle = number * pi / 2 + float(rng.uniform(-0.2, 0.2))
        parts.append(_stool(seat).moved((0.66 * cos(angle), 0.66 * sin(angle), 0)))
    return _solid("table", "table", joined(*parts))


def _stool(paint: Paint) -> Mesh:
    legs = [
        tube([(x * 0.15, y * 0.15, 0), (x * 0.11, y * 0.11, 0.42)], 0.018, paint, sides=6)
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    return joined(*legs, box((0.28, 0.28, 0.04), (0, 0, 0.43), paint, bevel=0.012))


def umbrella(rng: Rng) -> Thing:
    """A sunshade alone."""
    mesh = _umbrella(rng)
    return Thing("umbrella", "umbrella", (Part(None, (mesh,)),), (0.6, 0.6))


MAKERS: dict[str, Callable[[Rng], Thing]] = {
    "cart": cart,
    "mat": mat,
    "bench": bench,
    "selling_tricycle": selling_tricycle,
    "pushed_cart": pushed_cart,
    "crates": crates,
    "cartons": cartons,
    "clothes_rack": clothes_rack,
    "shelf": shelf,
    "buckets": buckets,
    "table": table,
    "umbrella": umbrella,
}
