"""Which sources may be opened, and how they are written down without their credentials."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.errors import SourceError, StreamError
from core.messages import Message
from core.settings import Settings
from core.site import SOURCE_SCHEMES, redacted
from core.stream_address import Resolve, at_address, host_of, is_ip, is_local, is_one_word, names_host, resolved


@dataclass(frozen=True, slots=True)
class Address:
    """A source that may be opened.

    Attributes:
        url: as ffmpeg opens it, credentials included: never log it, never put it into an argument of a process.
        shown: the same without credentials.
        path: the file, where it is one.
    """

    url: str = field(repr=False)
    shown: str
    path: Path | None = None

    def scrub(self, text: str) -> str:
        """The text (a line of ffmpeg) without this address's user name and password."""
        text = without_credentials(text)
        if self.path:
            return text
        parts = urlsplit(self.url)
        for secret in filter(None, (parts.password, unquote(parts.password or ""))):
            text = text.replace(secret, "***")
        for name in filter(None, (parts.username, unquote(parts.username or ""))):
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "***", text)
        return text


def open_allowed(source: str, settings: Settings) -> Address:
    """The address of a source, if it may be opened: rtsp, rtsps, or a file below one of the configured roots.

    Raises:
        SourceError: it may not, or it is no address; the text holds no credentials.
    """
    scheme = source.partition(":")[0].lower()
    if scheme not in SOURCE_SCHEMES:
        raise SourceError("streams.source_scheme_not_allowed")
    if not is_one_word(source):
        raise SourceError("streams.source_holds_white_space")
    if scheme == "file":
        return _file_below_roots(source, settings.file_roots)
    return _stream(source)


def pinned(address: Address, settings: Settings, resolve: Resolve = resolved) -> Address:
    """The address as it is connected to now: a host's name is looked up once, looked at, and replaced by what it meant.
    An IP address was looked at when it was entered.

    Raises:
        StreamError: the name means nothing, or by now this machine or what only it can reach.
    """
    place = host_of(address.url) if address.path is None else None
    if place is None or place[0] == "localhost" or is_ip(place[0].partition("%")[0]):
        return address
    found = list(resolve(place[0]))
    if not found:
        raise StreamError("core.located", where=address.shown, cause=Message("streams.host_name_unknown"))
    if not settings.local_cameras and any(map(is_local, found)):
        raise StreamError("streams.host_name_means_server", address=address.shown)
    ipv4_first = min(found, key=lambda one: ":" in one)
    return replace(address, url=at_address(address.url, ipv4_first))


def without_credentials(text: str) -> str:
    """The text with every address in it stripped of user name, password and token."""
    return redacted(text)


def _stream(source: str) -> Address:
    if not names_host(source):
        raise SourceError("streams.source_names_no_host")
    return Address(source, without_credentials(source))


def _file_below_roots(source: str, roots: tuple[Path, ...]) -> Address:
    parts = urlsplit(source)
    if parts.netloc or not parts.path.startswith("/"):
        raise SourceError("streams.file_source_not_absolute")
    path = Path(unquote(parts.path)).resolve()
    if not any(path.is_relative_to(root.resolve()) for root in roots):
        raise SourceError("streams.file_outside_roots", path=source)
    if not path.is_file():
        raise SourceError("streams.no_such_file", path=source)
    return Address(f"file:{path}", source, path)
