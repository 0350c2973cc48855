"""Whether the camera still looks where its zones were drawn: turned, zoomed or pushed, its rules are suspended."""

import math
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Frame, Image

_WIDTH_PX = 480
_FEATURES = 500

CHECK_S = 1.0  # between two comparisons; in between the last verdict holds
SHIFT_SHARE = 0.05  # of the picture's diagonal that a point may wander
MIN_MATCHES = 25  # inliers that make a comparison count
REFRESH_S = 30.0  # how often a confirmed view becomes the reference, so that it follows the light of the day
LOST_S = 10.0  # without any likeness, after which the view is another one; a lorry that passes close by hides it too


@dataclass(frozen=True, slots=True, eq=False)
class _Features:
    points_px: NDArray[np.float32]
    descriptors: NDArray[np.uint8] | None


class ViewCheck:
    """Compares each frame of one preset with a reference by ORB features and a similarity transform (RANSAC).

    The reference is the first frame, refreshed while the view is confirmed. A picture in which too little can be
    compared (night falls, fog) keeps the last verdict; one that shows nothing of a view confirmed just before has
    turned away.
    """

    def __init__(self) -> None:
        self._orb = cv2.ORB.create(_FEATURES)
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)
        self._reference: _Features | None = None
        self._drift = np.eye(3)  # from the first reference to the present one
        self._referred_at: datetime | None = None
        self._checked_at: datetime | None = None
        self._like_at: datetime | None = None
        self._moved: str | None = None

    def unfit(self, frame: Frame) -> str | None:
        """Why the view cannot be trusted, or None."""
        if self._checked_at is None or (frame.utc - self._checked_at).total_seconds() >= CHECK_S:
            self._checked_at = frame.utc
            self._moved = self._compare(frame)
        return self._moved

    def _compare(self, frame: Frame) -> str | None:
        luma = _small_luma(frame.image)
        features = self._features(luma)
        if self._reference is None:
            self._refer_to(features, frame.utc)
            return None
        transform = self._transform(self._reference, features)
        if transform is None:
            return self._without_likeness(features, frame.utc)
        self._like_at = frame.utc
        whole = transform @ self._drift
        moved = _describe(whole, (luma.shape[1], luma.shape[0]))
        if moved is None and self._referred_at and (frame.utc - self._referred_at).total_seconds() >= REFRESH_S:
            self._drift = whole
            self._refer_to(features, frame.utc)
        return moved

    def _features(self, luma: Image) -> _Features:
        keypoints, descriptors = self._orb.detectAndCompute(luma, None)
        points = np.array([point.pt for point in keypoints], np.float32).reshape(-1, 2)
        return _Features(points, None if descriptors is None else np.asarray(descriptors, np.uint8))

    def _transform(self, reference: _Features, features: _Features) -> NDArray[np.float64] | None:
        """The 3 x 3 similarity from reference to frame, or None where too little matches."""
        if reference.descriptors is None or features.descriptors is None:
            return None
        matches = self._matcher.match(reference.descriptors, features.descriptors)
        if len(matches) < MIN_MATCHES:
            return None
        before = reference.points_px[[match.queryIdx for match in matches]]
        after = features.points_px[[match.trainIdx for match in matches]]
        cv2.setRNGSeed(0)
        matrix, inliers = cv2.estimateAffinePartial2D(before, after, ransacReprojThreshold=2.5)
        if matrix is None or int(inliers.sum()) < MIN_MATCHES:
            return None
        return np.vstack([matrix, [0.0, 0.0, 1.0]])

    def _without_likeness(self, features: _Features, now: datetime) -> str | None:
        rich = len(features.points_px) >= _FEATURES // 2
        lost = self._like_at is not None and (now - self._like_at).total_seconds() >= LOST_S
        if self._moved is None and rich and lost:
            return "view moved: nothing of the known view is in the picture"
        return self._moved

    def _refer_to(self, features: _Features, now: datetime) -> None:
        if len(features.points_px) >= MIN_MATCHES:
            self._reference, self._referred_at, self._like_at = features, now, now


def _describe(transform: NDArray[np.float64], size_wh: tuple[int, int]) -> str | None:
    """How far the corners of the picture wandered, in words, or None where it is within bounds."""
    width, height = size_wh
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64).T
    wandered = np.hypot(*((transform @ corners) - corners)[:2]).max() / math.hypot(width, height)
    if wandered <= SHIFT_SHARE:
        return None
    zoom = math.hypot(transform[0, 0], transform[1, 0])
    return f"view moved: by {wandered:.0%} of the picture, zoom {zoom:.2f}"


def _small_luma(image: Image) -> Image:
    scale = _WIDTH_PX / image.shape[1]
    small = cv2.resize(image, (_WIDTH_PX, max(1, round(image.shape[0] * scale))), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)
