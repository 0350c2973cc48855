"""A throw-away PostgreSQL: a cluster in a temporary folder that listens on a Unix socket there and nowhere else."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

START_TIMEOUT_S = 30
_USUAL_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin")


@pytest.fixture(scope="session")
def postgres_folder() -> Iterator[Path]:
    """The socket folder of a running PostgreSQL; skips where no server is installed."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed (initdb and postgres were not found)")
    with running_cluster(binaries) as folder:
        yield folder


@pytest.fixture
def postgres_url(postgres_folder: Path) -> Iterator[str]:
    """The URL of an empty data base of its own."""
    with new_database(postgres_folder) as url:
        yield url


def connected(folder: Path) -> psycopg.Connection:
    """A connection to the cluster of that socket folder, each statement a transaction of its own."""
    return psycopg.connect(_conninfo(folder), autocommit=True)


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """Makes an empty data base in the cluster of that socket folder, and gives its URL; it is dropped in the end."""
    name = f"test_{uuid4().hex}"
    with connected(folder) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"postgresql://postgres@/{name}?host={folder}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    """Stops every process of the cluster of that socket folder: connections stay, and nothing is answered."""
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    pids = [server, *map(int, children)]
    _signal(pids, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(pids, signal.SIGCONT)


def _signal(pids: list[int], number: int) -> None:
    """A process that ended of itself meanwhile (a connection that was closed) is left out."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def find_binaries() -> Path | None:
    """The folder of initdb and postgres: on the PATH, as pg_config says, or where packages put it."""
    candidates = [Path(found).parent for found in (shutil.which("initdb"),) if found]
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True)
        candidates.append(Path(told.stdout.strip()))
    for pattern in _USUAL_FOLDERS:
        candidates += sorted(Path("/").glob(pattern), reverse=True)
    return next((one for one in candidates if (one / "initdb").exists() and (one / "postgres").exists()), None)


@contextmanager
def running_cluster(binaries: Path) -> Iterator[Path]:
    """Runs a cluster and gives its socket folder."""
    # Not pytest's own folder, which only its owner may enter: PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="jj-pg-") as name:
        folder = Path(name)
        user, group = _unprivileged(folder)
        data = folder / "data"
        initdb = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(
            [str(part) for part in initdb], cwd=folder, check=True, capture_output=True, user=user, group=group
        )
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", folder, "-F", "-c", "listen_addresses="],
                cwd=folder,
                stdout=log,
                stderr=log,
                user=user,
                group=group,
            )
        try:
            _wait_until_ready(folder, server)
            yield folder
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(START_TIMEOUT_S)


def _unprivileged(folder: Path) -> tuple[int | None, int | None]:
    """Hands the folder to a user and group other than root, and names them; None = we are not root ourselves."""
    if os.geteuid() != 0:
        return None, None
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return nobody.pw_uid, nobody.pw_gid


def _wait_until_ready(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            psycopg.connect(_conninfo(folder)).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
            time.sleep(0.05)
        else:
            return


def _conninfo(folder: Path) -> str:
    return f"host={folder} user=postgres dbname=postgres"
