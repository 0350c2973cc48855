"""The site is kept as it was given, changes as a whole or not at all, and forgets no rule."""

import pytest
from sqlalchemy import Engine, text

from core.errors import SiteError, StorageError
from core.messages import Message
from core.rules import rules_of
from core.site import Preset
from store.base.engine import writing
from store.site.sites import SiteRepository
from store.site.stream_states import CameraStateRepository
from tests.says import says
from tests.store.examples import CAMERA, PAVEMENT, SITE, camera, site_of, stream_state


def test_what_was_put_comes_back(engine: Engine) -> None:
    site = site_of(camera("b"), camera("a", name="一号"), CAMERA)
    SiteRepository(engine).replace(site)
    assert SiteRepository(engine).load() == site


def test_replacing_removes_what_is_not_named_and_counts_the_change(engine: Engine) -> None:
    sites = SiteRepository(engine)
    sites.replace(site_of(camera("a"), camera("b")))
    CameraStateRepository(engine).put(stream_state("a"), stream_state("b"))
    sites.replace(site_of(camera("c"), camera("b", name="new")))
    assert sites.load() == site_of(camera("c"), camera("b", name="new"))
    assert list(CameraStateRepository(engine).all()) == ["b"]
    assert sites.revision() == 2


def test_a_camera_is_added_at_the_end_or_changed_in_its_place(engine: Engine) -> None:
    sites = SiteRepository(engine)
    sites.replace(site_of(camera("a"), camera("b")))
    sites.put_camera(camera("c"))
    sites.put_camera(camera("a", name="changed"))
    assert sites.load() == site_of(camera("a", name="changed"), camera("b"), camera("c"))


def test_a_camera_is_removed(engine: Engine) -> None:
    sites = SiteRepository(engine)
    sites.replace(site_of(camera("a"), camera("b")))
    assert sites.remove_camera("a")
    assert not sites.remove_camera("a")
    assert sites.load() == site_of(camera("b"))
    assert sites.revision() == 2


def test_a_camera_needs_a_site(engine: Engine) -> None:
    with pytest.raises(SiteError, check=says("store.no_site_yet")):
        SiteRepository(engine).put_camera(CAMERA)
    assert SiteRepository(engine).revision() == 0


def test_every_rule_that_ever_held_is_kept(engine: Engine) -> None:
    sites = SiteRepository(engine)
    sites.replace(SITE)
    old = rules_of(CAMERA)[0]
    stricter = PAVEMENT.model_copy(update={"violation_after_s": 180})
    changed = camera(CAMERA.id, presets=(Preset(id="1", zones=(stricter,)),))
    sites.put_camera(changed)
    sites.remove_camera(CAMERA.id)
    assert sites.rule(old.version) == old.snapshot()
    assert sites.rule(rules_of(changed)[0].version) == rules_of(changed)[0].snapshot()
    assert sites.rule("0" * 16) is None


def test_a_failed_change_leaves_everything_as_it_was(engine: Engine) -> None:
    sites = SiteRepository(engine)
    sites.replace(SITE)
    too_long = camera("x" * 60, name="x") if engine.dialect.name == "postgresql" else camera("b", id=None)
    with pytest.raises(StorageError):
        sites.replace(site_of(camera("a"), too_long))
    assert sites.load() == SITE
    assert sites.revision() == 1


def test_a_camera_written_by_a_newer_version_is_named(engine: Engine) -> None:
    SiteRepository(engine).replace(SITE)
    with writing(engine) as session:
        session.execute(text("""UPDATE cameras SET camera = '{"id": "a", "colour": "red"}'"""))
    with pytest.raises(StorageError, check=says("store.database_content_unknown", content="Camera")) as raised:
        SiteRepository(engine).load()
    assert "\n" not in str(raised.value)


def test_what_a_stream_says_of_itself_keeps_its_code(engine: Engine) -> None:
    states = CameraStateRepository(engine)
    error = Message("core.located", where="gate", cause=Message("core.host_not_found", host="gate"))
    states.put(stream_state(error=error))
    kept = states.all()[CAMERA.id].state
    assert kept.error is not None
    assert (kept.error.plain(), kept.unfit) == (error.plain(), None)


@pytest.mark.parametrize("text_of_a_former_version", ["view moved", '"x"', '{"code": 1}', "7", ""])
def test_what_a_former_version_said_of_a_stream_stays(engine: Engine, text_of_a_former_version: str) -> None:
    states = CameraStateRepository(engine)
    states.put(stream_state())
    with writing(engine) as session:
        session.execute(text("UPDATE camera_states SET unfit = :said"), {"said": text_of_a_former_version})
    unfit = states.all()[CAMERA.id].state.unfit
    assert unfit is not None
    assert unfit.plain() == {"code": "core.text", "params": {"text": text_of_a_former_version}}
