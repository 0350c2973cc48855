"""Textures painted with numbers: (height, width, 4) uint8 RGBA, tiling where a surface repeats them."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Image
from scenes.layers import Layer

WIDTH, HEIGHT = 512, 256
Field = NDArray[np.float32]
Rng = np.random.Generator


def noise(rng: Rng, size_wh: tuple[int, int], cell_px: float, octaves: int = 4, *, stretch: float = 1.0) -> Field:
    """Cloudy noise (height, width), mean 0 and deviation about 1; `stretch` makes its patches longer along x."""
    width, height = size_wh
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cell = max(1.0, cell_px / 2**octave)
        coarse = rng.standard_normal((int(height / cell) + 3, int(width / (cell * stretch)) + 3), dtype=np.float32)
        large = cv2.resize(coarse, None, fx=cell * stretch, fy=cell, interpolation=cv2.INTER_CUBIC)
        total += large[:height, :width] * 0.55**octave
    return total / 1.15


def tiling(field: Field, margin: int = 32) -> Field:
    """The same, its right and lower edges blended so that it can be repeated."""
    result = field.copy()
    ramp = np.linspace(0, 1, margin, dtype=np.float32)
    result[:, -margin:] = field[:, -margin:] * (1 - ramp) + field[:, :margin][:, ::-1] * ramp
    result[-margin:] = result[-margin:] * (1 - ramp[:, None]) + result[:margin][::-1] * ramp[:, None]
    return result


@cache
def common() -> NDArray[np.uint8]:
    """The layers that every street has, in the order of Layer: (layers, HEIGHT, WIDTH, 4)."""
    return np.stack([_PAINTERS[layer](np.random.default_rng([layer, 3])) for layer in Layer if layer in _PAINTERS])


def opaque(picture: NDArray[np.floating] | Image) -> Image:
    """A grey (h, w) or RGB (h, w, 3) picture 0-1 as RGBA."""
    field = np.asarray(picture, np.float32)
    rgb = np.repeat(field[..., None], 3, axis=2) if field.ndim == 2 else field
    bytes_ = (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)
    return np.dstack([bytes_, np.full(bytes_.shape[:2], 255, np.uint8)])


def _clouds(rng: Rng, cell_px: float, octaves: int = 5) -> Field:
    return tiling(noise(rng, (WIDTH, HEIGHT), cell_px, octaves))


def _grid() -> tuple[Field, Field]:
    """x and y of each pixel, 0-1."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return x / WIDTH, y / HEIGHT


def _grain(rng: Rng) -> Image:
    fine = rng.standard_normal((HEIGHT, WIDTH), dtype=np.float32)
    return opaque(0.6 + 0.06 * cv2.GaussianBlur(fine, (0, 0), 0.8) * 2 + 0.05 * _clouds(rng, 40))


def _plaster(rng: Rng) -> Image:
    streaks = (
        tiling(noise(rng, (HEIGHT, WIDTH), 60, 4, stretch=0.15).T[:HEIGHT, :WIDTH].copy()) if HEIGHT == WIDTH else 0
    )
    return opaque(0.88 + 0.05 * _clouds(rng, 90) + 0.025 * _clouds(rng, 8, 2) + 0.0 * np.asarray(streaks))


def _tiles(rng: Rng) -> Image:
    x, y = _grid()
    across, down = np.floor(x * 24), np.floor(y * 24)
    joint = ((x * 24) % 1 < 0.08) | ((y * 24) % 1 < 0.12)
    tint = rng.normal(0, 0.022, (24, 24))[down.astype(int), across.astype(int)]
    return opaque(np.where(joint, 0.74, 0.90 + tint) + 0.03 * _clouds(rng, 80))


def _brick(rng: Rng) -> Image:
    x, y = _grid()
    row = np.floor(y * 12)
    shifted = x * 8 + 0.5 * (row % 2)
    joint = (shifted % 1 < 0.05) | ((y * 12) % 1 < 0.12)
    tint = rng.normal(0, 0.07, (12, 9))[row.astype(int), (np.floor(shifted) % 8).astype(int)]
    return opaque(np.where(joint, 0.78, 0.72 + tint) + 0.05 * _clouds(rng, 50))


