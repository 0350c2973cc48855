"""Models that do not run, in a fleet that runs: those in use go on; and the first model of a fresh home."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.system.duties import duties_of_run
from core.duties import DutyState
from core.errors import ModelError
from models import store as model_store
from models.store import SHIPPED, ModelStore, StoredModel
from runtime.home.installation import Installation
from runtime.models import loading
from tests.extras import need
from tests.runtime.conftest import Jiejing, site
from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_detector
from tests.runtime.test_fleet import running, until

Spoil = Callable[[StoredModel, pytest.MonkeyPatch], None]


def _damaged(model: StoredModel, _: pytest.MonkeyPatch) -> None:
    with model.weights.open("r+b") as file:
        file.truncate(100)


def _gone(model: StoredModel, _: pytest.MonkeyPatch) -> None:
    model.weights.unlink()


def _does_not_run(model: StoredModel, monkeypatch: pytest.MonkeyPatch) -> None:
    detect = loading.Detector.detect

    def refuse(self: Any, *arguments: Any, **options: Any) -> Any:
        if self.card.name == model.card.name:
            raise ModelError(f"model {model.card.name!r} does not run")
        return detect(self, *arguments, **options)

    monkeypatch.setattr(loading.Detector, "detect", refuse)


@pytest.fixture
def installation(
    home: Path, with_model: str, tmp_path: Path, jiejing: Jiejing, site_file: Callable[..., Path], monkeypatch: Any
) -> Iterator[Installation]:
    """It watches a film of two minutes in which a car stands from the first second."""
    film = write_film(tmp_path / "film.mp4", 120, stands(0))
    monkeypatch.setenv("JIEJING_FILE_ROOTS", f'["{film.parent}"]')
    quick = {"candidate_after_s": 1, "violation_after_s": 12}
    assert jiejing("camera", "import", site_file(site(f"file://{film}", **quick))).code == 0
    opened = Installation.open()
    yield opened
    opened.engine.dispose()


@pytest.mark.parametrize("spoil", [_damaged, _gone, _does_not_run])
def test_a_model_that_does_not_run_takes_nobodys_place(
    installation: Installation, jiejing: Jiejing, tmp_path: Path, spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dwell goes on through what looked before, the cause is told at once, and ends with the model's return."""
    better = write_red_detector(tmp_path / "better.onnx", score=0.7)
    assert jiejing("model", "import", better, "--name", "better", "--family", "yolo-e2e").code == 0
    home = installation.settings.home
    store = ModelStore(home)

    def models() -> DutyState | None:
        told = duties_of_run(home) or ()
        return next((one for one in told if (one.name, one.camera_id) == ("models", None)), None)

    with running(installation):
        until(lambda: installation.store.events.page().events)
        model = store.find("better")
        spoil(model, monkeypatch)
        # As where it is spoilt a moment after it was tried: `promote` itself refuses it.
        with monkeypatch.context() as untried:
            untried.setattr(ModelStore, "find", lambda _self, _name: model)
            untried.setattr(model_store, "_tried", lambda one: one)
            store.promote(["better"], reason="finds more")
        refused = until(lambda: told if (told := models()) and not told.up else None)
        assert "better" in refused.why
        assert "the cameras go on looking through red" in refused.why
        (event,) = until(lambda: [one for one in installation.store.events.page().events if one.state == "violation"])
        assert [one.name for one in event.models] == ["red"]
        store.promote(["red"], reason="better does not run")
        until(lambda: (told := models()) and told.up)
        assert installation.store.camera_states.all()["cam"].state.status == "online"


@pytest.mark.skipif(not (SHIPPED / "street-n").is_dir(), reason="street-n is not in this copy")
def test_the_model_that_ships_is_put_in_use_in_a_fresh_home(home: Path, jiejing: Jiejing) -> None:
    need("torch")  # promoting comes with the extra for training
    said = jiejing("doctor")
    assert "jiejing model promote street-n" in said.out + said.err
    said = jiejing("model", "promote", "street-n")
    assert (said.code, said.out.strip()) == (0, "in use: street-n"), said.err
    store = ModelStore(home)
    assert [one.name for one in store.in_use()] == ["street-n"]
    assert not store.history()[-1].forced
    # From now on there is something to hold another against.
    assert jiejing("model", "promote", "street-n-int8").code == 2
    assert [one.name for one in store.in_use()] == ["street-n"]
    forced = jiejing("model", "promote", "street-n-int8", "--force", "--reason", "a processor without a fast FP32")
    assert forced.code == 0
    assert (store.history()[-1].forced, store.history()[-1].reason) == (True, "a processor without a fast FP32")
