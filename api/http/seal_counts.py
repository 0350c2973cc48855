"""How often what was sealed was found to be otherwise."""

from threading import Lock

DIFFERS, BROKEN = "evidence.differs", "evidence.broken"


class SealAlarms:
    """How many there were since the process began, by their actions. Safe for several threads."""

    def __init__(self) -> None:
        self._counts = {DIFFERS: 0, BROKEN: 0}
        self._lock = Lock()

    @property
    def counts(self) -> dict[str, int]:
        """The numbers now."""
        with self._lock:
            return dict(self._counts)

    def count(self, action: str) -> None:
        """One more."""
        with self._lock:
            self._counts[action] += 1
