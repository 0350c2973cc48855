"""Scales a picture into the network's input without distorting it, and boxes back into the picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Image

PAD = 114  # the grey that YOLO networks are trained with


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture of source_wh lies in an input of input_wh: input = source x scale + offset, in pixels.

    centred: Ultralytics pads on both sides, YOLOX on the right and at the bottom.
    """

    source_wh: tuple[int, int]
    input_wh: tuple[int, int]
    scaled_wh: tuple[int, int]
    offset_xy: tuple[int, int]

    @classmethod
    def fit(cls, source_wh: tuple[int, int], input_wh: tuple[int, int], *, centred: bool) -> "Letterbox":
        """The largest undistorted placement, to whole pixels."""
        ratio = min(input_wh[0] / source_wh[0], input_wh[1] / source_wh[1])
        width, height = (max(1, round(source_wh[0] * ratio)), max(1, round(source_wh[1] * ratio)))
        offset = ((input_wh[0] - width) // 2, (input_wh[1] - height) // 2) if centred else (0, 0)
        return cls(source_wh, input_wh, (width, height), offset)

    @property
    def scale_xy(self) -> tuple[float, float]:
        """Input pixels for each source pixel; rounding to whole pixels makes the two differ a little."""
        return self.scaled_wh[0] / self.source_wh[0], self.scaled_wh[1] / self.source_wh[1]

    def apply(self, image: Image) -> Image:
        """The (height, width, 3) picture of the network's input."""
        smaller = self.scaled_wh[0] < self.source_wh[0]
        scaled = cv2.resize(image, self.scaled_wh, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
        canvas = np.full((self.input_wh[1], self.input_wh[0], 3), PAD, np.uint8)
        x, y = self.offset_xy
        canvas[y : y + self.scaled_wh[1], x : x + self.scaled_wh[0]] = scaled
        return canvas

    def to_input(self, boxes_xyxy_px: NDArray[np.floating]) -> NDArray[np.float64]:
        """Boxes (N, 4) of the picture as boxes of the input."""
        return np.asarray(boxes_xyxy_px, np.float64) * (self.scale_xy * 2) + (self.offset_xy * 2)

    def to_source(self, boxes_xyxy_px: NDArray[np.floating]) -> NDArray[np.float64]:
        """Boxes (N, 4) of the input as boxes of the picture, cut at its edges."""
        boxes = (np.asarray(boxes_xyxy_px, np.float64) - (self.offset_xy * 2)) / (self.scale_xy * 2)
        return np.clip(boxes, 0, self.source_wh * 2)
