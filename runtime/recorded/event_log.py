"""Writes events.jsonl in the order of the changes; a line waits until its package is sealed or will not be."""

import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from core.domain import RuleEvent
from core.errors import StorageError
from core.wire import event_to_json

PackageKind = Literal["primary", "supplement"]


@dataclass(slots=True)
class _Line:
    event: RuleEvent
    awaits: PackageKind | None
    package: str | None = None


class EventLog:
    """The events.jsonl of a folder. It appears under its name when it is complete, and not at all after an error."""

    def __init__(self, folder: Path, *, with_packages: bool) -> None:
        """
        Args:
            with_packages: whether violations and their clearings are followed by `sealed`.

        Raises:
            StorageError: the folder cannot be written.
        """
        self._folder = folder.absolute()
        self._target = folder / "events.jsonl"
        self._part = folder / ".events.jsonl.part"
        self._with_packages = with_packages
        self._waiting: deque[_Line] = deque()
        self._violated: set[tuple[str, int]] = set()
        self._file: IO[str]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("w", encoding="utf-8")
        except OSError as error:
            raise StorageError("runtime.folder_not_writable", path=folder, cause=error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._write(list(self._waiting))
            self._file.close()
            if kind is None:
                self._part.replace(self._target)
        except OSError as failure:
            raise StorageError("runtime.results_not_written", path=self._target, cause=failure) from failure
        finally:
            self._file.close()
            self._part.unlink(missing_ok=True)

    def add(self, event: RuleEvent) -> None:
        """Takes in a change of state."""
        self._waiting.append(_Line(event, self._awaited(event)))
        self._write_ready()

    def sealed(self, event_id: str, opening: int, kind: PackageKind, package: Path) -> None:
        """Names the package of a violation, or the supplement of a clearing."""
        for line in self._waiting:
            if (line.event.event_id, line.event.opening, line.awaits) == (event_id, opening, kind):
                line.package = package.absolute().relative_to(self._folder).as_posix()
                line.awaits = None
        self._write_ready()

    def _awaited(self, event: RuleEvent) -> PackageKind | None:
        opening = (event.event_id, event.opening)
        if event.state == "violation" and self._with_packages:
            self._violated.add(opening)
            return "primary"
        return "supplement" if event.state == "cleared" and opening in self._violated else None

    def _write_ready(self) -> None:
        ready = []
        while self._waiting and self._waiting[0].awaits is None:
            ready.append(self._waiting.popleft())
        self._write(ready)

    def _write(self, lines: list[_Line]) -> None:
        try:
            for line in lines:
                self._file.write(json.dumps(event_to_json(line.event, line.package), ensure_ascii=False) + "\n")
            self._file.flush()
        except OSError as error:
            raise StorageError("runtime.results_not_written", path=self._target, cause=error) from error
