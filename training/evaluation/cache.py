"""Figures that were worked out once are kept: JIEJING_HOME/evaluations/<models>-<data>.json."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from core.errors import StorageError
from core.model_ref import ModelRef

Figures = TypeVar("Figures", bound=BaseModel)


class FigureCache:
    """The figures of an installation. What cannot be read counts as not there: it is worked out anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, kind: type[Figures], refs: Sequence[ModelRef], fingerprint: str) -> Figures | None:
        """The figures of these models on the data of that fingerprint, if they are there."""
        try:
            return kind.model_validate_json(self._path(refs, fingerprint).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, figures: BaseModel, refs: Sequence[ModelRef], fingerprint: str) -> None:
        """Keeps figures, wholly or not at all.

        Raises:
            StorageError: the disk refuses.
        """
        path = self._path(refs, fingerprint)
        fresh = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh.write_text(figures.model_dump_json(), encoding="utf-8")
            fresh.replace(path)
        except OSError as error:
            raise StorageError("training.figures_not_kept", path=path, cause=error) from error

    def _path(self, refs: Sequence[ModelRef], fingerprint: str) -> Path:
        return self._folder / f"{models_digest(refs)}-{fingerprint}.json"


def models_digest(refs: Sequence[ModelRef]) -> str:
    """The SHA-256 of a model's file; of several models, of their hashes in order."""
    if len(refs) == 1:
        return refs[0].sha256
    return hashlib.sha256(" ".join(ref.sha256 for ref in refs).encode()).hexdigest()
