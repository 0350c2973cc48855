"""Takes in an ONNX model: reads it whole, fits its input to one picture of a size, recognises its family, tries it on a
picture, and only then keeps it."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

import cv2
import numpy as np
import onnx
from onnx import ModelProto
from pydantic import ValidationError

from core.domain import Detection, Image
from core.errors import InputError, ModelError
from core.invalid_values import message_of_invalid
from core.messages import Message
from detector.engine import Detector
from detector.families import FAMILIES, Float32
from detector.families import Family as FamilyRow
from detector.letterbox import Letterbox
from detector.recognise import Recognised, recognise, refuse_strange, refuse_task
from models.card import Family, ModelCard, ModelInput
from models.graph import GraphFacts, facts_of, for_one_picture
from models.onnx_file import read_graph
from models.session import Session
from models.store import ModelStore, StoredModel, sha256_of
from runtime.models.classes import classes_and_labels, named_classes


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What the user asked for.

    Attributes:
        family: None = as its output shows.
        labels: coco, ours, or the path of a YAML file {classes: [...], labels: {class: label}}.
        size_wh: None = as the graph declares.
        picture: what to try it on; None = a drawn one.
    """

    weights: Path
    name: str
    family: Family | None
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
    size_wh = _size(request, facts)
    picture = _picture(request.picture)
    with tempfile.TemporaryDirectory() as folder, _about(request, facts):
        refuse_task(facts.task, facts.description)
        weights = Path(folder) / "model.onnx"
        onnx.save(_rewritten(graph, facts, size_wh), weights)
        recognised, output = _recognised(request, facts, weights, size_wh, picture)
        classes, labels = classes_and_labels(request.labels, facts.class_names, recognised.classes)
        card = _card(request, recognised.family, facts, size_wh, classes, labels, sha256_of(weights))
        raw = FAMILIES[card.family].decode(output, size_wh, len(classes))
        refuse_strange(raw, output, card.family)
        found = Detector(card, weights).detect(picture, min_score=0.25)
        return store.add(card, weights), found


def _size(request: ImportRequest, facts: GraphFacts) -> tuple[int, int]:
    size_wh = request.size_wh or facts.fixed_size_wh or (640, 640)
    if any(side % 32 or not 32 <= side <= 4096 for side in size_wh):
        width, height = size_wh
        raise ModelError("runtime.model_input_size_unfit", path=request.weights, width=width, height=height)
    return size_wh


def _rewritten(graph: ModelProto, facts: GraphFacts, size_wh: tuple[int, int]) -> ModelProto:
    """The graph as it is kept: for one picture of that size, where it was fixed otherwise."""
    as_wanted = facts.fixed_size_wh in (None, size_wh) and facts.fixed_batch in (None, 1)
    return graph if as_wanted else for_one_picture(graph, size_wh)


def _recognised(
    request: ImportRequest, facts: GraphFacts, weights: Path, size_wh: tuple[int, int], picture: Image
) -> tuple[Recognised, Float32]:
    """What the model is, and its output for the picture, fed as that family wants it."""
    session = Session(weights)
    named = named_classes(request.labels, facts.class_names)
    feed = FAMILIES[request.family or "yolo"]
    outputs = session.run(_fed(feed, picture, size_wh))
    recognised = recognise(outputs, size_wh, len(named) or None)
    if request.family not in (None, recognised.family):
        shape = ", ".join(map(str, outputs[0].shape))
        raise ModelError("runtime.model_of_other_family", shape=shape, found=recognised.family, wanted=request.family)
    own = FAMILIES[recognised.family]
    return recognised, outputs[0] if own is feed else session.run(_fed(own, picture, size_wh))[0]


def _fed(feed: FamilyRow, picture: Image, size_wh: tuple[int, int]) -> Float32:
    height, width = picture.shape[:2]
    return feed.tensor(Letterbox.fit((width, height), size_wh, centred=feed.centred).apply(picture))


@contextmanager
def _about(request: ImportRequest, facts: GraphFacts) -> Iterator[None]:
    """Says of which file a refusal speaks, and where onnxruntime speaks, what the graph declares."""
    try:
        yield
    except ModelError as error:
        path, params = str(request.weights), error.message.params
        is_named = path in (params.get("path"), params.get("where"))
        cause = error.message if is_named else Message("core.located", where=path, cause=error)
        if not _is_of_onnxruntime(error):
            raise ModelError("runtime.model_refused", cause=cause) from error
        raise ModelError(
            "runtime.model_refused_as_declared",
            cause=cause,
            input=str(list(facts.input_shape)),
            outputs=[str(list(shape)) for shape in facts.output_shapes],
        ) from error


def _is_of_onnxruntime(error: BaseException | None) -> bool:
    """Whether onnxruntime is at the bottom of it."""
    if error is None:
        return False
    return type(error).__module__.startswith("onnxruntime.") or _is_of_onnxruntime(error.__cause__)


def family_named(text: str) -> Family:
    """The family of that name.

    Raises:
        InputError: there is none.
    """
    for family in get_args(Family):
        if family == text:
            return cast("Family", family)
    raise InputError("runtime.no_such_family", value=text, families=get_args(Family))


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of a text like 640x384.

    Raises:
        InputError: not such a text.
    """
    width, separator, height = text.lower().partition("x")
    if not (separator and width.isdigit() and height.isdigit()):
        raise InputError("runtime.input_size_form", value=text)
    return int(width), int(height)


def _card(
    request: ImportRequest,
    family: Family,
    facts: GraphFacts,
    size_wh: tuple[int, int],
    classes: tuple[str, ...],
    labels: Mapping[str, str],
    digest: str,
) -> ModelCard:
    try:
        return ModelCard(
            name=request.name,
            family=family,
            sha256=digest,
            input=ModelInput(width=size_wh[0], height=size_wh[1]),
            classes=classes,
            labels=dict(labels),
            licence=request.licence or facts.licence or "unknown",
        )
    except ValidationError as error:
        first = error.errors()[0]
        raise ModelError(
            "core.located",
            where=".".join(map(str, first["loc"])) or "model",
            cause=message_of_invalid(first),
        ) from error


def _picture(path: Path | None) -> Image:
    if path is None:
        return _drawn_street()
    picture = cv2.imread(str(path))
    if picture is None:
        raise InputError("runtime.not_a_picture", path=path)
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
