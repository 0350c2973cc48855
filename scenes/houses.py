"""House fronts: shops below with boards, windows, doors and shutters, flats above with air conditioners and cages."""

from collections.abc import Mapping

import numpy as np

from scenes.layers import Layer
from scenes.mesh import Mesh, Paint, Rgb, box, boxes, joined, quad, skin, tube
from scenes.plan import PAVEMENT_Z, House, ShopFront

Rng = np.random.Generator

SHOP_M, FLOOR_M = 3.9, 3.0
_HEAD_M = 2.75  # under side of a shop's board
_WALLS = {"tiles": Layer.TILES, "plaster": Layer.PLASTER, "brick": Layer.BRICK}
_TILE_M = {"tiles": 2.4, "plaster": 3.0, "brick": 1.1}
_ALUMINIUM = Paint((0.72, 0.73, 0.74), 0.45)
_STOCK = {
    "fruit": Layer.SHELVES,
    "grocer": Layer.SHELVES,
    "hardware": Layer.SHELVES_BOTTLES,
    "food": Layer.SHELVES_BOTTLES,
    "clothes": Layer.CLOTHES,
    "pharmacy": Layer.SHELVES,
    "hair": Layer.WINDOW,
    "office": Layer.PACKETS,
    "flowers": Layer.FOLIAGE,
}


def house(plan: House, boards: Mapping[str, int], rng: Rng) -> Mesh:
    """A house along y = 0, its back towards -y, on the pavement's level.

    Args:
        boards: the texture layer of each shop's board, by its name.
    """
    length, middle = plan.x2 - plan.x1, (plan.x1 + plan.x2) / 2
    wall = Paint(plan.tone, 0.12, _WALLS[plan.wall])
    upper = plan.floors * FLOOR_M
    parts = [
        box((length, 8, upper), (middle, -4.0, SHOP_M + upper / 2), wall, tile_m=_TILE_M[plan.wall]),
        box(
            (length + 0.1, 8.3, 0.5),
            (middle, -4.0, SHOP_M + upper + 0.25),
            Paint((0.66, 0.65, 0.63), 0.1, Layer.CONCRETE),
        ),
        box((length, 0.3, SHOP_M), (middle, -7.8, SHOP_M / 2), wall),
    ]
    for shop in plan.shops:
        parts += _shop(shop, boards[shop.name], rng)
    edges = sorted({x for shop in plan.shops for x in (shop.x1, shop.x2)})
    pillar = Paint(((0.62, 0.60, 0.57), (0.70, 0.66, 0.60), (0.45, 0.44, 0.43))[rng.integers(3)], 0.2, Layer.CONCRETE)
    parts.append(boxes([(0.42, 0.5, SHOP_M)] * len(edges), [(x, -0.22, SHOP_M / 2) for x in edges], pillar))
    bay = length / max(1, round(length / 3.4))
    columns = [plan.x1 + bay * (number + 0.5) for number in range(round(length / bay))]
    for floor in range(plan.floors):
        parts += [_window(rng, x, SHOP_M + floor * FLOOR_M, floor) for x in columns]
    for x in (plan.x1 + 0.18, plan.x2 - 0.18):
        parts.append(tube([(x, 0.07, SHOP_M), (x, 0.07, SHOP_M + upper)], 0.055, Paint((0.80, 0.79, 0.76), 0.2)))
    return joined(*parts).moved((0, 0, PAVEMENT_Z))


def _shop(shop: ShopFront, board: int, rng: Rng) -> list[Mesh]:
    length, middle = shop.x2 - shop.x1, shop.middle
    fascia = box(
        (length - 0.1, 0.30, SHOP_M - _HEAD_M), (middle, 0.02, (SHOP_M + _HEAD_M) / 2), Paint((0.5, 0.5, 0.5), 0.2)
    )
    low, high, y = _HEAD_M + 0.06, SHOP_M - 0.06, 0.19
    left, right = shop.x2 - 0.10, shop.x1 + 0.10
    sign = quad(
        [(left, y, low), (right, y, low), (right, y, high), (left, y, high)],
        Paint((1, 1, 1), 0.25, board, glow=0.55, lamp=1.0),
    )
    inner = length - 0.42
    front = {"open": _open_front, "glass": _glass_front, "shutter": _shutter_front}[shop.front]
    parts = [fascia, sign, *front(shop, middle, inner, rng)]
    floor = Paint((0.66, 0.64, 0.60), 0.35, Layer.TILES)
    parts.append(box((length, 4.6, 0.04), (middle, -2.45, 0.02), floor, tile_m=4.0))
    if shop.awning:
        parts.append(_awning(rng, middle, inner))
    return parts


