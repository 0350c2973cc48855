"""The first picture of a source, for the operator who draws zones on it."""

from core.clock import Clock, SystemClock
from core.domain import Image
from core.errors import StreamError
from core.settings import Settings
from streams.address import open_allowed
from streams.media import inspect, nearest_picture
from streams.session import Sampler, Session

_FIRST = Sampler(interval_s=1.0, keys_only=True)


def snapshot(source: str, settings: Settings, clock: Clock | None = None) -> Image:
    """Connects and gives the first picture, (height, width, 3) uint8, BGR, as received: no mask.

    Raises:
        SourceError: the address is not allowed, or the file holds no video.
        StreamError: unreachable, the login refused, no picture came ... in one line without credentials.
        StorageError: ffmpeg cannot be started.
    """
    address = open_allowed(source, settings)
    if address.path:
        media = inspect(address.path)
        return nearest_picture(address.path, media.first_pts_s, media.first_pts_s)[1]
    clock = clock or SystemClock()
    began_s, session = clock.mono_s(), Session(address, settings=settings, clock=clock, sampler=_FIRST)
    try:
        for sampled in session.frames():
            if sampled:
                return sampled.image
            # Packets without any picture would go on for ever: a GOP of half a minute is the longest that was seen.
            if clock.mono_s() - began_s > 3 * settings.stall_s:
                break
    finally:
        session.close()
    raise StreamError("streams.no_picture_came", address=address.shown)
