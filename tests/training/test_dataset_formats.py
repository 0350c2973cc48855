"""Foreign forms are read as they are; what cannot be read is named, and nothing leads out of the data set."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from tests.says import says
from tests.training.dataset_examples import save, yolo_set
from training.datasets.formats.foreign import ForeignPicture, ForeignSet, ReadOptions
from training.datasets.formats.registry import AUTO, FORMS, open_foreign

NONE = ReadOptions()


def read(root: Path, form: str = AUTO, options: ReadOptions = NONE) -> list[ForeignPicture]:
    return list(open_foreign(root, form, options).pictures())


def boxes(one: ForeignPicture) -> list[tuple[str, tuple[float, ...], str, float | None]]:
    return [(box.class_name, box.bbox_xyxy_px, box.shape, box.score) for box in one.boxes]


def kinds(pictures: list[ForeignPicture]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.where) for one in pictures for finding in one.findings]


# --- YOLO


@pytest.mark.parametrize(
    ("row", "box"),
    [
        ("1 0.5 0.5 0.25 0.5", ("garbage", (60, 30, 100, 90), "box", None)),
        ("0 0.5 0.5 0.25 0.5 0.875", ("bin", (60, 30, 100, 90), "box", 0.875)),
        ("1 0.25 0.25 0.5 0.25 0.5 0.75", ("garbage", (40, 30, 80, 90), "polygon", None)),  # a triangle
        ("1 0.1 0.5 0.4 0.5", ("garbage", (-16, 30, 48, 90), "box", None)),  # not cut: the check wants to see it
    ],
)
def test_yolo_rows(tmp_path: Path, row: str, box: tuple[Any, ...]) -> None:
    [one] = read(yolo_set(tmp_path, {"a": row + "\n\n"}))
    assert boxes(one) == [box]
    assert one.boxes[0].where == "labels/a.txt:1"
    assert one.size_wh == (160, 120)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("1 0.5 0.5 0.25", "row"),  # a column is missing
        ("1 0.5 0.5 0.25 0.5 0.5 0.5 0.5", "row"),  # neither box nor polygon
        ("1 0.5 0.5 0.25 nan", "row"),
        ("1 0.5 0.5 0.25 inf", "row"),
        ("bin 0.5 0.5 0.25 0.5", "row"),
        ("1,0.5,0.5,0.25,0.5", "row"),
        ("1 0.5 0.5 0.25 0.5 1.5", "row"),  # no score
        ("2 0.5 0.5 0.25 0.5", "class"),
        ("-1 0.5 0.5 0.25 0.5", "class"),
    ],
)
def test_yolo_rows_that_cannot_be_read(tmp_path: Path, row: str, kind: str) -> None:
    assert kinds(read(yolo_set(tmp_path, {"a": f"0 0.5 0.5 0.1 0.1\n{row}\n"}))) == [(kind, "labels/a.txt:2")]


def test_yolo_names_what_has_no_counterpart(tmp_path: Path) -> None:
    yolo_set(tmp_path, {"a": "", "b": None})
    (tmp_path / "labels" / "c.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    (tmp_path / "images" / "d.jpg").write_bytes(b"GIF89a no picture")
    (tmp_path / "labels" / "d.txt").write_bytes(b"\xff\xfe\x00")
    assert kinds(read(tmp_path)) == [
        ("no-labels", "images/b.png"),
        ("unreadable", "images/d.jpg"),
        ("row", "labels/d.txt"),
        ("no-picture", "labels/c.txt"),
    ]


def test_ultralytics_layout_with_roboflows_paths(tmp_path: Path) -> None:
    """Roboflow writes ../train/images beside train/; others write the path of their own machine."""
    (tmp_path / "data.yaml").write_text(
        "path: /home/somebody/sets\nnames:\n  1: garbage\n  0: bin\ntrain: ../train/images\nval: [valid/images]\n"
        "test: ../../secret/images\n"
    )
    for folder, seed in (("train", 1), ("valid", 2)):
        save(tmp_path / folder / "images" / "a.png", seed)
        (tmp_path / folder / "labels").mkdir()
        (tmp_path / folder / "labels" / "a.txt").write_text("1 0.5 0.5 0.5 0.5\n")
    opened = open_foreign(tmp_path, AUTO, NONE)
    assert opened.class_names == ("bin", "garbage")
    assert [(one.name, one.part) for one in opened.pictures()] == [
        ("train/images/a.png", "train"),
        ("valid/images/a.png", "val"),
    ]
    [missing] = opened.findings
    assert (missing.kind, missing.what.code) == ("part-missing", "training.part_folder_missing")
    assert missing.what.params == {"part": "test", "name": "'../../secret/images'"}


def test_plain_yolo_with_folders_of_parts(tmp_path: Path) -> None:
    for part, seed in (("train", 1), ("val", 2)):
        save(tmp_path / "images" / part / "a.jpg", seed)
        (tmp_path / "labels" / part).mkdir(parents=True)
        (tmp_path / "labels" / part / "a.txt").write_text("0 0.5 0.5 0.5 0.5\n")
    assert [(one.part, one.boxes[0].class_name) for one in read(tmp_path)] == [("train", "0"), ("val", "0")]


def test_another_folder_of_rows_with_other_names(tmp_path: Path) -> None:
    yolo_set(tmp_path, {"a": ""})
    (tmp_path / "labels_auto").mkdir()
    (tmp_path / "labels_auto" / "a.txt").write_text("2 0.5 0.5 0.5 0.5 0.9\n")
    [one] = read(tmp_path, AUTO, ReadOptions(labels_folder="labels_auto", class_names=("person", "bicycle", "car")))
    assert boxes(one) == [("car", (40, 30, 120, 90), "box", 0.9)]


# --- COCO


def coco_set(root: Path, **changes: Any) -> Path:
    save(root / "images" / "a.png", 1)
    record: dict[str, Any] = {
        "images": [{"id": 7, "file_name": "a.png", "width": 160, "height": 120}],
        "annotations": [{"id": 1, "image_id": 7, "category_id": 3, "bbox": [10, 20, 30, 40]}],
        "categories": [{"id": 3, "name": "car"}],
    }
    path = root / "annotations" / "instances_val2017.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record | changes))
    return root


def test_coco(tmp_path: Path) -> None:
    [one] = read(coco_set(tmp_path))
    assert (one.name, one.part, one.size_wh) == ("a.png", "val", (160, 120))
    assert boxes(one) == [("car", (10, 20, 40, 60), "box", None)]


def annotation(**changes: Any) -> list[dict[str, Any]]:
    return [{"id": 5, "image_id": 7, "category_id": 3, "bbox": [10, 20, 30, 40]} | changes]


def image(**changes: Any) -> list[dict[str, Any]]:
    return [{"id": 7, "file_name": "a.png", "width": 160, "height": 120} | changes]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, None),
        ({"annotations": annotation(image_id=8)}, "id"),
        ({"annotations": annotation(category_id=4)}, "class"),
        ({"annotations": annotation(bbox=[1, 2, 3])}, "row"),
        ({"annotations": annotation(bbox=[1, 2, 3, "wide"])}, "row"),
        ({"annotations": annotation(bbox=None)}, "row"),
        ({"annotations": annotation(bbox=None, segmentation={"counts": "x"})}, "row"),
        ({"images": image() + image()}, "id"),
        ({"images": image(file_name="../gone.png")}, "path"),
        ({"images": image(file_name="/etc/passwd")}, "path"),
        ({"images": image(file_name="b.png")}, "no-picture"),
        ({"images": image(width=161)}, "size"),
        ({"images": image(jiejing={"split": "x"})}, "row"),
        ({"categories": [{"id": 3, "name": "car"}, {"id": 3, "name": "bus"}]}, "id"),
        ({"images": image(id="seven"), "annotations": annotation(image_id="seven")}, None),
    ],
)
def test_coco_that_cannot_be_read(tmp_path: Path, changes: dict[str, Any], kind: str | None) -> None:
    opened = open_foreign(coco_set(tmp_path, **changes), "coco", NONE)
    found = [*opened.findings, *(finding for one in opened.pictures() for finding in one.findings)]
    assert [finding.kind for finding in found] == ([kind] if kind else [])


def test_coco_crowds_are_ignored_and_polygons_are_polygons(tmp_path: Path) -> None:
    polygon = annotation(bbox=[], segmentation=[[10, 20, 30, 20, 30, 60], [40, 20, 50, 25, 45, 20]])
    [one] = read(coco_set(tmp_path, annotations=annotation(iscrowd=1) + polygon))
    assert boxes(one) == [("car", (10, 20, 50, 60), "polygon", None)]
    assert [box.bbox_xyxy_px for box in one.ignore] == [(10, 20, 40, 60)]


# --- CVAT


def cvat_set(root: Path, shapes: str, image_line: str = 'name="a.png" width="160" height="120"') -> Path:
    save(root / "images" / "a.png", 1)
    (root / "annotations.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version><meta><task><labels>'
        "<label><name><![CDATA[car & van]]></name></label><label><name>ignore</name></label>"
        f'</labels></task></meta>\n<image id="0" {image_line} subset="Validation">\n{shapes}\n</image></annotations>\n'
    )
    return root


BOX = '<box label="car &amp; van" xtl="10.00" ytl="20.5" xbr="40" ybr="60"/>'


def test_cvat_with_cdata_and_entities(tmp_path: Path) -> None:
    ignored = BOX.replace("car &amp; van", "ignore").replace(
        "/>", '><attribute name="reason"><![CDATA[too <far>]]></attribute><attribute name="label">car</attribute></box>'
    )
    opened = open_foreign(cvat_set(tmp_path, BOX + ignored + '<tag label="car &amp; van"/>'), AUTO, NONE)
    [one] = opened.pictures()
    assert opened.class_names == ("car & van",)
    assert one.part == "val"
    assert boxes(one) == [("car & van", (10, 20.5, 40, 60), "box", None)]
    assert [(box.class_name, box.note) for box in one.ignore] == [("car", "too <far>")]


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ('<polygon label="car" points="10,20;40,20;40,60"/>', ("polygon", (10, 20, 40, 60))),
        ('<box label="car" xtl="10" ytl="20" xbr="40" ybr="60" rotation="30"/>', ("polygon", (10, 20, 40, 60))),
        ('<box label="car" xtl="10" ytl="20" xbr="40"/>', "row"),
        ('<box label="car" xtl="nan" ytl="20" xbr="40" ybr="60"/>', "row"),
        ('<ellipse label="car" cx="1" cy="1" rx="1" ry="1"/>', "row"),
        ('<polygon label="car" points="10,20;40"/>', "row"),
    ],
)
def test_cvat_shapes(tmp_path: Path, shape: str, found: Any) -> None:
    [one] = read(cvat_set(tmp_path, shape))
    seen = [(box.shape, box.bbox_xyxy_px) for box in one.boxes] + [finding.kind for finding in one.findings]
    assert seen == [found]


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotations>&x;</annotations>',
            1,
            "training.xml_doctype_refused",
        ),
        (
            '<!DOCTYPE a [<!ENTITY l "ha"><!ENTITY m "&l;&l;&l;">]><annotations>&m;</annotations>',
            1,
            "training.xml_doctype_refused",
        ),
        ("<annotations>\n<image>\n</annotations>", 3, "training.xml_malformed"),
        ("<annotations>&x;</annotations>", 1, "training.xml_malformed"),
        ("not XML", 1, "training.xml_malformed"),
        ("", 1, "training.xml_malformed"),
        ("<annotations>" + "<a>" * 100 + "</a>" * 100 + "</annotations>", 1, "training.xml_nested_too_deep"),
    ],
)
def test_xml_that_is_refused(tmp_path: Path, text: str, line: int, cause: str) -> None:
    path = tmp_path / "annotations.xml"
    path.write_text(text)
    with pytest.raises(InputError, check=says("training.xml_line_unusable", path=str(path), line=line)) as caught:
        open_foreign(path, AUTO, NONE)
    assert caught.value.message.params["cause"].code == cause
    assert str(caught.value).startswith(f"{path}:{line}: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<html/>", says("training.cvat_root_wrong", tag="html")),
        ('<annotations><track id="0"/></annotations>', says("training.cvat_track_unread", line=1)),
    ],
)
def test_xml_of_another_kind_is_refused(tmp_path: Path, text: str, expected: Callable[[BaseException], bool]) -> None:
    path = tmp_path / "annotations.xml"
    path.write_text(text)
    with pytest.raises(InputError, check=expected) as caught:
        open_foreign(path, AUTO, NONE)
    assert caught.value.message.params["path"] == str(path)


def test_cvat_names_lead_nowhere(tmp_path: Path) -> None:
    [one] = read(cvat_set(tmp_path, BOX, 'name="../../gone.png" width="160" height="120"'))
    assert [finding.kind for finding in one.findings] == ["path"]


# --- LabelMe


def labelme_set(root: Path, **changes: Any) -> Path:
    save(root / "a.png", 1)
    record = {
        "imagePath": "a.png",
        "imageData": None,
        "imageWidth": 160,
        "imageHeight": 120,
        "shapes": [{"label": "car", "shape_type": "rectangle", "points": [[40, 60], [10, 20]]}],
    }
    (root / "a.json").write_text(json.dumps(record | changes))
    return root


def shape(**changes: Any) -> list[dict[str, Any]]:
    return [{"label": "car", "shape_type": "polygon", "points": [[40, 60], [10, 20], [10, 30]]} | changes]


def test_labelme(tmp_path: Path) -> None:
    [one] = read(labelme_set(tmp_path))
    assert (one.name, boxes(one), one.findings) == ("a.png", [("car", (10, 20, 40, 60), "box", None)], ())
    [one] = read(labelme_set(tmp_path, shapes=shape()))
    assert boxes(one) == [("car", (10, 20, 40, 60), "polygon", None)]


@pytest.mark.parametrize("path", ["gone.png", "..\\..\\gone.png", "/home/somebody/gone.png"])
def test_labelme_with_the_picture_embedded(tmp_path: Path, path: str) -> None:
    content = save(tmp_path / "b" / "x.png", 1).read_bytes()
    (tmp_path / "b" / "x.png").unlink()
    labelme_set(tmp_path, imagePath=path, imageData=base64.b64encode(content).decode())
    [one] = read(tmp_path)
    assert (one.name, one.content, one.findings) == ("a.png", content, ())


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"imagePath": "b.png"}, "no-picture"),
        ({"imagePath": "../b.png"}, "path"),
        ({"imagePath": "b.png", "imageData": "%%%"}, "no-picture"),
        ({"imagePath": "b.png", "imageData": base64.b64encode(b"no picture").decode()}, "unreadable"),
        ({"imageWidth": 1}, "size"),
        ({"shapes": shape(shape_type="circle")}, "row"),
        ({"shapes": shape(points=[[1, 2]])}, "row"),
        ({"shapes": shape(points=[[1, 2], [3], [4, 5]])}, "row"),
        ({"shapes": [{}]}, "row"),
        ({"shapes": ["car"]}, "row"),
        ({"shapes": None}, "row"),
    ],
)
def test_labelme_that_cannot_be_read(tmp_path: Path, changes: dict[str, Any], kind: str) -> None:
    assert [name for name, _ in kinds(read(labelme_set(tmp_path, **changes), "labelme"))] == [kind]


# --- which form it is


@pytest.mark.parametrize(
    ("make", "form"),
    [
        (lambda root: yolo_set(root, {"a": ""}), "yolo"),
        (coco_set, "coco"),
        (lambda root: cvat_set(root, BOX), "cvat"),
        (labelme_set, "labelme"),
    ],
)
def test_forms_are_recognised(tmp_path: Path, make: Callable[[Path], Path], form: str) -> None:
    opened: ForeignSet = open_foreign(make(tmp_path), AUTO, NONE)
    assert opened.form == form


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("gone", AUTO, says("training.foreign_set_missing")),
        ("empty", AUTO, says("training.form_not_recognised")),
        ("empty", "vott", says("training.format_unknown", value="vott", formats=(AUTO, *FORMS))),
        ("empty", "voc", says("training.voc_not_found")),
        ("empty", "yolo", says("training.yolo_not_found")),
        ("empty", "coco", says("training.coco_not_found")),
        ("empty", "labelme", says("training.labelme_not_found")),
        ("list.json", AUTO, says("training.coco_list_missing", key="images")),
        ("broken.json", AUTO, says("training.file_no_json")),
        ("deep.json", AUTO, says("training.file_no_json")),
        (
            "odd.json",
            AUTO,
            says("training.coco_value_no_number", key="images", names=("id", "image_id", "category_id")),
        ),
        ("set.zip", AUTO, says("training.archive_not_unpacked")),
    ],
)
def test_what_is_no_data_set_is_one_line(
    tmp_path: Path, name: str, form: str, expected: Callable[[BaseException], bool]
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    (tmp_path / "odd.json").write_text('{"images": [{"id": [1]}], "annotations": [], "categories": []}')
    (tmp_path / "set.zip").write_bytes(b"PK")
    with pytest.raises(InputError, check=expected) as caught:
        open_foreign(tmp_path / name, form, NONE)
    assert "\n" not in str(caught.value)
