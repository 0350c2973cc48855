"""How often one address may ask: far more often than a page does, and not without end."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import response

_ADDRESSES_KEPT = 10_000
# How many may come at once: a page of thumbnails, from an office whose people share an address.
BURST_S = 4.0


class RateLimit:
    """Answers 429 to an address that asks more often (a token bucket for each).

    Args:
        per_s: requests a second that an address may go on with; BURST_S times as many may come at once.
    """

    def __init__(self, app: ASGIApp, per_s: float, now_s: Callable[[], float] = monotonic) -> None:
        self._app = app
        self._per_s = per_s
        self._now_s = now_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_within(scope["client"][0] if scope.get("client") else ""):
            await self._app(scope, receive, send)
            return
        refusal = response(
            429, "too many requests from this address; try again in a moment", headers={"Retry-After": "1"}
        )
        await refusal(scope, receive, send)

    def _is_within(self, address: str) -> bool:
        now_s, most = self._now_s(), self._per_s * BURST_S
        left, at_s = self._left.pop(address, (most, now_s))
        left = min(most, left + (now_s - at_s) * self._per_s)
        if len(self._left) >= _ADDRESSES_KEPT:
            self._left.popitem(last=False)
        self._left[address] = (max(0.0, left - 1), now_s)
        return left >= 1
