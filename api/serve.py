"""Serves the API until SIGTERM or Ctrl-C: on loopback, on other addresses, with TLS or behind a reverse proxy."""

import errno
import logging
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import Engine
from starlette.types import ASGIApp

from api.app import LOOPBACK_NAMES, create_app
from api.http.connections import Connections, allow_many_files, protocol_of
from api.http.forwarded import Forwarded
from api.http.rate_limit import RateLimit
from api.http.services import Services
from api.http.web_app import WebApp
from api.live.relay import live_relay
from api.live.updates import live_hub
from core.duties import Duties
from core.errors import InputError, StorageError
from core.ports import CameraLine
from core.settings import Settings
from evidence.signing.audit_anchor import audit_anchor
from store.accounts.sessions import SessionPolicy
from store.base.engine import make_engine
from store.review.checks import CheckShares

# Downloads still running after this are cut; the whole end takes less than five seconds.
END_WITHIN_S = 3

_EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on

_log = logging.getLogger(__name__)


def serve(
    settings: Settings,
    ready: Callable[[str], None] | None = None,
    camera_line: CameraLine | None = None,
    note: Callable[[Duties], None] | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT, then ends within five seconds. To be called from the main thread.

    Args:
        ready: is told the address once connections are taken.
        camera_line: how cameras are reached; without it none can be measured.
        note: writes down what is known of this process before it serves.

    Raises:
        InputError: the address cannot be listened on, nobody could name it, or the certificate cannot be used.
        StorageError: the packages folder cannot be made.
    """
    names = _names(settings)
    tls = _tls_options(settings)
    with closing(_listen(settings.host, settings.port)) as listener:
        address = _address(listener, is_tls=bool(tls))
        engine = make_engine(settings.database, answers_people=True)
        services = _services(settings, engine, camera_line)
        if note:
            note(services.duties)
        allow_many_files()
        config = uvicorn.Config(
            _bounded(WebApp(create_app(services, names)), settings),
            http=protocol_of(Connections(settings.trusted_proxies)),
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=END_WITHIN_S,
            proxy_headers=False,
            **tls,
        )
        server = _Server(config, services)
        try:
            with _ended_by_signals(server):
                _log.info("serving on %s", address)
                _warn_of_plain_http(settings, listener)
                if ready:
                    ready(address)
                server.run(sockets=[listener])
        finally:
            engine.dispose()


class _Server(uvicorn.Server):
    """Ends the streams, which would go on for ever, before it waits for what is under way."""

    def __init__(self, config: uvicorn.Config, services: Services) -> None:
        super().__init__(config)
        self._services = services

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._services.shared(live_hub).end()
        self._services.shared(live_relay).end()
        await super().shutdown(sockets)


def _bounded(app: ASGIApp, settings: Settings) -> ASGIApp:
    if settings.requests_per_s:
        app = RateLimit(app, settings.requests_per_s)
    try:
        return Forwarded(app, settings.trusted_proxies) if settings.trusted_proxies else app
    except ValueError as error:
        raise InputError("api.trusted_proxies_wrong", cause=error) from error


def _services(settings: Settings, engine: Engine, camera_line: CameraLine | None) -> Services:
    idle, longest = timedelta(minutes=settings.session_idle_min), timedelta(hours=settings.session_max_h)
    return Services(
        engine,
        _made(settings.home / "packages"),
        anchor=audit_anchor(settings),
        session_policy=SessionPolicy(
            idle, longest, frozenset(settings.second_factor), timedelta(minutes=settings.step_up_min)
        ),
        check_shares=CheckShares(settings.second_look_share, settings.known_negative_share),
        configuration=settings,
        camera_line=camera_line,
        local_cameras=settings.local_cameras,
    )


def _names(settings: Settings) -> set[str]:
    if settings.host in _EVERY_ADDRESS:
        if not settings.names:
            raise InputError("api.names_not_given", host=settings.host)
        return {*LOOPBACK_NAMES, *settings.names}
    return {*LOOPBACK_NAMES, settings.host, *settings.names}


def _tls_options(settings: Settings) -> dict[str, Any]:
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return {}
    if certificate is None or key is None:
        raise InputError("api.tls_needs_both_files")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise InputError("api.tls_files_unusable", certificate=certificate, key=key, cause=error) from error
    return {"ssl_certfile": str(certificate), "ssl_keyfile": str(key)}


def _warn_of_plain_http(settings: Settings, listener: socket.socket) -> None:
    is_loopback = ip_address(str(listener.getsockname()[0]).partition("%")[0]).is_loopback
    if not (is_loopback or settings.tls_certificate or settings.trusted_proxies):
        _log.warning(
            "others reach this address without TLS: passwords and pictures can be read on the way; set "
            "JIEJING_TLS_CERTIFICATE and JIEJING_TLS_KEY, or put a reverse proxy before it (deploy/Caddyfile)"
        )


def _listen(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise InputError("api.host_not_resolved", host=host) from error
    # localhost may name IPv6 first, which a machine need not have.
    family, *_, place = min(found, key=lambda one: one[0] != socket.AF_INET)
    # asyncio turns Nagle's algorithm off only where TCP is named; else each body waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(socket.SOMAXCONN)
    except OSError as error:
        listener.close()
        raise _refusal(host, port, error) from error
    return listener


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("api.folder_cannot_be_made", folder=folder, cause=error) from error
    return folder


def _refusal(host: str, port: int, error: OSError) -> InputError:
    if error.errno == errno.EADDRINUSE:
        return InputError("api.port_taken", host=host, port=port)
    if error.errno == errno.EACCES:
        return InputError("api.port_needs_root", port=port)
    return InputError("api.port_not_usable", host=host, port=port, cause=error)


def _address(listener: socket.socket, *, is_tls: bool) -> str:
    host, port, *_ = listener.getsockname()
    scheme = "https" if is_tls else "http"
    return f"{scheme}://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"{scheme}://{host}:{port}"


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
