"""What the user asks of a training."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator

from core.errors import InputError, InvalidValueError
from models.card import NAME, Strict
from training.datasets.selection import Partial, Suggestions

DEFAULT_MODEL = "yolo11n"
STRIDE_PX = 32


class TrainSettings(Strict):
    """One training.

    Attributes:
        model: an architecture of Ultralytics by name, an architecture file (.yaml), or a weights file (.pt).
        weights: whose tensors to start from; None = those of `model` if it is a weights file, else at random.
        size_wh: width and height of the network's input, in pixels.
        learn_px: side of the square in which pictures are learned; None = the longer side of the input.
        device: cpu, auto, or the number of a GPU.
        freeze: so many first layers stay as they are.
        keep: weights of a network with the same frozen layers, which goes on answering beside the trained one.
        workers: processes that read pictures; on a CPU always none.
        repeat: how often an epoch learns from a picture, by the name of its taking-in; from the others once.
        int8: whether the INT8 form is made too.
    """

    name: str = Field(pattern=f"^{NAME.pattern}$")
    model: str = DEFAULT_MODEL
    weights: Path | None = None
    epochs: int = Field(default=100, ge=1, le=10_000)
    size_wh: tuple[int, int] = (640, 640)
    learn_px: int | None = Field(default=None, ge=STRIDE_PX, le=4096, multiple_of=STRIDE_PX)
    batch: int = Field(default=16, ge=1, le=4096)
    device: str = "auto"
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    freeze: int = Field(default=0, ge=0, le=100)
    keep: Path | None = None
    workers: int = Field(default=4, ge=0, le=64)
    partial: Partial = "refuse"
    suggestions: Suggestions = "refuse"
    repeat: dict[str, Annotated[int, Field(ge=1, le=100)]] = Field(default_factory=dict)
    int8: bool = False

    @field_validator("size_wh")
    @classmethod
    def _size_fits(cls, size_wh: tuple[int, int]) -> tuple[int, int]:
        for side in size_wh:
            if side % STRIDE_PX or not STRIDE_PX <= side <= 4096:
                raise InvalidValueError("training.network_size_wrong", step=STRIDE_PX)
        return size_wh

    @field_validator("device")
    @classmethod
    def _device_is_one(cls, device: str) -> str:
        if not re.fullmatch(r"cpu|auto|\d{1,2}", device):
            raise InvalidValueError("training.device_unknown")
        return device

    @property
    def start(self) -> Path | None:
        """The weights file that learning begins with; None = at random."""
        return self.weights or (Path(self.model) if self.model.endswith(".pt") else None)

    @property
    def square_px(self) -> int:
        """Side of the square in which pictures are learned."""
        return self.learn_px or max(self.size_wh)


def parse_repeat(texts: Sequence[str]) -> dict[str, int]:
    """How often to learn from what, of texts like garbage_v1=3.

    Raises:
        InputError: not such a text.
    """
    matches = [(text, re.fullmatch(r"(.+)=(\d{1,3})", text)) for text in texts]
    for text, match in matches:
        if not match:
            raise InputError("training.repeat_written_wrong", value=text)
    return {match[1]: int(match[2]) for _, match in matches if match}


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of a text like 640x384, or 640 for a square.

    Raises:
        InputError: not such a text.
    """
    match = re.fullmatch(r"(\d{1,5})(?:[xX](\d{1,5}))?", text)
    if not match:
        raise InputError("training.train_size_written_wrong", value=text)
    return int(match[1]), int(match[2] or match[1])
