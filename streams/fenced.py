"""Starts a program that may connect only where its starter lets it: run by streams.fence as a program of its own.

usage: fenced.py DESCRIPTOR COMMAND...

Every connect, and every datagram with an address, is put to the starter by the kernel (seccomp user notification, Linux
5.5) before it is made. The listener goes to the starter over the socket DESCRIPTOR; where the kernel refuses, a message
without one does, and the command starts all the same. Nothing but the standard library, as it is started with each
stream.
"""

import ctypes
import os
import socket
import struct
import sys

_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _NEW_LISTENER = 1, 8
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _NOTIFY = 0x7FFF0000, 0x7FC00000
_NUMBER_AT, _ARCHITECTURE_AT, _FIFTH_ARGUMENT_AT = 0, 4, 48
# By machine: its architecture as the kernel calls it, and the numbers of seccomp, connect and sendto.
MACHINES = {"x86_64": (0xC000003E, 317, 42, 44), "aarch64": (0xC00000B7, 277, 203, 206)}


def main() -> None:
    """Puts up the fence, hands over the listener, and becomes the command."""
    descriptor, command = int(sys.argv[1]), sys.argv[2:]
    with socket.socket(fileno=descriptor) as starter:
        listener = _fence()
        socket.send_fds(starter, [b"f" if listener >= 0 else b"-"], [listener] if listener >= 0 else [])
    os.execvp(command[0], command)  # noqa: S606  that is its purpose


def _fence() -> int:
    """The listener's descriptor, -1 where there is no fence; the kernel closes it when the command starts."""
    machine = MACHINES.get(os.uname().machine)
    if machine is None or sys.byteorder != "little":
        return -1
    architecture, seccomp, connect, sendto = machine
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 0, 7, architecture),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_IF_EQUAL, 6, 0, connect),
        (_JUMP_IF_EQUAL, 0, 4, sendto),
        (_LOAD, 0, 0, _FIFTH_ARGUMENT_AT),  # without an address it goes where the socket was connected to
        (_JUMP_IF_EQUAL, 0, 3, 0),
        (_LOAD, 0, 0, _FIFTH_ARGUMENT_AT + 4),
        (_JUMP_IF_EQUAL, 0, 1, 0),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NOTIFY),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *line) for line in lines))
    program = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(lines), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return -1
    return int(libc.syscall(seccomp, _SET_MODE_FILTER, _NEW_LISTENER, program))


if __name__ == "__main__":
    main()