def _open_front(shop: ShopFront, middle: float, inner: float, rng: Rng) -> list[Mesh]:
    """A shop without a window: one sees its shelves and strip lights."""
    stock = _STOCK[shop.trade]
    lit = Paint((0.95, 0.93, 0.88), 0.1, stock, glow=0.42, lamp=0.45)
    walls = Paint((0.86, 0.84, 0.78), 0.1, Layer.PLASTER, glow=0.20, lamp=0.5)
    x1, x2, back = middle - inner / 2, middle + inner / 2, -4.4
    parts = [quad([(x2, back, 0), (x1, back, 0), (x1, back, 2.7), (x2, back, 2.7)], lit)]
    parts.append(quad([(x1, back, 0), (x1, 0, 0), (x1, 0, 2.7), (x1, back, 2.7)], lit))
    parts.append(quad([(x2, 0, 0), (x2, back, 0), (x2, back, 2.7), (x2, 0, 2.7)], lit))
    parts.append(box((inner, 4.4, 0.05), (middle, -2.2, 2.74), walls))
    strip = Paint((0.95, 0.97, 1.0), 0.1, glow=1.0, lamp=0.35)
    parts.append(boxes([(1.2, 0.10, 0.04)] * 2, [(middle, y, 2.68) for y in (-1.2, -3.0)], strip))
    counter = Paint(((0.55, 0.42, 0.30), (0.75, 0.74, 0.72), (0.62, 0.20, 0.18))[rng.integers(3)], 0.3)
    parts.append(box((1.3, 0.5, 0.95), (middle + inner * 0.22, -1.9, 0.48), counter, bevel=0.02))
    parts.append(
        box(
            (0.45, 2.2, 1.5),
            (middle - inner * 0.30, -2.3, 0.75),
            Paint((0.9, 0.9, 0.9), 0.1, stock, glow=0.25, lamp=0.5),
        )
    )
    rolled = box((inner, 0.22, 0.24), (middle, -0.12, 2.64), Paint((0.55, 0.56, 0.58), 0.3, Layer.SHUTTER))
    return [*parts, rolled]


def _glass_front(shop: ShopFront, middle: float, inner: float, rng: Rng) -> list[Mesh]:
    """Panes in aluminium frames with a door, the stock behind them."""
    stock = _STOCK[shop.trade]
    seen = Paint((0.62, 0.64, 0.64), 0.75, stock, glow=0.30, lamp=0.7)
    x1, y = middle - inner / 2, -0.22
    door = int(rng.integers(0, 3))
    third = inner / 3
    parts = []
    for number in range(3):
        left = x1 + third * number
        low = 0.04 if number == door else 0.45
        parts.append(quad([(left + third, y, low), (left, y, low), (left, y, 2.7), (left + third, y, 2.7)], seen))
        if number == door:
            parts.append(box((0.05, 0.06, 2.6), (left + third / 2, y + 0.03, 1.35), _ALUMINIUM))
            parts.append(
                boxes(
                    [(0.04, 0.05, 0.5)] * 2, [(left + third / 2 + d, y + 0.08, 1.1) for d in (-0.09, 0.09)], _ALUMINIUM
                )
            )
        else:
            parts.append(
                box((third, 0.22, 0.45), (left + third / 2, y, 0.225), Paint((0.60, 0.57, 0.52), 0.3, Layer.TILES))
            )
    frames = [x1 + third * number for number in range(4)]
    parts.append(boxes([(0.07, 0.09, 2.7)] * 4, [(x, y + 0.02, 1.35) for x in frames], _ALUMINIUM))
    parts.append(boxes([(inner, 0.09, 0.07)] * 2, [(middle, y + 0.02, z) for z in (2.15, 2.68)], _ALUMINIUM))
    poster = Paint(((0.85, 0.20, 0.15), (0.95, 0.85, 0.30), (0.25, 0.50, 0.75))[rng.integers(3)], 0.3, Layer.PACKETS)
    side = x1 + third * ((door + 1) % 3) + third / 2
    parts.append(box((0.5, 0.01, 0.7), (side, y + 0.03, 1.5), poster))
    return parts


def _shutter_front(shop: ShopFront, middle: float, inner: float, rng: Rng) -> list[Mesh]:
    _ = shop
    colour: Rgb = ((0.62, 0.64, 0.66), (0.50, 0.58, 0.66), (0.70, 0.68, 0.62))[rng.integers(3)]
    paint = Paint(colour, 0.35, Layer.SHUTTER)
    x1, x2, y = middle - inner / 2, middle + inner / 2, -0.18
    sheet = quad([(x2, y, 0), (x1, y, 0), (x1, y, 2.75), (x2, y, 2.75)], paint)
    bottom = box((inner, 0.06, 0.10), (middle, y, 0.06), _ALUMINIUM)
    rails = boxes([(0.08, 0.10, 2.75)] * 2, [(x, y + 0.02, 1.37) for x in (x1 + 0.04, x2 - 0.04)], _ALUMINIUM)
    return [sheet, bottom, rails]


