"""What a candidate saw in shadow, on the frames of the models in use, as `run` left it: one file a camera."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.messages import Message, read
from core.model_ref import ModelRef

SHADOW_FOLDER = "shadow"  # in JIEJING_HOME

_SIDES = ("both", "in_use", "candidate")


@dataclass(slots=True)
class ShadowFigures:
    """What was seen on the same frames, of one camera or of all together.

    Attributes:
        both, in_use, candidate: detections by group: seen by both, by the models in use alone, by the candidate alone.
        violations_in_use, violations_candidate: by type.
        missed: frames that the candidate was too slow for; they count on neither side.
        ended: why the candidate does not look just now; None while it does.
    """

    frames: int = 0
    missed: int = 0
    both: Counter[str] = field(default_factory=Counter)
    in_use: Counter[str] = field(default_factory=Counter)
    candidate: Counter[str] = field(default_factory=Counter)
    violations_in_use: Counter[str] = field(default_factory=Counter)
    violations_candidate: Counter[str] = field(default_factory=Counter)
    ended: Message | None = None

    def plain(self) -> dict[str, Any]:
        """As `results` reads it back."""
        return {
            "frames": self.frames,
            "missed": self.missed,
            "detections": {side: getattr(self, side) for side in _SIDES},
            "violations": {"in_use": self.violations_in_use, "candidate": self.violations_candidate},
            "ended": self.ended.plain() if self.ended else None,
        }


def results(folder: Path, candidate: ModelRef) -> dict[str, dict[str, Any]]:
    """The figures of a candidate by camera, as plain data.

    Raises:
        ModelError: a file is damaged.
    """
    found = {}
    for path in sorted((folder / candidate.sha256).glob("*.json")):
        try:
            found[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError("models.shadow_figures_damaged", path=path) from error
    return found


def totals(by_camera: Mapping[str, Mapping[str, Any]]) -> ShadowFigures:
    """The figures of all cameras together."""
    total = ShadowFigures()
    for one in by_camera.values():
        total.frames += one["frames"]
        total.missed += one["missed"]
        total.ended = total.ended or (read(one["ended"]) if one.get("ended") else None)
        for side in _SIDES:
            getattr(total, side).update(one["detections"][side])
        total.violations_in_use.update(one["violations"]["in_use"])
        total.violations_candidate.update(one["violations"]["candidate"])
    return total
