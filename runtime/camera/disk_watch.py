"""Says when the disk of the home leaves no room for what is received and sealed."""

import shutil
from pathlib import Path

from core.duties import Trouble
from core.errors import StorageError

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
            raise StorageError(f"{self._home}: {error.strerror}") from error
        if free >= self._min_free_mb * _MB:
            return None
        return Trouble(
            f"{self._home}: less than {self._min_free_mb} MB free (JIEJING_MIN_FREE_MB): nothing new is recorded; "
            "free some space"
        )
