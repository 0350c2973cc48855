"""Where a number plate may be in the picture of a vehicle: small upright blocks full of vertical edges, as signs make
them. It finds lettering and grilles as well; for masking that is the right side to err on."""

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Image
from core.geometry import Box

_WIDTH_PX = 320  # vehicles are looked at in this width
_TOP = 0.25  # above this share of the height there is roof and glass
_ASPECT = (0.8, 7.0)  # width by height; plates in two rows are nearly square
_HEIGHT_PX = (8, 64)
_FILLED = 0.5  # of its box
_MOST = 6
_MARGIN = 0.15


def plate_like(image: Image, vehicle: Box) -> list[Box]:
    """Places in a vehicle's box that may be plates, the strongest edges first, in pixels of the picture.

    Args:
        image: (height, width, 3) uint8, BGR.
        vehicle: inside the picture.
    """
    x1, y1, x2, y2 = (round(value) for value in vehicle)
    top = y1 + round(_TOP * (y2 - y1))
    part = image[top:y2, x1:x2]
    if part.shape[0] < 8 or part.shape[1] < 8:
        return []
    scale = _WIDTH_PX / part.shape[1]
    size = (_WIDTH_PX, max(8, round(part.shape[0] * scale)))
    grey = cv2.cvtColor(cv2.resize(part, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    found = sorted(_blocks(np.asarray(grey, np.uint8)), reverse=True)[:_MOST]
    return [
        (x1 + left / scale, top + up / scale, x1 + right / scale, top + down / scale)
        for _, (left, up, right, down) in found
    ]


def _blocks(grey: NDArray[np.uint8]) -> list[tuple[float, Box]]:
    edges = np.abs(cv2.Sobel(cv2.GaussianBlur(grey, (3, 3), 0), cv2.CV_32F, 1, 0))
    dense = cv2.blur(edges, (15, 5))
    threshold = float(dense.mean() + dense.std())
    full = (dense > threshold).astype(np.uint8)
    joined = cv2.morphologyEx(full, cv2.MORPH_OPEN, np.ones((5, 9), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found: list[tuple[float, Box]] = []
    for left, up, width, height, area in stats[1:].tolist():
        fits = _ASPECT[0] <= width / height <= _ASPECT[1] and _HEIGHT_PX[0] <= height <= _HEIGHT_PX[1]
        if fits and area >= _FILLED * width * height:
            strength = float(dense[up : up + height, left : left + width].mean())
            x, y = _MARGIN * width, _MARGIN * height
            found.append((strength, (left - x, up - y, left + width + x, up + height + y)))
    return found
