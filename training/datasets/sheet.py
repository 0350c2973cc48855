"""Small pictures with their boxes drawn in, for people to look at."""

import base64
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from core.domain import Image
from core.geometry import Box
from training.datasets.pictures import NotAPicture, decoded

SIDE_PX = 320
_QUALITY = 80
# Far apart in hue, and light enough for both dark streets and bright ones (BGR).
_COLOURS = ((60, 220, 60), (60, 160, 255), (255, 160, 60), (220, 90, 220), (60, 220, 220), (120, 120, 255))


def thumbnail(path: Path, boxes: Sequence[tuple[str, Box]], labels: Sequence[str]) -> str | None:
    """A JPEG of at most SIDE_PX as a data URI, so that a page needs no other file; None where it is no picture.

    Args:
        boxes: label and place in pixels of the picture.
        labels: in order; a label's place in it decides its colour.
    """
    try:
        image = decoded(path)
    except NotAPicture:
        return None
    scale = min(1.0, SIDE_PX / max(image.shape[:2]))
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    for label, box in boxes:
        _draw(small, box, scale, _COLOURS[labels.index(label) % len(_COLOURS)] if label in labels else _COLOURS[-1])
    _, content = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(content.tobytes()).decode()


def _draw(image: Image, box: Box, scale: float, colour: tuple[int, int, int]) -> None:
    # Boxes in a data set that is being checked may be anywhere; beyond this OpenCV's integers overflow.
    x1, y1, x2, y2 = (round(min(max(value * scale, -1e4), 1e4)) for value in box)
    cv2.rectangle(image, (x1, y1), (x2, y2), colour, 1, cv2.LINE_AA)
