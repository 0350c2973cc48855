"""A small RTSP client of our own, for looking at what ffmpeg makes nothing of: one video, for seconds, never decoded.

It goes nowhere but to the host that it is given: no redirect is followed, and an address in the description is no place
to connect to. The login is sent as ffmpeg sends it: Digest with MD5, or Basic.
"""

import hashlib
import re
import secrets
import select
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from core.stream_address import Transport

PORTS = {"rtsp": 554, "rtsps": 322}
_CONNECT_S = 2.0
_STEP_S = 0.2
_MOST_BYTES = 64 * 1024
_FIELD = re.compile(r'(\w+)="?([^",]*)"?')
_UDP_PORTS = range(34_000, 34_200, 2)


class RtspError(Exception):
    """The server does not speak as it should; the text holds its status, and nothing secret."""


class RedirectError(RtspError):
    """The server sends on to another address, which is the text of this error."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered: its status, each header as it came, and the body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def header(self, name: str) -> str:
        """The first of that name; empty where there is none."""
        return next((value for one, value in self.headers if one.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True)
class Video:
    """The first video of a description.

    Attributes:
        codec: as the description writes it, in capitals: H264, H265, JPEG ...
        has_parameters: whether the description holds the parameter sets.
        control: where it is set up; base: where all of the stream is played.
    """

    codec: str
    has_parameters: bool
    control: str
    base: str


def connected(place: SplitResult, wait_s: float) -> socket.socket:
    """A connection to the server of an address, over TLS for rtsps.

    Raises:
        OSError: nobody is there, or no TLS is spoken.
        KeyError, ValueError: the address is none of RTSP.
    """
    raw = socket.create_connection((place.hostname or "", place.port or PORTS[place.scheme]), wait_s)
    if place.scheme != "rtsps":
        return raw
    # as ffmpeg does: cameras sign their own certificates
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with raw:  # what is wrapped has taken its descriptor; what could not be is closed
        return context.wrap_socket(raw)


class RtspClient:
    """One connection; a context manager. Every method raises RtspError or OSError for what the server does."""

    def __init__(self, url: str, transport: Transport) -> None:
        parts = urlsplit(url)
        self._url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._url += f"?{parts.query}" if parts.query else ""
        self._name, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._transport = transport
        self._place = parts
        self._login: Callable[[str, str], str] | None = None
        self._session = ""
        self._sequence = 0
        self._buffer = b""
        self._media: socket.socket | None = None

    def __enter__(self) -> Self:
        self._socket = connected(self._place, _CONNECT_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        if self._media:
            self._media.close()

    def describe(self) -> Video:
        """What video there is."""
        answer = self._asked("DESCRIBE", self._url, "Accept: application/sdp\r\n")
        base = answer.header("Content-Base") or self._url
        head, *tracks = re.split(r"^(?=m=)", answer.body, flags=re.MULTILINE)
        video = next((track for track in tracks if track.startswith("m=video")), None)
        if video is None:
            raise RtspError("no video")
        codec = re.search(r"^a=rtpmap:\d+ ([\w-]+)/", video, re.MULTILINE)
        return Video(
            codec=codec[1].upper() if codec else "",
            has_parameters="sprop-" in video and re.search(r"sprop-(?:parameter-sets|sps)=\w", video) is not None,
            control=_joined(base, _control(video)),
            base=_joined(base, _control(head)),
        )

    def play(self, video: Video) -> None:
        """Lets it come."""
        if self._transport == "udp":
            self._media, port = _udp_socket()
            way = f"RTP/AVP;unicast;client_port={port}-{port + 1}"
        else:
            way = "RTP/AVP/TCP;unicast;interleaved=0-1"
        answer = self._asked("SETUP", video.control, f"Transport: {way}\r\n")
        self._session = answer.header("Session").partition(";")[0].strip()
        self._asked("PLAY", video.base, "Range: npt=0.000-\r\n")

    def packets(self, seconds: float, stop: Callable[[], bool]) -> Iterator[bytes]:
        """RTP packets as they come, for so long at most."""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s and not stop():
            if self._media:
                if select.select([self._media], [], [], _STEP_S)[0]:
                    yield self._media.recv(_MOST_BYTES)
            elif packet := self._interleaved():
                yield packet

    def _interleaved(self) -> bytes | None:
        """The next packet of the video; None where none came in a moment, or something else did."""
        if len(self._buffer) >= 4 and self._buffer[0] != 0x24:
            # an answer, or what is left of one: on to the next packet
            at = self._buffer.find(b"$")
            self._buffer = self._buffer[at:] if at >= 0 else b""
        if len(self._buffer) < 4 or len(self._buffer) < 4 + (size := int.from_bytes(self._buffer[2:4])):
            self._receive(_STEP_S)
            return None
        channel, packet = self._buffer[1], self._buffer[4 : 4 + size]
        self._buffer = self._buffer[4 + size :]
        return packet if channel == 0 else None

    def _receive(self, wait_s: float) -> None:
        self._socket.settimeout(wait_s)
        try:
            more = self._socket.recv(_MOST_BYTES)
        except TimeoutError:
            return
        if not more:
            raise RtspError("the connection was closed")
        self._buffer += more

    def _asked(self, method: str, uri: str, headers: str = "") -> Answer:
        answer = self._sent(method, uri, headers)
        if answer.status == 401 and self._name and self._login is None:
            self._login = _login(answer, self._name, self._password)
            answer = self._sent(method, uri, headers)
        if 300 <= answer.status < 400:
            raise RedirectError(answer.header("Location") or "nowhere")
        if answer.status != 200:
            raise RtspError(f"{method} is answered by {answer.status}")
        return answer

    def _sent(self, method: str, uri: str, headers: str) -> Answer:
        self._sequence += 1
        headers += f"Session: {self._session}\r\n" if self._session else ""
        headers += f"Authorization: {self._login(method, uri)}\r\n" if self._login else ""
        self._socket.settimeout(_CONNECT_S)
        self._socket.sendall(f"{method} {uri} RTSP/1.0\r\nCSeq: {self._sequence}\r\n{headers}\r\n".encode())
        end_s = time.monotonic() + _CONNECT_S
        while (head := self._buffer.find(b"\r\n\r\n")) < 0:
            self._wait_until(end_s)
        lines = self._buffer[:head].decode(errors="replace").split("\r\n")
        self._buffer = self._buffer[head + 4 :]
        status = re.match(r"RTSP/1\.\d (\d{3})", lines[0])
        if not status:
            raise RtspError("it does not answer as RTSP")
        pairs = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines[1:]))
        answer = Answer(int(status[1]), pairs, "")
        length = answer.header("Content-Length")
        size = int(length) if length.isdigit() else 0
        while len(self._buffer) < size:
            self._wait_until(end_s)
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return Answer(answer.status, pairs, body.decode(errors="replace"))

    def _wait_until(self, end_s: float) -> None:
        if time.monotonic() > end_s or len(self._buffer) > _MOST_BYTES:
            raise RtspError("no whole answer came")
        self._receive(_STEP_S)


def _control(section: str) -> str:
    found = re.search(r"^a=control:(\S+)", section, re.MULTILINE)
    return found[1] if found and found[1] != "*" else ""


def _joined(base: str, control: str) -> str:
    if not control or urlsplit(control).scheme:
        return control or base
    return urljoin(base, control) if control.startswith("/") else f"{base.rstrip('/')}/{control}"


def _login(answer: Answer, name: str, password: str) -> Callable[[str, str], str] | None:
    """What makes the Authorization header for a method and an address; None where nothing is offered that we speak."""
    offers = [value for header, value in answer.headers if header.lower() == "www-authenticate"]
    for offer in offers:
        fields = dict(_FIELD.findall(offer))
        if offer.lower().startswith("digest") and fields.get("algorithm", "MD5").upper() == "MD5":
            return lambda method, uri: _digest(fields, name, password, method, uri)
    if any(offer.lower().startswith("basic") for offer in offers):
        return lambda _method, _uri: "Basic " + b64encode(f"{name}:{password}".encode()).decode()
    return None


def _digest(fields: dict[str, str], name: str, password: str, method: str, uri: str) -> str:
    """RFC 2617, section 3.2.2."""
    realm, nonce = fields.get("realm", ""), fields.get("nonce", "")
    middle, more = "", ""
    if "auth" in fields.get("qop", ""):
        own = secrets.token_hex(8)
        middle, more = f"00000001:{own}:auth:", f', qop=auth, nc=00000001, cnonce="{own}"'
    response = _md5(f"{_md5(f'{name}:{realm}:{password}')}:{nonce}:{middle}{_md5(f'{method}:{uri}')}")
    more += f', opaque="{fields["opaque"]}"' if "opaque" in fields else ""
    return f'Digest username="{name}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}"{more}'


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _udp_socket() -> tuple[socket.socket, int]:
    for port in _UDP_PORTS:
        media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            media.bind(("", port))
        except OSError:
            media.close()
            continue
        return media, port
    raise RtspError("no port is free")
