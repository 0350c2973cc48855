"""Serving: to whom it was told, with or without TLS, one clear line where it cannot, and a quick end."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

import api
from api.http.authentication import SESSION_COOKIE
from api.serve import serve
from api.system.readiness import address_of as readiness_address
from api.system.readiness import is_ready
from core.errors import InputError, StorageError
from core.rights import Role
from core.settings import Settings
from store.accounts.passwords import Passwords
from store.accounts.sessions import SessionRepository
from store.accounts.users import NewUser, UserRepository
from store.audit.log import AuditLog
from store.base import migrate
from store.base.engine import make_engine
from store.site.sites import SiteRepository
from tests.api.accounts import PASSWORD, SETTING_UP
from tests.store.examples import camera, site_of

# Far longer than it takes: a machine may have other work.
ENDS_WITHIN_S = 60

SERVER = """
from core.settings import load_settings
from api.serve import serve

serve(load_settings(), ready=lambda address: print(address, flush=True))
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_every_address_wants_to_know_the_names(host: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"^{host} is every address of this machine; say by which names"):
        serve(Settings(home=tmp_path, host=host, port=0))


def test_other_machines_are_served_with_a_warning_where_there_is_no_tls(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(home=tmp_path, host="0.0.0.0", port=0, names=("jiejing.example.cn",))
    stopped_at_once(settings)
    assert "others reach this address without TLS" in caplog.text
    caplog.clear()
    stopped_at_once(settings.model_copy(update={"trusted_proxies": ("127.0.0.1",)}))
    stopped_at_once(settings.model_copy(update={"host": "127.0.0.1"}))
    assert "without TLS" not in caplog.text


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """PEM files of a certificate for localhost, signed by itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return chain, private


def test_it_serves_with_tls(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    chain, key = certificate
    environment = {"JIEJING_TLS_CERTIFICATE": str(chain), "JIEJING_TLS_KEY": str(key)}
    migrate.upgrade(make_engine(f"sqlite:///{tmp_path}/home/jiejing.db"))
    with running("localhost", tmp_path / "home", environment) as (_, address):
        assert address.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(chain))
        with urlopen(
            f"{address.replace('127.0.0.1', 'localhost')}/healthz", timeout=ENDS_WITHIN_S, context=trusting
        ) as answer:
            assert answer.read() == b'{"status":"alive"}'
        assert is_ready(f"{address}/readyz")
    assert not is_ready(f"{address}/readyz")


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, "http://127.0.0.1:8600/readyz"),
        # Whoever listens on every address is asked on this machine's own.
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80/readyz"),
        ({"host": "::"}, "http://[::1]:8600/readyz"),
        ({"host": "fd00::7"}, "http://[fd00::7]:8600/readyz"),
        ({"tls_certificate": "chain.pem"}, "https://127.0.0.1:8600/readyz"),
    ],
)
def test_a_health_check_asks_as_the_server_listens(settings: dict[str, Any], asked: str) -> None:
    assert readiness_address(Settings(**settings)) == asked


def test_a_certificate_that_cannot_be_used(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    chain, key = certificate
    for given, cause in (
        ({"tls_certificate": chain}, "TLS needs both JIEJING_TLS_CERTIFICATE and JIEJING_TLS_KEY"),
        ({"tls_certificate": chain, "tls_key": tmp_path / "none.pem"}, "cannot be used: .*No such file"),
        ({"tls_certificate": key, "tls_key": key}, "cannot be used: "),
    ):
        with pytest.raises(InputError, match=cause):
            serve(Settings(home=tmp_path, port=0, **given))  # type: ignore[arg-type]


def test_a_name_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the address nowhere\.invalid cannot be resolved; use 127\.0\.0\.1"):
        serve(Settings(home=tmp_path, host="nowhere.invalid", port=0))


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 is taken by another program"):
            serve(Settings(home=tmp_path, port=port))


@contextmanager
def running(
    host: str, home: Path, more: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running server and its address."""
    environment = {**os.environ, "JIEJING_HOME": str(home), "JIEJING_HOST": host, "JIEJING_PORT": "0", **(more or {})}
    root = Path(api.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=root, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture(params=["127.0.0.1", "localhost"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with running(request.param, tmp_path) as started:
        yield started


def stopped_at_once(settings: Settings) -> None:
    """Serves, and is told to end as soon as it does."""
    serve(settings, ready=lambda _: os.kill(os.getpid(), signal.SIGTERM))


def test_it_answers_and_ends_in_time_with_a_connection_open(server: tuple[subprocess.Popen[str], str]) -> None:
    process, address = server
    with urlopen(f"{address}/healthz", timeout=ENDS_WITHIN_S) as answer:
        assert answer.read() == b'{"status":"alive"}'
    port = int(address.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\n")
        process.send_signal(signal.SIGTERM)
        # A second or so on a machine that is idle; a connection that kept it would keep it for ever.
        assert process.wait(timeout=ENDS_WITHIN_S) == 0


@pytest.mark.parametrize("stream", ["stream", "live?camera=cam&purpose=x"])
def test_it_ends_the_streams_that_go_on(stream: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    engine = make_engine(settings.database)
    migrate.upgrade(engine)
    SiteRepository(engine).replace(site_of(camera("cam")))
    users = UserRepository(engine, AuditLog(engine))
    password = Passwords().hash(PASSWORD)
    user = users.create(NewUser("officer", "李", password, Role.OFFICER), SETTING_UP)
    users.change_own_password(user.user_id, user.version, password, SETTING_UP)
    secret = SessionRepository(engine).begin(user.user_id, "127.0.0.1")
    engine.dispose()
    with running("127.0.0.1", tmp_path) as (process, address):
        asking = Request(f"{address}/api/v1/{stream}", headers={"Cookie": f"{SESSION_COOKIE}={secret}"})
        with urlopen(asking, timeout=ENDS_WITHIN_S) as answer:
            assert answer.read(1)
            process.send_signal(signal.SIGTERM)
            # To its end: one that was cut off is an IncompleteRead.
            answer.read()
            assert process.wait(timeout=ENDS_WITHIN_S) == 0


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"packages cannot be made: Not a directory$"):
        serve(Settings(home=tmp_path / "file", port=0))


def test_a_signal_right_at_the_start_is_not_lost(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    stopped_at_once(Settings(home=tmp_path, port=0))
    assert signal.getsignal(signal.SIGTERM) is before
