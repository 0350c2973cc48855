"""The model that ships: its recipe, and the measures that it is held to."""

import json
from pathlib import Path

import pytest

from core.errors import InputError
from models.card import ModelCard
from models.store import SHIPPED, ModelStore
from scenes.dataset import CLASSES
from tests.says import says
from tests.shared_data import SHARED, needs_clips
from training.datasets.folder import Dataset
from training.street_n import recipe
from training.street_n.figure import Figure, Measured, plain, rows
from training.street_n.measures import _of_source
from training.street_n.recipe import NAME, Plan, make
from training.street_n.sets import LEARNED, STALLS, gather


@pytest.mark.parametrize(
    ("figure", "reached"),
    [
        (Figure("map50", 0.70, "", floor=0.70), True),  # just so
        (Figure("map50", 0.699, "", floor=0.70), False),
        (Figure("map50", None, "", floor=0.70), False),  # nothing could be counted
        (Figure("map50", 0.1, ""), True),  # only told
        (Figure("false", 0, "", floor=0, is_ceiling=True), True),
        (Figure("false", 1, "", floor=0, is_ceiling=True), False),
    ],
)
def test_a_floor_is_reached_or_not(figure: Figure, *, reached: bool) -> None:
    assert figure.is_reached is reached
    (row,) = rows(Measured("streets", rendered=True, figures=(figure,)))
    assert ("NOT REACHED" in row[4]) is not reached


def test_a_measure_says_what_was_skipped_and_what_is_rendered() -> None:
    skipped = Measured("real clips", rendered=False, skipped="../shared/data is not there")
    assert next(rows(skipped))[-1] == "../shared/data is not there"
    assert json.loads(json.dumps(plain([skipped])))[0]["rendered"] is False


@needs_clips
def test_the_real_pictures_are_parted_alike_each_time_and_keep_what_nobody_labelled_unknown(tmp_path: Path) -> None:
    parts = []
    for turn in ("a", "b"):
        dataset = Dataset.open_or_new(tmp_path / turn, turn)
        gather(dataset, SHARED)
        parts.append({picture.file: picture.part for picture in dataset.pictures()})
    assert parts[0] == parts[1]
    pictures = list(dataset.pictures())
    for one in LEARNED:
        of_set = [picture for picture in pictures if picture.source.name == one.name]
        assert {picture.part for picture in of_set} == {"train", "val"}
        assert all("person" in picture.incomplete(CLASSES) for picture in of_set)
    far = [picture for picture in pictures if picture.source.name == "vehicles_nepal"]
    assert all(("car" in picture.incomplete(CLASSES)) == (picture.part == "train") for picture in far)
    assert not any(picture.source.name == STALLS.name for picture in pictures), "never learned from"
    assert _of_source(dataset, "garbage_v1", "val").pictures


def test_what_is_missing_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, check=says("training.set_missing", name="bin_overflow_cn")):
        make(Plan(tmp_path / "nothing", tmp_path / "home"))
    assert not (tmp_path / "home" / "data" / "dataset.yaml").exists()


def test_a_recipe_goes_on_where_it_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, ...]] = []

    def run(arguments: tuple[str, ...], _home: Path) -> None:
        if arguments[:2] == ("dataset", "render") and len(ran) < 4:
            ran.append(arguments)
            raise InputError("training.step_failed", name=recipe.NAME, exit_code=130)
        ran.append(arguments)

    monkeypatch.setattr(recipe, "gather", lambda *_: None)
    monkeypatch.setattr(recipe, "_run", run)
    monkeypatch.setattr(recipe, "_ship", lambda *_: [])
    plan = Plan(tmp_path / "data", tmp_path / "home")
    with pytest.raises(InputError, check=says("training.step_failed", exit_code=130)):
        make(plan)
    make(plan)
    names = [arguments[:2] for arguments in ran]
    assert names.count(("model", "import")) == 1
    assert names.count(("dataset", "prelabel")) == 2
    assert [arguments[0] for arguments in ran[-2:]] == ["train", "train"]
    assert set(json.loads((tmp_path / "home" / "recipe.json").read_text())) == {
        "pictures",
        *(step.name for step in plan.steps()),
    }


@pytest.mark.skipif(not (SHIPPED / NAME).is_dir(), reason="street-n is not in this copy")
def test_what_ships(tmp_path: Path) -> None:
    model = ModelStore(tmp_path).find(NAME)
    card: ModelCard = model.card
    assert set(card.labels.values()) == set(CLASSES)
    assert model.weights.stat().st_size <= 13_000_000
    assert "AGPL-3.0" in card.licence
    rendered = [one for one in card.figures["measures"] if one["rendered"]]
    assert rendered
    assert "never" in card.figures["not_to_be_trusted_with"]["en"].lower()
