"""The passwords of cameras: sealed in the data base, there for those who have the key, hidden from all others."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from core.errors import SiteError, StorageError
from core.messages import Message
from core.site import Site
from store.base.engine import connected, reading
from store.base.vault import Vault
from store.site.secrets import without_passwords
from store.site.sites import SiteRepository
from tests.says import says
from tests.store.examples import CAMERA, SITE, camera, site_of

OPEN = camera("open", source="rtsp://10.0.0.9/1")
BOTH = camera("both", source="rtsp://a:first@10.0.0.9/1", detect_source="rtsp://10.0.0.9/2?user=a&password=second")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "home")


@pytest.fixture
def sites(engine: Engine, vault: Vault) -> SiteRepository:
    return SiteRepository(engine, vault)


def kept(engine: Engine) -> str:
    """All that the data base says of cameras."""
    with reading(engine) as session:
        return "".join(
            str(session.execute(text(f"SELECT * FROM {one}")).all()) for one in ("cameras", "camera_secrets")
        )


def loaded(sites: SiteRepository) -> Site:
    site = sites.load()
    assert site is not None
    return site


def test_passwords_are_sealed_and_come_back_to_who_has_the_key(
    sites: SiteRepository, engine: Engine, vault: Vault
) -> None:
    site = site_of(CAMERA, OPEN, BOTH)
    sites.replace(site)
    assert loaded(sites) == site
    assert not any(word in kept(engine) for word in ("secret@", "first", "second"))
    shown = loaded(SiteRepository(engine))
    assert shown.cameras[0].source == "rtsp://***@10.0.0.8/Streaming/Channels/101"
    assert shown.cameras[2].detect_source == "rtsp://10.0.0.9/2?user=***&password=***"
    assert shown.cameras[1] == OPEN
    assert stat.S_IMODE(vault.path.stat().st_mode) == 0o600


def test_what_comes_back_as_it_was_shown_keeps_its_password(sites: SiteRepository) -> None:
    sites.replace(site_of(CAMERA, BOTH))
    renamed = without_passwords(BOTH).model_copy(update={"name": "新名"})
    sites.put_camera(renamed)
    assert loaded(sites).cameras[1] == BOTH.model_copy(update={"name": "新名"})
    sites.put_camera(BOTH.model_copy(update={"source": "rtsp://a:third@10.0.0.9/1"}))
    assert loaded(sites).cameras[1].source == "rtsp://a:third@10.0.0.9/1"
    sites.put_camera(BOTH.model_copy(update={"source": "rtsp://10.0.0.9/1", "detect_source": None}))
    assert loaded(sites).cameras[1].source == "rtsp://10.0.0.9/1"


@pytest.mark.parametrize("source", ["rtsp://***@10.0.0.8/another", "rtsp://***@10.0.0.66/Streaming/Channels/101"])
def test_a_hidden_password_does_not_follow_to_another_address(sites: SiteRepository, source: str) -> None:
    sites.replace(SITE)
    with pytest.raises(SiteError, check=says("store.camera_password_not_known", camera_id=CAMERA.id, name="source")):
        sites.put_camera(CAMERA.model_copy(update={"source": source}))
    assert loaded(sites) == SITE


def test_a_sealed_password_belongs_to_its_camera(sites: SiteRepository, engine: Engine) -> None:
    sites.replace(site_of(CAMERA, BOTH))
    with connected(engine) as connection:
        other = "(SELECT sealed FROM camera_secrets WHERE camera_id = 'both')"
        connection.execute(text(f"UPDATE camera_secrets SET sealed = {other} WHERE camera_id != 'both'"))
    with pytest.raises(StorageError, check=says("store.secret_of_another_key", owner=CAMERA.id)):
        sites.load()


def test_a_key_that_is_gone_is_named(sites: SiteRepository, engine: Engine, vault: Vault) -> None:
    sites.replace(SITE)
    vault.path.unlink()
    gone = says("store.key_unreadable", path=str(vault.path), cause=Message("core.enoent"))
    with pytest.raises(StorageError, check=gone):
        SiteRepository(engine, Vault(vault.path.parents[1])).load()
    assert SiteRepository(engine).load() is not None


def test_what_was_kept_in_the_open_is_sealed_once(sites: SiteRepository, engine: Engine, tmp_path: Path) -> None:
    SiteRepository(engine).replace(site_of(CAMERA, OPEN))
    assert "secret@" in kept(engine)
    assert (sites.seal(), sites.seal()) == (1, 0)
    assert "secret@" not in kept(engine)
    assert loaded(sites) == site_of(CAMERA, OPEN)
    if engine.dialect.name == "sqlite":
        assert not any(b"secret@" in file.read_bytes() for file in tmp_path.glob("jiejing.db*"))


def test_a_camera_that_is_removed_leaves_no_password(sites: SiteRepository, engine: Engine) -> None:
    sites.replace(site_of(CAMERA, BOTH))
    sites.remove_camera("both")
    with reading(engine) as session:
        assert session.scalars(text("SELECT camera_id FROM camera_secrets")).all() == [CAMERA.id]
