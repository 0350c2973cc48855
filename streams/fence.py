"""Keeps an ffmpeg that reads a stream from connecting to anything but the place that was looked at.

A server may answer any request by a redirect, which ffmpeg follows wherever it leads, by a new connection and without
asking. So the kernel asks us before each one (see streams.fenced), and what is not the camera's own host and port is
refused. Where the kernel does not let us, or keeps us from the memory in which ffmpeg names the place, that is logged
once: then a redirect is seen only when ffmpeg says it, and cameras go on.
"""

import errno
import fcntl
import logging
import os
import select
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import IO, Self

from core.messages import Message
from core.stream_address import host_of, is_ip, resolved
from streams.fenced import MACHINES
from streams.rtsp_client import PORTS

PROGRAM = Path(__file__).with_name("fenced.py")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_ASKED = struct.Struct("=QII iIQ 6Q")  # id, pid, flags; number, architecture, instruction, arguments
_ANSWER = struct.Struct("=QqiI")  # id, value, error, flags
_CONTINUE = 1
_CONNECTS = {connect for _, _, connect, _ in MACHINES.values()}
_ADDRESS_BYTES = 28
_HOST_AT = {int(socket.AF_INET): (4, 8), int(socket.AF_INET6): (8, 24)}

NO_QUESTIONS = Message("streams.no_seccomp_notification")
NO_MEMORY = Message("streams.ffmpeg_memory_withheld")

_log = logging.getLogger("jiejing.streams")
_told = set[Message]()


@dataclass(frozen=True, slots=True)
class Place:
    """Where connections may go: the addresses of one host, in bytes, and the one port of its server."""

    hosts: frozenset[bytes]
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        """The place of a stream's address whose host was looked up already."""
        host, port = host_of(url) or ("", None)
        host = host.partition("%")[0]
        found = [host] if is_ip(host) else resolved(host)
        return cls(frozenset(map(_packed, found)), port or PORTS[url.partition(":")[0].lower()])

    def holds(self, address: bytes, *, any_port: bool) -> bool:
        """Whether a socket address (struct sockaddr) lies in it."""
        family = int.from_bytes(address[:2], sys.byteorder)
        host = address[slice(*_HOST_AT.get(family, (0, 0)))]
        return bool(host) and _packed(host) in self.hosts and (any_port or self.port == int.from_bytes(address[2:4]))


def fenced(command: list[str], descriptor: int) -> list[str]:
    """The command as it is started behind a fence, whose listener comes over that inherited socket."""
    return [sys.executable, "-I", "-S", str(PROGRAM), str(descriptor), *command]


def lack() -> Message | None:
    """Why this system does not let ffmpeg's connections be held; None where it does. Tries it with another program.

    Raises:
        OSError: no program can be started.
    """
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            end = theirs.fileno()
            process = subprocess.Popen(
                fenced(["cat"], end), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[end]
            )
        with process:  # which ends cat's input at its end
            _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
            for descriptor in descriptors:
                os.close(descriptor)
            return _lack(descriptors, process.pid)


def open_memory(pid: int) -> IO[bytes]:
    """The memory of a process of ours.

    Raises:
        PermissionError: the system keeps it from us.
        OSError: it has ended.
    """
    return Path(f"/proc/{pid}/mem").open("rb", buffering=0)


def _lack(listeners: list[int], pid: int) -> Message | None:
    if not listeners:
        return NO_QUESTIONS
    try:
        open_memory(pid).close()
    except PermissionError:
        return NO_MEMORY
    except OSError:  # it has ended
        return None
    return None


class Gate:
    """Answers the kernel for one process; `read` is called when a listener has something, see streams.process."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._sees = True

    def listener(self, ours: socket.socket, pid: int) -> int | None:
        """Takes over the listener of a process that has not connected yet; None where there is no fence."""
        told, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
        why = _lack(descriptors, pid)
        self._sees = why is None
        if told and why and why not in _told:
            _told.add(why)
            _log.warning("ffmpeg's connections cannot be held (%s); see docs/access.md", why)
        return descriptors[0] if descriptors else None

    def read(self, listener: int) -> bool:
        """Answers one question, if there is one; False when the process has ended."""
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        events = sum(found for _, found in poll.poll(0))
        if events & select.POLLIN:
            self._answer(listener)
        return not events & select.POLLHUP

    def _answer(self, listener: int) -> None:
        asked = bytearray(_ASKED.size)
        try:
            fcntl.ioctl(listener, _RECEIVE, asked)
            question, pid, _, number, _, _, *arguments = _ASKED.unpack(asked)
            good = self._allows(pid, number, arguments)
            answer = _ANSWER.pack(question, 0, 0 if good else -errno.EACCES, _CONTINUE if good else 0)
            fcntl.ioctl(listener, _SEND, bytearray(answer))
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EINTR):  # it ended, or was interrupted, meanwhile
                raise

    def _allows(self, pid: int, number: int, arguments: list[int]) -> bool:
        if not self._sees:
            return True
        connects = number in _CONNECTS
        at, size = (arguments[1], arguments[2]) if connects else (arguments[4], arguments[5])
        try:
            with open_memory(pid) as memory:
                memory.seek(at)
                address = memory.read(min(size & 0xFFFFFFFF, _ADDRESS_BYTES))
        except OSError as error:
            _log.error("where ffmpeg connects to cannot be seen (%s): refused", error.strerror)
            return False
        # Media over UDP come from other ports of the same host.
        return self._place.holds(address, any_port=not connects)


def _packed(host: str | bytes) -> bytes:
    """An IP address in bytes, one of version 4 as such however it is written."""
    address = ip_address(host)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).packed
