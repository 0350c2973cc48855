"""What is drawn on a picture: zone and boxes; and text, always beside the scene, so that it covers nothing of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image as Pillow
from PIL import ImageDraw

from core.geometry import Box, Polygon
from evidence.drawing.labels import OVER_RGB, place_labels
from evidence.drawing.lettering import Lettering
from evidence.drawing.wording import Words

Row = tuple[Words, str]
Role = Literal["over", "member", "bystander"]

BOX_RGB = OVER_RGB
ZONE_RGB = (0, 200, 255)
BAND_RGB = (16, 18, 22)
LABEL_RGB = (150, 158, 170)
TEXT_RGB = (245, 246, 248)
ROLE_RGB: dict[Role, tuple[int, int, int]] = {
    "over": OVER_RGB,  # red: what passed the limit
    "member": (255, 176, 0),  # amber: of the same event, and did not
    "bystander": (190, 194, 200),  # grey: of no event
}


@dataclass(frozen=True)
class Boxed:
    """A thing as it was seen in this very picture: its box in pixels of the picture, and what it is called."""

    box: Box
    name: str
    role: Role = "over"


@dataclass(frozen=True)
class Mark:
    """What a picture is about.

    Attributes:
        zone: polygon in 0-1 of the picture.
        boxes: what was seen.
    """

    zone: Polygon
    boxes: Sequence[Boxed] = ()


def marked(picture: Pillow.Image, mark: Mark, letters: Lettering) -> Pillow.Image:
    """A copy with zone and boxes drawn in, as outlines: the colour of a thing is evidence too."""
    width, height = picture.size
    line_px = max(2, round(width / 640))
    points = [(x * width, y * height) for x, y in mark.zone]
    result = picture.copy()
    draw = ImageDraw.Draw(result)
    draw.line([*points, points[0], points[1]], fill=ZONE_RGB, width=line_px, joint="curve")
    for one in sorted(mark.boxes, key=lambda one: one.role, reverse=False):
        draw.rectangle(one.box, outline=ROLE_RGB[one.role], width=line_px + (one.role == "over"))
    named = [one for one in mark.boxes if one.role != "bystander"]
    _write_labels(draw, picture.size, named, [one.box for one in mark.boxes], letters)
    return result


def _write_labels(
    draw: ImageDraw.ImageDraw,
    size_wh: tuple[int, int],
    named: Sequence[Boxed],
    boxes: Sequence[Box],
    letters: Lettering,
) -> None:
    size_px = max(13, round(size_wh[0] / 72))
    font = letters.font(size_px)
    texts = [letters.fit(one.name) for one in named]
    sizes = [(font.getlength(text) + size_px * 0.8, size_px * 1.5) for text in texts]
    places = place_labels(size_wh, [one.box for one in named], sizes, boxes)
    for one, text, place in zip(named, texts, places, strict=True):
        if place is None:
            continue
        colour = ROLE_RGB[one.role]
        if place.from_ is not None:
            draw.line([place.from_, place.to], fill=colour, width=max(1, size_px // 10))
        draw.rectangle(place.box, fill=BAND_RGB, outline=colour, width=max(1, size_px // 10))
        draw.text((place.box[0] + size_px * 0.4, (place.box[1] + place.box[3]) / 2), text, TEXT_RGB, font, anchor="lm")


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
        draw.text((x + label_px, y), shortened(letters.fit(text), font.getlength, room_px), TEXT_RGB, font)
    return picture


def caption_bar(width_px: int, text: str, letters: Lettering) -> Pillow.Image:
    """A caption as a bar of its own, to stand above a picture."""
    size = max(13, round(width_px / 52))
    picture = Pillow.new("RGB", (width_px, round(size * 1.7)), BAND_RGB)
    font = letters.font(size)
    shown = shortened(letters.fit(text), font.getlength, width_px - size)
    ImageDraw.Draw(picture).text((size // 2, picture.height / 2), shown, TEXT_RGB, font, anchor="lm")
    return picture


def shortened(text: str, length: Callable[[str], float], room_px: float) -> str:
    """A text cut to fit, with dots for what is left out."""
    if length(text) <= room_px:
        return text
    while text and length(text + "…") > room_px:
        text = text[:-1]
    return text + "…"
