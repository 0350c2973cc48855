"""Live changes by Server-Sent Events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.exceptions import RequestValidationError
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.http.access import Right, Who, requires
from api.http.presence import CHECK_S, StillThere
from api.http.problems import described
from api.http.services import ServicesOf, refuse_query
from api.live.updates import Batch, Cursor, Message, live_hub
from core.errors import InputError
from core.principal import Principal

RECONNECT_MS = 2000
# Of a window too many: often enough to be told, too seldom to take turns with the others all the time.
RECONNECT_LATER_MS = 60_000

# What is of no node.
_OF_ALL = ("reload", "superseded")

router = APIRouter(prefix="/api/v1", tags=["review"], dependencies=[Depends(refuse_query)])


def _cursor(last_event_id: Annotated[str, Header()] = "") -> Cursor | None:
    try:
        return Cursor.decode(last_event_id) if last_event_id else None
    except InputError as error:
        raise RequestValidationError(
            [{"loc": ("header", "Last-Event-ID"), "type": "value_error", "msg": error.message}]
        ) from error


@router.get(
    "/stream",
    dependencies=[requires(Right.EVENTS_VIEW)],
    response_class=EventSourceResponse,
    responses=described(422, 503),
)
async def get_stream(
    who: Who,
    services: ServicesOf,
    still_there: StillThere,
    after: Annotated[Cursor | None, Depends(_cursor)],
) -> AsyncIterator[ServerSentEvent]:
    """What changes, as long as one is signed in: `opened`, `changed`, `claimed`, `released` and, when it is final,
    `decided`, each with
    `{"event_id", "camera_id", "opening"}`; `reload` where too much was missed to tell. A browser that
    connects again gets what it missed. An account has eight of these at once: with one more the oldest ends with
    `superseded`, and its browser asks again a minute later."""
    batches = services.shared(live_hub).follow(after, who.user_id)
    pending: asyncio.Task[Batch] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(batches))
            await asyncio.wait({pending}, timeout=CHECK_S)
            viewer = await asyncio.to_thread(still_there)
            if viewer is None or not viewer.has(Right.EVENTS_VIEW):
                return
            if pending.done():
                batch, pending = pending.result(), None
                for one in _told(batch, viewer):
                    yield one
    except StopAsyncIteration:
        return
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.wait({pending})
        await batches.aclose()


def _told(batch: Batch, viewer: Principal) -> list[ServerSentEvent]:
    """The messages that this viewer may see. Even without any the browser learns how far it has been told."""
    name = batch.cursor.encode()
    seen = [one for one in batch.messages if one.kind in _OF_ALL or viewer.orgs is None or one.org in viewer.orgs]
    if not seen:
        return [ServerSentEvent(comment="nothing for you", id=name, retry=RECONNECT_MS)]
    return [ServerSentEvent(event=one.kind, data=_data(one), id=name, retry=_retry_ms(one)) for one in seen]


def _retry_ms(message: Message) -> int:
    return RECONNECT_LATER_MS if message.kind == "superseded" else RECONNECT_MS


def _data(message: Message) -> dict[str, str | int | None]:
    return {"event_id": message.event_id, "camera_id": message.camera_id, "opening": message.opening}
