"""What the renderer is given: a street that stands for ever, and what is placed in it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.domain import Image
from scenes.lamps import Lamp
from scenes.mesh import Floats, Mesh
from scenes.viewpoint import Viewpoint


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Painted ground.

    Attributes:
        near, far: (height, width, 4) uint8 RGB and gloss, the first row at the least y.
        near_extent, far_extent: x, y of the corner and size along x and y, metres.
    """

    near: Image
    far: Image
    near_extent: tuple[float, float, float, float]
    far_extent: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """What stands for ever, and how it is seen.

    Attributes:
        paint_ground: paints the ground, when pictures are wanted.
        paint_textures: paints the textures: (layers, height, width, 4) uint8 RGBA.
    """

    mesh: Mesh
    paint_ground: Callable[[], Ground]
    paint_textures: Callable[[], NDArray[np.uint8]]
    lamps: tuple[Lamp, ...]
    viewpoint: Viewpoint


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A mesh somewhere in the street.

    Attributes:
        instance: its number in the picture of ids, from 1.
        model: (4, 4), world from mesh.
    """

    mesh: Mesh
    instance: int
    model: Floats
