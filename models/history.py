"""Which models were in use when, and why: an append-only file, its last line says what is in use now."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from core.clock import parse_rfc3339, rfc3339
from core.errors import ModelError, StorageError
from core.model_ref import ModelRef

Kind = Literal["promote", "rollback"]


@dataclass(frozen=True, slots=True)
class Promotion:
    """One change of what is in use.

    Attributes:
        models: what is in use from then on.
        forced: whether the gate had refused.
        evidence: what the decision rested on, as plain data.
    """

    at: datetime
    kind: Kind
    models: tuple[ModelRef, ...]
    reason: str
    forced: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)


class History:
    """The changes of one installation, oldest first."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> tuple[Promotion, ...]:
        """Every change.

        Raises:
            ModelError: the file is damaged; names the line.
        """
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError("models.history_not_readable", path=self._path, cause=error) from error
        return tuple(self._read(number, line) for number, line in enumerate(lines, start=1))

    def append(self, promotion: Promotion) -> None:
        """Adds a change; it is on the disk when this returns.

        Raises:
            StorageError: the disk refuses; what is in use stays.
        """
        line = json.dumps(_plain(promotion), ensure_ascii=False) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StorageError("models.history_not_writable", path=self._path, cause=error) from error

    def before_last(self) -> tuple[ModelRef, ...]:
        """What was in use before the present models came, going back step by step with each rollback.

        Raises:
            ModelError: there is nothing to go back to.
        """
        trail: list[tuple[ModelRef, ...]] = []
        for promotion in self.all():
            if promotion.kind == "rollback":
                trail.pop()
            else:
                trail.append(promotion.models)
        if len(trail) < 2:
            raise ModelError("models.nothing_to_roll_back")
        return trail[-2]

    def _read(self, number: int, line: str) -> Promotion:
        try:
            plain = json.loads(line)
            return Promotion(
                at=parse_rfc3339(plain["at"]),
                kind=plain["kind"],
                models=tuple(ModelRef(one["name"], one["sha256"]) for one in plain["models"]),
                reason=plain["reason"],
                forced=plain["forced"],
                evidence=plain["evidence"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError("models.history_line_damaged", path=self._path, line=number) from error


def _plain(promotion: Promotion) -> dict[str, Any]:
    return {
        "at": rfc3339(promotion.at),
        "kind": promotion.kind,
        "models": [{"name": one.name, "sha256": one.sha256} for one in promotion.models],
        "reason": promotion.reason,
        "forced": promotion.forced,
        "evidence": dict(promotion.evidence),
    }


def names(models: Sequence[ModelRef]) -> str:
    """Models as people name them."""
    return ", ".join(model.name for model in models) or "none"
