"""Pictures between the decoder's arrays (BGR) and the files of a package (JPEG)."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pillow

from core.domain import Image
from core.errors import StorageError
from core.geometry import Box, Polygon

# A still is judged by its plate: chroma is kept whole (4:4:4), and at 95 the loss stays below the noise that the
# camera's own coding left. PNG would be four times as large to keep that noise; the received bits are in clip/.
STILL_QUALITY = 95
SHOWN_QUALITY = 90


def read_picture(path: Path) -> Image:
    """A picture file of ours, as (height, width, 3) BGR.

    Raises:
        StorageError: it cannot be read.
    """
    image = cv2.imread(str(path))
    if image is None:
        raise StorageError("evidence.picture_cannot_be_read", path=path)
    return np.asarray(image, np.uint8)


def to_pillow(image: Image) -> Pillow.Image:
    """The picture for drawing."""
    return Pillow.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def save_still(image: Image, path: Path) -> None:
    """Writes an unmarked picture in full size."""
    path.parent.mkdir(parents=True, exist_ok=True)
    to_pillow(image).save(path, "JPEG", quality=STILL_QUALITY, subsampling=0)


def save_shown(picture: Pillow.Image, path: Path) -> None:
    """Writes a picture that is made to be looked at."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, "JPEG", quality=SHOWN_QUALITY, subsampling=0, optimize=True)


def blackened(image: Image, masks: Sequence[Polygon]) -> Image:
    """A copy with the privacy masks (polygons in 0-1) filled black; the picture itself where there is none."""
    if not masks:
        return image
    copy = image.copy()
    scale = np.array([image.shape[1], image.shape[0]])
    for mask in masks:
        # One by one: of several at once, OpenCV leaves open where an even number of them overlap.
        cv2.fillPoly(copy, [np.rint(np.array(mask) * scale).astype(np.int32)], (0, 0, 0))
    return copy


def scaled_box(box: Box, from_wh: tuple[int, int], to_wh: tuple[int, int]) -> Box:
    """A box of the analysed frame in the pixels of another size of the same view."""
    x, y = to_wh[0] / from_wh[0], to_wh[1] / from_wh[1]
    return box[0] * x, box[1] * y, box[2] * x, box[3] * y


def close_up_box(box: Box, size_wh: tuple[int, int], aspect: float, margin: float = 0.35) -> tuple[int, int, int, int]:
    """The cut around a thing, in whole pixels: with a margin (share of its sides), as near to `aspect` (width over
    height) as the picture allows, never smaller than a tenth of the picture's width."""
    width = max((box[2] - box[0]) * (1 + 2 * margin), size_wh[0] * 0.1)
    height = max((box[3] - box[1]) * (1 + 2 * margin), width / aspect)
    width = max(width, height * aspect)
    width, height = min(width, size_wh[0]), min(height, size_wh[1])
    left = min(max((box[0] + box[2] - width) / 2, 0), size_wh[0] - width)
    top = min(max((box[1] + box[3] - height) / 2, 0), size_wh[1] - height)
    return int(left), int(top), max(int(left + width), int(left) + 1), max(int(top + height), int(top) + 1)
