"""Backups of a running system come back whole; a migration that fails leaves everything as it was."""

import sqlite3
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.errors import StorageError
from evidence.signing.chain import Chain
from evidence.signing.seal import Sealer
from runtime.home.in_use import in_use
from runtime.home.installation import Installation
from runtime.home.local_actor import local_actor
from store.audit.log import Deed
from store.base import migrate
from tests.evidence.build import small_body
from tests.former_home import former_home
from tests.runtime.conftest import Jiejing, SiteFile
from tests.says import says

__all__ = ["former_home"]


@pytest.fixture
def installation(home: Path, jiejing: Jiejing, site_file: SiteFile) -> Iterator[Installation]:
    """A site, a sealed package, and some rows of audit."""
    assert jiejing("camera", "import", site_file()).code == 0
    opened = Installation.open()
    opened.store.audit.note(local_actor(), Deed("test.begin", "test", "1"))
    Sealer.at(home).seal(home / "packages", "aa00000000000001", small_body)
    yield opened
    opened.engine.dispose()


@contextmanager
def working(*jobs: Callable[[], object]) -> Iterator[None]:
    """Does these things again and again, each in a thread of its own, while the context lasts."""
    stop = threading.Event()

    def again(job: Callable[[], object]) -> None:
        while not stop.is_set():
            job()

    threads = [threading.Thread(target=again, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_backup_of_a_running_system_is_of_one_moment(
    installation: Installation, jiejing: Jiejing, home: Path, tmp_path: Path
) -> None:
    """Rows and packages come without end while it is made; brought back, audit, chain and keys agree."""
    sealer, numbers = Sealer.at(home), iter(range(2, 10_000))

    def seal() -> None:
        sealer.seal(home / "packages", f"aa{next(numbers):014}", small_body)

    def note() -> None:
        installation.store.audit.note(local_actor(), Deed("test.go_on", "test", "1"))

    target = tmp_path / "backup.tar.gz"
    with working(seal, note):
        said = jiejing("db", "backup", "--out", target)
        assert said.code == 0, said.err
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    (chain,) = home.glob("keys/chain-*.jsonl")
    sealed = len(list(Chain(chain).entries()))

    said = jiejing("db", "restore", target)
    assert said.code == 0, said.err
    # What was sealed after the backup keeps its number.
    assert len(list(Chain(chain).entries())) == sealed
    assert jiejing("verify", "--audit").code == 0
    assert jiejing("camera", "list").code == 0
    sealer.seal(home / "packages", "bb00000000000001", small_body)
    assert jiejing("verify", home / "packages" / "bb00000000000001").code == 0


def test_a_lost_home_is_brought_back(installation: Installation, jiejing: Jiejing, home: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar.gz"
    assert jiejing("db", "backup", "--out", target).code == 0
    (home / "keys").rename(tmp_path / "lost")
    installation.engine.dispose()
    (home / "jiejing.db").write_bytes(b"no data base any more")
    said = jiejing("db", "restore", target)
    assert said.code == 0, said.err
    site = Installation.open().site()
    assert site.site.name == "江山市城区"
    assert jiejing("verify", home / "packages" / "aa00000000000001").code == 0


def test_nothing_is_restored_while_somebody_works(
    installation: Installation, jiejing: Jiejing, home: Path, tmp_path: Path
) -> None:
    target = tmp_path / "backup.tar.gz"
    assert jiejing("db", "backup", "--out", target).code == 0
    with in_use(home):
        said = jiejing("db", "restore", target)
    assert said.code == 2
    assert said.err.strip().endswith("is in use by jiejing run or serve; stop them first")


def test_a_backup_that_was_changed_is_refused(
    installation: Installation, jiejing: Jiejing, home: Path, tmp_path: Path
) -> None:
    target = tmp_path / "backup.tar.gz"
    assert jiejing("db", "backup", "--out", target).code == 0
    with tarfile.open(target) as archive:
        archive.extractall(tmp_path / "inside", filter="data")
    (tmp_path / "inside" / "keys" / "cameras.key").write_bytes(b"x" * 32)
    forged = tmp_path / "forged.tar.gz"
    with tarfile.open(forged, "w:gz") as archive:
        archive.add(tmp_path / "inside", ".")
    said = jiejing("db", "restore", forged)
    assert said.code == 2
    assert said.err.strip() == f"jiejing: {forged}: keys/cameras.key in it was changed; take another backup"
    nothing = jiejing("db", "restore", tmp_path / "nothing.tar.gz")
    assert (nothing.code, len(nothing.err.splitlines())) == (2, 1)


def test_a_migration_that_fails_leaves_everything_as_it_was(former_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables are half changed when it fails; the former version must find them as it left them."""
    monkeypatch.setattr(migrate, "head", lambda: "9999")

    def half_done(config: object, _revision: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.exec_driver_sql("ALTER TABLE events ADD COLUMN half INTEGER")
        connection.exec_driver_sql("DELETE FROM sessions")
        raise RuntimeError("the disk broke")

    monkeypatch.setattr(migrate.command, "upgrade", half_done)
    before = contents(former_home)
    with pytest.raises(StorageError, check=says("store.database_upgrade_failed", cause="the disk broke")):
        _ = Installation.open().engine
    assert contents(former_home) == before
    (kept,) = former_home.glob("backups/before-*.tar.gz")
    assert tarfile.is_tarfile(kept)


def contents(home: Path) -> list[str]:
    """Every statement that would make the data base anew."""
    with closing(sqlite3.connect(home / "jiejing.db")) as connection:
        return list(connection.iterdump())
