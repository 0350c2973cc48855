"""What people chose for the columns of their tables, so that nobody is asked twice: JIEJING_HOME/columns.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from core.errors import InputError, StorageError
from store.headings import BY_NAME, LEFT_OUT, key_of

NAME = "columns.json"
_MOST = 500


class KnownColumns:
    """By the titles of columns: the column that they are, or LEFT_OUT."""

    def __init__(self, home: Path) -> None:
        self._path = home / NAME

    def all(self) -> dict[str, str]:
        """What was chosen; what cannot be read counts as nothing."""
        try:
            told = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}

    def remember(self, chosen: Mapping[str, str]) -> None:
        """Adds to what was chosen before; the newest hold.

        Raises:
            StorageError: it cannot be kept.
        """
        kept = self.all()
        known = {key: value for key, value in kept.items() if key not in chosen} | dict(chosen)
        if not chosen or known == kept:
            return
        newest = dict(list(known.items())[-_MOST:])
        try:
            with NamedTemporaryFile("w", dir=self._path.parent, delete=False, encoding="utf-8") as draft:
                json.dump(newest, draft, ensure_ascii=False, indent=1)
            Path(draft.name).replace(self._path)
        except OSError as error:
            raise StorageError(f"{self._path} cannot be written: {error.strerror}") from error


def chosen_of(told: Mapping[str, str]) -> dict[str, str]:
    """A choice by titles as people see them, by the key of the titles.

    Raises:
        InputError: it names a column that is none.
    """
    for title, name in told.items():
        if name != LEFT_OUT and name not in BY_NAME:
            raise InputError(f"columns: {title} cannot be {name!r}; columns are {', '.join(BY_NAME)}")
    return {key_of(title[:200]): name for title, name in told.items()}
