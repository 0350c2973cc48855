"""Writes down the views that are known of a camera, and reads them again: no pictures, only what can be compared."""

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.messages import read
from detector.view import Features, Reference, ViewMemory

_INDEX = "index"


def to_npz(views: Mapping[str, ViewMemory]) -> bytes:
    """The views, by the drawing that they belong to, as NumPy's .npz."""
    arrays: dict[str, NDArray[Any]] = {}
    index = {}
    for drawing, view in views.items():
        moments = [one.confirmed_at.isoformat() for one in view.references]
        index[drawing] = {"moved": view.moved.plain() if view.moved else None, "confirmed_at": moments}
        for number, one in enumerate(view.references):
            arrays[f"{drawing}/{number}/points_px"] = one.features.points_px
            arrays[f"{drawing}/{number}/descriptors"] = one.features.descriptors
            arrays[f"{drawing}/{number}/drift"] = one.drift
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **{_INDEX: np.array(json.dumps(index))}, **arrays)
    return file.getvalue()


def from_npz(content: bytes) -> dict[str, ViewMemory]:
    """The views that were written; none where the file is damaged, which costs a first frame taken on trust."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            index = json.loads(str(arrays[_INDEX]))
            return {drawing: _view(arrays, drawing, **said) for drawing, said in index.items()}
    except (OSError, AttributeError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return {}


def _view(arrays: Mapping[str, NDArray[Any]], drawing: str, moved: Any, confirmed_at: list[str]) -> ViewMemory:
    def reference(number: int, moment: str) -> Reference:
        points_px, descriptors, drift = (
            arrays[f"{drawing}/{number}/{name}"] for name in ("points_px", "descriptors", "drift")
        )
        return Reference(Features(points_px, descriptors), drift, datetime.fromisoformat(moment))

    return ViewMemory([reference(*one) for one in enumerate(confirmed_at)], read(moved) if moved else None)
