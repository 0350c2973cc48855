"""Which of its presets a camera stands at: domes turn, and a zone belongs to one position."""

from collections.abc import Mapping

from core.domain import Frame
from detector.view import ViewCheck, features_of


class PresetFinder:
    """Compares each frame with the known views of the presets, the last one that was found first."""

    def __init__(self, views: Mapping[str, ViewCheck]) -> None:
        """
        Args:
            views: by preset; each with a reference. What has none is never found.
        """
        self._views = views
        self._last: str | None = None

    def find(self, frame: Frame) -> str | None:
        """The preset in the picture; None where it is none of them: on its way, turned by hand, or too dark to tell."""
        in_turn = sorted(self._views, key=lambda preset: preset != self._last)
        features = features_of(frame.image)
        found = next((preset for preset in in_turn if self._views[preset].shows(frame, features)), None)
        self._last = found or self._last
        return found
