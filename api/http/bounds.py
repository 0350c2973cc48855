"""How much an operation takes: bytes of a body, and of JSON its depth and the number of its values, looked at before
anything is made of it."""

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.datastructures import Headers
from starlette.types import Message, Receive

from api.http.problems import ProblemError

MAX_BODY_BYTES = 256 * 1024
MAX_DEPTH = 24
# The zones of a camera that has as many as it may: 64 presets would come first to the limit of bytes.
MAX_VALUES = 60_000
# What surrounds a file in a form: boundaries, names, and its other fields.
_FORM_BYTES = 64 * 1024

_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_OPENS, _CLOSES = b"[{", b"]}"
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(_OPENS + _CLOSES))


@dataclass(frozen=True)
class FileTaken:
    """That an operation takes a file, of so many bytes at most."""

    limit: int

    def __call__(self) -> None:
        """As a dependency it only marks; `body_bound` reads it."""


@dataclass(frozen=True, slots=True)
class BodyBound:
    """What of a body is read at most. `is_file`: a form with a file, which is parsed as it comes; else it is JSON."""

    limit: int
    is_file: bool

    def check_declared(self, headers: Headers) -> None:
        """
        Raises:
            HTTPException: 413, the declared length is too large.
        """
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and (len(declared) > 15 or int(declared) > self.limit):
            self.refuse()

    def refuse(self) -> NoReturn:
        """
        Raises:
            HTTPException: 413.
        """
        raise ProblemError(413, "api.body_too_large", limit=self.limit)


def takes_file(limit: int) -> Any:
    """Declares that an operation takes a file of `limit` bytes at most."""
    return Depends(FileTaken(limit))


def body_bound(route: APIRoute) -> BodyBound:
    """What an operation takes, by its own declaration."""
    taken = [one.call.limit for one in route.dependant.dependencies if isinstance(one.call, FileTaken)]
    return BodyBound(max(taken) + _FORM_BYTES, is_file=True) if taken else BodyBound(MAX_BODY_BYTES, is_file=False)


class BoundedBody:
    """A body as it arrives: counted; of JSON, held back until its shape was looked at."""

    def __init__(self, receive: Receive, bound: BodyBound) -> None:
        self._receive = receive
        self._bound = bound
        self._arrived = 0
        self._is_over = False

    async def receive(self) -> Message:
        """The next part.

        Raises:
            HTTPException: 413, more came than is taken; 422, its values are too many or too deep.
        """
        message = await self._counted()
        if self._bound.is_file or message["type"] != "http.request" or self._is_over:
            return message
        parts = [message.get("body", b"")]
        while message.get("more_body"):
            message = await self._counted()
            if message["type"] != "http.request":
                return message
            parts.append(message.get("body", b""))
        self._is_over = True
        content = b"".join(parts)
        check_shape(content)
        return {"type": "http.request", "body": content, "more_body": False}

    async def _counted(self) -> Message:
        message = await self._receive()
        self._arrived += len(message.get("body", b""))
        if self._arrived > self._bound.limit:
            self._bound.refuse()
        return message


def check_shape(content: bytes) -> None:
    """Looks how deep JSON is, and how many values it has, without making any of them.

    Raises:
        HTTPException: 422, more than anything that is sent here.
    """
    bare = _TEXT.sub(b'""', content)
    if bare.count(b",") + sum(bare.count(sign) for sign in (b"[", b"{")) > MAX_VALUES:
        raise ProblemError(422, "api.body_holds_too_many_values", limit=MAX_VALUES)
    depth = 0
    for sign in bare.translate(None, _ALL_BUT_BRACKETS):
        depth += 1 if sign in _OPENS else -1
        if depth > MAX_DEPTH:
            raise ProblemError(422, "api.body_nested_too_deep", limit=MAX_DEPTH)
