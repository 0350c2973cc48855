"""Copies of the audit's signed end that leave the machine, where whoever rules it cannot take them back: a file on
another machine's share, a syslog server, a webhook. The newest counts; a copy that fails is logged and tried with the
next one."""

import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Self
from urllib.request import Request, urlopen

from core.settings import Settings

TIMEOUT_S = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a copy goes, for the log, and how."""

    where: str
    send: Callable[[bytes], None]


class HeadCopies:
    """Sends the newest head, one after the other, by a thread that ends when there is nothing to send."""

    def __init__(self, copies: Sequence[Copy]) -> None:
        self._copies = copies
        self._turn = Lock()
        self._waiting: bytes | None = None
        self._thread: Thread | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings name them."""
        copies = []
        if settings.audit_head_file:
            copies.append(Copy(str(settings.audit_head_file), _appended(settings.audit_head_file)))
        if settings.audit_head_syslog:
            copies.append(Copy(f"syslog {settings.audit_head_syslog}", _logged(settings.audit_head_syslog)))
        if settings.audit_head_webhook:
            copies.append(Copy(settings.audit_head_webhook, _posted(settings.audit_head_webhook)))
        return cls(copies)

    def put(self, head: bytes) -> None:
        """Sends a head soon; one that a newer one overtakes need not be sent."""
        if not self._copies:
            return
        with self._turn:
            self._waiting = head
            if self._thread is None:
                self._thread = Thread(target=self._send_all, name="audit heads", daemon=False)
                self._thread.start()

    def _send_all(self) -> None:
        while True:
            with self._turn:
                head, self._waiting = self._waiting, None
                if head is None:
                    self._thread = None
                    return
            for copy in self._copies:
                try:
                    copy.send(head)
                except OSError as error:  # an URLError is one
                    _log.error("the end of the audit could not be sent to %s: %s", copy.where, error)


def _appended(path: Path) -> Callable[[bytes], None]:
    def send(head: bytes) -> None:
        with path.open("ab") as file:
            file.write(head + b"\n")

    return send


def _logged(address: str) -> Callable[[bytes], None]:
    host, _, port = address.rpartition(":")

    def send(head: bytes) -> None:
        # RFC 3164: facility 13 (log audit), severity 5 (notice).
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.sendto(b"<109>jiejing audit-head " + head, (host.strip("[]"), int(port)))

    return send


def _posted(url: str) -> Callable[[bytes], None]:
    def send(head: bytes) -> None:
        asked = Request(url, head, {"Content-Type": "application/json"}, method="POST")  # noqa: S310 - http(s), see Settings
        with urlopen(asked, timeout=TIMEOUT_S):  # noqa: S310
            return

    return send
