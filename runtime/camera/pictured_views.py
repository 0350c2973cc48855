"""The views that people took pictures of, so that a preset is known before the camera stood there under our eyes."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from core.rules import drawing_of
from core.site import Camera
from detector.view import ViewMemory

_log = logging.getLogger(__name__)


def pictured_views(camera: Camera, folder: Path) -> dict[str, ViewMemory]:
    """The views of a camera's presets, by what is drawn on them; a picture that is missing is logged.

    Args:
        folder: holds CAMERA/VIEW.jpg.
    """
    views = {}
    for preset in camera.presets:
        if preset.view is None:
            continue
        path = folder / camera.id / f"{preset.view}.jpg"
        image = cv2.imread(str(path))
        if image is None:
            _log.warning(
                "camera %s: preset %s: its picture %s cannot be read; take it anew", camera.id, preset.id, path
            )
            continue
        taken = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        views[drawing_of(preset)] = ViewMemory.of(np.asarray(image, np.uint8), taken)
    return views
