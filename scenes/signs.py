"""Boards with Chinese writing: the names of shops, and the text that a camera lays over its picture."""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from core.domain import Image
from core.errors import InputError
from scenes.textures import HEIGHT, WIDTH

Rgb8 = tuple[int, int, int]

SHOPS = (
    ("老街水果店", "fruit"),
    ("惠民超市", "grocer"),
    ("诚信五金建材", "hardware"),
    ("阿芳早餐", "food"),
    ("江山米粉馆", "food"),
    ("小琴服饰", "clothes"),
    ("康民药房", "pharmacy"),
    ("顺发烟酒副食", "grocer"),
    ("鲜果时间", "fruit"),
    ("晨光文具", "grocer"),
    ("丽人美发", "hair"),
    ("家和房产", "office"),
    ("香满园面馆", "food"),
    ("花样年华鲜花", "flowers"),
    ("建国电动车行", "hardware"),
    ("童乐童装", "clothes"),
    ("大众粮油", "grocer"),
    ("好味道小吃", "food"),
    ("宏图打印", "office"),
    ("清湖茶行", "grocer"),
)
_COLOURS: tuple[tuple[Rgb8, Rgb8], ...] = (
    ((176, 28, 24), (252, 236, 150)),
    ((20, 92, 60), (245, 245, 240)),
    ((18, 72, 150), (250, 250, 250)),
    ((236, 232, 222), (180, 24, 22)),
    ((240, 178, 30), (150, 20, 16)),
    ((48, 44, 42), (236, 206, 140)),
    ((214, 92, 20), (255, 250, 235)),
    ((240, 240, 238), (24, 110, 60)),
)
_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
_FONTS = ("NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "wqy-microhei.ttc")


@cache
def font(size_px: int) -> ImageFont.FreeTypeFont:
    """A font that has Chinese characters.

    Raises:
        InputError: there is none on this machine.
    """
    for name in _FONTS:
        for folder in _FOLDERS:
            for path in sorted(folder.rglob(name)):
                return ImageFont.truetype(str(path), size_px)
    raise InputError("scenes.rendering_needs_font", fonts=_FONTS)


def board(rng: np.random.Generator, text: str) -> Image:
    """A shop's board, (HEIGHT, WIDTH, 4) uint8, to be stretched over 5 : 1."""
    back, ink = _COLOURS[rng.integers(len(_COLOURS))]
    wide, tall = 2 * WIDTH, 2 * WIDTH // 5
    picture = Pillow.new("RGB", (wide, tall), back)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((6, 6, wide - 7, tall - 7), outline=ink, width=3)
    size = int(min(tall * 0.62, wide * 0.86 / len(text)))
    middle = (wide / 2, tall * 0.43)
    draw.text((middle[0] + 3, middle[1] + 3), text, font=font(size), fill=tuple(c // 3 for c in back), anchor="mm")
    draw.text(middle, text, font=font(size), fill=ink, anchor="mm")
    number = "".join(str(digit) for digit in rng.integers(0, 10, 7))
    draw.text((wide / 2, tall * 0.87), f"电话：{number}", font=font(int(tall * 0.13)), fill=ink, anchor="mm")
    return np.asarray(picture.resize((WIDTH, HEIGHT), Pillow.Resampling.LANCZOS).convert("RGBA"))
