"""How long a request is waited for. A body that trickles in, and an answer that is not taken, would hold a connection
and what stands behind it for ever."""

import asyncio
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import ProblemError

# A phone in a dead spot comes back within seconds; its 20 MB photo takes minutes, at this rate at least.
PAUSE_S = 20.0
_BEGIN_S = 30.0
_LEAST_BYTES_PER_S = 8 * 1024
TAKE_S = 60.0


class Patience:
    """Ends what takes too long, and the connection where an answer comes before the body was read: to read the rest
    only to throw it away would serve nobody but who sends it.

    Args:
        pause_s: seconds that a sender may pause; take_s: seconds within which a part of an answer must be taken.
    """

    def __init__(self, app: ASGIApp, pause_s: float = PAUSE_S, take_s: float = TAKE_S) -> None:
        self._app = app
        self._pause_s = pause_s
        self._take_s = take_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Arriving(receive, Headers(scope=scope), self._pause_s)

        async def taken(message: Message) -> None:
            if message["type"] == "http.response.start" and not body.is_whole:
                MutableHeaders(scope=message)["Connection"] = "close"
            try:
                await asyncio.wait_for(send(message), self._take_s)
            except TimeoutError as error:
                raise _NotTakenError from error

        try:
            await self._app(scope, body.receive, taken)
        except _NotTakenError:
            return  # the server ends the connection of an answer that was not finished


class _NotTakenError(OSError):
    """The one who asked does not read the answer."""


class _Arriving:
    """A body as it comes."""

    def __init__(self, receive: Receive, headers: Headers, pause_s: float) -> None:
        self._receive = receive
        self._pause_s = pause_s
        self._began_s = monotonic()
        self._bytes = 0
        self.is_whole = "transfer-encoding" not in headers and headers.get("content-length", "0") == "0"

    async def receive(self) -> Message:
        """
        Raises:
            HTTPException: 408, it comes too slowly.
        """
        if self.is_whole:
            return await self._receive()
        left_s = self._began_s + _BEGIN_S + self._bytes / _LEAST_BYTES_PER_S - monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, min(self._pause_s, left_s)))
        except TimeoutError as error:
            raise ProblemError(408, "api.body_too_slow") from error
        self._bytes += len(message.get("body", b""))
        self.is_whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message
