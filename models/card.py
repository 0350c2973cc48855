"""model.yaml, the card of a model: what it is, how it is fed, what it was made of, how good it was measured to be."""

import re
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.errors import InvalidValueError
from core.labels import LABELS

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
Family = Literal["yolox", "yolo", "yolov5", "yolo-e2e"]


class Strict(BaseModel):
    """Refuses unknown keys; never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelInput(Strict):
    """The picture that the network wants: width and height in pixels."""

    width: int = Field(ge=32, le=4096, multiple_of=32)
    height: int = Field(ge=32, le=4096, multiple_of=32)

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.width, self.height


class ModelCard(Strict):
    """One model.

    Attributes:
        family: how its output is read (detector.families).
        sha256: of model.onnx, hex.
        classes: the network's own class names, in the order of its output.
        labels: class name -> our label; a class that is not named is dropped.
        figures: what was measured, with the data it was measured on; never a promise.
    """

    name: str = Field(pattern=f"^{NAME.pattern}$")
    family: Family
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    input: ModelInput
    classes: tuple[str, ...] = Field(min_length=1)
    labels: dict[str, str]
    licence: str = "unknown"
    data: str = "unknown"
    figures: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _labels_fit(self) -> Self:
        for name, label in self.labels.items():
            if name not in self.classes:
                raise InvalidValueError("models.card_labels_unknown_class", name=repr(name))
            if label not in LABELS:
                raise InvalidValueError(
                    "models.unknown_label_of_class", label=repr(label), name=repr(name), labels=LABELS
                )
        if not self.labels:
            raise InvalidValueError("models.no_class_maps_to_label")
        return self
