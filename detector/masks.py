"""Privacy masks: windows, schools and the like are blacked out before anything looks at the picture."""

from collections.abc import Sequence

import cv2
import numpy as np

from core.domain import Image
from core.geometry import Polygon


def blacked_out(image: Image, masks: Sequence[Polygon]) -> Image:
    """The (height, width, 3) picture with the polygons (x, y in 0-1) black; without masks the very same array."""
    if not masks:
        return image
    masked = image.copy()
    size = np.array([image.shape[1], image.shape[0]])
    for mask in masks:
        # One by one: of several at once, OpenCV leaves open where an even number of them overlap.
        cv2.fillPoly(masked, [np.round(np.array(mask) * size).astype(np.int32)], (0, 0, 0))
    return masked
