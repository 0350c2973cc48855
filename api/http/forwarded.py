"""Who asks through a reverse proxy: the proxy says it, and only a proxy that is trusted is believed.

A proxy adds to X-Forwarded-For whom it saw, at the right; whatever stands further left came from outside. So the
address is the rightmost that is no trusted proxy itself. `*` trusts whoever connects, as one proxy, and nobody that
this one names.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

_SCHEMES = ("http", "https")
_Network = IPv4Network | IPv6Network


class Forwarded:
    """Puts the address and scheme that a trusted proxy names in place of the proxy's own."""

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        """
        Args:
            trusted: addresses or networks of proxies, as `api.http.forwarded.networks` takes them, or `*`.
        """
        self._app = app
        self._trusts_all = "*" in trusted
        self._networks = networks(one for one in trusted if one != "*")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] == "http" and client and (self._trusts_all or self._is_proxy(client[0])):
            scope = {**scope, **self._told(scope)}
        await self._app(scope, receive, send)

    def _told(self, scope: Scope) -> dict[str, object]:
        told: dict[str, object] = {}
        hops = [hop.strip() for line in _values(scope, b"x-forwarded-for") for hop in line.split(",") if hop.strip()]
        seen = next((hop for hop in reversed(hops) if not self._is_proxy(hop)), hops[0] if hops else None)
        if seen is not None:
            told["client"] = (_without_port(seen), 0)
        schemes = _values(scope, b"x-forwarded-proto")
        if schemes and (last := schemes[-1].rpartition(",")[2].strip().lower()) in _SCHEMES:
            told["scheme"] = last
        return told

    def _is_proxy(self, hop: str) -> bool:
        try:
            address = ip_address(_without_port(hop).partition("%")[0])
        except ValueError:
            return False
        return any(address in one for one in self._networks)


def networks(trusted: Iterable[str]) -> tuple[_Network, ...]:
    """The networks of some addresses or networks.

    Raises:
        ValueError: one is none.
    """
    return tuple(ip_network(one, strict=False) for one in trusted)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _without_port(hop: str) -> str:
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
