"""The pavings of pavements."""

from dataclasses import dataclass

from scenes.light import Rgb


@dataclass(frozen=True, slots=True)
class Paving:
    """Stones in rows, each row shifted by half a stone.

    Attributes:
        stone_m: length along the street and width across.
    """

    rgb: Rgb
    stone_m: tuple[float, float]


PAVINGS = {
    "grey slabs": Paving((0.56, 0.55, 0.53), (0.60, 0.30)),
    "red bricks": Paving((0.56, 0.40, 0.34), (0.20, 0.10)),
    "buff bricks": Paving((0.60, 0.53, 0.43), (0.20, 0.10)),
    "granite": Paving((0.62, 0.61, 0.60), (0.60, 0.60)),
    "squares": Paving((0.52, 0.51, 0.48), (0.25, 0.25)),
}
