"""Live pictures for everybody who watches, over one connection to the process that makes them.

While nobody watches there is no connection, and no picture is made. Whoever is slow gets the newest picture of each
camera and misses the ones between.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import cast

from api.http.services import Services
from api.http.tasks import ended, kept
from core.clock import SystemClock
from core.duties import Duty
from core.live_wire import MAX_HEADER_BYTES, MAX_PICTURE_BYTES, PREFIX, Size, Want, line_of, part, socket_address

RETRY_S = 1.0
# So many windows one account watches from.
MOST_OF_ACCOUNT = 8

_log = logging.getLogger(__name__)


class LiveRelay:
    """Connects to the socket in the home while somebody watches, and hands what comes to all who want it."""

    def __init__(self, home: Path, retry_s: float = RETRY_S, duty: Duty | None = None) -> None:
        self._home = home
        self._retry_s = retry_s
        self._duty = duty or Duty("live pictures", SystemClock())
        # With the account of each.
        self._watchers: dict[_Watcher, int | None] = {}
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    @property
    def is_connected(self) -> bool:
        """Whether pictures could come."""
        return self._writer is not None

    async def watch(self, wants: Iterable[Want], account: int | None = None) -> AsyncGenerator[bytes]:
        """Parts, for as long as they are taken: first whether the analysis runs, and again whenever that changes; and
        the pictures, of each camera always the newest.

        Args:
            account: who watches; None = nobody that is counted. See `has_room`.
        """
        if account is not None and not self.has_room(account):
            return
        watcher = _Watcher(frozenset(wants))
        self._watchers[watcher] = account
        try:
            if self._task is None:
                self._task = asyncio.create_task(kept(self._duty, self._keep_connected))
            else:
                watcher.tell_state(is_running=self.is_connected)
                self._say_wants()
            while (content := await watcher.next()) is not None:
                yield content
        finally:
            self._watchers.pop(watcher, None)
            if self._watchers:
                self._say_wants()
            else:
                await self._rest()

    def has_room(self, account: int) -> bool:
        """Whether an account may watch from one more window."""
        return sum(one == account for one in self._watchers.values()) < MOST_OF_ACCOUNT

    def end(self) -> None:
        """Ends every watcher's stream: the server goes, and browsers connect again to the next one."""
        for watcher in self._watchers:
            watcher.end()

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._relay()
            except (OSError, EOFError, ValueError, LookupError) as error:
                _log.debug("live pictures: %s", error)
            finally:
                self._drop()
            self._tell_state()
            await asyncio.sleep(self._retry_s)

    async def _relay(self) -> None:
        """Hands out what comes until the connection ends.

        Raises:
            OSError: nobody listens, or the connection broke.
            EOFError: it ended.
            ValueError, LookupError: what comes are no parts of ours.
        """
        with socket_address(self._home) as address:
            reader, self._writer = await asyncio.open_unix_connection(address)
        self._say_wants()
        self._tell_state()
        self._duty.well()
        while True:
            lengths = PREFIX.unpack(await reader.readexactly(PREFIX.size))
            if lengths[0] > MAX_HEADER_BYTES or lengths[1] > MAX_PICTURE_BYTES:
                raise ValueError("a part is longer than any can be")
            header, picture = [await reader.readexactly(length) for length in lengths]
            self._hand_out(header, picture)

    def _hand_out(self, header: bytes, picture: bytes) -> None:
        told = json.loads(header)
        want = Want(told["camera_id"], cast("Size", told["size"]))
        content = PREFIX.pack(len(header), len(picture)) + header + picture
        for watcher in self._watchers:
            watcher.offer(want, content)

    def _say_wants(self) -> None:
        """Says what all together want. The line is short, and the other side always reads."""
        if self._writer is not None:
            self._writer.write(line_of(frozenset[Want]().union(*(one.wants for one in self._watchers))))

    def _tell_state(self) -> None:
        for watcher in self._watchers:
            watcher.tell_state(is_running=self.is_connected)

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    async def _rest(self) -> None:
        task, self._task = self._task, None
        await ended(task)


class _Watcher:
    """What waits for one who watches: at most one picture of each camera, and what is said of the analysis."""

    def __init__(self, wants: frozenset[Want]) -> None:
        self.wants = wants
        self._state: bool | None = None
        self._waiting: dict[Want | None, bytes] = {}
        self._changed = asyncio.Event()
        self._has_ended = False

    def tell_state(self, *, is_running: bool) -> None:
        if is_running != self._state:
            self._state = is_running
            self._put(None, state_part(is_running=is_running))

    def offer(self, want: Want, content: bytes) -> None:
        if want in self.wants:
            self._put(want, content)

    def end(self) -> None:
        self._has_ended = True
        self._changed.set()

    async def next(self) -> bytes | None:
        """What has waited longest; None once it has ended."""
        while not (self._waiting or self._has_ended):
            self._changed.clear()
            await self._changed.wait()
        if self._has_ended:
            return None
        return self._waiting.pop(next(iter(self._waiting)))

    def _put(self, key: Want | None, content: bytes) -> None:
        self._waiting[key] = content
        self._changed.set()


def state_part(*, is_running: bool) -> bytes:
    """Says whether the analysis runs."""
    return part({"kind": "state", "running": is_running})


def live_relay(services: Services) -> LiveRelay:
    """The relay of an application; to be asked for with `Services.shared`."""
    return LiveRelay(services.home, duty=services.duties.of("live pictures"))