def _shutter(rng: Rng) -> Image:
    _, y = _grid()
    return opaque(0.78 + 0.14 * np.sin(y * 2 * np.pi * 22) + 0.03 * _clouds(rng, 70))


def _wood(rng: Rng) -> Image:
    x, y = _grid()
    board = np.floor(y * 6)
    tint = rng.normal(0, 0.05, 6)[board.astype(int)]
    lines = noise(rng, (WIDTH, HEIGHT), 10, 3, stretch=12)
    return opaque(np.where((y * 6) % 1 < 0.06, 0.4, 0.78 + tint + 0.05 * lines) + 0 * x)


def _stripes(rng: Rng) -> Image:
    x, _ = _grid()
    white = (x * 10) % 2 < 1
    return opaque(np.where(white, 1.0, 0.42) * (0.95 + 0.03 * _clouds(rng, 60)))


def _heap(rng: Rng, count: int, radius_px: tuple[float, float], squash: float) -> tuple[Field, Field]:
    """Round things in a heap: their shade (h, w) 0-1 and a tint of each around 0."""
    shade, tint = np.full((HEIGHT, WIDTH), 0.12, np.float32), np.zeros((HEIGHT, WIDTH), np.float32)
    yy, xx = np.mgrid[-40:41, -40:41].astype(np.float32)
    for _ in range(count):
        radius = rng.uniform(*radius_px)
        distance = np.hypot(xx, yy / squash) / radius
        dome = np.sqrt(np.clip(1 - distance**2, 0, 1))
        lit = 0.45 + 0.6 * dome - 0.25 * (yy / radius) * dome * 0.5
        x, y, colour = rng.integers(0, WIDTH), rng.integers(0, HEIGHT), rng.normal(0, 1)
        rows, columns = (np.arange(-40, 41) + y) % HEIGHT, (np.arange(-40, 41) + x) % WIDTH
        inside = distance < 1
        shade[np.ix_(rows, columns)] = np.where(inside, lit, shade[np.ix_(rows, columns)])
        tint[np.ix_(rows, columns)] = np.where(inside, colour, tint[np.ix_(rows, columns)])
    return np.clip(shade, 0, 1.1), tint


def _fruit(rng: Rng) -> Image:
    shade, tint = _heap(rng, 420, (17, 22), 1.0)
    return opaque(np.dstack([shade, shade * (1 + 0.10 * tint), shade * (1 + 0.06 * tint)]))


def _greens(rng: Rng) -> Image:
    shade, tint = _heap(rng, 900, (8, 22), 0.5)
    stalk = rng.random((HEIGHT, WIDTH)) < 0.02
    pale = cv2.GaussianBlur(stalk.astype(np.float32), (0, 0), 2.5) * 6
    return opaque(np.dstack([shade * (0.85 + 0.2 * tint) + 0.4 * pale, shade + 0.4 * pale, shade * 0.8 + 0.3 * pale]))


def _cardboard(rng: Rng) -> Image:
    x, y = _grid()
    tape = np.abs(y - 0.5) < 0.05
    edges = (np.minimum(x, 1 - x) < 0.015) | (np.minimum(y, 1 - y) < 0.025)
    print_ = (np.abs(x - 0.3) < 0.16) & (np.abs(y - 0.25) < 0.10) & (((x * 60) % 1) < 0.6)
    base = 0.92 + 0.04 * _clouds(rng, 60)
    return opaque(np.where(edges, 0.6, np.where(tape, 1.06, np.where(print_, 0.62, base))))


def _crinkle(rng: Rng) -> Image:
    folds = np.abs(_clouds(rng, 34, 4))
    sharp = 1 - np.clip(folds * 2.2, 0, 1)
    return opaque(0.62 + 0.5 * sharp + 0.12 * _clouds(rng, 60, 2))


