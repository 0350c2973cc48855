"""Takes in an ONNX model: reads its graph, fits its input size, tries it on a picture, and only then keeps it."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import cv2
import numpy as np
import onnx
import yaml
from pydantic import ValidationError

from core.domain import Detection, Image
from core.errors import InputError, ModelError
from core.labels import COCO_TO_OURS, LABELS
from detector.engine import Detector
from detector.families import FAMILIES
from models.card import Family, ModelCard, ModelInput
from models.coco import COCO_CLASSES
from models.graph import GraphFacts, facts_of, read_graph, with_input_size
from models.store import ModelStore, StoredModel, sha256_of


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What the user asked for.

    Attributes:
        labels: coco, ours, or the path of a YAML file {classes: [...], labels: {class: label}}.
        size_wh: None = as the graph declares.
        picture: what to try it on; None = a drawn one.
    """

    weights: Path
    name: str
    family: Family
    labels: str
    size_wh: tuple[int, int] | None
    licence: str | None
    picture: Path | None


def import_model(request: ImportRequest, store: ModelStore) -> tuple[StoredModel, tuple[Detection, ...]]:
    """Takes the model in; gives it and what it found on the picture.

    Raises:
        ModelError: it is broken, of another family or does not run; the store is unchanged.
        InputError: labels or picture cannot be used.
    """
    graph = read_graph(request.weights)
    facts = facts_of(graph, request.weights)
    classes, labels = _classes(request.labels, facts)
    size_wh = request.size_wh or facts.fixed_size_wh or (640, 640)
    with tempfile.TemporaryDirectory() as folder:
        weights = request.weights
        if facts.fixed_size_wh not in (None, size_wh):
            weights = Path(folder) / "resized.onnx"
            onnx.save(with_input_size(graph, size_wh), weights)
        card = _card(request, facts, size_wh, classes, labels, sha256_of(weights))
        found = _try(card, weights, request, facts)
        return store.add(card, weights), found


def family_named(text: str) -> Family:
    """The family of that name.

    Raises:
        InputError: there is none.
    """
    for family in get_args(Family):
        if family == text:
            return cast("Family", family)
    raise InputError(f"--family {text!r}: there are {', '.join(get_args(Family))}")


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of a text like 640x384.

    Raises:
        InputError: not such a text.
    """
    width, separator, height = text.lower().partition("x")
    if not (separator and width.isdigit() and height.isdigit()):
        raise InputError(f"the input size {text!r} is written like 640x384: width x height")
    return int(width), int(height)


def _classes(labels: str, facts: GraphFacts) -> tuple[tuple[str, ...], Mapping[str, str]]:
    if labels == "coco":
        classes = facts.class_names or COCO_CLASSES
        return classes, {name: label for name, label in COCO_TO_OURS.items() if name in classes}
    if labels == "ours":
        return facts.class_names or LABELS, {name: name for name in facts.class_names or LABELS if name in LABELS}
    return _classes_of_file(Path(labels), facts)


def _classes_of_file(path: Path, facts: GraphFacts) -> tuple[tuple[str, ...], Mapping[str, str]]:
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        cause = " ".join(str(error).split())
        raise InputError(f"--labels {path}: {cause}; give coco, ours or a YAML file with classes and labels") from error
    if not isinstance(content, dict) or not isinstance(content.get("labels"), dict):
        raise InputError(f"--labels {path}: a mapping 'labels' from class to label is missing")
    classes = content.get("classes") or facts.class_names
    if not classes:
        raise InputError(f"--labels {path}: the model names no classes itself, so 'classes' must list them in order")
    return tuple(str(name) for name in classes), content["labels"]


def _card(
    request: ImportRequest,
    facts: GraphFacts,
    size_wh: tuple[int, int],
    classes: tuple[str, ...],
    labels: Mapping[str, str],
    digest: str,
) -> ModelCard:
    try:
        return ModelCard(
            name=request.name,
            family=request.family,
            sha256=digest,
            input=ModelInput(width=size_wh[0], height=size_wh[1]),
            classes=classes,
            labels=dict(labels),
            licence=request.licence or facts.licence or "unknown",
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelError(
            f"{'.'.join(map(str, first['loc'])) or 'model'}: {first['msg'].removeprefix('Value error, ')}"
        ) from error


def _try(card: ModelCard, weights: Path, request: ImportRequest, facts: GraphFacts) -> tuple[Detection, ...]:
    try:
        return Detector(card, weights).detect(_picture(request.picture), min_score=0.25)
    except ModelError as error:
        outputs = ", ".join(str(list(shape)) for shape in facts.output_shapes)
        expected = FAMILIES[card.family].expects
        raise ModelError(
            f"{request.weights}: {error} (the graph declares input {list(facts.input_shape)}, output {outputs}; "
            f"the family {card.family} gives {expected} for {len(card.classes)} classes); not taken in"
        ) from error


def _picture(path: Path | None) -> Image:
    if path is None:
        return _drawn_street()
    picture = cv2.imread(str(path))
    if picture is None:
        raise InputError(f"--picture {path}: not a picture that can be read; give a JPEG or PNG")
    return np.asarray(picture, np.uint8)


def _drawn_street() -> Image:
    """A road, a pavement and a box on it: enough to see whether a network runs and what shape its output has."""
    picture = np.full((720, 1280, 3), (170, 160, 150), np.uint8)
    picture[420:] = (90, 90, 90)
    picture[400:440] = (200, 200, 200)
    cv2.rectangle(picture, (500, 360), (760, 500), (40, 40, 160), cv2.FILLED)
    cv2.rectangle(picture, (560, 310), (700, 370), (60, 50, 40), cv2.FILLED)
    for x in (560, 700):
        cv2.circle(picture, (x, 500), 28, (20, 20, 20), cv2.FILLED)
    return picture
