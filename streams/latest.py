"""A hand-over that holds one thing: the newest wins, and what it replaced is counted."""

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """Between one thread that puts and one that takes.

    Attributes:
        dropped: how many things were replaced before anybody took them.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._item: T | None = None
        self._awake = False
        self._changed = threading.Condition()

    def put(self, item: T) -> None:
        """Hands over; replaces what was not taken yet."""
        with self._changed:
            self.dropped += self._item is not None
            self._item = item
            self._changed.notify_all()

    def take(self, wait_s: float) -> T | None:
        """The newest thing, or None where none came in time or `wake` was called."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._awake, wait_s)
            item, self._item = self._item, None
            return item

    def pause(self, wait_s: float) -> None:
        """Waits without taking anything, at most until `wake`."""
        with self._changed:
            self._changed.wait_for(lambda: self._awake, wait_s)

    def wake(self) -> None:
        """Lets every wait return at once, from now on."""
        with self._changed:
            self._awake = True
            self._changed.notify_all()
