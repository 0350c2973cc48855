"""Which network a training begins with: an architecture of Ultralytics, at random or with the tensors of a file."""

# ruff: noqa: PLC0415 - torch and Ultralytics take seconds, and are imported after `confine` only

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError, ModelError
from detector.families import STRIDES
from models.store import sha256_of
from training.learning.run_folder import KeptNote, StartNote
from training.learning.settings import TrainSettings

_LEAST_TAKEN = 0.5
_HEADS = frozenset({"Detect", "v10Detect"})


@dataclass(frozen=True, slots=True)
class Start:
    """What Ultralytics is given, and what the run remembers of it.

    Attributes:
        model: an architecture file or a weights file.
        pretrained: weights for an architecture file; False = at random, True = those of `model`.
    """

    model: str
    pretrained: str | bool
    note: StartNote


def choose_start(settings: TrainSettings, labels: tuple[str, ...]) -> Start:
    """Builds the network once, so that what does not fit is known before anything is written.

    Raises:
        ModelError: no such architecture, weights that are none, of another task or of another architecture.
    """
    given = settings.start
    weights = _weights(given) if given else None
    from_architecture = not settings.model.endswith(".pt")
    if from_architecture:
        model = settings.model if settings.model.endswith((".yaml", ".yml")) else f"{settings.model}.yaml"
        fresh = _build(model, len(labels), settings.model)
    else:
        model = settings.model
        fresh = _build(weights.yaml if weights else {}, len(labels), model)
    taken = _fitting(weights, fresh) if weights else 0
    total = len(fresh.state_dict())
    if given and taken < total * _LEAST_TAKEN:
        raise ModelError("training.weights_do_not_fit", path=given, taken=taken, total=total, model=settings.model)
    note = StartNote(
        architecture=Path(str(fresh.yaml.get("yaml_file") or settings.model)).stem,
        sha256=sha256_of(given) if given else None,
        tensors_taken=taken,
        tensors=total,
        same_classes=bool(weights) and tuple(weights.names.values()) == labels if weights else False,
    )
    pretrained: str | bool = str(given) if given and from_architecture else not from_architecture
    return Start(model, pretrained, note)


def note_of_kept(settings: TrainSettings, labels: tuple[str, ...]) -> KeptNote | None:
    """What is kept beside the trained network; None = nothing was asked for.

    Raises:
        InputError: nothing is frozen.
        ModelError: its frozen layers are others, it has no label in common, or one of the two leaves no doubles to
            suppress.
    """
    if not settings.keep:
        return None
    if not settings.freeze:
        raise InputError("training.keep_needs_freeze")
    kept = _weights(settings.keep)
    start = _weights(settings.start) if settings.start else None
    if not start or _first_layers(start, settings.freeze) != _first_layers(kept, settings.freeze):
        raise ModelError("training.keep_layers_differ", path=settings.keep, count=settings.freeze)
    if is_end_to_end(start) or is_end_to_end(kept):
        raise ModelError("training.end_to_end_not_joined", path=settings.keep)
    shared = tuple(name for name in kept.names.values() if name in labels)
    if not shared:
        raise ModelError("training.keep_without_common_label", path=settings.keep)
    return KeptNote(sha256=sha256_of(settings.keep), labels=shared)


def device_of(text: str) -> str:
    """The device of a text: cpu, or the number of a GPU.

    Raises:
        InputError: there is no such GPU.
    """
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if text == "auto":
        return "0" if count else "cpu"
    if text != "cpu" and int(text) >= count:
        if not count:
            raise InputError("training.no_gpu_usable", device=text)
        raise InputError("training.no_such_gpu", device=text, count=count)
    return text


def is_end_to_end(model: Any) -> bool:
    """Whether a network has a head of its own that needs no suppression (v10, 26)."""
    return getattr(model.model[-1], "one2one_cv2", None) is not None


def _weights(path: Path) -> Any:
    from ultralytics.nn.tasks import load_checkpoint

    if not path.is_file():
        raise ModelError("training.weights_missing", path=path)
    try:
        model, _ = load_checkpoint(path)
    except Exception as error:  # a pickle can fail in any way
        raise ModelError("training.weights_damaged", path=path) from error
    _refuse_unfit(model, str(path))
    return model


def _build(architecture: str | dict[str, Any], classes: int, name: str) -> Any:
    from ultralytics.nn.tasks import DetectionModel

    try:
        model = DetectionModel(architecture, nc=classes, verbose=False)
    except Exception as error:  # an architecture file can be wrong in any way
        raise ModelError("training.architecture_not_buildable", name=name) from error
    _refuse_unfit(model, f"--model {name}")
    return model


def _refuse_unfit(model: Any, name: str) -> None:
    head = type(model.model[-1]).__name__
    if head not in _HEADS:
        raise ModelError("training.network_of_other_task", name=name, head=head)
    strides = tuple(int(stride) for stride in model.stride)
    if strides != STRIDES:
        raise ModelError("training.strides_not_supported", name=name, found=str(strides), wanted=str(STRIDES))


def _first_layers(model: Any, count: int) -> dict[str, bytes]:
    return {name: tensor.numpy().tobytes() for name, tensor in model.model[:count].state_dict().items()}


def _fitting(weights: Any, fresh: Any) -> int:
    wanted = fresh.state_dict()
    there = weights.state_dict()
    return sum(name in there and there[name].shape == tensor.shape for name, tensor in wanted.items())
