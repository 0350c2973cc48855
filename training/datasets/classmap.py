"""Which of our labels a foreign class is. A class that the map does not name stops an import: never a silent loss."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.errors import InputError
from core.labels import COCO_TO_OURS, LABELS
from models.coco import COCO_CLASSES
from store.files import yaml_tree
from training.datasets.files import read_text

_NOTHING = frozenset({"", "null", "~"})  # as YAML writes nothing
IGNORE = "ignore"  # the thing is there, but learned neither as itself nor as background

ClassMap = Mapping[str, str | None]
"""Foreign class -> our label, IGNORE, or None (left out, as if it were background)."""


def class_map(text: str) -> ClassMap:
    """The map that a user named.

    Args:
        text: `ours` (the names are our labels), `coco` (COCO's 80 classes), pairs like `garbage_bin=bin,overflow=`
            (nothing or null after = leaves the class out), or the path of a YAML file {foreign class: label, ignore or
            null}.

    Raises:
        InputError: none of these, or a label that is not ours.
    """
    if text == "ours":
        return MappingProxyType({label: label for label in LABELS})
    if text == "coco":
        return MappingProxyType({name: COCO_TO_OURS.get(name) for name in COCO_CLASSES})
    if "=" in text:
        return _checked(_pairs(text), "--classes")
    return _checked(_of_file(Path(text)), text)


def mapped_labels(mapping: ClassMap) -> frozenset[str]:
    """Our labels that the map can give."""
    return frozenset(label for label in mapping.values() if label and label != IGNORE)


def refuse_unmapped(counts: Mapping[str, int], mapping: ClassMap, where: str) -> None:
    """Stops where classes are used that the map does not name.

    Raises:
        InputError: names each such class and counts its boxes.
    """
    unmapped = Counter({name: count for name, count in counts.items() if name not in mapping})
    if not unmapped:
        return
    named = ", ".join(f"{name!r} ({count} boxes)" for name, count in unmapped.most_common())
    raise InputError(f"{where}: the class map does not name {named}; map each to one of our labels, ignore or null")


def _pairs(text: str) -> dict[str, str | None]:
    mapping: dict[str, str | None] = {}
    for pair in text.split(","):
        name, separator, label = (piece.strip() for piece in pair.partition("="))
        if not separator or not name or name in mapping:
            raise InputError(f"--classes: {pair!r} is no pair CLASS=LABEL, or its class is named twice")
        mapping[name] = None if label.lower() in _NOTHING else label
    return mapping


def _of_file(path: Path) -> dict[str, str | None]:
    text = read_text(path, "ours, coco, CLASS=LABEL,... or a YAML file {class: label}")
    try:
        data = yaml_tree.read(text).data
    except InputError as error:
        raise InputError(f"{path}:{error}") from error
    if not isinstance(data, dict) or not data or not all(isinstance(one, str | None) for one in data.values()):
        raise InputError(f"{path}: a class map holds CLASS: LABEL, one a line; null leaves a class out")
    return data


def _checked(mapping: dict[str, str | None], where: str) -> ClassMap:
    for name, label in mapping.items():
        if label is not None and label not in (*LABELS, IGNORE):
            known = ", ".join(LABELS)
            raise InputError(f"{where}: the class {name!r} maps to {label!r}; labels are {known}, or ignore, or null")
    return MappingProxyType(mapping)
