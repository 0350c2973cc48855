"""jiejing dataset render: streets whose truth is known, as labelled pictures."""

from pathlib import Path

import pytest

from core.errors import InputError
from scenes.dataset import CLASSES
from tests.says import says
from tests.training.test_dataset_commands import refused, said
from training.datasets.folder import Dataset
from training.datasets.rendering import parse_streets


def test_streets_join_a_data_set_and_those_that_are_there_stay(tmp_path: Path) -> None:
    into = tmp_path / "streets"
    render = ("render", into, "--per-street", "1", "--size", "192x128", "--part", "val")
    first = said(*render, "--streets", "7")
    assert first.startswith(f"{into}: 1 pictures rendered; boxes: ")
    kept = list(Dataset.open(into).pictures())
    assert said(*render, "--streets", "7-8").endswith("; 1 streets were there already\n")
    dataset = Dataset.open(into)
    pictures = list(dataset.pictures())
    assert pictures[:1] == kept
    assert [picture.camera_id for picture in pictures] == ["street00007", "street00008"]
    assert {picture.part for picture in pictures} == {"val"}
    assert all(picture.exhaustive is None for picture in pictures), "everything in a rendered street has its box"
    assert {one.origin for picture in pictures for one in picture.objects} == {"truth"}
    assert dataset.card.labels == CLASSES
    assert [(source.name, source.pictures) for source in dataset.card.sources] == [("rendered streets", 2)]
    assert "0 faults" in said("check", into)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("7", (7,)),
        ("7-9", (7, 8, 9)),
        ("7-8,3", (7, 8, 3)),  # in the order that was asked for
    ],
)
def test_streets_by_their_seeds(text: str, seeds: tuple[int, ...]) -> None:
    assert parse_streets(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "9-7", "7--9", "-7", "1.5"])
def test_no_streets(text: str) -> None:
    with pytest.raises(InputError, check=says("training.streets_written_wrong", value=text)):
        parse_streets(text)


@pytest.mark.parametrize("text", ["7,7", "7-9,8"])
def test_a_street_twice(text: str) -> None:
    with pytest.raises(InputError, check=says("training.street_named_twice", value=text)):
        parse_streets(text)


@pytest.mark.parametrize("size", ["960", "0x540", "960x", "5000x540"])
def test_no_size(size: str, tmp_path: Path) -> None:
    assert refused("render", tmp_path / "x", "--streets", "1", "--size", size).startswith(f"--size '{size}'")
    assert not (tmp_path / "x").exists()
