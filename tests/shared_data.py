"""The real clips, weights and pictures that some tests need; they are not part of the project."""

from pathlib import Path
from typing import Any

import pytest
import yaml

SHARED = Path(__file__).parents[2] / "shared" / "data"
VIDEOS = SHARED / "videos"
WEIGHTS = SHARED / "weights"
BUS = SHARED / "images" / "bus.jpg"

needs_clips = pytest.mark.skipif(
    not (SHARED / "truth.yaml").is_file(), reason="needs the clips, weights and pictures of ../shared/data"
)


def truth() -> dict[str, Any]:
    """What really happens in each clip, by its file name; empty where the clips are not there."""
    path = SHARED / "truth.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))["clips"]) if path.is_file() else {}
