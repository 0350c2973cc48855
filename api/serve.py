"""Serves the API on a loopback address until SIGTERM or Ctrl-C."""

import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from api.app import LOOPBACK_NAMES, create_app
from api.dependencies import Services
from core.errors import InputError, StorageError
from core.settings import Settings
from store.engine import make_engine

# Downloads still running after this are cut; the whole end takes less than five seconds.
END_WITHIN_S = 3

_log = logging.getLogger(__name__)


def serve(settings: Settings, ready: Callable[[str], None] | None = None) -> None:
    """Serves until SIGTERM or SIGINT, then ends within five seconds. To be called from the main thread.

    Args:
        ready: is told the address once connections are taken.

    Raises:
        InputError: the address is not loopback, or cannot be listened on.
        StorageError: the packages folder cannot be made.
    """
    with closing(_listen(settings.host, settings.port)) as listener:
        address = _address(listener)
        engine = make_engine(settings.database)
        services = Services(engine, _made(settings.home / "packages"))
        app = create_app(services, {*LOOPBACK_NAMES, settings.host})
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=END_WITHIN_S
        )
        server = uvicorn.Server(config)
        try:
            with _ended_by_signals(server):
                _log.info("serving on %s", address)
                if ready:
                    ready(address)
                server.run(sockets=[listener])
        finally:
            engine.dispose()


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise InputError(f"the address {host} cannot be resolved; use 127.0.0.1") from error
    for *_, place in found:
        if not ip_address(str(place[0]).partition("%")[0]).is_loopback:
            raise InputError(f"{host} is not this machine alone; until there are accounts only 127.0.0.1 is served")
    # localhost may name IPv6 first, which a machine need not have.
    family, *_, place = min(found, key=lambda one: one[0] != socket.AF_INET)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(socket.SOMAXCONN)
    except OSError as error:
        listener.close()
        raise InputError(_refusal(host, port, error)) from error
    return listener


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(f"{folder} cannot be made: {error.strerror}") from error
    return folder


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is taken by another program; end it or choose another with JIEJING_PORT"
    if error.errno == errno.EACCES:
        return f"port {port} is not for this user; choose one above 1023 with JIEJING_PORT"
    return f"cannot listen on {host} port {port}: {error.strerror}"


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


@contextmanager
def _ended_by_signals(server: uvicorn.Server) -> Iterator[None]:
    """Uvicorn handles signals only while it runs, and raises them again when it ends: they must not end more."""

    def end(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
