"""A data base is copied while others write, and brought back with what it held, whatever it is made of."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from core.errors import StorageError
from store.base.dump import dump, load
from store.base.engine import connected
from store.base.migrate import current, head
from store.site.sites import SiteRepository
from tests.says import says
from tests.store.examples import CAMERA, site_of


def names(engine: Engine) -> list[str]:
    site = SiteRepository(engine).load()
    return [camera.id for camera in site.cameras] if site else []


def test_what_was_there_comes_back_and_what_came_later_goes(engine: Engine, tmp_path: Path) -> None:
    SiteRepository(engine).replace(site_of(CAMERA))
    with connected(engine) as writing:
        # A writer that has not ended: none of what it did is in the copy.
        writing.execute(text("UPDATE alembic_version SET version_num = 'half'"))
        dump(engine, tmp_path)
        writing.rollback()
    SiteRepository(engine).remove_camera(CAMERA.id)
    with connected(engine) as later:
        later.execute(text("CREATE TABLE of_a_later_version (id INTEGER PRIMARY KEY)"))
    load(engine, tmp_path)
    assert names(engine) == [CAMERA.id]
    assert current(engine) == head()
    assert "of_a_later_version" not in inspect(engine).get_table_names()


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.8, 0.97])
@pytest.mark.parametrize("then", [b"", b"nonsense;"])
def test_a_copy_that_is_damaged_leaves_the_data_base_as_it_was(
    engine: Engine, tmp_path: Path, kept: float, then: bytes
) -> None:
    SiteRepository(engine).replace(site_of(CAMERA))
    copy = dump(engine, tmp_path)
    content = copy.read_bytes()
    copy.write_bytes(content[: round(len(content) * kept)] + then)
    with pytest.raises(StorageError):
        load(engine, tmp_path)
    assert names(engine) == [CAMERA.id]


def test_a_copy_of_the_other_kind_is_refused(
    empty_engine: Engine, connect: Callable[[str], Engine], tmp_path: Path
) -> None:
    other = tmp_path / ("database.sql" if empty_engine.dialect.name == "sqlite" else "database.sqlite")
    other.write_bytes(b"x")
    with pytest.raises(StorageError, check=says("store.backup_of_another_database", wanted=empty_engine.dialect.name)):
        load(empty_engine, tmp_path)
