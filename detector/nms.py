"""Non-maximum suppression: of several boxes on one thing the best is kept."""

import numpy as np
from numpy.typing import NDArray

from core.geometry import iou_matrix

IOU_SAME = 0.55


def suppress(
    boxes_xyxy_px: NDArray[np.floating], scores: NDArray[np.floating], groups: NDArray[np.generic]
) -> NDArray[np.intp]:
    """Numbers of the boxes to keep, best first; only boxes of the same group suppress each other.

    Args:
        boxes_xyxy_px: (N, 4).
        scores: (N,), 0-1.
        groups: (N,), equal where two boxes may be the same thing.
    """
    order = np.argsort(-scores, kind="stable")
    overlap = iou_matrix(boxes_xyxy_px, boxes_xyxy_px) > IOU_SAME
    overlap &= groups[:, None] == groups[None, :]
    alive = np.ones(len(scores), bool)
    for number in order:
        if alive[number]:
            alive &= ~overlap[number]
            alive[number] = True
    return order[alive[order]]
