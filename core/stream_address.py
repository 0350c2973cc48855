"""Where a stream may be that somebody enters over the network: cameras live in private networks, but the server itself,
and what only it can reach, are no cameras."""

import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal
from unicodedata import category
from urllib.parse import urlsplit

from core.errors import SourceError
from core.messages import Message

Transport = Literal["tcp", "udp"]
Resolve = Callable[[str], Iterable[str]]
_Ip = IPv4Address | IPv6Address

_NAT64_NETWORK = ip_network("64:ff9b::/96")
_NAT64 = int(_NAT64_NETWORK.network_address) >> 32
_PLACE = re.compile(r"(?:\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?\]|[^\[\]:@\s]+)(?::[0-9]{1,5})?")
_DIGITS = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)(?:\.(?:[0-9]+|0[xX][0-9a-fA-F]*)){0,3}\.?")
_END_OF_PLACE = re.compile(r"[/?#]")
_HOST_AFTER_AT = re.compile(r"@[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?::[0-9]{1,5})?(?:[/?#]|$)")
_FULL_WIDTH = "：／＠．"
SCHEMES = ("rtsp", "rtsps")
MAX_LENGTH = 1000
# What may be wrong with an address; the first that is so is told.
ADDRESS_FAULTS = {
    "long": Message("core.address_too_long", limit=MAX_LENGTH),
    "two": Message("core.two_addresses_in_one"),
    "invisible": Message("core.address_has_invisible_character"),
    "full_width": Message("core.address_has_full_width"),
    "words": Message("core.address_has_white_space"),
    "scheme": Message("core.address_is_not_rtsp"),
    "password": Message("core.password_not_percent_encoded"),
    "ipv6": Message("core.ipv6_without_brackets"),
    "port": Message("core.port_out_of_range"),
    "host": Message("core.address_without_host_or_port"),
}
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
    return host_of(address) is not None


def host_of(address: str) -> tuple[str, int | None] | None:
    """Host and port of an address that can be read in one way only; None where it cannot."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    place = parts.netloc.rpartition("@")[2]
    found = _PLACE.fullmatch(place)
    if not host or port == 0 or found is None:
        return None
    if place.startswith("["):
        return (host, port) if is_ip(host.partition("%")[0]) else None
    # What looks like an IP address is one: else resolvers differ about it.
    return None if _DIGITS.fullmatch(host) and not is_ip(host) else (host, port)


def address_fault(address: str) -> Message | None:
    """What is wrong with a stream's address as somebody entered it, in one line that does not show it; None = nothing.
    Whether anything is there is another question."""
    scheme, separator, rest = address.partition("://")
    if scheme == "file":
        return None
    found = (
        ("long", len(address) > MAX_LENGTH),
        ("two", "://" in rest),
        ("invisible", any(category(sign) == "Cf" for sign in address)),
        ("full_width", any(sign in address for sign in _FULL_WIDTH)),
        ("words", not is_one_word(address)),
        ("scheme", scheme not in SCHEMES or not separator),
        ("password", _has_raw_password(rest)),
        ("ipv6", _is_bare_ipv6(rest)),
        ("port", _port_is_wrong(rest)),
        ("host", host_of(address) is None),
    )
    return next((ADDRESS_FAULTS[name] for name, is_so in found if is_so), None)


def _has_raw_password(rest: str) -> bool:
    """Whether what follows the first / ? or # holds an @, and what stands before it is no place of its own."""
    before, _, after = _parted(rest)
    if "@" not in after:
        return False
    host = before.rpartition("@")[2].partition(":")[0]
    return "." not in host or bool(_HOST_AFTER_AT.search(after))


def _is_bare_ipv6(rest: str) -> bool:
    place = _parted(rest)[0].rpartition("@")[2]
    return (
        place.count(":") > 1 and not place.startswith("[") and all(one in "0123456789abcdefABCDEF:.%" for one in place)
    )


def _port_is_wrong(rest: str) -> bool:
    place = _parted(rest)[0].rpartition("@")[2].rpartition("]")[2]
    _, colon, port = place.rpartition(":")
    return bool(colon) and not (port.isascii() and port.isdecimal() and len(port) < 6 and 1 <= int(port) <= 65535)


def _parted(rest: str) -> tuple[str, str, str]:
    """What stands before the first / ? or #, that sign, and what follows."""
    match = _END_OF_PLACE.search(rest)
    return (rest[: match.start()], match.group(), rest[match.end() :]) if match else (rest, "", "")


def check_stream_address(source: str, *, allow_local: bool, resolve: Resolve = resolved) -> str:
    """Looks whether a stream may be read from there, and gives the IP address that was looked at: whoever connects
    must connect to that one, as a name may mean another the next moment.

    Args:
        allow_local: this machine itself and link-local addresses may be named.

    Raises:
        SourceError: not; says why, without the password.
    """
    cause, place = address_fault(source), host_of(source)
    if cause is not None or place is None:
        raise SourceError(cause or ADDRESS_FAULTS["host"])
    host = place[0]
    found = list(resolve(host))
    if not found:
        raise SourceError("core.host_not_found", host=host)
    if not allow_local and any(is_local(one) for one in found):
        raise SourceError("core.host_is_this_server", host=host)
    return found[0]


def at_address(source: str, address: str) -> str:
    """The source with an IP address in place of the host's name; user, port, path and query stay."""
    parts = urlsplit(source)
    user, at, place = parts.netloc.rpartition("@")
    port = place.rpartition("]")[2].partition(":")[2]
    host = f"[{address}]" if ":" in address else address
    return parts._replace(netloc=f"{user}{at}{host}{':' if port else ''}{port}").geturl()


def is_local(address: str) -> bool:
    """Whether an IP address is this machine, or one that only it may reach, in whatever form it is written."""
    return any(map(_is_local, _meant(ip_address(address.partition("%")[0]))))


def is_ip(text: str) -> bool:
    """Whether it is an IP address, and no name."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _meant(address: _Ip) -> list[_Ip]:
    """An address, and the IPv4 addresses that it carries (mapped, compatible, 6to4, Teredo, NAT64)."""
    if isinstance(address, IPv4Address):
        return [address]
    carried: list[_Ip | None] = [address, address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    number = int(address)
    if (number >> 32 == 0 and number > 1) or number >> 32 == _NAT64:
        carried.append(IPv4Address(number & 0xFFFFFFFF))
    return [one for one in carried if one is not None]


def _is_local(address: _Ip) -> bool:
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or (address.is_reserved and address not in _NAT64_NETWORK)
        or address in _METADATA
    )
