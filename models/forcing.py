"""A promotion past the gate that somebody asked for: it takes effect when somebody else asks for the very same."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.clock import parse_rfc3339
from core.errors import ModelError, StorageError
from core.model_ref import ModelRef


@dataclass(frozen=True, slots=True)
class Forcing:
    """What waits for a second person.

    Attributes:
        by: the account of who asked.
        revision: how often what is in use had changed; after another change it is asked for no more.
    """

    models: tuple[ModelRef, ...]
    reason: str
    by: int
    by_name: str
    at: datetime
    revision: int


class ForcingFile:
    """The one that waits, in a file; a later one takes its place."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Forcing | None:
        """What waits.

        Raises:
            ModelError: the file is damaged.
        """
        try:
            plain = json.loads(self._path.read_text(encoding="utf-8"))
            return Forcing(
                models=tuple(ModelRef(one["name"], one["sha256"]) for one in plain["models"]),
                reason=str(plain["reason"]),
                by=int(plain["by"]),
                by_name=str(plain["by_name"]),
                at=parse_rfc3339(plain["at"]),
                revision=int(plain["revision"]),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError("models.forcing_file_damaged", path=self._path) from error

    def write(self, asked: Forcing) -> None:
        """
        Raises:
            StorageError: the disk refuses; what waited waits on.
        """
        plain = {
            "models": [{"name": one.name, "sha256": one.sha256} for one in asked.models],
            "reason": asked.reason,
            "by": asked.by,
            "by_name": asked.by_name,
            "at": asked.at.isoformat(),
            "revision": asked.revision,
        }
        beside = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:
            raise StorageError("models.file_not_writable", path=self._path, cause=error) from error
