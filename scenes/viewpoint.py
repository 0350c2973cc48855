"""Where a fixed camera hangs, and how it maps the street to the picture."""

from dataclasses import dataclass
from functools import cache
from math import radians, tan

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenes.mesh import Floats

NEAR_M, FAR_M = 0.4, 220.0


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """A camera without distortion, its horizon level.

    Attributes:
        position, target: world points x, y, z in metres; the target is seen in the middle.
        across_deg: horizontal angle of view.
    """

    position: tuple[float, float, float]
    target: tuple[float, float, float]
    across_deg: float

    def view(self) -> Floats:
        """World to camera, (4, 4), for column vectors; the camera looks along -z. Not to be changed."""
        return _view(self)

    def _looking(self) -> Floats:
        eye = np.asarray(self.position, np.float64)
        forward = np.asarray(self.target, np.float64) - eye
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        matrix = np.eye(4)
        matrix[:3, :3] = np.stack([right, up, -forward])
        matrix[:3, 3] = -matrix[:3, :3] @ eye
        return matrix.astype(np.float32)

    def _projection(self, size_wh: tuple[int, int]) -> Floats:
        matrix = np.zeros((4, 4))
        matrix[0, 0] = 1 / tan(radians(self.across_deg) / 2)
        matrix[1, 1] = matrix[0, 0] * size_wh[0] / size_wh[1]
        matrix[2, 2] = -(FAR_M + NEAR_M) / (FAR_M - NEAR_M)
        matrix[2, 3] = -2 * FAR_M * NEAR_M / (FAR_M - NEAR_M)
        matrix[3, 2] = -1
        return matrix.astype(np.float32)

    def matrix(self, size_wh: tuple[int, int]) -> Floats:
        """World to clip space, (4, 4), for column vectors. Not to be changed."""
        return _matrix(self, size_wh)

    def pixels(self, points: ArrayLike, size_wh: tuple[int, int]) -> NDArray[np.float64]:
        """World points (N, 3) in front of the camera as x, y in pixels (N, 2)."""
        world = np.asarray(points, np.float64).reshape(-1, 3)
        clip = np.column_stack([world, np.ones(len(world))]) @ self.matrix(size_wh).T.astype(np.float64)
        flat = clip[:, :2] / np.maximum(clip[:, 3:], NEAR_M)
        result: NDArray[np.float64] = (flat * (1, -1) + 1) / 2 * np.asarray(size_wh)
        return result

    def box(self, bounds: tuple[Floats, Floats], model: Floats, size_wh: tuple[int, int]) -> NDArray[np.float64]:
        """x1, y1, x2, y2 in pixels around a thing's bounds under its model matrix; not cut at the picture's border."""
        corners = np.array(np.meshgrid(*zip(*bounds, strict=True))).reshape(3, -1).T
        world = corners @ model[:3, :3].T + model[:3, 3]
        spots = self.pixels(world, size_wh)
        return np.concatenate([spots.min(axis=0), spots.max(axis=0)])


@cache
def _view(viewpoint: Viewpoint) -> Floats:
    return viewpoint._looking()


@cache
def _matrix(viewpoint: Viewpoint, size_wh: tuple[int, int]) -> Floats:
    return viewpoint._projection(size_wh) @ _view(viewpoint)


def placement(offset: ArrayLike, heading_deg: float = 0.0) -> Floats:
    """The (4, 4) matrix that turns a thing about z and puts it down."""
    angle = radians(heading_deg)
    matrix = np.eye(4, dtype=np.float32)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix[:3, 3] = offset
    return matrix


def seen_from(direction: ArrayLike, centre: ArrayLike, radius_m: float, depth_m: float = 90.0) -> Floats:
    """The (4, 4) matrix of a parallel view from a direction (towards the light) onto a disc around the centre."""
    toward = np.asarray(direction, np.float64)
    toward = toward / np.linalg.norm(toward)
    helper = (0.0, 1.0, 0.0) if abs(toward[2]) > 0.99 else (0.0, 0.0, 1.0)
    right = np.cross(helper, toward)
    right /= np.linalg.norm(right)
    up = np.cross(toward, right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right / radius_m, up / radius_m, -toward / depth_m])
    matrix[:3, 3] = -matrix[:3, :3] @ np.asarray(centre, np.float64)
    return matrix.astype(np.float32)
