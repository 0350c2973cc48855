"""A data base that is locked or stopped: every request is answered, and all goes on afterwards."""

import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, make_url

from api.app import create_app
from api.http.services import Services
from api.system.duties import RUN_IS_SILENT
from core.clock import SystemClock
from core.duties import Duties
from core.live_wire import socket_address
from core.rights import Role
from runtime.camera.live_window import LiveWindow
from runtime.process.restarts import note_restarts, told
from store.base.engine import make_engine
from store.site.sites import SiteRepository
from tests.api.accounts import QUICK, Accounts
from tests.fake_clock import FakeClock
from tests.postgres import new_database, stopped
from tests.prepared import prepare
from tests.store.examples import CAMERA, site_of

# Far above what is waited for, on a machine that is busy: what hangs is not answered at all.
ANSWERED_S = 40.0
Fault = Callable[[str], AbstractContextManager[None]]


@contextmanager
def stopped_server(url: str) -> Iterator[None]:
    with stopped(Path(str(make_url(url).query["host"]))):
        yield


@contextmanager
def locked_tables(url: str) -> Iterator[None]:
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE events, sessions, users, tokens, site IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


@contextmanager
def locked_file(url: str) -> Iterator[None]:
    """As a tool does that has the file for itself."""
    with closing(sqlite3.connect(str(make_url(url).database), isolation_level=None)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@pytest.mark.parametrize(
    ("kind", "fault", "is_used", "many"),
    [  # many: of PostgreSQL more than there are connections
        ("postgresql", stopped_server, True, 30),  # its connections are open, and silent
        ("postgresql", stopped_server, False, 30),  # none is open yet, and none is made
        ("postgresql", locked_tables, True, 30),  # by a migration, a backup, or somebody at its prompt
        ("sqlite", locked_file, False, 4),  # by another tool
    ],
)
def test_requests_are_answered_whatever_hangs(
    kind: str, fault: Fault, is_used: bool, many: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        _check(f"sqlite:///{tmp_path / 'jiejing.db'}", fault, is_used, many, tmp_path)
        return
    with new_database(request.getfixturevalue("postgres_folder")) as url:
        _check(url, fault, is_used, many, tmp_path)


def _check(url: str, fault: Fault, is_used: bool, many: int, tmp_path: Path) -> None:
    prepared = make_engine(url)
    prepare(prepared)
    prepared.dispose()
    engine = make_engine(url, answers_people=True)
    (tmp_path / "packages").mkdir()
    services = Services(engine, tmp_path / "packages", SystemClock(), passwords=QUICK)
    accounts = Accounts(create_app(services), services)
    with accounts.as_role(Role.OFFICER) as officer:
        assert officer.get("/api/v1/events").status_code == 200
        if not is_used:
            engine.dispose()
        with fault(url):
            began_s = time.monotonic()
            with ThreadPoolExecutor(many) as pool:
                asked = [pool.submit(officer.get, "/api/v1/events") for _ in range(many)]
                answers = [one.result(timeout=ANSWERED_S) for one in asked]
            took_s = time.monotonic() - began_s
            assert {one.status_code for one in answers} == {503}, answers
            assert all("data base" in one.json()["detail"] for one in answers)
            assert took_s < ANSWERED_S
        assert _until(lambda: officer.get("/api/v1/events").status_code == 200)
    engine.dispose()


def _until(true: Callable[[], Any]) -> bool:
    end_s = time.monotonic() + 60
    while not true():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture
def watched(engine: Engine) -> None:
    """A camera that somebody should watch."""
    SiteRepository(engine).replace(site_of(CAMERA))


@pytest.mark.usefixtures("watched")
def test_a_run_that_does_not_answer_is_told_until_it_does(local: TestClient, services: Services) -> None:
    def of_run() -> list[str]:
        answer = local.get("/readyz")
        assert answer.status_code == 200
        return [one["why"]["text"] for one in answer.json().get("duties", ()) if one["process"] == "run"]

    assert of_run() == [RUN_IS_SILENT]  # never begun
    assert 'jiejing_duty_up{camera="",duty="answering",process="run"} 0.0' in local.get("/metrics").text
    with LiveWindow(services.home, Duties(services.clock)):
        assert of_run() == []
    assert of_run() == [RUN_IS_SILENT]  # ended
    with socket.socket(socket.AF_UNIX) as silent, socket_address(services.home) as address:
        Path(address).unlink(missing_ok=True)
        silent.bind(address)
        silent.listen()
        began_s = time.monotonic()
        assert of_run() == [RUN_IS_SILENT]  # stopped: connected to, and silent
        assert time.monotonic() - began_s < 20


def test_nothing_is_told_of_run_where_there_is_no_camera(local: TestClient) -> None:
    assert local.get("/readyz").json() == {"status": "ready"}


def test_who_was_started_again_says_so(clock: FakeClock) -> None:
    duties = Duties(clock)
    note_restarts(duties, {**os.environ, **told(-9, 3)})
    (state,) = duties.all()
    assert (state.name, state.up, state.failures) == ("process", False, 3)
    assert state.why == "it ended with -9 and was started again; see its log"
    untold = Duties(clock)
    note_restarts(untold, {})
    assert untold.all() == ()
