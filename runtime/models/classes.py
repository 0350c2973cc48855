"""The classes of a model that is taken in, and which of our labels each is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import InputError, ModelError
from core.labels import COCO_TO_OURS, LABELS
from core.plain_text import text_of
from models.coco import COCO_CLASSES
from store.files import yaml_tree

_SHOWN = 6


def named_classes(labels: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """The classes that somebody names, in order: the file of labels, or the model; nothing = nobody.

    Raises:
        InputError: the file cannot be read.
    """
    return own if labels in ("coco", "ours") else _of_file(Path(labels), own)[0]


def classes_and_labels(
    labels: str, own: tuple[str, ...], count: int | None
) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The classes in order, and class -> our label.

    Args:
        labels: coco, ours, or the path of a YAML file.
        own: as the model names them; nothing = it names none.
        count: how many classes its output has; None = that does not show.

    Raises:
        ModelError: it names none, and those that `labels` means are not as many; or none of its classes is ours.
        InputError: the file of labels cannot be read.
    """
    if labels in ("coco", "ours"):
        classes = own or (COCO_CLASSES if labels == "coco" else LABELS)
        ours = COCO_TO_OURS if labels == "coco" else {label: label for label in LABELS}
        mapping: Mapping[str, str] = {name: label for name, label in ours.items() if name in classes}
    else:
        classes, mapping = _of_file(Path(labels), own)
    if count is not None and len(classes) != count:
        raise ModelError("runtime.model_names_no_classes", count=count)
    if not mapping:
        shown = (*classes[:_SHOWN], "...") if len(classes) > _SHOWN else classes
        raise ModelError("runtime.no_class_of_ours", classes=shown)
    return classes, mapping


def _of_file(path: Path, own: tuple[str, ...]) -> tuple[tuple[str, ...], Mapping[str, str]]:
    try:
        content: Any = yaml_tree.read(text_of(path.read_bytes())).data
    except OSError as error:
        raise InputError("runtime.labels_file_not_readable", path=path, cause=error) from error
    except UnicodeError as error:
        raise InputError("runtime.labels_file_is_no_text", path=path) from error
    except InputError as error:
        raise InputError("runtime.labels_file_faulty", path=path, cause=error) from error
    labels = content.get("labels") if isinstance(content, dict) else None
    if not isinstance(labels, dict) or not all(isinstance(one, str) for one in labels.values()):
        raise InputError("runtime.labels_mapping_missing", path=path)
    classes = content.get("classes") or own
    if not classes or not isinstance(classes, list | tuple):
        raise InputError("runtime.labels_classes_missing", path=path)
    return tuple(str(name) for name in classes), labels
