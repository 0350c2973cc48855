"""What models find is never taken for what a person decided."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import Detection, Image
from core.errors import InputError
from core.geometry import Box
from models.card import ModelCard, ModelInput
from tests.says import says
from tests.training.dataset_examples import dataset, picture, street, thing
from training.datasets.model import LabelledBox, LabelledPicture, Region
from training.datasets.prelabel import with_screening, with_suggestions
from training.datasets.suggesting import SuggestRules, suggest
from training.datasets.uncertainty import disagreement, near_threshold, uncertain_first, uncertainty

NOBODY_LOOKED = picture(exhaustive=frozenset())
PERSON_BOX: Box = (100, 10, 120, 60)


def find(label: str = "car", box: Box = (20, 20, 80, 70), score: float = 0.8) -> Detection:
    return Detection(label, score, box)


@pytest.mark.parametrize(
    ("changes", "news"),
    [
        ({}, True),
        ({"exhaustive": frozenset({"car"})}, False),  # every car has its box
        ({"exhaustive": frozenset({"bin"})}, True),
        ({"exhaustive": None}, False),
        ({"objects": (thing(),)}, False),  # there is a box already
        ({"objects": (thing("van"),)}, False),
        ({"objects": (thing("tricycle", (21, 21, 80, 70)),)}, False),  # the model's word for what a person named
        ({"objects": (thing("person", (30, 20, 50, 70)),)}, True),  # a person before the car
        ({"ignore": (Region((0, 0, 90, 90), "far"),)}, False),
        ({"ignore": (Region((0, 0, 90, 90), "far", "bin"),)}, True),  # given up for bins alone
        ({"ignore": (Region((0, 0, 40, 90), "far"),)}, True),  # covers a third of it
        ({"negatives": (Region((20, 20, 80, 70), "a poster", "van"),)}, False),  # a person said: no vehicle
        ({"negatives": (Region((20, 20, 80, 70), "a poster", "bin"),)}, True),
    ],
)
def test_what_is_news(changes: Mapping[str, object], news: bool) -> None:
    before = replace(NOBODY_LOOKED, **changes)  # type: ignore[arg-type]
    suggested = with_suggestions(before, [find()], "model:m")
    screened = with_screening(before, [find()], "model:m", {"car"})
    added = (LabelledBox("car", (20, 20, 80, 70), "model:m", 0.8),) if news else ()
    assert suggested.objects == before.objects + added
    assert suggested.status == ("suggested" if news else "confirmed")
    region = (Region((20, 20, 80, 70), "unlabelled, found by m", "car"),) if news else ()
    assert screened.ignore == before.ignore + region
    assert screened.objects == before.objects


def test_screening_settles_a_label_without_completing_it() -> None:
    after = with_screening(picture(exhaustive=frozenset({"bin"})), [], "model:m", {"bin", "car"})
    assert (after.exhaustive, after.screened) == ({"bin"}, {"car"})
    assert after.unsettled({"bin", "car", "person"}) == {"person"}
    assert after.incomplete({"bin", "car"}) == {"car"}


def test_asking_again_replaces_the_former_suggestions() -> None:
    once = with_suggestions(NOBODY_LOOKED, [find()], "model:m")
    moved = find(box=(0, 0, 30, 30))
    assert [one.bbox_xyxy_px for one in with_suggestions(once, [moved], "model:m").objects] == [(0, 0, 30, 30)]
    assert len(with_suggestions(once, [moved], "model:other").objects) == 2
    assert with_suggestions(once, [], "model:m") == NOBODY_LOOKED
    screened = with_screening(NOBODY_LOOKED, [find()], "model:m", {"car"})
    assert with_screening(screened, [find()], "model:m", {"car"}) == screened


def test_a_picture_that_waits_for_its_first_labels_goes_on_waiting() -> None:
    sample = replace(NOBODY_LOOKED, status="suggested")
    assert with_suggestions(sample, [], "model:m").status == "suggested"


def test_finds_are_cut_to_the_picture() -> None:
    [one] = with_suggestions(NOBODY_LOOKED, [find(box=(-10, 100, 300, 300))], "model:m").objects
    assert one.bbox_xyxy_px == (0, 100, 160, 120)


# --- how unsure


@pytest.mark.parametrize(
    ("scores", "value"),
    [((), 0), ((0.4,), 1), ((0.9, 0.4), 1), ((0.9,), 0), ((0.525,), 0.5), ((0.275,), 0.5), ((0.1, 0.95), 0)],
)
def test_a_score_near_the_threshold_is_unsure(scores: tuple[float, ...], value: float) -> None:
    assert near_threshold(scores, 0.4) == pytest.approx(value)


@pytest.mark.parametrize(
    ("a", "b", "value"),
    [
        ([], [], 0),
        ([find()], [], 1),
        ([find()], [find("van", (22, 20, 80, 70))], 0),  # one group, one place
        ([find()], [find("bin")], 1),
        ([find(), find("person", PERSON_BOX)], [find()], 1 / 3),  # 1 - F1 of 2 shared in 3
    ],
)
def test_models_that_disagree(a: list[Detection], b: list[Detection], value: float) -> None:
    assert disagreement(a, b) == pytest.approx(value)
    assert disagreement(b, a) == pytest.approx(value)


FINDS = st.lists(
    st.builds(find, score=st.floats(0, 1), box=st.sampled_from([(20, 20, 80, 70), PERSON_BOX])), max_size=4
)


@given(st.lists(FINDS, max_size=3), st.floats(0.05, 0.95))
def test_uncertainty_is_a_share(found: list[list[Detection]], threshold: float) -> None:
    assert 0 <= uncertainty(found, threshold) <= 1


def test_the_unsure_come_first() -> None:
    values = {"a": 0.2, "b": None, "c": 0.9, "d": 0.0}
    pictures = [picture(file=name, uncertainty=value) for name, value in values.items()]
    assert "".join(one.file for one in uncertain_first(pictures)) == "cadb"


# --- models at work


class FakeFinder:
    """Finds the same things in every picture."""

    def __init__(self, name: str, *finds: Detection) -> None:
        labels = {one.label: one.label for one in finds} or {"car": "car"}
        self.card = ModelCard(
            name=name,
            family="yolo",
            sha256="0" * 64,
            input=ModelInput(width=64, height=64),
            classes=tuple(labels),
            labels=labels,
        )
        self.finds = finds
        self.asked = 0

    def detect(self, image: Image, *, min_score: float) -> tuple[Detection, ...]:
        assert image.shape == street(0).shape
        self.asked += 1
        return tuple(one for one in self.finds if one.score >= min_score)


def run(tmp_path: Path, rules: SuggestRules, *finders: FakeFinder) -> list[LabelledPicture]:
    complete = picture(1, objects=(thing("bin"),))
    made = dataset(tmp_path / "set", replace(NOBODY_LOOKED, file="0.png"), complete)
    suggest(made, finders, rules)
    return list(made.pictures())


def test_models_look_only_where_something_is_open(tmp_path: Path) -> None:
    finder = FakeFinder("m", find(), find("person", PERSON_BOX), find("bin", (0, 80, 30, 110), 0.3))
    [first, complete] = run(tmp_path, SuggestRules(min_score=0.4), finder)
    assert finder.asked == 1
    # No person: nobody labels persons in this data set. The bin is below the threshold, and makes the picture unsure.
    assert [one.label for one in first.objects] == ["car"]
    assert (first.status, first.uncertainty) == ("suggested", pytest.approx(0.6))
    assert (complete.objects, complete.status, complete.uncertainty) == ((thing("bin"),), "confirmed", None)


def test_models_that_disagree_make_a_picture_unsure(tmp_path: Path) -> None:
    [first, _] = run(tmp_path, SuggestRules(), FakeFinder("m", find()), FakeFinder("n", find(box=(0, 0, 10, 10))))
    assert (len(first.objects), first.uncertainty) == (2, 1.0)


def test_asked_for_labels_join_the_data_set(tmp_path: Path) -> None:
    finder = FakeFinder("m", find("person", PERSON_BOX), find())
    rules = SuggestRules("ignore", labels=frozenset({"person"}))
    [first, second] = run(tmp_path, rules, finder)
    assert [region.label for region in first.ignore] == ["person"]
    assert first.screened == second.screened == {"person"}
    assert finder.asked == 2


def test_a_model_that_knows_none_of_the_labels(tmp_path: Path) -> None:
    none_of = says("training.models_find_none_of", models=("m",), labels=("bin", "car", "garbage"))
    with pytest.raises(InputError, check=none_of):
        run(tmp_path, SuggestRules(), FakeFinder("m", find("stall")))
