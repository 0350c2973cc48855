"""Puts a trained street-n among the models that ship, with all its measures in its card."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.errors import ModelError
from models.card import ModelCard
from models.store import CARD, SHIPPED, WEIGHTS, ModelStore, StoredModel, card_text
from training.datasets.files import storing
from training.export.card import int8_name
from training.street_n.figure import Measured, plain

MAX_BYTES = 13_000_000
NOT_TO_BE_TRUSTED_WITH = {
    "zh": (
        "摊位、货物和桌椅只在渲染街道上学习过，在真实街道上只用少量画面看过。"
        "垃圾和垃圾桶是在平视画面上学的，车辆是在尼泊尔学的；"
        "小而远的车辆和人，识别能力与起始的 COCO 网络相当，并不更好。"
        "未经影子运行和本市摄像机的标注，不可依赖；渲染街道上的数字绝不是准确率。"
    ),
    "en": (
        "Stalls, goods and tables were learned from rendered streets alone: on real streets they were never measured "
        "on more than a handful of pictures. Garbage and bins were learned at eye level, vehicles in Nepal; small and "
        "far vehicles and people it finds as the COCO network does that it began with, and no better. "
        "Never rely on it without shadow operation and labels of the city's own cameras; never read a figure on "
        "rendered streets as accuracy."
    ),
}


def put_among_shipped(
    name: str, store: ModelStore, measured: Sequence[Measured], recipe: Path, *, into: Path = SHIPPED
) -> list[StoredModel]:
    """Writes the model, and its INT8 form where that is offered, into the folder of shipped models.

    Args:
        measured: of the model itself; its INT8 form says in its own figures what it loses.
        recipe: the file in which the recipe keeps the seconds of its steps.

    Raises:
        ModelError: it is not in the store, or larger than may ship.
        StorageError: the disk refuses.
    """
    seconds = json.loads(recipe.read_text(encoding="utf-8"))
    stored = [store.find(name)]
    if any(one.card.name == int8_name(name) for one in store.all()):
        stored.append(store.find(int8_name(name)))
    shipped = []
    for one in stored:
        if one.weights.stat().st_size > MAX_BYTES:
            raise ModelError("training.weights_too_large_to_ship", path=one.weights, limit=MAX_BYTES)
        told: dict[str, Any] = {"recipe_s": seconds, "not_to_be_trusted_with": NOT_TO_BE_TRUSTED_WITH}
        if one is stored[0]:
            told["measures"] = plain(measured)
        shipped.append(_written(_with_figures(one.card, told), one.weights, into))
    return shipped


def _written(card: ModelCard, weights: Path, into: Path) -> StoredModel:
    folder = into / card.name
    with storing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(weights, folder / WEIGHTS)
        (folder / CARD).write_text(card_text(card), encoding="utf-8")
    return StoredModel(card, folder)


def _with_figures(card: ModelCard, told: dict[str, Any]) -> ModelCard:
    return card.model_copy(update={"figures": {**card.figures, **told}})
