"""Cuts out of pictures and clips what a report shows: a thing and its surroundings, as a JPEG inside the page."""

import base64
from dataclasses import dataclass
from datetime import timedelta

import cv2
import numpy as np

from core.domain import Image
from core.errors import InputError, RecordingError
from core.geometry import Box
from streams.replay import FileSource
from training.evaluation.evaluating import Material
from training.evaluation.truth import Clip

WIDTH_PX, HEIGHT_PX = 480, 320
_AROUND = 2.2  # times the box
_LEAST = 0.3  # of the picture's width
_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a picture.

    Attributes:
        data_uri: a JPEG of WIDTH_PX x HEIGHT_PX.
        box: left, top, width and height of the thing in 0-1 of the cut; None = no box to show.
    """

    data_uri: str
    box: Box | None


class Cutter:
    """Finds again the pictures that figures speak of."""

    def __init__(self, material: Material) -> None:
        self._pictures = material.pictures
        self._clips = {clip.name: clip for clip in material.clips}

    def of_picture(self, file: str, box: Box) -> Cut | None:
        """From a picture of the data set; None where it is not there any more."""
        known = (one for one in self._pictures.pictures if one.file == file) if self._pictures else iter(())
        picture = next(known, None)
        if picture is None or self._pictures is None:
            return None
        try:
            return cut(self._pictures.image(picture), box)
        except InputError:
            return None

    def of_clip(self, name: str, t_s: float, box: Box | None) -> Cut | None:
        """From a clip, seconds after its first frame; None where it cannot be had."""
        clip = self._clips.get(name)
        image = _moment(clip, t_s) if clip else None
        return None if image is None else cut(image, box)


def cut(image: Image, box: Box | None) -> Cut:
    """A thing and what is around it.

    Args:
        image: (height, width, 3) uint8, BGR.
        box: in pixels of the image; None = the whole picture.
    """
    height, width = image.shape[:2]
    x1, y1, x2, y2 = window(box or (0.0, 0.0, float(width), float(height)), (width, height))
    part = image[y1:y2, x1:x2]
    scale = min(WIDTH_PX / part.shape[1], HEIGHT_PX / part.shape[0])
    size = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
    small = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)
    canvas = np.full((HEIGHT_PX, WIDTH_PX, 3), 24, np.uint8)
    left, top = (WIDTH_PX - size[0]) // 2, (HEIGHT_PX - size[1]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small
    _, content = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    uri = "data:image/jpeg;base64," + base64.b64encode(content.tobytes()).decode()
    if box is None:
        return Cut(uri, None)
    corner = (left + (max(box[0], x1) - x1) * scale) / WIDTH_PX, (top + (max(box[1], y1) - y1) * scale) / HEIGHT_PX
    side = (
        (min(box[2], x2) - max(box[0], x1)) * scale / WIDTH_PX,
        (min(box[3], y2) - max(box[1], y1)) * scale / HEIGHT_PX,
    )
    return Cut(uri, (*corner, *side))


def window(box: Box, size_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """The pixels x1, y1, x2, y2 to cut out around a box: of the shape of a cut, as far as the picture goes."""
    width = max((box[2] - box[0]) * _AROUND, (box[3] - box[1]) * _AROUND * WIDTH_PX / HEIGHT_PX, size_wh[0] * _LEAST)
    wanted = min(width, size_wh[0]), min(width * HEIGHT_PX / WIDTH_PX, size_wh[1])
    corners = []
    for axis in (0, 1):
        middle = (box[axis] + box[axis + 2]) / 2
        start = min(max(middle - wanted[axis] / 2, 0.0), size_wh[axis] - wanted[axis])
        corners.append((int(start), max(int(start) + 1, round(start + wanted[axis]))))
    (x1, x2), (y1, y2) = corners
    return x1, y1, x2, y2


def _moment(clip: Clip, t_s: float) -> Image | None:
    start = clip.truth.start
    try:
        recording = FileSource("clip", clip.video, start=start).recording
        return recording.picture_at(start + timedelta(seconds=t_s)).image
    except (InputError, RecordingError):
        return None
