"""Small data sets for the tests: pictures that differ as streets do, and labels in each form."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.domain import Image
from core.messages import TEXT, Message, message_of
from training.datasets.classmap import class_map
from training.datasets.conversion import ImportRules
from training.datasets.files import sha256_of
from training.datasets.folder import Dataset
from training.datasets.model import LabelledBox, LabelledPicture, Source
from training.datasets.pictures import encoded

SIZE_WH = (160, 120)
NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def street(seed: int, size_wh: tuple[int, int] = SIZE_WH) -> Image:
    """Smooth random patches: two seeds look as different as two streets."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, size_wh, interpolation=cv2.INTER_CUBIC), np.uint8)


def save(path: Path, seed: int, size_wh: tuple[int, int] = SIZE_WH) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encoded(street(seed, size_wh), path.suffix))
    return path


def yolo_set(root: Path, rows: Mapping[str, str | None], classes: str = "bin\ngarbage\n") -> Path:
    """The plain layout; None = no label file."""
    (root / "labels").mkdir(parents=True)
    (root / "classes.txt").write_text(classes)
    for seed, (name, text) in enumerate(rows.items()):
        save(root / "images" / f"{name}.png", seed)
        if text is not None:
            (root / "labels" / f"{name}.txt").write_text(text)
    return root


def rules(classes: str = "ours", **changes: Any) -> ImportRules:
    return ImportRules(**{"name": "a source", "classes": class_map(classes), **changes})


def picture(number: int = 0, **changes: Any) -> LabelledPicture:
    facts: dict[str, Any] = {
        "file": f"{number}.png",
        "size_wh": SIZE_WH,
        "sha256": f"{number:064x}",
        "source": Source("import", "a source"),
        "exhaustive": frozenset({"bin", "car", "garbage"}),
    }
    return LabelledPicture(**facts | changes)


def thing(label: str = "car", box: tuple[float, float, float, float] = (20, 20, 80, 70), **more: Any) -> LabelledBox:
    return LabelledBox(label, box, **more)


def dataset(folder: Path, *pictures: LabelledPicture) -> Dataset:
    """A data set of these pictures; each file shows another street."""
    made = Dataset.open_or_new(folder, "streets")
    with made.revise() as revision:
        for seed, one in enumerate(pictures):
            content = encoded(street(seed, one.size_wh), Path(one.file).suffix)
            revision.add(_with_digest(one, content), content)
        labels = {one.label for each in pictures for one in each.objects}
        revision.card = revision.card.with_labels(frozenset(labels | {"bin", "car", "garbage"}))
    return made


def _with_digest(one: LabelledPicture, content: bytes) -> LabelledPicture:
    return replace(one, sha256=sha256_of(content))


def blamed(error: BaseException) -> str:
    """What an error goes back to: the code of its innermost cause, or its words where they are of others."""
    message = message_of(error)
    while isinstance(cause := message.params.get("cause"), Message):
        message = cause
    return str(message) if message.code == TEXT else message.code
