"""The end of the audit's chain, and whoever keeps it outside the data base. Pure."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: the number of its last row, and that row's SHA-256 in hex."""

    seq: int
    hash: str


class Anchor(Protocol):
    """Keeps the end of the chain outside the data base, so that a tail that was cut off is missed."""

    def put(self, head: Head) -> None:
        """Keeps the head, unless a later one is kept; never fails."""
        ...

    def get(self) -> Head | None:
        """The head that is kept.

        Raises:
            StorageError: it cannot be read, or is not what was kept.
        """
        ...
