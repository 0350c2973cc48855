"""What lens, sensor and recorder make of a clean picture: blur, colour, noise, rain before the glass, overlay text."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw

from core.domain import Image
from scenes.light import Light
from scenes.signs import font

CHINA = timezone(timedelta(hours=8))
_WEEKDAYS = "一二三四五六日"
_NOISE_TILES = 5
_TILE_MARGIN = 96


@dataclass(frozen=True, slots=True)
class Lens:
    """One camera's faults.

    Attributes:
        blur_px: standard deviation of the blur at a width of 1280.
        noise: standard deviation in grey levels, 0-255.
        warmth: blue against red, about 0; saturation, contrast: 1 = as it is; lift: of the blacks, grey levels.
        vignette: how much darker the corners are, 0-1.
        rain: 0-1.
        jpeg_quality: of single pictures, 1-100.
    """

    blur_px: float
    noise: float
    warmth: float
    saturation: float
    contrast: float
    lift: float
    vignette: float
    bloom: float
    rain: float
    jpeg_quality: int


def lens_of(seed: int, light: Light) -> Lens:
    """The camera of a seed in a light: mostly good, sometimes out of focus or noisy."""
    rng = np.random.default_rng([seed, 41])
    defocus = float(rng.uniform(1.2, 2.2)) if rng.random() < 0.12 else float(rng.uniform(0.35, 0.8))
    dark = light.lamps
    return Lens(
        blur_px=defocus,
        noise=float(rng.uniform(1.2, 3.2) + 4.5 * dark * rng.uniform(0.5, 1.2)),
        warmth=float(rng.normal(0, 0.035)),
        saturation=float(rng.uniform(0.68, 0.92)),
        contrast=float(rng.uniform(0.90, 1.06)),
        lift=float(rng.uniform(2, 14)),
        vignette=float(rng.uniform(0.08, 0.3)),
        bloom=0.15 + 0.55 * dark,
        rain=light.rain,
        jpeg_quality=int(rng.integers(38, 93)),
    )


class Sensor:
    """Applies a lens to the pictures of one camera; the same number gives the same noise."""

    def __init__(self, lens: Lens, size_wh: tuple[int, int], seed: int) -> None:
        self._lens = lens
        self._size_wh = size_wh
        self._rng = np.random.default_rng([seed, 43])
        self._colour = _colour_matrix(lens)
        self._curve = _curve(lens)
        self._shade = _vignette(size_wh, lens.vignette)
        width, height = size_wh[0] + _TILE_MARGIN, size_wh[1] + _TILE_MARGIN
        self._noise = [_noise(self._rng, (width, height), lens.noise) for _ in range(_NOISE_TILES)]
        self._rain = _rain(self._rng, size_wh, lens.rain) if lens.rain else None

    def see(self, clean: Image, number: int) -> Image:
        """The picture as the sensor gives it, (height, width, 3) BGR.

        Args:
            number: of the frame; decides noise and rain.
        """
        scale = self._size_wh[0] / 1280
        sharp = cv2.GaussianBlur(clean, (0, 0), max(0.25, self._lens.blur_px * scale))
        toned = cv2.LUT(cv2.transform(self._bloomed(np.asarray(sharp, np.uint8)), self._colour), self._curve)
        image = np.asarray(cv2.multiply(toned, self._shade, scale=1 / 255), np.uint8)
        if self._rain is not None:
            image = self._rained(image, number)
        tile = self._noise[number % _NOISE_TILES]
        y, x = number * 37 % _TILE_MARGIN, number * 61 % _TILE_MARGIN
        part = tile[y : y + self._size_wh[1], x : x + self._size_wh[0]]
        return np.asarray(cv2.add(image, part, dtype=cv2.CV_8U), np.uint8)

    def _bloomed(self, image: Image) -> Image:
        small = cv2.resize(image, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
        bright = cv2.subtract(small, np.full_like(small, 205))
        halo = cv2.GaussianBlur(bright, (0, 0), self._size_wh[0] / 1280 * 5)
        wide = cv2.resize(halo, self._size_wh, interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.addWeighted(image, 1.0, wide, 2.2 * self._lens.bloom, 0), np.uint8)

    def _rained(self, image: Image, number: int) -> Image:
        assert self._rain is not None  # noqa: S101 - for the type checker
        fall = np.roll(self._rain[number % len(self._rain)], number * 53, axis=0)
        return np.asarray(cv2.add(image, cv2.merge([fall, fall, fall])), np.uint8)


def overlay(image: Image, place: str, moment: datetime | None) -> None:
    """Writes the place into the picture, and date and time where a moment is given, as Chinese cameras do."""
    size = max(11, image.shape[0] // 26)
    margin = size // 2
    if moment:
        local = moment.astimezone(CHINA)
        when = f"{local:%Y年%m月%d日} 星期{_WEEKDAYS[local.weekday()]} {local:%H:%M:%S}"
        _stamp(image, _written(when, size), margin, margin)
    name = _written(place, size)
    _stamp(image, name, image.shape[1] - name.shape[1] - margin, image.shape[0] - name.shape[0] - margin)


def _stamp(image: Image, text: NDArray[np.uint8], x: int, y: int) -> None:
    part = image[y : y + text.shape[0], x : x + text.shape[1]]
    text = text[: part.shape[0], : part.shape[1]]
    share = text[..., 1:].astype(np.uint16)
    part[:] = ((part * (255 - share) + text[..., :1].astype(np.uint16) * share) // 255).astype(np.uint8)


@cache
def _glyphs(text: str, size: int) -> NDArray[np.uint8]:
    face = font(size)
    left, top, right, bottom = face.getbbox(text, stroke_width=1)
    picture = Pillow.new("LA", (int(right - left) + 2, int(bottom - top) + 2), (0, 0))
    ImageDraw.Draw(picture).text(
        (1 - left, 1 - top), text, font=face, fill=(250, 255), stroke_width=1, stroke_fill=(20, 230)
    )
    return np.asarray(picture)


def _written(text: str, size: int) -> NDArray[np.uint8]:
    """White letters with a dark rim: (height, width, 2) grey and cover."""
    return _glyphs(text, size)


def _colour_matrix(lens: Lens) -> NDArray[np.float32]:
    grey = np.array([[0.114, 0.587, 0.299]] * 3)
    keep = np.eye(3) * lens.saturation + grey * (1 - lens.saturation)
    gains = np.diag([1 - lens.warmth, 1.0, 1 + lens.warmth])
    return (gains @ keep).astype(np.float32)


def _curve(lens: Lens) -> NDArray[np.uint8]:
    level = np.arange(256) / 255
    bent = 0.5 + (level - 0.5) * lens.contrast
    return np.clip(bent * (255 - lens.lift) + lens.lift, 0, 255).astype(np.uint8)


def _vignette(size_wh: tuple[int, int], strength: float) -> NDArray[np.uint8]:
    x = np.linspace(-1, 1, size_wh[0])[None, :]
    y = np.linspace(-1, 1, size_wh[1])[:, None] * size_wh[1] / size_wh[0]
    shade = 255 * (1 - strength * np.clip((x**2 + y**2) / 1.3, 0, 1) ** 1.3)
    return np.repeat(shade.astype(np.uint8)[..., None], 3, axis=2)


def _noise(rng: np.random.Generator, size_wh: tuple[int, int], strength: float) -> NDArray[np.int16]:
    luma = rng.standard_normal((size_wh[1], size_wh[0], 1), dtype=np.float32)
    chroma = rng.standard_normal((size_wh[1], size_wh[0], 3), dtype=np.float32)
    mixed = cv2.GaussianBlur(luma + 0.5 * chroma, (0, 0), 0.6) * 1.7
    return np.asarray(np.round(mixed * strength), np.int16)


def _rain(rng: np.random.Generator, size_wh: tuple[int, int], amount: float) -> list[Image]:
    """Streaks of falling drops, a few pictures of them to take in turn."""
    width, height = size_wh
    pictures = []
    for _ in range(4):
        layer = np.zeros((height, width), np.uint8)
        for _ in range(int(amount * 260)):
            x, y = rng.integers(0, width), rng.integers(-20, height)
            length = height * rng.uniform(0.02, 0.07)
            shade = int(rng.uniform(14, 46))
            tip = (int(x - length * 0.12), int(y + length))
            cv2.line(layer, (int(x), int(y)), tip, shade, 1, cv2.LINE_AA)
        pictures.append(np.asarray(cv2.GaussianBlur(layer, (0, 0), 0.8), np.uint8))
    return pictures