def _awning(rng: Rng, middle: float, inner: float) -> Mesh:
    colour: Rgb = ((0.20, 0.38, 0.62), (0.66, 0.18, 0.15), (0.22, 0.48, 0.34), (0.80, 0.56, 0.20))[rng.integers(4)]
    paint = Paint(colour, 0.08, Layer.STRIPES if rng.random() < 0.4 else Layer.CLOTH)
    x1, x2, reach = middle - inner / 2, middle + inner / 2, float(rng.uniform(0.9, 1.5))
    profile = [(0.18, _HEAD_M - 0.02), (reach, _HEAD_M - 0.42), (reach + 0.01, _HEAD_M - 0.66)]
    points = np.array([[(x, y, z) for x in (x2, x1)] for y, z in reversed(profile)], np.float32)
    arms = [tube([(x, 0.1, _HEAD_M - 0.6), (x, reach, _HEAD_M - 0.44)], 0.02, _ALUMINIUM) for x in (x1 + 0.1, x2 - 0.1)]
    return joined(skin(points, paint, closed=False), *arms)


def _window(rng: Rng, x: float, floor_z: float, floor: int) -> Mesh:
    width, height, low = 1.7, 1.55, floor_z + 0.85
    kind = Layer.WINDOW_CURTAIN if rng.random() < 0.5 else Layer.WINDOW
    lit = rng.random() < 0.3
    paint = Paint((0.95, 0.96, 0.97), 0.6, kind, glow=0.4 if lit else 0.0, lamp=1.0)
    y = 0.012
    pane = quad(
        [
            (x + width / 2, y, low),
            (x - width / 2, y, low),
            (x - width / 2, y, low + height),
            (x + width / 2, y, low + height),
        ],
        paint,
    )
    stone = Paint((0.74, 0.72, 0.69), 0.1, Layer.CONCRETE)
    ledges = boxes(
        [(width + 0.3, 0.22, 0.09), (width + 0.2, 0.14, 0.10)],
        [(x, 0.08, low - 0.05), (x, 0.05, low + height + 0.05)],
        stone,
    )
    sides = boxes(
        [(0.09, 0.10, height)] * 2, [(x + side * (width / 2 + 0.04), 0.04, low + height / 2) for side in (-1, 1)], stone
    )
    parts = [pane, ledges, sides]
    if rng.random() < 0.55:
        parts.append(_cooler(x + float(rng.choice((-1, 1))) * 1.28, floor_z + 0.55))
    if floor < 3 and rng.random() < 0.45:
        parts.append(_cage(x, low, width, height))
    return joined(*parts)


def _cooler(x: float, z: float) -> Mesh:
    """The outdoor unit of an air conditioner on its bracket, with its pipe."""
    shell = box((0.80, 0.30, 0.55), (x, 0.28, z), Paint((0.82, 0.82, 0.79), 0.2), bevel=0.02)
    fan = box((0.44, 0.02, 0.44), (x - 0.10, 0.435, z), Paint((0.30, 0.30, 0.31), 0.2, Layer.GRILLE), tile_m=0.5)
    bracket = boxes(
        [(0.05, 0.40, 0.05)] * 2, [(x + s * 0.3, 0.22, z - 0.30) for s in (-1, 1)], Paint((0.3, 0.28, 0.26), 0.1)
    )
    pipe = tube(
        [(x + 0.35, 0.2, z), (x + 0.46, 0.06, z + 0.2), (x + 0.44, 0.03, z + 0.9)],
        0.025,
        Paint((0.88, 0.87, 0.82), 0.1),
    )
    return joined(shell, fan, bracket, pipe)


def _cage(x: float, low: float, width: float, height: float) -> Mesh:
    """The bars that keep burglars out."""
    steel, depth = Paint((0.66, 0.67, 0.69), 0.5), 0.42
    uprights = [(x - width / 2 + width * n / 10, depth, low + height / 2) for n in range(11)]
    parts = [boxes([(0.02, 0.02, height)] * 11, uprights, steel)]
    parts.append(
        boxes(
            [(width, 0.025, 0.025)] * 4, [(x, depth, low + height * share) for share in (0.0, 0.33, 0.66, 1.0)], steel
        )
    )
    ends = [(x + s * width / 2, depth / 2, low + height * share) for s in (-1, 1) for share in (0.0, 0.5, 1.0)]
    parts.append(boxes([(0.025, depth, 0.025)] * len(ends), ends, steel))
    parts.append(boxes([(width, depth, 0.03)], [(x, depth / 2, low)], Paint((0.55, 0.55, 0.55), 0.2)))
    return joined(*parts)
