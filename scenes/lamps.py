"""Lamps of streets and of vehicles, and how programs are told of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scenes.light import Light, Rgb, Vector

if TYPE_CHECKING:
    from scenes.gpu import Gpu

MAX_LAMPS = 24


@dataclass(frozen=True, slots=True)
class Lamp:
    """A lamp that shines downwards or around.

    Attributes:
        rgb: light at 1 m, linear. toward: a unit vector; half_angle_cos: -1 = shines all around.
    """

    at: Vector
    rgb: Rgb
    reach_m: float
    toward: Vector = (0.0, 0.0, -1.0)
    half_angle_cos: float = -1.2

    def lit_ground(self) -> NDArray[np.float64]:
        """Corners (6, 3) of the ground and the air before a headlight that it can light."""
        x, y, z = self.at
        ahead, side = np.asarray(self.toward) * (1, 1, 0), np.array((-self.toward[1], self.toward[0], 0.0))
        near = [np.array((x, y, 0)) + side * s for s in (-1.5, 1.5)]
        far = [np.array((x, y, height)) + ahead * self.reach_m + side * s for s in (-5, 5) for height in (0.0, z)]
        return np.array(near + far)


def set_lamps(gpu: "Gpu", program: str, light: Light, lamps: Sequence[Lamp]) -> None:
    """Tells a program of the first MAX_LAMPS lamps, as bright as the hour wants them."""
    chosen = list(lamps)[:MAX_LAMPS] if light.lamps else []
    table = np.zeros((3, MAX_LAMPS, 4), np.float32)
    for number, lamp in enumerate(chosen):
        table[0, number] = (*lamp.at, lamp.reach_m)
        table[1, number] = (*(value * light.lamps for value in lamp.rgb), lamp.half_angle_cos)
        table[2, number, :3] = lamp.toward
    names = ("lamp_at", "lamp_rgb", "lamp_toward")
    gpu.set(program, dict(zip(names, table, strict=True)) | {"lamp_count": len(chosen)})
