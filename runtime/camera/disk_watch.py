"""Says when the disk of the home leaves no room for what is received and sealed."""

import shutil
from pathlib import Path

from core.duties import Trouble
from core.errors import StorageError
from core.messages import Message

_MB = 2**20


class DiskWatch:
    """Looks at the free space of a home."""

    def __init__(self, home: Path, min_free_mb: int) -> None:
        self._home = home
        self._min_free_mb = min_free_mb

    def trouble(self) -> Trouble | None:
        """What the disk keeps the installation from, if anything.

        Raises:
            StorageError: the disk cannot be asked.
        """
        try:
            free = shutil.disk_usage(self._home).free
        except OSError as error:
            raise StorageError("core.located", where=self._home, cause=error) from error
        if free >= self._min_free_mb * _MB:
            return None
        return Trouble(Message("runtime.disk_nearly_full", path=self._home, limit=self._min_free_mb))
