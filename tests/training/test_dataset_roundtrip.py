"""What a form can carry comes back exactly; what it cannot is known."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.geometry import Box
from tests.training.dataset_examples import NOON, dataset, picture, rules, thing
from training.datasets.exporting import export_set
from training.datasets.folder import Dataset
from training.datasets.formats import yolo
from training.datasets.formats.foreign import ReadOptions
from training.datasets.formats.registry import AUTO, open_foreign
from training.datasets.importing import import_set
from training.datasets.model import LabelledPicture, Region, rounded_box
from training.datasets.selection import ExportRules, Form

LABELS = ("bin", "car", "garbage")


@st.composite
def boxes(draw: st.DrawFn, size_wh: tuple[int, int]) -> Box:
    """Boxes in hundredths of a pixel, at least a pixel wide and high, inside the picture."""
    sides = []
    for side in size_wh:
        low = draw(st.integers(0, side * 100 - 100))
        sides.append((low, draw(st.integers(low + 100, side * 100))))
    (x1, x2), (y1, y2) = sides
    return rounded_box((x1 / 100, y1 / 100, x2 / 100, y2 / 100))


SIZES = st.tuples(st.integers(1, 8000), st.integers(1, 8000))


@given(SIZES.flatmap(lambda size: st.tuples(st.just(size), boxes(size))))
def test_yolo_rows_carry_hundredths_of_a_pixel(sized: tuple[tuple[int, int], Box]) -> None:
    size_wh, box = sized
    row = yolo.rows([thing("car", box)], LABELS, size_wh)
    number, *shares = row.split()
    x, y, width, height = (float(share) * side for share, side in zip(shares, size_wh * 2, strict=True))
    assert number == "1"
    assert rounded_box((x - width / 2, y - height / 2, x + width / 2, y + height / 2)) == box


THINGS = boxes((160, 120)).flatmap(lambda box: st.sampled_from(LABELS).map(lambda label: thing(label, box)))


@pytest.mark.parametrize("form", ["yolo", "coco", "cvat"])
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(objects=st.lists(THINGS, min_size=1, max_size=4).map(tuple))
def test_boxes_come_back(form: Form, objects: tuple[object, ...]) -> None:
    with TemporaryDirectory() as folder:
        made = dataset(Path(folder) / "set", picture(0, objects=objects, part="train"))
        [back] = _there_and_back(made, Path(folder), form)
        assert back == next(made.pictures())


def _there_and_back(made: Dataset, folder: Path, form: Form) -> Iterator[LabelledPicture]:
    export_set(made, folder / "out", ExportRules(form, partial="keep", suggestions="include"))
    back = Dataset.open_or_new(folder / "back", "streets")
    import_set(open_foreign(folder / "out", AUTO, ReadOptions()), back, rules(exhaustive=frozenset(LABELS)))
    return back.pictures()


def test_coco_carries_everything(tmp_path: Path) -> None:
    full = picture(
        0,
        file="街/a & b.png",
        objects=(thing("bin"), thing("car", (1, 2, 30, 40), origin="truth")),
        ignore=(Region((0, 0, 9, 9), "<far>", "bin"), Region((0, 0, 5, 5), "rain")),
        negatives=(Region((50, 50, 90, 90), "a shadow", "garbage"),),
        exhaustive=frozenset({"bin"}),
        screened=frozenset({"car"}),
        status="suggested",
        camera_id="cam-1",
        utc=NOON,
        part="val",
        uncertainty=0.25,
    )
    made = dataset(tmp_path / "set", full, picture(1, exhaustive=None))
    export_set(made, tmp_path / "out", ExportRules("coco", partial="keep", suggestions="include"))
    back = Dataset.open_or_new(tmp_path / "back", "streets")
    import_set(open_foreign(tmp_path / "out", AUTO, ReadOptions()), back, rules())
    assert {one.file: one for one in back.pictures()} == {one.file: one for one in made.pictures()}


def test_coco_says_in_lvis_words_what_is_not_complete(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0, objects=(thing("bin"),), exhaustive=frozenset({"bin", "garbage"})))
    export_set(made, tmp_path / "out", ExportRules("coco", partial="keep"))
    content = json.loads((tmp_path / "out" / "annotations" / "instances_all.json").read_text())
    number_of = {one["name"]: one["id"] for one in content["categories"]}
    [image] = content["images"]
    assert image["not_exhaustive_category_ids"] == [number_of["car"]]
    assert image["neg_category_ids"] == [number_of["garbage"]]


def test_cvat_carries_ignore_regions_and_who_drew(tmp_path: Path) -> None:
    full = picture(
        0,
        objects=(thing("bin"), thing("car", (1, 2, 30, 40), origin="model:m", score=0.5)),
        ignore=(Region((0, 0, 9, 9), "<far> & \x01", "bin"), Region((0, 0, 5, 5), "rain")),
        part="val",
    )
    made = dataset(tmp_path / "set", full)
    [back] = _there_and_back(made, tmp_path, "cvat")
    assert back.ignore == (Region((0, 0, 9, 9), "<far> &  ", "bin"), Region((0, 0, 5, 5), "rain"))
    # Who takes a CVAT file in says that a person has looked at it.
    assert [replace(one, origin="person", score=None) for one in full.objects] == list(back.objects)
    text = (tmp_path / "out" / "annotations.xml").read_text()
    assert 'label="car" source="auto"' in text
    assert '<attribute name="score">0.5</attribute>' in text
