"""Taking in: never silent about what is lost, wholly or not at all."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.messages import Message
from tests.says import says
from tests.training.dataset_examples import rules, save, yolo_set
from training.datasets.classmap import class_map
from training.datasets.folder import Dataset
from training.datasets.formats.foreign import ReadOptions
from training.datasets.formats.registry import AUTO, open_foreign
from training.datasets.importing import ImportReport, import_set
from training.datasets.model import LabelledPicture, Region
from training.datasets.naming import NamePattern

BIN, GARBAGE = "0 0.5 0.5 0.25 0.5\n", "1 0.25 0.25 0.25 0.25\n"
POLYGON = "1 0.25 0.25 0.5 0.25 0.5 0.75\n"
FAULTS = "training.faults_refuse_import"


def take(root: Path, into: Path, classes: str = "ours", **changes: Any) -> tuple[ImportReport, list[LabelledPicture]]:
    dataset = Dataset.open_or_new(into, "set")
    report = import_set(open_foreign(root, AUTO, ReadOptions()), dataset, rules(classes, **changes))
    return report, list(Dataset.open(into).pictures())


def test_what_was_taken_in(tmp_path: Path) -> None:
    root = yolo_set(tmp_path / "yolo", {"a": BIN + GARBAGE, "b": "", "c": BIN})
    report, [a, b, _] = take(root, tmp_path / "set", licence="CC BY 4.0")
    assert (report.taken, report.without_boxes, dict(report.boxes)) == (3, 1, {"bin": 2, "garbage": 1})
    assert [(one.label, one.bbox_xyxy_px, one.origin) for one in a.objects] == [
        ("bin", (60, 30, 100, 90), "person"),
        ("garbage", (20, 15, 60, 45), "person"),
    ]
    assert (a.file, a.size_wh, a.source.name, a.status, a.part) == ("a.png", (160, 120), "a source", "confirmed", None)
    assert (tmp_path / "set" / "images" / "b.png").read_bytes() == (root / "images" / "b.png").read_bytes()
    card = Dataset.open(tmp_path / "set").card
    assert card.labels == ("garbage", "bin")
    assert [(one.name, one.format, one.licence, one.pictures, one.boxes) for one in card.sources] == [
        ("a source", "yolo", "CC BY 4.0", 3, 3)
    ]
    assert b.objects == ()


def test_only_mapped_labels_count_as_complete(tmp_path: Path) -> None:
    """Nobody labelled the people in a set of bins: they are not background."""
    yolo_set(tmp_path / "yolo", {"a": BIN}, classes="waste bin\ntree\n")
    _, [one] = take(tmp_path / "yolo", tmp_path / "set", "waste bin=bin,tree=")
    assert one.exhaustive == {"bin"}
    assert one.incomplete({"bin", "person"}) == {"person"}
    _, [one] = take(tmp_path / "yolo", tmp_path / "none", "waste bin=bin", exhaustive=frozenset())
    assert one.exhaustive == frozenset()


def test_classes_that_are_left_out_or_given_up(tmp_path: Path) -> None:
    yolo_set(tmp_path / "yolo", {"a": BIN + GARBAGE, "b": "2 0.5 0.5 0.1 0.1\n"}, classes="x\ny\nz\n")
    report, [a, b] = take(tmp_path / "yolo", tmp_path / "set", "x=bin,y=ignore,z=")
    assert dict(report.dropped) == {"z": 1}
    assert a.ignore == (Region((20, 15, 60, 45), "class y"),)
    assert (b.objects, b.ignore) == ((), ())


@pytest.mark.parametrize(
    ("rows", "classes", "code", "words"),
    [
        (
            {"a": BIN + GARBAGE + GARBAGE},
            "bin=bin",
            "training.classes_unmapped",
            "the class map does not name 'garbage' (2 boxes)",
        ),
        ({"a": BIN + POLYGON}, "ours", FAULTS, "1 faults: labels/a.txt:2: a polygon of class 'garbage'"),
        ({"a": BIN + "1 0.5 0.5 0.5 0.5 0.9\n"}, "ours", FAULTS, "--scores takes scored rows as suggestions"),
        ({"a": BIN, "b": None}, "ours", FAULTS, "images/b.png: no label file"),
        ({"a": BIN + "0 0.1 0.5 0.5 0.5\n"}, "ours", FAULTS, "labels/a.txt:2: the box [-24.0, 30.0, 56.0, 90.0] rea"),
        ({"a": BIN + "0 0.5 0.5 0.001 0.5\n"}, "ours", FAULTS, "has no area"),
        ({}, "ours", "training.nothing_to_take_in", "not one picture was found"),
        ({"a": "", "b": ""}, "ours", "training.no_box_of_our_labels", "2 pictures"),
        ({"a": GARBAGE}, "bin=bin,garbage=", "training.no_box_of_our_labels", "1 pictures"),
    ],
)
def test_nothing_is_taken_in_and_one_line_says_why(
    tmp_path: Path, rows: dict[str, str | None], classes: str, code: str, words: str
) -> None:
    yolo_set(tmp_path / "yolo", rows)
    (tmp_path / "yolo" / "images").mkdir(exist_ok=True)
    with pytest.raises(InputError, check=says(code, path=str(tmp_path / "yolo"))) as caught:
        take(tmp_path / "yolo", tmp_path / "set", classes)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "set").exists()


def test_polygons_become_boxes_only_when_asked(tmp_path: Path) -> None:
    yolo_set(tmp_path / "yolo", {"a": POLYGON})
    _, [one] = take(tmp_path / "yolo", tmp_path / "set", polygons_to_boxes=True)
    assert [thing.bbox_xyxy_px for thing in one.objects] == [(40, 30, 80, 90)]


def test_pictures_with_a_fault_are_left_out_as_a_whole(tmp_path: Path) -> None:
    """Without its faulty row, the thing in it would be learned as background."""
    yolo_set(tmp_path / "yolo", {"a": BIN, "b": BIN + "0 0.5\n", "c": None, "d": GARBAGE + POLYGON})
    report, pictures = take(tmp_path / "yolo", tmp_path / "set", skip_faulty=True)
    assert [one.file for one in pictures] == ["a.png"]
    assert report.faulty == 3
    assert [finding.kind for finding in report.findings] == ["row", "no-labels", "polygon"]


def test_boxes_are_cut_where_rounding_let_them_out(tmp_path: Path) -> None:
    yolo_set(tmp_path / "yolo", {"a": "0 0.12500001 0.5 0.2500001 0.5\n0 0.5 0.5 0.1 0.1\n1 0.998 0.5 0.01 0.5\n"})
    report, [one] = take(tmp_path / "yolo", tmp_path / "set")
    assert [thing.bbox_xyxy_px[2] for thing in one.objects] == [40, 88, 160]
    assert report.clipped == 1


def test_scored_rows_are_suggestions(tmp_path: Path) -> None:
    yolo_set(tmp_path / "yolo", {"a": "0 0.5 0.5 0.25 0.5 0.875\n", "b": ""})
    _, [a, b] = take(tmp_path / "yolo", tmp_path / "set", scores=True)
    assert [(one.origin, one.score) for one in a.objects] == [("model:a source", 0.875)]
    assert (a.status, b.status) == ("suggested", "suggested")
    assert b.exhaustive == frozenset()  # that a model found nothing does not mean that nothing is there


def test_a_picture_that_is_known(tmp_path: Path) -> None:
    into = tmp_path / "set"
    take(yolo_set(tmp_path / "one", {"a": BIN}), into)
    again = yolo_set(tmp_path / "two", {"renamed": GARBAGE, "fresh": BIN})
    with pytest.raises(InputError, check=says("training.picture_known_already", known="a.png")):
        take(again, into)
    assert [one.file for one in Dataset.open(into).pictures()] == ["a.png"]
    report, [a, fresh] = take(again, into, known="skip")
    assert (report.taken, report.skipped_known) == (1, 1)
    assert ([one.label for one in a.objects], fresh.file) == (["bin"], "fresh.png")
    report, [a, _] = take(again, into, known="update")
    assert (report.updated, [one.label for one in a.objects], a.file) == (2, ["garbage"], "a.png")


def test_the_same_picture_twice_in_the_source(tmp_path: Path) -> None:
    root = yolo_set(tmp_path / "yolo", {"a": BIN, "b": GARBAGE})
    (root / "images" / "b.png").write_bytes((root / "images" / "a.png").read_bytes())
    report, pictures = take(root, tmp_path / "set")
    assert [one.file for one in pictures] == ["a.png"]
    assert [(one.kind, one.where) for one in report.findings] == [("duplicate", "images/b.png")]


def test_two_pictures_of_one_name(tmp_path: Path) -> None:
    root = yolo_set(tmp_path / "yolo", {})
    for part, seed in (("train", 1), ("val", 2)):
        save(root / "images" / part / "a.png", seed)
        (root / "labels" / part).mkdir()
        (root / "labels" / part / "a.txt").write_text(BIN)
    _, [first, second] = take(root, tmp_path / "set")
    assert (first.file, first.part, second.part) == ("a.png", "train", "val")
    assert second.file == f"a-{second.sha256[:12]}.png"
    _, [first, second] = take(root, tmp_path / "test", part="test")
    assert (first.part, second.part) == ("test", "test")


def test_suggestions_come_back_from_a_person(tmp_path: Path) -> None:
    """Suggested, exported to CVAT, corrected there, taken in without the pictures."""
    into = tmp_path / "set"
    take(yolo_set(tmp_path / "yolo", {"a": "0 0.5 0.5 0.25 0.5 0.9\n"}), into, scores=True)
    (tmp_path / "cvat").mkdir()
    (tmp_path / "cvat" / "annotations.xml").write_text(
        '<annotations><image id="0" name="a.png" width="160" height="120">'
        '<box label="bin" source="auto" xtl="60" ytl="31" xbr="100" ybr="90">'
        '<attribute name="score">0.9</attribute></box>'
        '<box label="ignore" xtl="0" ytl="0" xbr="20" ybr="20"><attribute name="reason">far</attribute></box>'
        "</image></annotations>"
    )
    with pytest.raises(InputError, check=says("training.faults_refuse_import", count=1)) as caught:
        take(tmp_path / "cvat", into)
    assert [one.params["cause"].code for one in caught.value.message.params["faults"]] == ["training.picture_not_found"]
    _, [one] = take(tmp_path / "cvat", into, known="update", classes="bin=bin")
    assert (one.status, one.exhaustive) == ("confirmed", {"bin"})
    assert [(thing.origin, thing.bbox_xyxy_px) for thing in one.objects] == [("person", (60, 31, 100, 90))]
    assert one.ignore == (Region((0, 0, 20, 20), "far"),)


def test_scored_rows_join_what_persons_labelled(tmp_path: Path) -> None:
    into = tmp_path / "set"
    take(yolo_set(tmp_path / "one", {"a": BIN}), into, "bin=bin,garbage=garbage", exhaustive=frozenset({"bin"}))
    # Bins are labelled completely, garbage is not; one row has no score: somebody drew it, unless it is there already.
    scored = "0 0.2 0.2 0.1 0.1 0.9\n1 0.8 0.8 0.2 0.2 0.6\n" + BIN + "1 0.1 0.9 0.1 0.1\n"
    _, [one] = take(yolo_set(tmp_path / "two", {"a": scored}), into, known="update", scores=True)
    assert [(thing.label, thing.origin, thing.score) for thing in one.objects] == [
        ("bin", "person", None),
        ("garbage", "person", None),
        ("garbage", "model:a source", 0.6),
    ]
    assert (one.status, one.exhaustive) == ("suggested", {"bin"})


def test_camera_and_time_from_the_name(tmp_path: Path) -> None:
    yolo_set(tmp_path / "yolo", {"cam7_2026-03-01T12-05-09": BIN, "else": BIN})
    pattern = NamePattern.of(r"(?P<camera>cam\d+)_(?P<time>[\dT-]+)")
    _, [known, unknown] = take(tmp_path / "yolo", tmp_path / "set", names=pattern)
    assert (known.camera_id, known.utc) == ("cam7", datetime(2026, 3, 1, 12, 5, 9, tzinfo=UTC))
    assert (unknown.camera_id, unknown.utc) == (None, None)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: NamePattern.of("("), says("training.name_pattern_no_expression", value="(")),
        (lambda: NamePattern.of("(?P<place>.*)"), says("training.name_pattern_without_groups")),
        (lambda: NamePattern.of("(?P<time>.*)").read("noon"), says("training.name_without_time", value="noon")),
        (lambda: NamePattern.of("(?P<time>.*)").read("20261301-1200"), says("training.name_without_time")),
        (lambda: class_map("a=dog"), says("training.class_maps_to_unknown_label", name="'a'", label="'dog'")),
        (lambda: class_map("a=car,a=bus"), says("training.class_pair_wrong", pair="a=bus")),
        (lambda: class_map("a=car,b"), says("training.class_pair_wrong", pair="b")),
        (
            lambda: class_map("gone.yaml"),
            says("training.file_unreadable", path="gone.yaml", cause=Message("core.enoent")),
        ),
    ],
)
def test_wrong_patterns_and_maps(make: Callable[[], object], expected: Callable[[BaseException], bool]) -> None:
    with pytest.raises(InputError, check=expected):
        make()


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("car: car\ncar: bus\n", "training.file_line_unusable", ":2: car: the key is given twice"),
        ("- car\n", "training.class_map_wrong", ""),
        ("car: 1\n", "training.class_map_wrong", ""),
        ("", "training.class_map_wrong", ""),
        ("car: lorry\n", "training.class_maps_to_unknown_label", "labels are person"),
    ],
)
def test_wrong_map_files(tmp_path: Path, text: str, code: str, words: str) -> None:
    path = tmp_path / "map.yaml"
    path.write_text(text)
    with pytest.raises(InputError, check=says(code, path=str(path))) as caught:
        class_map(str(path))
    assert words in str(caught.value)


def test_a_map_file(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("SUV: car\nno: null\ntractor: ignore\n0: bin\n")
    assert class_map(str(tmp_path / "map.yaml")) == {"SUV": "car", "no": None, "tractor": "ignore", "0": "bin"}


def test_foreign_names_are_kept_harmless(tmp_path: Path) -> None:
    """COCO may name its pictures as it likes, within its folder."""
    save(tmp_path / "coco" / "images" / "sub" / "a:b.png", 1)
    (tmp_path / "coco" / "annotations").mkdir()
    (tmp_path / "coco" / "annotations" / "x.json").write_text(
        json.dumps(
            {
                "images": [{"id": 1, "file_name": "sub/./a:b.png", "width": 160, "height": 120}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 40]}],
                "categories": [{"id": 1, "name": "car"}],
            }
        )
    )
    _, [one] = take(tmp_path / "coco", tmp_path / "set")
    assert one.file == "sub/a_b.png"
