"""What leaves: masked, complete, or refused; the data set's own pictures never change."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.domain import Image
from core.errors import InputError, ModelError
from core.geometry import Box
from tests.says import says
from tests.shared_data import BUS, WEIGHTS, needs_clips
from tests.training.dataset_examples import dataset, picture, street, thing
from training.datasets.exporting import GREY, export_set, greyed
from training.datasets.folder import Dataset
from training.datasets.masking import FaceFinder, Mask, Masker, Masking, decided, masked
from training.datasets.model import LabelledPicture, Region, Source
from training.datasets.pictures import decoded
from training.datasets.selection import ExportReport, ExportRules

SEEN = picture(0, objects=(thing("bin"),), part="train")
EVERYTHING = replace(SEEN, exhaustive=None)


def export(tmp_path: Path, *pictures: LabelledPicture, form: Any = "yolo", **rules: Any) -> ExportReport:
    made = Dataset.open(tmp_path / "set") if (tmp_path / "set").exists() else dataset(tmp_path / "set", *pictures)
    return export_set(made, tmp_path / "out", ExportRules(form, **rules))


def test_ultralytics_finds_everything_where_it_looks(tmp_path: Path) -> None:
    other = replace(SEEN, file="sub/1.jpg", objects=(), part="val")
    export(tmp_path, SEEN, other)
    out = tmp_path / "out"
    assert (out / "data.yaml").read_text() == (
        "train: images/train\nval: images/val\nnc: 3\nnames: {0: car, 1: garbage, 2: bin}\n"
    )
    assert (out / "labels" / "train" / "0.txt").read_text() == "2 0.3125 0.375 0.375 0.4166666667\n"
    assert (out / "labels" / "val" / "sub" / "1.txt").read_text() == ""
    assert (out / "images" / "val" / "sub" / "1.jpg").is_file()
    assert not (out / "masking.jsonl").exists()
    about = json.loads((out / "export.json").read_text())
    assert (about["pictures"], about["masked"]) == (2, None)


def test_unchanged_pictures_are_the_very_same_files(tmp_path: Path) -> None:
    """Elsewhere an export decodes and encodes everything, and takes hours and gigabytes."""
    report = export(tmp_path, SEEN, link=True)
    source, target = tmp_path / "set" / "images" / "0.png", tmp_path / "out" / "images" / "train" / "0.png"
    assert report.unchanged == 1
    assert source.stat().st_ino == target.stat().st_ino


def test_what_is_scarce_is_written_several_times_to_learn_from_and_once_to_measure_on(tmp_path: Path) -> None:
    scarce = replace(SEEN, source=Source("import", "scarce"))
    report = export(tmp_path, SEEN, scarce, replace(scarce, file="v.png", part="val"), repeat={"scarce": 3})
    assert report.by_part == {"train": 4, "val": 1}
    out = tmp_path / "out"
    rows = {path.name: path.read_text() for path in (out / "labels" / "train").iterdir()}
    assert len(rows) == 4
    assert set(rows.values()) == {"2 0.3125 0.375 0.375 0.4166666667\n"}
    assert {Path(name).stem for name in rows} == {path.stem for path in (out / "images" / "train").iterdir()}


def test_two_pictures_never_share_a_label_file(tmp_path: Path) -> None:
    export(tmp_path, SEEN, replace(SEEN, file="0.jpg", objects=()))
    labels = sorted(path.name for path in (tmp_path / "out" / "labels" / "train").iterdir())
    assert len(labels) == 2
    assert {Path(name).stem for name in labels} == {
        path.stem for path in (tmp_path / "out" / "images" / "train").iterdir()
    }


def test_ignore_regions_are_grey_in_the_copy_alone(tmp_path: Path) -> None:
    ignored = replace(SEEN, ignore=(Region((0, 0, 100, 100), "far"),), negatives=(Region((0, 0, 10, 10), "x", "car"),))
    report = export(tmp_path, ignored, ignore="grey")
    copy = decoded(tmp_path / "out" / "images" / "train" / "0.png")
    assert report.greyed == 1
    assert (copy[75:100, :100] == GREY).all()
    assert (copy[20:70, 20:80] == street(0)[20:70, 20:80]).all()  # the labelled bin
    assert (copy[:10, :10] == street(0)[:10, :10]).all()  # a confirmed negative is to be learned
    assert (copy[100:] == street(0)[100:]).all()
    assert (decoded(tmp_path / "set" / "images" / "0.png") == street(0)).all()
    assert (greyed(street(0), ignored) == copy).all()


INCOMPLETE = replace(SEEN, file="1.png", exhaustive=frozenset({"bin"}))


@pytest.mark.parametrize(
    ("pictures", "rules", "expected"),
    [
        ((INCOMPLETE,), {}, says("training.labels_partial", count=1, labels=("car", "garbage"))),
        ((SEEN, INCOMPLETE), {"form": "coco"}, says("training.labels_partial", count=1, labels=("car", "garbage"))),
        ((replace(SEEN, status="suggested"),), {}, says("training.suggestions_unconfirmed", count=1)),
        ((replace(SEEN, part=None),), {}, says("training.pictures_in_no_part", count=1)),
        ((SEEN,), {"parts": ("val",)}, says("training.no_picture_to_export")),
        ((INCOMPLETE,), {"partial": "skip"}, says("training.no_picture_to_export")),
        # Screened things are hidden only where ignore regions turn grey.
        (
            (replace(INCOMPLETE, screened=frozenset({"car", "garbage"})),),
            {},
            says("training.labels_partial", labels=("car", "garbage")),
        ),
        (
            (SEEN,),
            {"masker": Masker()},
            says("training.cannot_mask_all", labels=("bus", "motorcycle", "person", "truck", "van")),
        ),
    ],
)
def test_what_would_teach_wrongly_is_refused(
    tmp_path: Path,
    pictures: tuple[LabelledPicture, ...],
    rules: dict[str, Any],
    expected: Callable[[BaseException], bool],
) -> None:
    with pytest.raises(InputError, check=expected):
        export(tmp_path, *pictures, **rules)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("rules", "names", "counted"),
    [
        ({"partial": "skip", "suggestions": "skip"}, {"0.png", "3.png"}, ("skipped_partial", 1)),
        ({"partial": "keep", "suggestions": "skip"}, {"0.png", "1.png", "3.png"}, ("kept_partial", 1)),
        ({"partial": "skip", "suggestions": "skip"}, {"0.png", "3.png"}, ("skipped_suggested", 1)),
        ({"partial": "skip", "suggestions": "include"}, {"0.png", "2.png", "3.png"}, ("skipped_suggested", 0)),
        ({"partial": "keep", "suggestions": "include", "first": 2}, {"3.png", "1.png"}, ("greyed", 0)),
        ({"partial": "keep", "suggestions": "include", "parts": ("val",)}, {"3.png"}, ("pictures", 1)),
    ],
)
def test_what_is_left_out_is_counted(
    tmp_path: Path, rules: dict[str, Any], names: set[str], counted: tuple[str, int]
) -> None:
    waiting = replace(SEEN, file="2.png", status="suggested", uncertainty=0.1)
    sure = replace(SEEN, file="3.png", part="val", uncertainty=0.9)
    report = export(tmp_path, SEEN, replace(INCOMPLETE, uncertainty=0.5), waiting, sure, form="coco", **rules)
    assert {path.name for path in (tmp_path / "out" / "images").iterdir()} == names
    assert getattr(report, counted[0]) == counted[1]


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(InputError, check=says("training.export_folder_not_empty", path=str(tmp_path / "out"))):
        export(tmp_path, SEEN)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_picture_that_is_gone_stops_the_export(tmp_path: Path) -> None:
    dataset(tmp_path / "set", SEEN, replace(SEEN, file="1.png"))
    (tmp_path / "set" / "images" / "1.png").unlink()
    gone = tmp_path / "set" / "images" / "1.png"
    with pytest.raises(InputError, check=says("training.picture_missing", path=str(gone))):
        export(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


# --- masks


def test_heads_and_plates_are_masked_and_told(tmp_path: Path) -> None:
    crowd = (thing("person", (10, 10, 40, 110)), thing("car", (60, 30, 160, 110)), thing("bin", (45, 60, 58, 80)))
    report = export(tmp_path, replace(EVERYTHING, objects=crowd), masker=Masker())
    [line] = (tmp_path / "out" / "masking.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert {"what": "head", "bbox_xyxy_px": [14.5, 10, 35.5, 32]} in told["masked"]
    assert {"what": "plate", "bbox_xyxy_px": [80, 78, 140, 106]} in told["masked"]
    copy = decoded(tmp_path / "out" / "images" / "train" / "0.png")
    assert _colours(copy[10:32, 15:35]) <= 9
    assert _colours(copy[78:106, 80:140]) <= 8
    assert (copy[40:110, 10:40] == street(0)[40:110, 10:40]).all()
    assert report.masked["head"] == 1


def _colours(image: Image) -> int:
    return len(np.unique(image.reshape(-1, 3), axis=0))


@pytest.mark.parametrize(
    ("things", "laid", "spared"),
    [
        ((thing("person", (10, 10, 20, 49)),), (), ()),  # too small to be recognised
        ((thing("car", (10, 10, 69, 40)),), (), ()),
        ((thing("stall", (10, 10, 20, 25)),), (), ("head",)),  # most of the stall would be gone
        ((thing("bin", (10, 0, 60, 60)),), ("head",), ()),
    ],
)
def test_masks_never_harm_a_label(things: tuple[Any, ...], laid: tuple[str, ...], spared: tuple[str, ...]) -> None:
    head = [Mask("head", (10, 10, 24, 26))] if things[0].label in ("stall", "bin") else []
    labelled = replace(EVERYTHING, objects=things)
    masking = decided(head, labelled) if head else Masker().decide(labelled, street(0))
    assert tuple(one.what for one in masking.masked) == laid
    assert tuple(one.what for one, _ in masking.spared) == spared


def test_several_masks_together_do_not_harm_a_label_either() -> None:
    car: Box = (0, 0, 100, 100)
    masks = [Mask("plate", (0, 0, 100, 20)), Mask("plate", (0, 40, 100, 60)), Mask("plate", (10, 80, 20, 90))]
    masking = decided(masks, replace(EVERYTHING, objects=(thing("car", car),)))
    assert masking.masked == (masks[0], masks[2])
    [(_, why)] = masking.spared
    assert why.endswith("of the car at [0, 0, 100, 100]")


def test_unknown_regions_are_masked_as_a_whole() -> None:
    ignored = replace(EVERYTHING, objects=(), ignore=(Region((10, 10, 50, 50), "crowd"),))
    assert Masker().decide(ignored, street(0)) == Masking((Mask("region", (10, 10, 50, 50)),))


def test_screened_persons_are_masked_too() -> None:
    screened = replace(SEEN, ignore=(Region((100, 0, 130, 100), "found", "person"),))
    assert [one.what for one in Masker().decide(screened, street(0)).masked] == ["head"]


def test_a_mosaic_leaves_few_colours_and_the_rest_as_it_was() -> None:
    copy = masked(street(0), [Mask("face", (10, 10, 40, 40)), Mask("face", (150, 110, 160, 120))])
    assert _colours(copy[10:40, 10:40]) <= 9
    assert (copy[:10] == street(0)[:10]).all()


@needs_clips
def test_a_model_that_finds_no_faces_is_refused() -> None:
    for weights in (WEIGHTS / "yolox_nano_416.onnx", BUS):
        with pytest.raises(ModelError, check=says("training.face_model_unusable", path=str(weights))):
            FaceFinder(weights)


@needs_clips
def test_faces_are_found() -> None:
    """Nobody's face is legible in this picture of a street; its persons are some 500 pixels high."""
    faces = FaceFinder(WEIGHTS / "yunet_n_640_640.onnx").find(decoded(BUS))
    assert all(x2 > x1 and y2 > y1 for x1, y1, x2, y2 in faces)
    assert 1 <= len(faces) <= 4