def _cloth(rng: Rng) -> Image:
    x, _ = _grid()
    folds = np.sin(x * 2 * np.pi * 7 + 1.2 * _clouds(rng, 160, 2))
    return opaque(0.84 + 0.10 * folds + 0.02 * _clouds(rng, 6, 1))


def _grille(_: Rng) -> Image:
    x, y = _grid()
    bars = ((y * 8) % 1 < 0.4) | ((x * 16) % 1 < 0.12)
    return opaque(np.where(bars, 0.85, 0.06))


def _window(rng: Rng) -> Image:
    x, y = _grid()
    room = 0.20 + 0.08 * y + 0.02 * _clouds(rng, 120, 2)
    tone = np.dstack([room, room * 1.08, room * 1.14])
    return opaque(_framed(tone, x, y))


def _window_curtain(rng: Rng) -> Image:
    x, y = _grid()
    cover = (x < 0.36) | (x > 0.70)
    folds = 0.55 + 0.10 * np.sin(x * 2 * np.pi * 26) + 0.02 * _clouds(rng, 60, 2)
    tone = np.where(cover[..., None], np.dstack([folds, folds * 0.96, folds * 0.86]), 0.2)
    return opaque(_framed(tone, x, y))


def _framed(tone: NDArray[np.floating], x: Field, y: Field) -> NDArray[np.floating]:
    frame = (np.abs(x - 0.5) < 0.018) | (np.minimum(x, 1 - x) < 0.028) | (np.minimum(y, 1 - y) < 0.04)
    frame |= np.abs(y - 0.26) < 0.018
    return np.where(frame[..., None], 0.86, tone)


def _concrete(rng: Rng) -> Image:
    pits = (rng.random((HEIGHT, WIDTH)) < 0.003).astype(np.float32)
    return opaque(
        0.82 + 0.06 * _clouds(rng, 80) + 0.03 * _clouds(rng, 5, 2) - 0.8 * cv2.GaussianBlur(pits, (0, 0), 1.2)
    )


def _shelves(rng: Rng) -> Image:
    return _stock(rng, rows=5, widths=(9, 26), tall=(0.55, 0.9))


def _bottles(rng: Rng) -> Image:
    return _stock(rng, rows=6, widths=(6, 10), tall=(0.6, 0.85))


def _stock(rng: Rng, rows: int, widths: tuple[int, int], tall: tuple[float, float]) -> Image:
    """Shelves full of packets of many colours under strip lights."""
    picture = np.full((HEIGHT, WIDTH, 3), 0.16, np.float32)
    height = HEIGHT // rows
    for row in range(rows):
        floor, x = (row + 1) * height - 6, 0
        while x < WIDTH:
            colour = np.asarray(cv2.cvtColor(_one_pixel(rng), cv2.COLOR_HSV2RGB)[0, 0])
            repeat = int(rng.integers(2, 7))
            width, top = int(rng.integers(*widths)), floor - int(height * rng.uniform(*tall))
            for _ in range(repeat):
                picture[top:floor, x : x + width - 1] = colour
                middle = (top + floor) // 2
                picture[middle - 4 : middle + 4, x + 1 : x + width - 2] = np.clip(colour * 0.4 + 0.55, 0, 1)
                x += width
        picture[floor : floor + 6] = (0.72, 0.70, 0.66)
    return opaque(picture)


def _one_pixel(rng: Rng) -> NDArray[np.float32]:
    return np.array([[[rng.uniform(0, 360), rng.beta(1.6, 2.4), rng.uniform(0.35, 0.95)]]], np.float32)


