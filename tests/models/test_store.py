"""The model store: what is taken in comes out again, and what is damaged is named."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.errors import ModelError, StorageError
from core.messages import Message
from models.card import ModelCard, ModelInput
from models.store import ModelStore, card_text, sha256_of
from tests.core.finds import finds
from tests.models.networks import write_tiny
from tests.says import says


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.onnx"
    return write_tiny(path)


def card(weights: Path, name: str = "mine") -> ModelCard:
    return ModelCard(
        name=name,
        family="yolo",
        sha256=sha256_of(weights),
        input=ModelInput(width=640, height=384),
        classes=("car", "stall", "dog"),
        labels={"car": "car", "stall": "stall"},
        licence="AGPL-3.0",
        data="rendered streets",
    )


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "home")


def test_what_is_taken_in_comes_out_again(store: ModelStore, weights: Path) -> None:
    taken = store.add(card(weights), weights)
    assert store.find("mine") == taken
    assert taken.weights.read_bytes() == weights.read_bytes()
    assert [model.card.name for model in store.all()].count("mine") == 1


def test_a_model_of_the_same_name_is_replaced(store: ModelStore, weights: Path) -> None:
    store.add(card(weights), weights)
    write_tiny(weights, 1)
    store.add(card(weights), weights)
    assert store.find("mine").weights.read_bytes() == weights.read_bytes()
    assert [model.card.name for model in store.all()].count("mine") == 1


def test_promote_and_roll_back_step_by_step(store: ModelStore, weights: Path) -> None:
    refs = {}
    for number, name in enumerate(("a", "b", "c")):
        write_tiny(weights, number)
        refs[name] = store.add(card(weights, name), weights).ref
        store.promote([name], reason=f"{name} is better", evidence={"map50": 0.5})
    assert store.in_use() == (refs["c"],)
    assert [store.rollback(reason="worse") for _ in range(2)] == [(refs["b"],), (refs["a"],)]
    with pytest.raises(ModelError, check=says("models.nothing_to_roll_back")):
        store.rollback(reason="worse")
    assert store.in_use() == (refs["a"],)
    assert [change.kind for change in store.history()] == ["promote"] * 3 + ["rollback"] * 2
    assert store.history()[1].evidence == {"map50": 0.5}


def test_what_cannot_be_promoted_changes_nothing(store: ModelStore, weights: Path) -> None:
    store.add(card(weights), weights)
    store.promote(["mine"], reason="first")
    with pytest.raises(ModelError, check=says("models.not_in_store", name="'street-x'")):
        store.promote(["street-x"], reason="better")
    assert len(store.history()) == 1


def test_what_is_in_use_stays_when_another_takes_its_name(store: ModelStore, weights: Path) -> None:
    first = store.add(card(weights), weights)
    store.promote(["mine"], reason="first")
    was = weights.read_bytes()
    write_tiny(weights, 1)
    second = store.add(card(weights), weights)
    assert store.in_use() == (first.ref,)
    assert store.version(first.ref).weights.read_bytes() == was
    store.promote(["mine"], reason="better")
    assert store.in_use() == (second.ref,)
    store.rollback(reason="worse")
    assert store.version(store.in_use()[0]).weights.read_bytes() == was


def test_what_does_not_run_is_neither_taken_in_nor_put_in_use(store: ModelStore, weights: Path) -> None:
    first = store.add(card(weights), weights)
    store.promote(["mine"], reason="first")
    write_tiny(weights, size_wh=(64, 64))  # not the size that its card says
    with pytest.raises(ModelError, check=says("models.cannot_be_used", name="'mine'")) as raised:
        store.add(card(weights), weights)
    assert says("models.does_not_run_at_size", width=640, height=384)(raised.value.__cause__)
    assert store.find("mine").ref == first.ref
    folder = store.find("mine").folder
    (folder / "model.onnx").write_bytes(weights.read_bytes())
    (folder / "model.yaml").write_text(card_text(card(weights)), encoding="utf-8")
    for use in (lambda: store.promote(["mine"], reason="better"), lambda: store.shadow("mine")):
        with pytest.raises(ModelError, check=says("models.cannot_be_used", name="'mine'")) as raised:
            use()
        assert says("models.does_not_run_at_size")(raised.value.__cause__)
    assert len(store.history()) == 1
    assert store.candidate() is None


def test_a_damaged_history_names_its_line(store: ModelStore, weights: Path, tmp_path: Path) -> None:
    store.add(card(weights), weights)
    store.promote(["mine"], reason="first")
    path = tmp_path / "home" / "models" / "history.jsonl"
    with path.open("a", encoding="utf-8") as file:
        file.write("{\n")
    with pytest.raises(ModelError, check=says("models.history_line_damaged", path=str(path), line=2)):
        store.in_use()


def rewrite(name: str, change: Callable[[str], str]) -> Callable[[Path], object]:
    """Changes the text of a file of the model's folder."""

    def damage(folder: Path) -> None:
        path = folder / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    return damage


