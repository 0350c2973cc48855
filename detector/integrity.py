"""Whether a picture is fit to be looked at: a damaged, dark, blown-out, covered, defocused or frozen one must make no
alarm."""

from datetime import datetime

import cv2
import numpy as np

from core.domain import Frame, Image
from core.messages import Message

_SIZE_WH = (320, 180)
_BLOCK_PX = 10

DARK_MEAN = 16  # of 255: nothing can be told apart below
FLAT_STD = 6.0  # a covered lens or a test picture of one colour
GREY_SHARE = 0.4  # of the picture in the flat mid-grey that decoders show for what they lost
SMEARED_SHARE = 0.3  # of the rows that only repeat the row above
FROZEN_S = 60.0
# Fine detail (variance of the Laplacian at 320 x 180) against coarse detail (at 80 x 45) of the same picture: fog, snow
# and night take from both alike, a lens out of focus from the fine alone.
SHARP_RATIO = 0.05
BLOWN_LUMA, BLOWN_SHARE = 250, 0.5  # of the picture as good as white

_COARSE_WH = (80, 45)
_COARSE_LEAST = 4.0  # below, there is no detail to compare
_ROUNDING = 0.75  # what whole numbers alone put into the fine detail


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

    def unfit(self, frame: Frame) -> Message | None:
        """Why this frame must not count, or None."""
        small = np.asarray(cv2.resize(frame.image, _SIZE_WH, interpolation=cv2.INTER_AREA), np.uint8)
        if self._live and self._frozen(small, frame.utc):
            return Message("detector.picture_frozen")
        wide = frame.size_wh[0] >= _SIZE_WH[0] and frame.size_wh[1] >= _SIZE_WH[1]
        # A picture that had to be made larger has no fine detail to lose.
        return fault_of(small) or (defocused(small) if wide else None)

    def _frozen(self, small: Image, now: datetime) -> bool:
        if self._last is None or self._changed_at is None or not np.array_equal(small, self._last):
            self._last, self._changed_at = small, now
        return (now - self._changed_at).total_seconds() >= FROZEN_S


def fault_of(image: Image) -> Message | None:
    """What is wrong with a (height, width, 3) BGR picture by itself, or None."""
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.float32)
    if luma.mean() < DARK_MEAN and luma.std() < 2 * FLAT_STD:
        return Message("detector.picture_dark")
    if float((luma >= BLOWN_LUMA).mean()) > BLOWN_SHARE:
        return Message("detector.picture_overexposed")
    if _grey_share(image) > GREY_SHARE:
        return Message("detector.picture_grey")
    if luma.std() < FLAT_STD:
        return Message("detector.picture_covered")
    if _smeared_share(luma) > SMEARED_SHARE:
        return Message("detector.picture_smeared")
    return None


def defocused(image: Image) -> Message | None:
    """Whether a (180, 320, 3) BGR picture has lost its fine detail, or None."""
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.float32)
    coarse = _detail(np.asarray(cv2.resize(luma, _COARSE_WH, interpolation=cv2.INTER_AREA), np.float32))
    if coarse < _COARSE_LEAST or _detail(luma) - _ROUNDING >= SHARP_RATIO * coarse:
        return None
    return Message("detector.picture_defocused")


def _detail(luma: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    return float(cv2.Laplacian(luma, cv2.CV_32F).var())


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
