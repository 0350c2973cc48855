"""A look of our own at an RTSP server that failed: what ffmpeg's messages leave out.

One OPTIONS and one DESCRIBE without a login, seconds at most. Nothing secret is sent, and nothing of the answer is
shown but what is recognised in it.
"""

import re
import socket
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from streams.rtsp_client import connected

LOOK_S = 2.0
_MOST_BYTES = 64 * 1024
_STATUS = re.compile(rb"RTSP/1\.\d (\d{3})")
_DIGEST = re.compile(rb"WWW-Authenticate:[ \t]*Digest([^\r\n]*)", re.IGNORECASE)
_BASIC = re.compile(rb"WWW-Authenticate:[ \t]*Basic", re.IGNORECASE)
_ALGORITHM = re.compile(rb'algorithm="?([\w-]+)', re.IGNORECASE)

Answer = Literal["rtsp", "silent", "http", "other", "unreachable"]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen.

    Attributes:
        answer: how the server answers: as RTSP, not at all, as a web server, with something else; or nobody is there.
        only_sha256: it asks for a login by Digest, and offers SHA-256 alone.
    """

    answer: Answer
    only_sha256: bool = False


def look_at(url: str) -> Look:
    """Asks the server of an rtsp:// or rtsps:// address; never raises for what the server does."""
    parts = urlsplit(url)
    plain = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path or '/'}"
    plain += f"?{parts.query}" if parts.query and "=" not in parts.query else ""
    requests = [
        f"{method} {plain} RTSP/1.0\r\nCSeq: {n}\r\n\r\n" for n, method in enumerate(("OPTIONS", "DESCRIBE"), 1)
    ]
    try:
        with connected(parts, LOOK_S) as connection:
            return _judged([_asked(connection, request.encode()) for request in requests])
    except (OSError, ValueError, KeyError):
        return Look("unreachable")


def _asked(connection: socket.socket, request: bytes) -> bytes:
    connection.settimeout(LOOK_S)
    answer = b""
    try:
        connection.sendall(request)
        while b"\r\n\r\n" not in answer and len(answer) < _MOST_BYTES and (more := connection.recv(4096)):
            answer += more
    except OSError:
        pass
    return answer


def _judged(answers: list[bytes]) -> Look:
    whole = b"".join(answers)
    if not whole:
        return Look("silent")
    if not _STATUS.search(whole):
        return Look("http" if b"HTTP/1." in whole or b"<html" in whole.lower() else "other")
    algorithms = [found[1].upper() if (found := _ALGORITHM.search(one)) else b"MD5" for one in _DIGEST.findall(whole)]
    spoken = _BASIC.search(whole) or any(one.startswith(b"MD5") for one in algorithms)
    return Look("rtsp", only_sha256=bool(algorithms) and not spoken)
