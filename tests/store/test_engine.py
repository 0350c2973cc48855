"""Two processes share one data base, and what a data base refuses is one clear line without a password."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import store
from core.errors import InputError, StorageError
from core.messages import Message
from store.base import migrate
from store.base.engine import BUSY_TIMEOUT_S, connected, make_engine, reading, writing
from store.base.faults import shown
from store.events.events import EventRepository
from store.tables.site import CameraRow
from tests.says import says
from tests.store.examples import CAMERA, event

Connect = Callable[[str], Engine]

EVENTS_EACH = 60
WRITER = """
import sys
from store.base.engine import make_engine
from store.events.events import EventRepository
from tests.store.examples import as_violation, event

url, first, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
events = EventRepository(make_engine(url))
for each in range(first, first + number):
    events.apply(event(each))
    events.page(limit=5)
    events.apply(as_violation(event(each)))
"""


def test_two_processes_write_at_once(engine: Engine, empty_url: str) -> None:
    root = Path(store.__file__).parents[1]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, empty_url, str(first), str(EVENTS_EACH)],
            cwd=root,
            stderr=subprocess.PIPE,
            text=True,
        )
        for first in (0, EVENTS_EACH // 2)  # half of the events are reported by both
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert writer.returncode == 0, errors
    assert EventRepository(engine).counts() == {("illegal_parking", "violation"): EVENTS_EACH * 3 // 2}
    with reading(engine) as session:
        assert session.scalar(text("SELECT count(*) FROM event_changes")) == EVENTS_EACH * 3


def test_a_transaction_is_kept_whole_or_not_at_all(engine: Engine) -> None:
    def write_and_fail() -> None:
        with writing(engine) as session:
            session.add(CameraRow(camera_id="a", position=0, camera=CAMERA))
            session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_fail()
    with reading(engine) as session:
        assert session.get(CameraRow, "a") is None


def test_a_reader_changes_nothing(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite knows no read-only transaction")
    with pytest.raises(StorageError, match="read-only"), reading(engine) as session:
        session.execute(text("DELETE FROM cameras"))


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_sqlite_is_set_up_for_several_processes(engine: Engine) -> None:
    with connected(engine) as connection:
        pragmas = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys")}
        assert pragmas == {"journal_mode": "wal", "foreign_keys": 1}
        assert connection.scalar(text("PRAGMA busy_timeout")) == BUSY_TIMEOUT_S * 1000


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_a_data_base_that_stays_locked(engine: Engine, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.base.engine.BUSY_TIMEOUT_S", 0.05)
    impatient = connect(str(engine.url))
    with connected(engine), pytest.raises(StorageError, check=fails("store.database_locked")):
        EventRepository(impatient).apply(event())


def fails(code: str) -> Callable[[BaseException], bool]:
    return says("store.database_fails", cause=Message(code))


def test_a_data_base_that_nobody_prepared(empty_engine: Engine) -> None:
    with pytest.raises(StorageError, check=fails("store.database_not_migrated")):
        EventRepository(empty_engine).page()


@pytest.fixture
def prepared(tmp_path: Path, connect: Connect) -> Path:
    """The file of a SQLite data base that is ready, with nothing left in its log."""
    path = tmp_path / "jiejing.db"
    engine = connect(f"sqlite:///{path}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


def test_a_file_that_is_no_data_base(prepared: Path, connect: Connect) -> None:
    prepared.write_text("hello " * 1000)
    with pytest.raises(StorageError, check=fails("store.database_not_sqlite")):
        EventRepository(connect(f"sqlite:///{prepared}")).page()


def test_a_damaged_data_base(prepared: Path, connect: Connect) -> None:
    content = prepared.read_bytes()
    prepared.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StorageError, check=fails("store.database_damaged")):
        EventRepository(connect(f"sqlite:///{prepared}")).page()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file(prepared: Path, connect: Connect) -> None:
    prepared.chmod(0o400)
    with pytest.raises(StorageError, check=fails("store.database_read_only")):
        EventRepository(connect(f"sqlite:///{prepared}")).apply(event())


def test_a_folder_that_does_not_exist(tmp_path: Path, connect: Connect) -> None:
    cannot = says("store.database_fails", name=f"{tmp_path}/none/a.db", cause=Message("store.database_cannot_open"))
    with pytest.raises(StorageError, check=cannot):
        EventRepository(connect(f"sqlite:///{tmp_path}/none/a.db")).page()


def test_a_folder_that_cannot_be_made(tmp_path: Path, connect: Connect) -> None:
    (tmp_path / "file").touch()
    refused = says("store.database_cannot_be_created", path=f"{tmp_path}/file/a.db")
    with pytest.raises(StorageError, check=refused):
        migrate.upgrade(connect(f"sqlite:///{tmp_path}/file/a.db"))


def test_a_server_that_is_not_there_is_named_without_the_password(connect: Connect) -> None:
    there = Message("store.database_at_host", name="city", host="127.0.0.1")
    with pytest.raises(StorageError, check=says("store.database_fails", name=there)) as raised:
        EventRepository(connect("postgresql://jiejing:secret@127.0.0.1:1/city?password=secret")).page()
    assert raised.value.message.params["cause"].code == "store.database_refuses"
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "code", "params"),
    [
        ("nonsense secret", "store.database_url_unreadable", {}),
        ("mysql://root:secret@host/name", "store.database_kind_unknown", {"found": "mysql"}),
        ("sqlite://", "store.database_url_without_file", {}),
        ("sqlite:///:memory:", "store.database_url_without_file", {}),
        (
            "postgresql+psycopg2://root:secret@host/name",
            "store.database_kind_unknown",
            {"found": "postgresql+psycopg2"},
        ),
    ],
)
def test_a_url_that_cannot_be_used(url: str, code: str, params: dict[str, str]) -> None:
    with pytest.raises(InputError, check=says(code, **params)) as raised:
        make_engine(url)
    assert "secret" not in str(raised.value)


def test_a_password_is_never_shown() -> None:
    assert shown(make_engine("postgresql://me:secret@db.example/city?password=secret")) == "city at db.example"
