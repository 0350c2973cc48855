"""A data base is brought to this version from nothing, by several processes at once, and never from a newer one."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from core.errors import StorageError
from store.base import migrate
from store.base.declarative import Base
from store.base.engine import connected, make_engine
from store.site.sites import SiteRepository
from tests.says import says


def test_an_empty_data_base_becomes_ready(empty_engine: Engine) -> None:
    assert migrate.current(empty_engine) is None
    migrate.upgrade(empty_engine)
    assert migrate.current(empty_engine) == migrate.head()
    assert SiteRepository(empty_engine).load() is None


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head()


def test_models_and_migrations_agree(engine: Engine) -> None:
    with connected(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_several_may_upgrade_at_once(empty_url: str) -> None:
    def upgrade(_: int) -> None:
        engine = make_engine(empty_url)
        migrate.upgrade(engine)
        engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade, range(4)))


def test_a_newer_data_base_is_left_alone(engine: Engine) -> None:
    with connected(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, check=says("store.database_newer_than_program")):
        migrate.upgrade(engine)


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "jiejing.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
