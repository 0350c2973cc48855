"""Answers in time, whatever hangs: a data base that is stopped answers nothing, not even no."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Timely(Generic[T]):
    """Does something in a thread aside, and gives what it gave, or what stands for it where that takes too long.

    While a former try still hangs no other one is begun: hanging threads never add up.
    """

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._lock = threading.Lock()
        self._running: threading.Thread | None = None
        self._result: list[T] = []

    def get(self, work: Callable[[], T], otherwise: Callable[[], T]) -> T:
        """What `work` gives. What it raises is taken for no answer."""
        with self._lock:
            if self._running is None or not self._running.is_alive():
                self._result = result = list[T]()
                self._running = threading.Thread(target=lambda: result.append(work()), name="asking", daemon=True)
                self._running.start()
            running, result = self._running, self._result
        running.join(self._within_s)
        return result[0] if result else otherwise()
