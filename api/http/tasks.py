"""Tasks that run beside requests."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from core.duties import Duty


async def kept(duty: Duty, work: Callable[[], Awaitable[None]]) -> None:
    """Does work that never ends, and begins it again whatever ended it, until it is cancelled."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  a task that ends unseen leaves its watchers without news for ever
            duty.failed(error)
        while not duty.due:
            await asyncio.sleep(0.2)


async def ended(task: asyncio.Task[None] | None) -> None:
    """Cancels a task, if there is one, and waits until it has ended."""
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
