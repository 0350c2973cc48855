"""What is drawn on a picture: zone, boxes and, below the scene so that it covers nothing, a band of text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image as Pillow
from PIL import ImageDraw

from core.geometry import Box, Polygon
from evidence.lettering import Lettering
from evidence.wording import Words

Row = tuple[Words, str]

BOX_RGB = (255, 59, 48)
ZONE_RGB = (255, 204, 0)
BAND_RGB = (16, 18, 22)
LABEL_RGB = (150, 158, 170)
TEXT_RGB = (245, 246, 248)


@dataclass(frozen=True)
class Mark:
    """What a picture is about.

    Attributes:
        zone: polygon in 0-1 of the picture.
        boxes: in pixels of the picture, each with what stands there.
    """

    zone: Polygon
    boxes: Sequence[tuple[Box, str]] = ()


def marked(picture: Pillow.Image, mark: Mark, letters: Lettering) -> Pillow.Image:
    """A copy with zone and boxes drawn in, as outlines: the colour of a thing is evidence too."""
    width, height = picture.size
    line_px = max(2, round(width / 480))
    points = [(x * width, y * height) for x, y in mark.zone]
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    draw.line([*points, points[0], points[1]], fill=ZONE_RGB, width=line_px, joint="curve")
    for box, name in mark.boxes:
        draw.rectangle(box, outline=BOX_RGB, width=line_px)
        _tag(draw, (box[0], box[1]), letters.fit(name), letters, max(14, round(width / 64)))
    return result


def with_band(picture: Pillow.Image, rows: Sequence[Row], letters: Lettering) -> Pillow.Image:
    """The picture with a band of text below it."""
    below = band(picture.width, rows, letters)
    result = Pillow.new("RGB", (picture.width, picture.height + below.height))
    result.paste(picture, (0, 0))
    result.paste(below, (0, picture.height))
    return result


def band(width_px: int, rows: Sequence[Row], letters: Lettering) -> Pillow.Image:
    """Text in two columns, row by row: what it is in grey, what holds in white. Long text is shortened by dots."""
    size = max(12, round(width_px / 76))
    font = letters.font(size)
    line_px, edge_px = round(size * 1.65), size
    column_px = (width_px - 2 * edge_px) // 2
    label_px = max(font.getlength(f"{what.on(letters)}  ") for what, _ in rows)
    picture = Pillow.new("RGB", (width_px, line_px * -(-len(rows) // 2) + edge_px), BAND_RGB)
    draw = ImageDraw.Draw(picture)
    for number, (what, text) in enumerate(rows):
        x = edge_px + number % 2 * column_px
        y = edge_px // 2 + number // 2 * line_px + (line_px - size) // 2
        draw.text((x, y), what.on(letters), LABEL_RGB, font)
        room_px = column_px - label_px - edge_px
        draw.text((x + label_px, y), _shortened(letters.fit(text), font.getlength, room_px), TEXT_RGB, font)
    return picture


def caption(picture: Pillow.Image, text: str, letters: Lettering) -> None:
    """Writes a caption into the picture's upper left corner."""
    draw = ImageDraw.Draw(picture)
    _tag(draw, (0, 0), letters.fit(text), letters, max(14, round(picture.width / 46)), BAND_RGB, below=True)


def _tag(
    draw: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    text: str,
    letters: Lettering,
    size_px: int,
    fill: tuple[int, int, int] = BOX_RGB,
    *,
    below: bool = False,
) -> None:
    font = letters.font(size_px)
    width, height = font.getlength(text) + size_px * 0.8, size_px * 1.5
    x, y = corner
    y = y if below or y < height else y - height
    draw.rectangle((x, y, x + width, y + height), fill=fill)
    draw.text((x + size_px * 0.4, y + height / 2), text, TEXT_RGB, font, anchor="lm")


def _shortened(text: str, length: Callable[[str], float], room_px: float) -> str:
    if length(text) <= room_px:
        return text
    while text and length(text + "…") > room_px:
        text = text[:-1]
    return text + "…"
