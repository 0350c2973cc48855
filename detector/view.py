"""Whether the camera still looks where its zones were drawn: turned, zoomed or pushed, its rules are suspended."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import Frame, Image
from core.messages import Message

# Of one shape, as a camera's main and sub stream may differ in theirs; of a camera that is mounted upright, upright.
_WIDE_WH, _TALL_WH = (480, 270), (270, 480)
_FEATURES = 500
_UNMOVED = np.eye(3)

CHECK_S = 1.0  # between two comparisons; in between the last verdict holds
SHIFT_SHARE = 0.05  # of the picture's diagonal that a point may wander
MIN_MATCHES = 25  # inliers that make a comparison count
REFRESH_S = 30.0  # how often a confirmed view becomes the reference, so that it follows the light of the day
LOST_S = 10.0  # without any likeness, after which the view is another one; a lorry that passes close by hides it too
LIGHT_H = 4  # hours of the day that share a light, and a reference
ALIKE_H = 1.0  # hours for which a view must look as it did
ALIKE_DAYS = 3.0  # days after which the same light must still show the same view


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What can be found again in a picture.

    Attributes:
        points_px: (n, 2), in the picture scaled to 480 x 270, or 270 x 480.
        descriptors: (n, 32), of ORB.
    """

    points_px: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The view as it was confirmed last in one light.

    Attributes:
        drift: 3 x 3 similarity from the very first reference to this one, in pixels of that small picture.
    """

    features: Features
    drift: NDArray[np.float64]
    confirmed_at: datetime

    @property
    def light(self) -> int:
        """The part of the day."""
        return self.confirmed_at.hour // LIGHT_H

    def must_show(self, now: datetime) -> bool:
        """Whether an unmoved view must look like it now."""
        age = now - self.confirmed_at
        same_light = self.light == now.hour // LIGHT_H and age <= timedelta(days=ALIKE_DAYS)
        return same_light or age <= timedelta(hours=ALIKE_H)


@dataclass(frozen=True, slots=True, eq=False)
class ViewMemory:
    """What to give to a successor: references, the newest first, and how the view had moved at last, if it had."""

    references: Sequence[Reference] = ()
    moved: Message | None = None

    @classmethod
    def of(cls, image: Image, at: datetime) -> "ViewMemory":
        """The view that this picture of that (aware) moment shows."""
        return cls([Reference(features_of(image), _UNMOVED, at)])


class ViewCheck:
    """Compares each frame of one preset with references by ORB features and a similarity transform (RANSAC).

    The first frame is the first reference. A confirmed view becomes the reference of its light; a successor goes on
    with them, so that a camera that was turned meanwhile is noticed. A picture in which too little can be compared
    (night falls, fog) keeps the last verdict; one rich in detail that shows nothing of what it must show has turned
    away.
    """

    def __init__(self, memory: ViewMemory | None = None) -> None:
        """
        Args:
            memory: of a predecessor that watched the same zones.
        """
        memory = memory or ViewMemory()
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True)
        self._references = {one.light: one for one in memory.references}
        self._checked_at: datetime | None = None
        self._like_at: datetime | None = None
        self._moved = memory.moved

    @property
    def memory(self) -> ViewMemory:
        """What to give to a successor."""
        return ViewMemory(self._newest_first(), self._moved)

    def unfit(self, frame: Frame) -> Message | None:
        """Why the view cannot be trusted, or None."""
        if self._checked_at is None or (frame.utc - self._checked_at).total_seconds() >= CHECK_S:
            self._like_at = self._like_at or frame.utc
            self._checked_at = frame.utc
            self._moved = self._compare(frame)
        return self._moved

    def shows(self, frame: Frame, features: Features) -> bool:
        """Whether this view is in the picture, of which these are the features: never in doubt, never by an earlier
        verdict."""
        whole = self._from_the_first(features)
        return whole is not None and self._judged(frame, features, whole) is None

    def _compare(self, frame: Frame) -> Message | None:
        features = features_of(frame.image)
        if not self._references:
            self._refer_to(features, _UNMOVED, frame.utc)
            return None
        whole = self._from_the_first(features)
        if whole is None:
            return self._without_likeness(features, frame.utc)
        self._like_at = frame.utc
        return self._judged(frame, features, whole)

    def _judged(self, frame: Frame, features: Features, whole: NDArray[np.float64]) -> Message | None:
        """How the view has moved, if it has; a confirmed one becomes the reference once the last one is old enough."""
        moved = _describe(whole, _size_wh(frame.image))
        if moved is None and (frame.utc - self._newest_first()[0].confirmed_at).total_seconds() >= REFRESH_S:
            self._refer_to(features, whole, frame.utc)
        return moved

    def _from_the_first(self, features: Features) -> NDArray[np.float64] | None:
        """The 3 x 3 similarity from the very first reference; None where the frame is like none."""
        for reference in self._newest_first():
            transform = self._transform(reference.features, features)
            if transform is not None:
                return transform @ reference.drift
        return None

    def _transform(self, before: Features, after: Features) -> NDArray[np.float64] | None:
        """The 3 x 3 similarity between two pictures, or None where too little matches."""
        if min(len(before.points_px), len(after.points_px)) < MIN_MATCHES:
            return None
        matches = self._matcher.match(before.descriptors, after.descriptors)
        if len(matches) < MIN_MATCHES:
            return None
        points_before = before.points_px[[match.queryIdx for match in matches]]
        points_after = after.points_px[[match.trainIdx for match in matches]]
        cv2.setRNGSeed(0)
        matrix, inliers = cv2.estimateAffinePartial2D(points_before, points_after, ransacReprojThreshold=2.5)
        if matrix is None or int(inliers.sum()) < MIN_MATCHES:
            return None
        return np.vstack([matrix, [0.0, 0.0, 1.0]])

    def _without_likeness(self, features: Features, now: datetime) -> Message | None:
        rich = len(features.points_px) >= _FEATURES // 2
        lost = self._like_at is not None and (now - self._like_at).total_seconds() >= LOST_S
        if self._moved is not None or not rich or not lost:
            return self._moved
        if any(one.must_show(now) for one in self._references.values()):
            return Message("detector.view_lost")
        # A light in which it was never seen.
        self._refer_to(features, self._newest_first()[0].drift, now)
        return None

    def _newest_first(self) -> list[Reference]:
        return sorted(self._references.values(), key=lambda one: one.confirmed_at, reverse=True)

    def _refer_to(self, features: Features, drift: NDArray[np.float64], now: datetime) -> None:
        if len(features.points_px) >= MIN_MATCHES:
            reference = Reference(features, drift, now)
            self._references[reference.light] = reference


def features_of(image: Image) -> Features:
    """What can be found again in a picture."""
    keypoints, descriptors = cv2.ORB.create(_FEATURES).detectAndCompute(_small_luma(image), None)
    points = np.array([point.pt for point in keypoints], np.float32).reshape(-1, 2)
    return Features(points, np.asarray(np.empty((0, 32)) if descriptors is None else descriptors, np.uint8))


def _describe(transform: NDArray[np.float64], size_wh: tuple[int, int]) -> Message | None:
    """How far the corners of the picture wandered, in words, or None where it is within bounds."""
    width, height = size_wh
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64).T
    wandered = np.hypot(*((transform @ corners) - corners)[:2]).max() / math.hypot(width, height)
    if wandered <= SHIFT_SHARE:
        return None
    zoom = math.hypot(transform[0, 0], transform[1, 0])
    return Message("detector.view_moved", share=f"{wandered:.0%}", zoom=f"{zoom:.2f}")


def _small_luma(image: Image) -> Image:
    small = cv2.resize(image, _size_wh(image), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def _size_wh(image: Image) -> tuple[int, int]:
    height, width = image.shape[:2]
    return _WIDE_WH if width >= height else _TALL_WH