# fmt: off
DAMAGES = [
    # what happens to the folder of a model, and what is said
    ("another file", lambda folder: (folder / "model.onnx").write_bytes(b"other"), "models.weights_differ_from_card"),
    ("the file is gone", lambda folder: (folder / "model.onnx").unlink(), "models.weights_missing"),
    ("the card is no YAML", rewrite("model.yaml", lambda _: "a: ["), "models.card_not_readable"),
    ("the card is empty", rewrite("model.yaml", lambda _: ""), "core.located"),
    ("an unknown key", rewrite("model.yaml", lambda text: text + "speed: fast\n"), "core.located"),
    ("another name", lambda folder: folder.rename(folder.with_name("other")), "models.not_in_store"),
]
# fmt: on


@pytest.mark.parametrize(("damage", "said"), [row[1:] for row in DAMAGES], ids=[row[0] for row in DAMAGES])
def test_damage_is_named(store: ModelStore, weights: Path, damage: Callable[[Path], object], said: str) -> None:
    taken = store.add(card(weights), weights)
    damage(taken.folder)
    with pytest.raises(ModelError, check=says(said)) as caught:
        store.find("mine")
    assert "\n" not in str(caught.value)


def test_a_key_that_no_card_has_is_named(store: ModelStore, weights: Path) -> None:
    path = store.add(card(weights), weights).folder / "model.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "speed: fast\n", encoding="utf-8")
    cause = Message("core.located", where="speed", cause=Message("core.value_extra_forbidden"))
    with pytest.raises(ModelError, check=says("core.located", where=str(path), cause=cause)):
        store.find("mine")


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"labels": {"cat": "car"}}, finds("models.card_labels_unknown_class", name="'cat'")),
        ({"labels": {"car": "tank"}}, finds("models.unknown_label_of_class", label="'tank'", name="'car'")),
        ({"labels": {}}, finds("models.no_class_maps_to_label")),
        ({"name": "../evil"}, finds("core.value_string_pattern_mismatch")),
        ({"input": {"width": 641, "height": 384}}, finds("core.value_multiple_of", multiple_of=32)),
    ],
)
def test_a_card_that_cannot_be(
    weights: Path, changes: dict[str, object], found: Callable[[ValidationError], bool]
) -> None:
    with pytest.raises(ValidationError, check=found):
        ModelCard.model_validate(card(weights).model_dump() | changes)


@pytest.mark.parametrize("name", ["../models/street-n", "street-n/../street-n", "", "."])
def test_a_name_is_no_path(store: ModelStore, weights: Path, name: str) -> None:
    store.add(card(weights), weights)
    with pytest.raises(ModelError, check=says("models.not_in_store", name=repr(name))):
        store.find(name)


def test_a_store_that_cannot_be_written(tmp_path: Path, weights: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(StorageError):
        ModelStore(tmp_path / "home").add(card(weights), weights)
