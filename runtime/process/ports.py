"""Ports of this machine."""

import socket


def free_port(besides: int | None = None) -> int:
    """A TCP port that is free on 127.0.0.1 at this moment, and is not the one that is meant for something else."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
        # While this one is held, the next is another.
        return free_port() if port == besides else port
