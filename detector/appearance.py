"""What a thing looks like: a small luma picture of its box and of the ground around it, compared by normalised
correlation, and by how bright the thing is beside its ground."""

from typing import Annotated

import cv2
import numpy as np
from pydantic import PlainSerializer, PlainValidator

from core.domain import Image
from core.geometry import Box
from core.wire import APPEARANCE_PX, appearance_from_text, appearance_to_text

# An appearance that can be written down.
Look = Annotated[Image, PlainValidator(appearance_from_text), PlainSerializer(appearance_to_text)]

CORE_PX = 32  # the box itself; the rest of APPEARANCE_PX is margin, so that a box that jitters can be shifted back
_MARGIN = (APPEARANCE_PX - CORE_PX) // 2
# A difference of brightness beside the ground that no light makes: measured, see docs/design/standing-things.md.
OTHER_PAINT = 0.5
_MIDDLE = slice(10, -10), slice(8, -8)
_GROUND = np.ones((APPEARANCE_PX, APPEARANCE_PX), bool)
_GROUND[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN] = False
_DARKEST = 12  # so that noise in black is no difference


def appearance_of(luma: Image, box: Box) -> Image:
    """The (APPEARANCE_PX, APPEARANCE_PX) uint8 luma of a box and an eighth of its size around it.

    Args:
        luma: (height, width) uint8; what lies outside the picture repeats its edge.
        box: in pixels of that picture.
    """
    scale = ((box[2] - box[0]) / CORE_PX, (box[3] - box[1]) / CORE_PX)
    wanted = (APPEARANCE_PX * scale[0], APPEARANCE_PX * scale[1])
    shrink = min(1.0, 2 * APPEARANCE_PX / min(wanted))
    patch = (max(2, round(wanted[0] * shrink)), max(2, round(wanted[1] * shrink)))
    step = (wanted[0] / patch[0], wanted[1] / patch[1])
    corner = (box[0] - _MARGIN * scale[0], box[1] - _MARGIN * scale[1])
    to_source = np.array([[step[0], 0, corner[0] + step[0] / 2 - 0.5], [0, step[1], corner[1] + step[1] / 2 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(luma, to_source, patch, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(cut, (APPEARANCE_PX, APPEARANCE_PX), interpolation=cv2.INTER_AREA), np.uint8)


def similarity(a: Image, b: Image) -> float:
    """Normalised correlation of two appearances, -1 to 1, at the best shift within the margin.

    Blind to the light of the scene, but not to paint: 0 where one is far brighter beside its ground than the other. Two
    flat patches, which hold nothing to compare, count as alike.
    """
    if abs(_paint(a) - _paint(b)) > OTHER_PAINT:
        return 0.0
    core = a[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    if core.std() < 2 or b.std() < 2:
        return 1.0 if core.std() < 2 and b.std() < 2 else 0.0
    return float(cv2.matchTemplate(b, core, cv2.TM_CCOEFF_NORMED).max())


def _paint(look: Image) -> float:
    """How bright the middle of a thing is beside the ground around it: the logarithm of their ratio."""
    return float(np.log((np.median(look[_MIDDLE]) + _DARKEST) / (np.median(look[_GROUND]) + _DARKEST)))
