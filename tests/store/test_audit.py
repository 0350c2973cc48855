"""The audit: nothing changes or removes a row, and whatever was changed past that is found and named."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import store
from core.audit_head import Head
from core.errors import StorageError
from core.rights import Role
from store.audit.log import GENESIS, Actor, AuditFilter, AuditLog, Deed
from store.base.engine import connected, reading, writing
from tests.fake_clock import FakeClock

OFFICER = Actor(7, "zhang.san", Role.OFFICER, "192.0.2.1")
MACHINE = Actor(None, "command line (root)", None, "local")


class MemoryAnchor:
    """Keeps the newest head for the length of a test."""

    def __init__(self) -> None:
        self.head: Head | None = None

    def put(self, head: Head) -> None:
        self.head = head

    def get(self) -> Head | None:
        return self.head


@pytest.fixture
def anchor() -> MemoryAnchor:
    return MemoryAnchor()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def audit(engine: Engine, clock: FakeClock, anchor: MemoryAnchor) -> AuditLog:
    return AuditLog(engine, clock, anchor)


def fill(audit: AuditLog, clock: FakeClock, number: int = 5) -> None:
    for each in range(number):
        audit.note(
            OFFICER, Deed("event.decide", "event", f"{each}", "巡查", {"verdict": None}, {"verdict": "拒绝", "s": 1.5})
        )
        clock.sleep(1.25)


def test_rows_are_chained_and_sound(audit: AuditLog, clock: FakeClock, anchor: MemoryAnchor) -> None:
    assert audit.verify().rows == 0
    fill(audit, clock)
    entries, following = audit.page()
    assert [entry.seq for entry in entries] == [5, 4, 3, 2, 1]
    assert following is None
    assert [entry.prev_hash for entry in entries] == [*(entry.hash for entry in entries[1:]), GENESIS]
    assert (audit.verify().rows, audit.verify().fault) == (5, None)
    assert anchor.head == Head(5, entries[0].hash)


def test_a_row_comes_with_its_change_or_not_at_all(audit: AuditLog, engine: Engine, anchor: MemoryAnchor) -> None:
    def fail() -> None:
        with writing(engine) as session:
            audit.write(session, OFFICER, Deed("user.change", "user", "1"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert audit.page() == ((), None)
    assert anchor.head is None


@pytest.mark.parametrize(
    "change", ["UPDATE audit SET purpose = 'none' WHERE seq = 2", "DELETE FROM audit WHERE seq = 5"]
)
def test_the_data_base_refuses_changes(audit: AuditLog, clock: FakeClock, engine: Engine, change: str) -> None:
    fill(audit, clock)
    with pytest.raises(StorageError, match="rows of the audit are never changed"), connected(engine) as connection:
        connection.execute(text(change))
    assert audit.verify().rows == 5


def test_postgresql_refuses_to_empty_the_table(audit: AuditLog, clock: FakeClock, engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite knows no TRUNCATE")
    fill(audit, clock)
    with pytest.raises(StorageError, match="rows of the audit are never changed"), connected(engine) as connection:
        connection.execute(text("TRUNCATE audit"))


TAMPERED = [
    # (what somebody does who has removed the triggers, the fault that is found)
    ("UPDATE audit SET purpose = 'none' WHERE seq = 2", "row 2: its content was changed"),
    ("UPDATE audit SET actor_name = 'li.si' WHERE seq = 1", "row 1: its content was changed"),
    ('UPDATE audit SET after = \'{"verdict": "批准", "s": 1.5}\' WHERE seq = 4', "row 4: its content was changed"),
    ("UPDATE audit SET hash = prev_hash WHERE seq = 3", "row 3: its content was changed"),
    ("UPDATE audit SET prev_hash = hash WHERE seq = 3", "row 3: does not follow row 2"),
    ("DELETE FROM audit WHERE seq = 1", "row 1: is missing; row 2 follows row 0"),
    ("DELETE FROM audit WHERE seq = 3", "row 3: is missing; row 4 follows row 2"),
    ("DELETE FROM audit WHERE seq > 3", "row 4: is missing, and all after it up to row 5: the end was cut off"),
    ("DELETE FROM audit", "row 1: is missing, and all after it up to row 5: the end was cut off"),
]


@pytest.mark.parametrize(("change", "fault"), TAMPERED)
def test_what_was_changed_all_the_same_is_named(
    audit: AuditLog, clock: FakeClock, engine: Engine, change: str, fault: str
) -> None:
    fill(audit, clock)
    remove_triggers(engine)
    with connected(engine) as connection:
        connection.execute(text(change))
    found = audit.verify().fault
    assert found is not None
    assert found.startswith(fault)


def test_a_chain_that_was_written_anew_is_named(
    audit: AuditLog, clock: FakeClock, engine: Engine, anchor: MemoryAnchor
) -> None:
    fill(audit, clock)
    remove_triggers(engine)
    with connected(engine) as connection:
        connection.execute(text("DELETE FROM audit"))
    fill(AuditLog(engine, clock), clock, 6)
    assert audit.verify().fault == "row 5: is another one than was anchored: the chain was written anew"


def test_pages_and_filters(audit: AuditLog, clock: FakeClock) -> None:
    fill(audit, clock)
    audit.note(MACHINE, Deed("user.create", "user", "1", after={"name": "x"}))
    entries, following = audit.page(limit=4)
    assert ([entry.seq for entry in entries], following) == ([6, 5, 4, 3], 3)
    assert [entry.seq for entry in audit.page(before=following, limit=4)[0]] == [2, 1]

    def seqs(**wanted: object) -> list[int]:
        return [entry.seq for entry in audit.page(AuditFilter(**wanted))[0]]  # type: ignore[arg-type]

    assert seqs(actor="zhang.san", object_id="2") == [3]
    assert seqs(action="user.create") == [6]
    assert seqs(object_kind="user") == [6]
    start = FakeClock().utc()
    assert seqs(since=start + timedelta(seconds=1.25), until=start + timedelta(seconds=3.75)) == [3, 2]
    assert seqs(orgs=frozenset({"虎山街道"})) == []


WRITER = """
import sys
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import make_engine

audit = AuditLog(make_engine(sys.argv[1]))
for each in range(40):
    audit.note(Actor(None, sys.argv[2], None, "local"), Deed("test", "row", str(each)))
"""


def test_two_processes_write_one_chain(audit: AuditLog, empty_url: str, engine: Engine) -> None:
    root = Path(store.__file__).parents[1]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, empty_url, name], cwd=root, env=os.environ, stderr=subprocess.PIPE, text=True
        )
        for name in ("first", "second")
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=60)
        assert writer.returncode == 0, errors
    assert (audit.verify().rows, audit.verify().fault) == (80, None)


def remove_triggers(engine: Engine) -> None:
    """What only an owner of the data base can do."""
    with connected(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        else:
            for name in ("audit_no_update", "audit_no_delete"):
                connection.execute(text(f"DROP TRIGGER {name}"))


def test_the_hash_is_what_the_formats_say(audit: AuditLog, clock: FakeClock, engine: Engine) -> None:
    entry = audit.note(OFFICER, Deed("event.decide", "event", "1", "巡查", None, {"b": 1, "a": "值"}))
    with reading(engine) as session:
        assert session.scalar(text("SELECT hash FROM audit")) == entry.hash
    # sha256sum of the content, written out as docs/formats.md says
    assert entry.hash == "43888a596a6fc5c4eff786a866f1bdaf6744f4d8f1fa88e02320751b93c17b22"
