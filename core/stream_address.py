"""Where a stream may be that somebody enters over the network: cameras live in private networks, but the server itself,
and what only it can reach, are no cameras."""

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from core.errors import SourceError

Resolve = Callable[[str], Iterable[str]]
_Ip = IPv4Address | IPv6Address

SCHEMES = ("rtsp", "rtsps")
MAX_LENGTH = 1000
# Where clouds answer with credentials, beside those that are link-local.
_METADATA = frozenset(map(ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254")))


def resolved(host: str) -> list[str]:
    """The addresses of a host by the system's resolver; none = it has none."""
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        return []


def is_one_word(address: str) -> bool:
    """Whether an address holds neither white space nor control characters."""
    return not any(ord(sign) < 33 or ord(sign) == 127 for sign in address)


def names_host(address: str) -> bool:
    """Whether an address names a host, and no port that cannot be."""
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def check_stream_address(source: str, *, allow_local: bool, resolve: Resolve = resolved) -> None:
    """Looks whether a stream may be read from there.

    Args:
        allow_local: this machine itself and link-local addresses may be named.

    Raises:
        SourceError: not; says why, without the password.
    """
    parts = _split(source)
    addresses = [_unwrapped(ip_address(one.partition("%")[0])) for one in resolve(parts.hostname or "")]
    if not addresses:
        raise SourceError(f"the host {parts.hostname} cannot be found from this server; give its IP address")
    if not allow_local and any(map(_is_local, addresses)):
        raise SourceError(
            f"{parts.hostname} is this server itself or an address that only it can reach, not a camera; "
            "JIEJING_LOCAL_CAMERAS=true would allow that"
        )


def _split(source: str) -> SplitResult:
    if len(source) > MAX_LENGTH:
        raise SourceError(f"the address is longer than {MAX_LENGTH} characters")
    if not is_one_word(source):
        raise SourceError("the address holds white space or control characters; write them percent-encoded")
    if not names_host(source):
        raise SourceError("the address names no host or port; write @ : / ? # in a password percent-encoded")
    parts = urlsplit(source)
    if parts.scheme not in SCHEMES:
        raise SourceError("the address begins with rtsp:// or rtsps://; nothing else is read")
    return parts


def _unwrapped(address: _Ip) -> _Ip:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_local(address: _Ip) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address.is_reserved
        or address in _METADATA
    )
