"""The composite: all stills of an event on one sheet with its text, as cases are shown in Chinese practice."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image as Pillow
from PIL import ImageDraw

from evidence.drawing.lettering import Lettering
from evidence.drawing.marking import BAND_RGB, LABEL_RGB, TEXT_RGB, Row, band, caption_bar
from evidence.drawing.wording import NOT_THERE, STANDING, Words

_PANEL_WIDTH_PX = 1280  # GA/T 832: no panorama below 1280 x 720
_GAP_PX = 6
_DEFAULT_ASPECT = 16 / 9
_EMPTY_RGB = (40, 43, 48)


@dataclass(frozen=True)
class Panel:
    """One place on the sheet: a picture below its caption, or word that it is not there."""

    caption: str
    picture: Pillow.Image | None


def composite(title: Words, panels: Sequence[Panel], rows: Sequence[Row], letters: Lettering) -> Pillow.Image:
    """A sheet of two columns: header, panels, band of text."""
    panel_wh = _panel_size(panels)
    lines = -(-len(panels) // 2)
    width = 2 * panel_wh[0] + _GAP_PX
    header = _header(width, title, letters)
    text = band(width, rows, letters)
    shown = [_rendered(panel, panel_wh, letters) for panel in panels]
    row_px = max(one.height for one in shown) + _GAP_PX
    height = header.height + lines * row_px + text.height
    sheet = Pillow.new("RGB", (width, height), BAND_RGB)
    sheet.paste(header, (0, 0))
    for number, picture in enumerate(shown):
        sheet.paste(picture, (number % 2 * (panel_wh[0] + _GAP_PX), header.height + number // 2 * row_px))
    sheet.paste(text, (0, height - text.height))
    return sheet


def _panel_size(panels: Sequence[Panel]) -> tuple[int, int]:
    """As wide as a panorama is, up to _PANEL_WIDTH_PX, in the panorama's own proportions."""
    pictures = [panel.picture for panel in panels if panel.picture]
    aspect = pictures[0].width / pictures[0].height if pictures else _DEFAULT_ASPECT
    width = min(_PANEL_WIDTH_PX, pictures[0].width if pictures else _PANEL_WIDTH_PX)
    return width, round(width / aspect)


def _rendered(panel: Panel, size_wh: tuple[int, int], letters: Lettering) -> Pillow.Image:
    result = Pillow.new("RGB", size_wh, _EMPTY_RGB)
    if panel.picture:
        scale = min(size_wh[0] / panel.picture.width, size_wh[1] / panel.picture.height)
        fitted = (max(1, round(panel.picture.width * scale)), max(1, round(panel.picture.height * scale)))
        place = (size_wh[0] - fitted[0]) // 2, (size_wh[1] - fitted[1]) // 2
        result.paste(panel.picture.resize(fitted, Pillow.Resampling.LANCZOS), place)
    else:
        middle = size_wh[0] / 2, size_wh[1] / 2
        font = letters.font(round(size_wh[0] / 24))
        ImageDraw.Draw(result).text(middle, NOT_THERE.on(letters), LABEL_RGB, font, anchor="mm")
    above = caption_bar(size_wh[0], panel.caption, letters)
    whole = Pillow.new("RGB", (size_wh[0], above.height + size_wh[1]), BAND_RGB)
    whole.paste(above, (0, 0))
    whole.paste(result, (0, above.height))
    return whole


def _header(width_px: int, title: Words, letters: Lettering) -> Pillow.Image:
    size = max(14, round(width_px / 60))
    picture = Pillow.new("RGB", (width_px, size * 2), BAND_RGB)
    draw = ImageDraw.Draw(picture)
    draw.text((size, size), title.on(letters), TEXT_RGB, letters.font(size), anchor="lm")
    draw.text((width_px - size, size), STANDING.on(letters), LABEL_RGB, letters.font(round(size * 0.8)), anchor="rm")
    return picture
