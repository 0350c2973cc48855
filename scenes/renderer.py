"""Draws a street as a camera sees it, and tells for each pixel whose it is.

What stands for ever (ground, houses, trees) is drawn and lit once (`stage`). What comes and goes is drawn over it,
picture by picture (`pictures`), with shadows of its own (`shadows`) and, on wet ground, mirrored (`mirror`). A second
drawing of the same things tells whose each pixel is (`ids`).
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from core.domain import Image
from scenes.gpu import Gpu
from scenes.ids import IdPictures, Ids
from scenes.lamps import Lamp
from scenes.light import Light
from scenes.pictures import Pictures
from scenes.still import Placed, Still


class Renderer:
    """Pictures of one size of one street in one light; holds a drawing context until closed."""

    def __init__(self, still: Still, light: Light, size_wh: tuple[int, int]) -> None:
        """
        Raises:
            InputError: there is no OpenGL here.
        """
        self._gpu = Gpu(wet=light.wet > 0, lamps=light.lamps > 0)
        self._still = still
        self._light = light
        self.size_wh = size_wh
        self._ids = IdPictures(self._gpu, still, size_wh)
        self._pictures: Pictures | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives everything back."""
        self._gpu.close()

    def picture(self, things: Sequence[Placed], lamps: Sequence[Lamp] = ()) -> Image:
        """The street with the things in it, (height, width, 3) BGR, before what lens and sensor do to it.

        The first one takes seconds: it is then that the street is painted and lit, which ids do not need.

        Args:
            lamps: that move, like headlights.
        """
        if self._pictures is None:
            self._pictures = Pictures(self._gpu, self._still, self._light, self.size_wh)
        return self._pictures.picture(things, lamps)

    def ids(self, things: Sequence[Placed]) -> Ids:
        """Whose each pixel is, (height, width): an instance, or 0 for the street."""
        return self._ids.ids(things)

    def silhouette_px(self, things: Sequence[Placed]) -> int:
        """How many pixels these things would take if nothing stood before them."""
        return self._ids.silhouette_px(things)
