"""Models on a data set: which pictures count, what they are worth, and what went wrong."""

from pathlib import Path

import pytest

from core.errors import InputError
from runtime.models.loading import Detectors
from tests.says import says
from tests.training.evaluation_examples import BLIND, FAINT, SURE, put_model, write_dataset
from training.datasets.folder import Dataset
from training.datasets.model import LabelledBox, Part, Region
from training.evaluation.pictures import LOWEST_SCORE, PictureSet, all_seeing, evaluate_pictures
from training.evaluation.result import PictureFigures

PLACES = [(20, 90), (140, 90), (200, 60), (90, 120)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def evaluated(home: Path, dataset: Path, score: float = SURE) -> PictureFigures:
    put_model(home, "red", score)
    pictures = PictureSet.of(Dataset.open(dataset))
    ensemble = Detectors(home).ensemble(all_seeing(LOWEST_SCORE), ["red"])
    return evaluate_pictures(pictures, ensemble, {"car"}, pictures.fingerprint())


# How sure the model is: AP at 0.5, right and shown at the score that counts.
@pytest.mark.parametrize(("score", "ap50", "right"), [(SURE, 1.0, 4), (FAINT, 1.0, 0), (BLIND, 0.0, 0)])
def test_figures_of_a_model(home: Path, tmp_path: Path, score: float, ap50: float, right: int) -> None:
    figures = evaluated(home, write_dataset(tmp_path / "cars", PLACES), score)
    (car,) = figures.labels
    assert (car.label, car.boxes, car.pictures, car.ap50) == ("car", 4, 4, ap50)
    assert figures.map50 == ap50
    assert figures.map50_interval == pytest.approx((ap50, ap50))
    assert (car.recall.hits, car.recall.of) == (right, 4)
    assert (car.precision.hits, car.precision.of) == (right, right)


def test_what_went_wrong_is_named(home: Path, tmp_path: Path) -> None:
    changes = {
        0: {"objects": (LabelledBox("bus", (20, 90, 70, 120)),)},  # the same place under another label
        1: {"objects": ()},  # nothing there, says the truth
        2: {"objects": (LabelledBox("car", (220, 60, 290, 90)),)},  # only a part of it
        3: {"objects": (LabelledBox("car", (90, 120, 140, 150)), LabelledBox("car", (250, 10, 300, 40)))},
    }
    dataset = Dataset.open(write_dataset(tmp_path / "cars", PLACES, changes=changes))
    with dataset.revise() as revision:
        for picture in dataset.pictures():
            revision.put(picture)
        revision.card = revision.card.with_labels(frozenset({"bus"}))
    figures = evaluated(home, tmp_path / "cars")
    slips = {(one.kind, one.picture, one.label, one.why, one.other) for one in figures.slips}
    assert slips == {
        ("miss", "0.png", "bus", "label", "car"),
        ("false_alarm", "0.png", "car", "label", "bus"),
        ("false_alarm", "1.png", "car", "nothing", None),
        ("miss", "2.png", "car", "place", None),
        ("false_alarm", "2.png", "car", "place", None),
        ("miss", "3.png", "car", "nothing", None),
    }
    # Another label of the same group is the same thing for the rules: it comes last.
    assert [one.picture for one in figures.slips if one.kind == "miss"][-1] == "0.png"


def test_a_faint_find_is_told_from_none(home: Path, tmp_path: Path) -> None:
    figures = evaluated(home, write_dataset(tmp_path / "cars", PLACES[:1]), FAINT)
    assert [(one.kind, one.why) for one in figures.slips] == [("miss", "faint")]


# What is known of a picture whose red car has no box: what the find of it counts as.
@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ({}, 1),
        ({"ignore": (Region((130, 80, 200, 130), "unclear"),)}, 0),
        ({"ignore": (Region((130, 80, 200, 130), "unclear", "car"),)}, 0),
        ({"ignore": (Region((130, 80, 200, 130), "unclear", "bus"),)}, 1),
        ({"exhaustive": frozenset({"bus"})}, 0),
        ({"exhaustive": frozenset({"bus"}), "negatives": (Region((140, 90, 190, 120), "no car", "car"),)}, 1),
    ],
)
def test_what_is_not_known_counts_neither_way(home: Path, tmp_path: Path, known: dict[str, object], shown: int) -> None:
    dataset = write_dataset(tmp_path / "cars", PLACES[1:2], changes={0: {"objects": (), **known}})
    (car,) = evaluated(home, dataset).labels
    assert (car.precision.hits, car.precision.of) == (0, shown)


@pytest.mark.parametrize(
    ("parts", "asked", "expected"),
    [
        (("train", "val", "test"), None, ("test", ["2.png"])),
        (("train", "val", "val"), None, ("val", ["1.png", "2.png"])),
        (("train", "val", "test"), "train", ("train", ["0.png"])),
        (("train", None, None), None, ("unsplit", ["1.png", "2.png"])),
    ],
)
def test_which_pictures_count(
    tmp_path: Path, parts: tuple[Part | None, ...], asked: Part | None, expected: tuple[str, list[str]]
) -> None:
    changes = {number: {"part": part} for number, part in enumerate(parts)}
    pictures = PictureSet.of(Dataset.open(write_dataset(tmp_path / "cars", PLACES[:3], changes=changes)), asked)
    assert (pictures.part, [one.file for one in pictures.pictures]) == expected


def test_pictures_that_wait_for_a_person_are_left_out(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "cars", PLACES, changes={1: {"status": "suggested"}})
    pictures = PictureSet.of(Dataset.open(dataset))
    assert ([one.file for one in pictures.pictures], pictures.skipped) == (["0.png", "2.png", "3.png"], 1)


def test_training_pictures_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, check=says("training.all_pictures_for_training")):
        PictureSet.of(Dataset.open(write_dataset(tmp_path / "cars", PLACES[:1], part="train")))


def test_the_fingerprint_follows_labels_not_the_order(tmp_path: Path) -> None:
    def fingerprint(name: str, **changes: object) -> str:
        return PictureSet.of(Dataset.open(write_dataset(tmp_path / name, PLACES, **changes))).fingerprint()  # type: ignore[arg-type]

    assert fingerprint("a") == fingerprint("b")
    assert fingerprint("c", changes={0: {"objects": ()}}) != fingerprint("a")
