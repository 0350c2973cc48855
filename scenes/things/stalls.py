"""Stalls of sellers without a shop: carts, mats, benches and tricycles laid out for sale."""

from collections.abc import Callable

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, box, boxes, joined, lathe, tube, wheel
from scenes.things.coachwork import CHROME, DARK, RIM, RUBBER, STEEL
from scenes.things.part import Part, Thing, footprint
from scenes.things.people import PUSHING, SITTING, STANDING, Pose, body, clothes
from scenes.things.produce import basket, board, crate, heap, produce, rows_of_crates
from scenes.things.sunshades import CANVAS, sunshade, tent
from scenes.things.two_wheelers import cargo_tricycle_mesh

Rng = np.random.Generator


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
    parts.append(heap((0.5, 0.7, 0.14), Paint((0.72, 0.45, 0.20), 0.2, Layer.FRUIT)).moved((0.1, -0.38, 1.0)))
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
        return joined(*parts), sunshade(rng, 1.15, 2.3).moved((-0.15, 0.1, 0))
    canvas = Paint(CANVAS[rng.integers(len(CANVAS))], 0.12, Layer.STRIPES)
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
                parts.append(basket(rng).moved(spot))
            else:
                parts.append(heap((0.34, 0.36, float(rng.uniform(0.12, 0.2))), produce(rng)).moved(spot))
    return joined(*parts), sunshade(rng, 1.2, 2.1).moved((-0.5, length * 0.2, 0)) if rng.random() < 0.4 else None


def _bench(rng: Rng) -> tuple[Mesh, Mesh | None]:
    """A long trestle with slanting rows of crates under a tent or an umbrella."""
    columns = int(rng.integers(3, 5))
    cloth = Paint(CANVAS[rng.integers(len(CANVAS))], 0.08)
    width = columns * 0.58 + 0.1
    table = [box((1.2, width, 0.05), (0, 0, 0.62), cloth), box((0.02, width, 0.40), (0.6, 0, 0.42), cloth)]
    table += [
        tube([(x, y * width * 0.46, 0), (x, y * width * 0.46, 0.62)], 0.02, STEEL) for x in (-0.5, 0.5) for y in (-1, 1)
    ]
    goods = rows_of_crates(rng, columns, 3, height=0.72, tilt_deg=11)
    scale = [
        box((0.30, 0.34, 0.10), (-0.35, width * 0.30, 0.98), CHROME),
        box((0.05, 0.24, 0.16), (-0.5, width * 0.3, 1.12), DARK),
    ]
    low = [crate(rng).moved((0.92, (n - 1) * 0.62, 0), heading_deg=90) for n in range(int(rng.integers(0, 4)))]
    mesh = joined(*table, goods, *scale, *low, board(rng).moved((0.1, -width * 0.3, 1.1)))
    if rng.random() < 0.5:
        return joined(mesh, tent(rng, width + 0.5, 2.1)), None
    return mesh, sunshade(rng, 1.5, 2.5).moved((-0.35, 0.15, 0))


def _selling_tricycle(rng: Rng) -> tuple[Mesh, Mesh | None]:
    """A cargo tricycle whose bed is a counter of fruit, with a board, a scale and mostly an umbrella."""
    goods = rows_of_crates(rng, 3, 2, height=0, tilt_deg=0).moved((-0.72, 0, 0.92), heading_deg=90)
    edge = [
        box((0.30, 1.5, 0.04), (-0.72, s * 0.68, 0.90), Paint((0.70, 0.55, 0.36), 0.05, Layer.WOOD)).turned(
            90, 2, (-0.72, s * 0.68, 0.9)
        )
        for s in (-1, 1)
    ]
    low = [
        heap((0.5, 0.28, 0.1), produce(rng)).moved((-1.1 + n * 0.42, s * 0.68, 0.92)) for n in range(3) for s in (-1, 1)
    ]
    prices = board(rng).moved((-0.72, 0.80, 1.12), heading_deg=90)
    mesh = joined(cargo_tricycle_mesh(rng), goods, *edge, *low, prices)
    return mesh, sunshade(rng, 1.25, 2.5).moved((-0.6, 0, 0)) if rng.random() < 0.7 else None


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


MAKERS: dict[str, Callable[[Rng], Thing]] = {
    "cart": cart,
    "mat": mat,
    "bench": bench,
    "selling_tricycle": selling_tricycle,
    "pushed_cart": pushed_cart,
}
