"""Live pictures: what is wanted of several cameras in one answer that goes on."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import Right, Who, requires
from api.http.audit_trail import Trail, purpose_missing
from api.http.presence import CHECK_S, Presence, StillThere
from api.http.problems import ProblemError, described
from api.http.services import ServicesOf
from api.live.relay import MOST_OF_ACCOUNT, LiveRelay, live_relay, state_part
from core.live_wire import Size, Want
from core.principal import Principal
from core.rights import PURPOSE_KNOWN
from store.site.places import PlaceDirectory

MOST_CAMERAS = 64
MEDIA_TYPE = "application/vnd.jiejing.live"

router = APIRouter(prefix="/api/v1/live", tags=["live"])

CameraId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class LiveQuery(BaseModel):
    """Which cameras, how large, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    camera: list[CameraId] = Field(min_length=1, max_length=MOST_CAMERAS, description="id; several: all of them")
    size: Size = Field(default="wall", description="longer side at most: wall 640, large 1280 pixels")
    purpose: str = Field(
        default="", max_length=200, pattern=r"^[^\x00]*$", description="why one looks; operations need not say"
    )


def _watched(query: Annotated[LiveQuery, Query()], who: Who, services: ServicesOf, trail: Trail) -> frozenset[Want]:
    """What is watched from now on; each camera is a row of the audit."""
    if not query.purpose and who.role not in PURPOSE_KNOWN:
        raise purpose_missing()
    wants = frozenset(Want(camera_id, query.size) for camera_id in query.camera)
    if unseen := _unseen(who, wants, services.store.places):
        raise ProblemError(404, "api.camera_unknown", camera_id=unseen)
    for want in sorted(wants):
        trail.viewed("camera", want.camera_id, "live.view", purpose=query.purpose or None)
    return wants


@router.get(
    "",
    dependencies=[requires(Right.LIVE_VIEW)],
    response_class=StreamingResponse,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        **described(404, 422, 429, 503),
    },
)
async def get_live(
    wants: Annotated[frozenset[Want], Depends(_watched)], who: Who, services: ServicesOf, still_there: StillThere
) -> Response:
    """Pictures with what is seen in them, as long as one is signed in and may see all these cameras.

    Parts follow each other: four bytes with the length of a header, four with that of a picture (big-endian), the
    header in JSON, the picture as a JPEG. `kind` of a header is `picture`, or `state` with `running`: whether the
    analysis runs. Whoever takes them slowly gets fewer, always the newest. An account watches from eight windows at
    most."""
    if not services.shared(live_relay).has_room(who.user_id):
        raise ProblemError(429, "api.too_many_live_windows", limit=MOST_OF_ACCOUNT)
    watched = services.shared(live_relay).watch(wants, who.user_id)
    parts = _while_there(services.shared(live_relay), watched, wants, still_there, services.store.places)
    headers = {"X-Accel-Buffering": "no"}  # proxies must not wait for more
    return StreamingResponse(parts, media_type=MEDIA_TYPE, headers=headers)


async def _while_there(
    relay: LiveRelay,
    parts: AsyncGenerator[bytes],
    wants: frozenset[Want],
    still_there: Presence,
    places: PlaceDirectory,
) -> AsyncGenerator[bytes]:
    loop = asyncio.get_running_loop()
    check_at_s = loop.time() + CHECK_S
    pending: asyncio.Task[bytes] | None = None
    try:
        while True:
            pending = pending or asyncio.ensure_future(anext(parts))
            await asyncio.wait({pending}, timeout=max(0.0, check_at_s - loop.time()))
            if pending.done():
                content, pending = pending.result(), None
                yield content
            if loop.time() >= check_at_s:
                if not await asyncio.to_thread(_may_go_on, still_there, wants, places):
                    return
                # Said again, so that nobody on the way takes silence for the end.
                yield state_part(is_running=relay.is_connected)
                check_at_s = loop.time() + CHECK_S
    except StopAsyncIteration:
        return
    finally:
        if pending is not None:
            pending.cancel()
            await asyncio.wait({pending})
        await parts.aclose()


def _may_go_on(still_there: Presence, wants: frozenset[Want], places: PlaceDirectory) -> bool:
    viewer = still_there()
    return viewer is not None and viewer.has(Right.LIVE_VIEW) and not _unseen(viewer, wants, places)


def _unseen(viewer: Principal, wants: frozenset[Want], places: PlaceDirectory) -> list[str]:
    """The cameras that are not there for this viewer."""
    known = places.all()
    seen = {name for name, place in known.items() if viewer.orgs is None or place.org in viewer.orgs}
    return sorted({one.camera_id for one in wants} - seen)
