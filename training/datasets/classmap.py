"""Which of our labels a foreign class is. A class that the map does not name stops an import: never a silent loss."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from core.errors import InputError
from core.labels import COCO_TO_OURS, LABELS
from core.messages import Message
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
    classes = [
        Message("training.class_with_boxes", name=repr(name), count=count) for name, count in unmapped.most_common()
    ]
    raise InputError("training.classes_unmapped", path=where, classes=classes)


def _pairs(text: str) -> dict[str, str | None]:
    mapping: dict[str, str | None] = {}
    for pair in text.split(","):
        name, separator, label = (piece.strip() for piece in pair.partition("="))
        if not separator or not name or name in mapping:
            raise InputError("training.class_pair_wrong", pair=pair)
        mapping[name] = None if label.lower() in _NOTHING else label
    return mapping


def _of_file(path: Path) -> dict[str, str | None]:
    text = read_text(path, Message("training.wanted_class_map"))
    try:
        data = yaml_tree.read(text).data
    except InputError as error:
        raise InputError("training.file_line_unusable", path=path, cause=error) from error
    if not isinstance(data, dict) or not data or not all(isinstance(one, str | None) for one in data.values()):
        raise InputError("training.class_map_wrong", path=path)
    return data


def _checked(mapping: dict[str, str | None], where: str) -> ClassMap:
    for name, label in mapping.items():
        if label is not None and label not in (*LABELS, IGNORE):
            raise InputError(
                "training.class_maps_to_unknown_label", path=where, name=repr(name), label=repr(label), labels=LABELS
            )
    return MappingProxyType(mapping)
