"""What a thing looks like: a small luma picture of its box and of the ground around it, compared by normalised
correlation, and by whether the thing changed its brightness more than the ground right beside it."""

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
# A step at the outline that no light makes, as a logarithm: measured, see docs/design/standing-things.md.
OTHER_PAINT = 0.22
# Rows of the ground and of the thing along one side of it, and the two stretches of a side that are compared.
_GROUND, _THING, _STRETCHES = slice(0, 3), slice(8, 16), (slice(8, 20), slice(20, 32))
_LEAST_PX = 6
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

    Blind to the light of the scene, but not to paint: 0 where the thing became brighter or darker than the ground right
    beside it did. Two flat patches, which hold nothing to compare, count as alike.
    """
    core = a[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    if core.std() < 2 or b.std() < 2:
        return 1.0 if core.std() < 2 and b.std() < 2 else 0.0
    _, likeness, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(b, core, cv2.TM_CCOEFF_NORMED))
    return 0.0 if _repainted(a, b, (x - _MARGIN, y - _MARGIN)) > OTHER_PAINT else float(likeness)


def _repainted(a: Image, b: Image, shift: tuple[int, int]) -> float:
    """How far the brightness changed at the outline of a thing: the logarithm of the step that three quarters of the
    outline agree on, 0 where they do not.

    A cloud's edge, a lamp or a shadow falls on thing and ground alike where they meet; paint ends there all around.

    Args:
        shift: b holds at (x + shift) what a holds at x.
    """
    change = np.full(a.shape, np.nan)
    (x, width), (y, height) = ((one, APPEARANCE_PX - abs(one)) for one in shift)
    in_a = slice(max(-y, 0), max(-y, 0) + height), slice(max(-x, 0), max(-x, 0) + width)
    in_b = slice(max(y, 0), max(y, 0) + height), slice(max(x, 0), max(x, 0) + width)
    change[in_a] = np.log((b[in_b] + float(_DARKEST)) / (a[in_a] + float(_DARKEST)))
    steps = []
    for side in range(4):
        turned = np.rot90(change, side)
        for stretch in _STRETCHES:
            ground, thing = (part[~np.isnan(part)] for part in (turned[_GROUND, stretch], turned[_THING, stretch]))
            if min(ground.size, thing.size) >= _LEAST_PX:
                steps.append(float(np.median(thing) - np.median(ground)))
    steps.sort()
    few = len(steps) // 4
    lowest, highest = steps[few], steps[-1 - few]
    return min(abs(lowest), abs(highest)) if lowest * highest > 0 else 0.0
