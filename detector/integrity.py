"""Whether a picture is fit to be looked at: a damaged, dark, covered or frozen one must make no alarm."""

from datetime import datetime

import cv2
import numpy as np

from core.domain import Frame, Image

_SIZE_WH = (320, 180)
_BLOCK_PX = 10

DARK_MEAN = 16  # of 255: nothing can be told apart below
FLAT_STD = 6.0  # a covered lens or a test picture of one colour
GREY_SHARE = 0.4  # of the picture in the flat mid-grey that decoders show for what they lost
SMEARED_SHARE = 0.3  # of the rows that only repeat the row above
FROZEN_S = 60.0


class IntegrityCheck:
    """Judges the frames of one camera."""

    def __init__(self, *, live: bool) -> None:
        """
        Args:
            live: whether a picture that never changes means a frozen camera; in a recorded file it means nothing.
        """
        self._live = live
        self._last: Image | None = None
        self._changed_at: datetime | None = None

    def unfit(self, frame: Frame) -> str | None:
        """Why this frame must not count, or None."""
        small = np.asarray(cv2.resize(frame.image, _SIZE_WH, interpolation=cv2.INTER_AREA), np.uint8)
        if self._live and self._frozen(small, frame.utc):
            return "frozen: the picture has not changed for a minute"
        return fault_of(small)

    def _frozen(self, small: Image, now: datetime) -> bool:
        if self._last is None or self._changed_at is None or not np.array_equal(small, self._last):
            self._last, self._changed_at = small, now
        return (now - self._changed_at).total_seconds() >= FROZEN_S


def fault_of(image: Image) -> str | None:
    """What is wrong with a (height, width, 3) BGR picture by itself, or None."""
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.float32)
    if luma.mean() < DARK_MEAN and luma.std() < 2 * FLAT_STD:
        return "dark: hardly any light"
    if _grey_share(image) > GREY_SHARE:
        return "grey: parts of the picture were lost on the way"
    if luma.std() < FLAT_STD:
        return "covered: the picture is of one colour"
    if _smeared_share(luma) > SMEARED_SHARE:
        return "smeared: the lower part only repeats a row"
    return None


def _grey_share(image: Image) -> float:
    """The share of blocks that are flat and mid-grey in every channel."""
    height, width = (size // _BLOCK_PX * _BLOCK_PX for size in image.shape[:2])
    blocks = image[:height, :width].reshape(height // _BLOCK_PX, _BLOCK_PX, width // _BLOCK_PX, _BLOCK_PX, 3)
    mean, deviation = blocks.mean(axis=(1, 3)), blocks.std(axis=(1, 3))
    return float(((abs(mean - 128) < 4) & (deviation < 1.5)).all(axis=-1).mean())


def _smeared_share(luma: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    """The share of rows that equal the row above although they hold detail."""
    repeats = abs(np.diff(luma, axis=0)).mean(axis=1) < 0.4
    detailed = abs(np.diff(luma, axis=1)).mean(axis=1)[1:] > 2.0
    return float((repeats & detailed).mean())
