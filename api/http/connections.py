"""Connections of the server: bounded in number, and ended where nothing comes. Uvicorn bounds neither the time in which
a request's head must come, nor how much is read at once."""

import asyncio
import resource
from collections import Counter
from collections.abc import Collection
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 15.0
MOST = 800
MOST_OF_ADDRESS = 200
# Connections, data bases, files that are being sent, and ffmpeg's pipes.
_FILES = 4096
# No more is read before an answer can be given to the head.
_READ_BYTES = 16 * 1024
_LOOPBACK = ("127.0.0.1", "::1")


class Connections:
    """How many there are, and from where."""

    def __init__(self, shared: Collection[str] = (), most: int = MOST, most_of_address: int = MOST_OF_ADDRESS) -> None:
        """
        Args:
            shared: addresses behind which many people are: reverse proxies. This machine is one, too.
        """
        self._shared = frozenset({*shared, *_LOOPBACK})
        self._most = most
        self._most_of_address = most_of_address
        self._of_address: Counter[str] = Counter()
        self.refused = 0

    def add(self, address: str) -> bool:
        """Whether there is room for one more from an address; if so it counts until `remove`."""
        is_full = address not in self._shared and self._of_address[address] >= self._most_of_address
        if is_full or self._of_address.total() >= self._most:
            self.refused += 1
            return False
        self._of_address[address] += 1
        return True

    def remove(self, address: str) -> None:
        """One from there has ended."""
        self._of_address[address] -= 1
        if self._of_address[address] <= 0:
            del self._of_address[address]


def protocol_of(connections: Connections, head_s: float = HEAD_S) -> type[H11Protocol]:
    """The protocol that a server of these connections speaks.

    Args:
        head_s: seconds within which the head of a request must have come.
    """

    class Protocol(BoundedProtocol):
        pass

    Protocol.counted, Protocol.head_s = connections, head_s
    return Protocol


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 by uvicorn, with bounds."""

    counted: Connections
    head_s: float
    _address: str | None = None
    _head_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        transport.max_size = _READ_BYTES
        address = self.client[0] if self.client else ""
        if self.counted.add(address):
            self._address = address
            self._await_head()
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._address is not None:
            self.counted.remove(self._address)
            self._address = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_between_requests():
            self._await_head()
        else:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            # The rest of the body would only be read to be thrown away.
            self.transport.close()
        super().on_response_complete()

    def _is_between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _await_head(self) -> None:
        if self._head_late is None:
            self._head_late = self.loop.call_later(self.head_s, self._end)

    def _stop_waiting(self) -> None:
        if self._head_late is not None:
            self._head_late.cancel()
            self._head_late = None

    def _end(self) -> None:
        self._head_late = None
        if self._is_between_requests():
            self.transport.abort()


def allow_many_files() -> None:
    """Raises the limit of open files as far as this user may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