def _clothes(rng: Rng) -> Image:
    """Garments side by side on a rail."""
    picture = np.full((HEIGHT, WIDTH, 3), 0.22, np.float32)
    x = 0
    while x < WIDTH:
        width = int(rng.integers(14, 34))
        colour = np.asarray(cv2.cvtColor(_one_pixel(rng), cv2.COLOR_HSV2RGB)[0, 0])
        fold = 0.75 + 0.25 * np.sin(np.linspace(0, np.pi, width))[None, :, None]
        length = int(HEIGHT * rng.uniform(0.72, 0.98))
        spread = picture[10:length, x : x + width]
        spread[:] = colour * fold[:, : spread.shape[1]]
        x += width
    picture[6:12] = (0.8, 0.8, 0.8)
    return opaque(picture)


def _packets(rng: Rng) -> Image:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for top, bottom in pairwise(range(0, HEIGHT + 1, 32)):
        x = 0
        while x < WIDTH:
            width = int(rng.integers(20, 60))
            picture[top:bottom, x : x + width] = cv2.cvtColor(_one_pixel(rng), cv2.COLOR_HSV2RGB)[0, 0]
            picture[top + 3 : bottom - 3, x : x + 2] *= 0.4
            x += width
        picture[top : top + 2] *= 0.4
    return opaque(picture)


def _bark(rng: Rng) -> Image:
    ridges = noise(rng, (WIDTH, HEIGHT), 14, 3, stretch=0.4)
    return opaque(0.72 + 0.14 * tiling(ridges) + 0.06 * _clouds(rng, 90))


def _foliage(rng: Rng) -> Image:
    shade, tint = _heap(rng, 2600, (5, 11), 0.6)
    return opaque(np.dstack([shade * (1 + 0.12 * tint), shade * (1 + 0.05 * tint), shade * 0.9]))


def _woven(rng: Rng) -> Image:
    x, y = _grid()
    weave = 0.5 + 0.5 * np.sin(x * 2 * np.pi * 64) * np.sin(y * 2 * np.pi * 32)
    bands = (np.abs((x * 4) % 1 - 0.5) < 0.10) | (np.abs((y * 3) % 1 - 0.5) < 0.08)
    tone = np.where(bands, 0.55, 0.92) * (0.86 + 0.14 * weave)
    return opaque(tone + 0.02 * _clouds(rng, 40))


def _trash(rng: Rng) -> Image:
    """Scraps of paper, film, peel and card, pressed together."""
    picture = np.full((HEIGHT, WIDTH, 3), 0.22, np.float32)
    for _ in range(700):
        hsv = np.array([[[rng.uniform(0, 360), rng.uniform(0, 0.5) ** 1.5, rng.uniform(0.3, 1.0)]]], np.float32)
        colour = [float(value) for value in cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0]]
        centre = np.array([rng.integers(0, WIDTH), rng.integers(0, HEIGHT)])
        corners = centre + rng.normal(0, rng.uniform(5, 16), (int(rng.integers(3, 6)), 2))
        cv2.fillConvexPoly(picture, cv2.convexHull(corners.astype(np.int32)), colour, cv2.LINE_AA)
    return opaque(picture * (0.9 + 0.12 * _clouds(rng, 24)[..., None]))


_PAINTERS: dict[Layer, Callable[[Rng], Image]] = {
    Layer.GRAIN: _grain,
    Layer.PLASTER: _plaster,
    Layer.TILES: _tiles,
    Layer.BRICK: _brick,
    Layer.SHUTTER: _shutter,
    Layer.WOOD: _wood,
    Layer.STRIPES: _stripes,
    Layer.FRUIT: _fruit,
    Layer.GREENS: _greens,
    Layer.CARDBOARD: _cardboard,
    Layer.CRINKLE: _crinkle,
    Layer.CLOTH: _cloth,
    Layer.GRILLE: _grille,
    Layer.WINDOW: _window,
    Layer.WINDOW_CURTAIN: _window_curtain,
    Layer.CONCRETE: _concrete,
    Layer.SHELVES: _shelves,
    Layer.SHELVES_BOTTLES: _bottles,
    Layer.CLOTHES: _clothes,
    Layer.PACKETS: _packets,
    Layer.BARK: _bark,
    Layer.FOLIAGE: _foliage,
    Layer.WOVEN: _woven,
    Layer.TRASH: _trash,
}
