"""A small RTSP camera whose faults are chosen: H.264 over TCP, one connection after another, made by hand."""

import hashlib
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

RATE = 90_000
_CHUNK = 1390
_NONCE = "5ae62bb6"
_HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*\r\n"
_VIDEO = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:trackID=1\r\n"


@dataclass
class OddCamera:
    """Serves the pictures of an Annex B file for ever; a context manager.

    Attributes:
        stamp: the time stamp of picture number n, in seconds; by default n / fps.
        only: whether a NAL unit of that type is sent.
        refuses: the status line and headers that a method is answered with instead.
        silent: whether nothing is ever answered.
        login: user:password, asked for by Digest with MD5.
    """

    pictures: Path
    fps: float = 10.0
    stamp: Callable[[int], float] | None = None
    only: Callable[[int], bool] = lambda _: True
    refuses: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    login: str | None = None

    def __enter__(self) -> Self:
        self._units = _access_units(self.pictures.read_bytes())
        self._open = True
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._socket.getsockname()[1]}/ch1"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._open = False
        self._socket.close()

    def _accept(self) -> None:
        while self._open:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as lines:
                while self._open and (request := _request(lines)):
                    if self.silent:
                        continue
                    self._answer(connection, *request)
        except OSError:
            return

    def _answer(
        self, connection: socket.socket, method: str, sequence: str, transport: str, authorization: str
    ) -> None:
        status, headers, body = "200 OK", "", ""
        if self.login and method != "OPTIONS" and not _logged_in(self.login, method, authorization):
            status, headers = "401 Unauthorized", f'WWW-Authenticate: Digest realm="x", nonce="{_NONCE}"\r\n'
        elif method in self.refuses:
            status, _, headers = self.refuses[method].partition("\r\n")
        elif method == "DESCRIBE":
            body = _HEAD + _VIDEO
            headers = f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif method == "SETUP":
            headers = f"Session: 1;timeout=60\r\nTransport: {transport}\r\n"
        else:
            headers = "Session: 1\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
        connection.sendall(f"RTSP/1.0 {status}\r\nCSeq: {sequence}\r\n{headers}\r\n{body}".encode())
        if method == "PLAY" and status == "200 OK":
            threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        began, sequence = time.monotonic(), 0
        stamp = self.stamp or (lambda number: number / self.fps)
        try:
            number = 0
            while self._open:
                wanted = [unit for unit in self._units[number % len(self._units)] if self.only(unit[0] & 31)]
                ticks = 1_000_000 + round(stamp(number) * RATE)
                for packet, last in _payloads(wanted):
                    kind = 96 | (128 if last else 0)
                    rtp = struct.pack(">BBHII", 128, kind, sequence & 0xFFFF, ticks & 0xFFFFFFFF, 7) + packet
                    connection.sendall(struct.pack(">cBH", b"$", 0, len(rtp)) + rtp)
                    sequence += 1
                number += 1
                time.sleep(max(0.0, began + number / self.fps - time.monotonic()))
        except OSError:
            return


def _request(lines: object) -> tuple[str, str, str, str] | None:
    """Method, CSeq, Transport and Authorization of the next request; None at the end."""
    head: list[str] = []
    while True:
        line = lines.readline()  # type: ignore[attr-defined]
        if not line:
            return None
        text = line.decode(errors="replace").strip()
        if text:
            head.append(text)
        elif head:
            break
    told = dict(one.split(": ", 1) for one in head[1:] if ": " in one)
    return (
        head[0].split()[0],
        told.get("CSeq", "0"),
        told.get("Transport", ""),
        told.get("Authorization", ""),
    )


def _logged_in(login: str, method: str, authorization: str) -> bool:
    told = dict(re.findall(r'(\w+)="([^"]*)"', authorization))
    name, _, password = login.partition(":")

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    address = told.get("uri")
    wanted = md5(f"{md5(f'{name}:x:{password}')}:{_NONCE}:{md5(f'{method}:{address}')}")
    return told.get("response") == wanted


def _access_units(stream: bytes) -> list[list[bytes]]:
    units: list[list[bytes]] = [[]]
    for unit in filter(None, re.split(b"\x00\x00\x00\x01|\x00\x00\x01", stream)):
        units[-1].append(unit)
        if unit[0] & 31 in (1, 5):
            units.append([])
    return [one for one in units if one]


def _payloads(units: list[bytes]) -> list[tuple[bytes, bool]]:
    """RTP payloads, and whether each ends its picture (RFC 6184: single units, or FU-A)."""
    packets: list[bytes] = []
    for unit in units:
        if len(unit) <= _CHUNK:
            packets.append(unit)
            continue
        pieces = [unit[at : at + _CHUNK] for at in range(1, len(unit), _CHUNK)]
        for index, piece in enumerate(pieces):
            flags = (128 if index == 0 else 0) | (64 if index == len(pieces) - 1 else 0)
            packets.append(bytes([unit[0] & 0xE0 | 28, unit[0] & 31 | flags]) + piece)
    return [(packet, packet is packets[-1]) for packet in packets]
