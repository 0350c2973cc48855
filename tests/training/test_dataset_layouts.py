"""Data sets as other programs lay them out: taken in with their parts, or refused by file and cause."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import InputError, InvalidValueError
from tests.says import says
from training.datasets.classmap import class_map
from training.datasets.conversion import ImportRules
from training.datasets.folder import Dataset
from training.datasets.formats.foreign import ReadOptions
from training.datasets.formats.mask import box_of_mask
from training.datasets.formats.registry import AUTO, open_foreign
from training.datasets.importing import import_set
from training.datasets.model import LabelledPicture

SIZE_WH = (320, 240)
MIDDLE = (128.0, 96.0, 192.0, 144.0)  # of a YOLO row 0.5 0.5 0.2 0.2
ROW = "0 0.5 0.5 0.2 0.2\n"
Files = Mapping[str, str | bytes]


def picture(seed: int = 0, kind: str = "JPEG") -> bytes:
    """A picture of noise: half of its file is not all of it."""
    pixels = np.random.default_rng(seed).integers(0, 255, (SIZE_WH[1], SIZE_WH[0], 3), np.uint8)
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, kind)
    return target.getvalue()


def coco(name: str, *boxes: dict[str, object], **image: object) -> str:
    """A COCO file of one picture."""
    given = boxes or ({"bbox": [10, 20, 100, 80]},)
    return json.dumps(
        {
            "images": [{"id": 0, "file_name": name, "width": 320, "height": 240, **image}],
            "annotations": [
                {"id": number, "image_id": 0, "category_id": 1, "iscrowd": 0, **one} for number, one in enumerate(given)
            ],
            "categories": [{"id": 0, "name": "vehicles"}, {"id": 1, "name": "car"}],
        },
        ensure_ascii=False,
    )


def labelme(image: str) -> str:
    shape = {"label": "car", "points": [[10, 20], [110, 100]], "shape_type": "rectangle"}
    record = {"shapes": [shape], "imagePath": image, "imageData": None, "imageWidth": 320, "imageHeight": 240}
    return json.dumps(record, ensure_ascii=False)


def voc(name: str, begin: str = "") -> str:
    box = "<bndbox><xmin>10</xmin><ymin>20</ymin><xmax>110</xmax><ymax>100</ymax></bndbox>"
    return f"{begin}<annotation><filename>{name}</filename><object><name>car</name>{box}</object></annotation>"


def laid_out(root: Path, files: Files) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def taken(tmp_path: Path, files: Files, **options: object) -> list[LabelledPicture]:
    root = laid_out(tmp_path / "set", files)
    rules = {"name": "x", "classes": class_map("car=car,bus=bus,轿车=car,vehicles=null"), **options}
    dataset = Dataset.open_or_new(tmp_path / "ours", "ours")
    import_set(open_foreign(root, AUTO, ReadOptions()), dataset, ImportRules(**rules))  # type: ignore[arg-type]
    return sorted(dataset.pictures(), key=lambda one: one.file)


JPEG, OTHER = picture(), picture(1)
AS_DRAWN = (10.0, 20.0, 110.0, 100.0)
OBJ_DATA = "classes = 1\ntrain = data/train.txt\nnames = data/obj.names\nbackup = backup/\n"
CVAT_YAML = "path: .\ntrain: train.txt\nnames:\n  0: car\n"
ROBOFLOW = {"train/_annotations.coco.json": coco("a.jpg"), "train/a.jpg": JPEG}
# fmt: off
TAKEN: list[tuple[str, Files, list[tuple[str, str | None]]]] = [
    # what it is, its files, and the name and part of each picture that is taken in; each has one car
    ("Roboflow COCO", {**ROBOFLOW, "valid/_annotations.coco.json": coco("b.jpg"), "valid/b.jpg": OTHER},
     [("a.jpg", "train"), ("b.jpg", "val")]),
    ("COCO beside its pictures", {"labels.json": coco("a.jpg"), "a.jpg": JPEG}, [("a.jpg", None)]),
    ("COCO of another computer", {"annotations/i.json": coco("D:\\data\\images\\a.jpg"), "images/a.jpg": JPEG},
     [("a.jpg", None)]),
    ("COCO of /home", {"annotations/i.json": coco("/home/me/cam1/a.jpg"), "images/cam1/a.jpg": JPEG},
     [("cam1/a.jpg", None)]),
    ("COCO in GBK", {"annotations/i.json": coco("街道.jpg").encode("gbk"), "images/街道.jpg": JPEG},
     [("街道.jpg", None)]),
    ("COCO with numbers with a point", {"annotations/i.json": coco("a.jpg", id=0.0, width=320.0), "images/a.jpg": JPEG},
     [("a.jpg", None)]),
    ("CVAT's YOLO 1.1", {
        "obj.data": OBJ_DATA, "obj.names": "car\n", "train.txt": "data/obj_train_data/cam/a.jpg\n",
        "obj_train_data/cam/a.jpg": JPEG, "obj_train_data/cam/a.txt": ROW}, [("obj_train_data/cam/a.jpg", "train")]),
    ("CVAT's Ultralytics YOLO", {
        "data.yaml": CVAT_YAML, "train.txt": "data/images/train/a.jpg\n", "images/train/a.jpg": JPEG,
        "labels/train/a.txt": ROW}, [("a.jpg", "train")]),
    ("a list of pictures beside", {
        "data.yaml": CVAT_YAML, "train.txt": "./images/a.jpg\n", "images/a.jpg": JPEG, "labels/a.txt": ROW},
     [("a.jpg", "train")]),
    ("labelImg", {"a.jpg": JPEG, "a.txt": ROW, "classes.txt": "car\n"}, [("a.jpg", None)]),
    ("rows among the pictures of images/", {"images/a.jpg": JPEG, "images/a.txt": ROW, "images/classes.txt": "car\n"},
     [("a.jpg", None)]),
    ("parts without a data.yaml", {
        "train/images/a.jpg": JPEG, "train/labels/a.txt": ROW, "valid/images/b.jpg": OTHER, "valid/labels/b.txt": ROW,
        "classes.txt": "car\n"}, [("a.jpg", "train"), ("b.jpg", "val")]),
    ("dataset.yml", {
        "dataset.yml": "path: D:\\data\ntrain: images/train\nnames: {0: car}\n", "images/train/a.jpg": JPEG,
        "labels/train/a.txt": ROW}, [("a.jpg", "train")]),
    ("class names in GBK", {"images/a.jpg": JPEG, "labels/a.txt": ROW, "classes.txt": "轿车\n".encode("gbk")},
     [("a.jpg", None)]),
    ("class names in UTF-16", {"images/a.jpg": JPEG, "labels/a.txt": ROW, "classes.txt": "轿车\r\n".encode("utf-16")},
     [("a.jpg", None)]),
    ("a class with a point", {"images/a.jpg": JPEG, "labels/a.txt": "0.0 0.5 0.5 0.2 0.2\n", "classes.txt": "car\n"},
     [("a.jpg", None)]),
    ("litter of macOS", {
        "images/a.jpg": JPEG, "images/._a.jpg": b"\x00\x05\x16\x07", "labels/a.txt": ROW, "labels/._a.txt": b"\x00\x05",
        "__MACOSX/images/._a.jpg": b"\x00", "classes.txt": "car\n"}, [("a.jpg", None)]),
    ("other suffixes", {
        "images/a.JFIF": JPEG, "images/b.TIF": picture(1, "TIFF"), "labels/a.txt": ROW, "labels/b.txt": ROW,
        "classes.txt": "car\n"}, [("a.jpg", None), ("b.TIF", None)]),
    ("Pascal VOC", {
        "Annotations/a.xml": voc("a.jpg"), "JPEGImages/a.jpg": JPEG, "ImageSets/Main/val.txt": "a\n"},
     [("a.jpg", "val")]),
    ("labelImg's VOC", {"a.xml": voc("C:\\x\\a.jpg"), "a.jpg": JPEG}, [("a.jpg", None)]),
    ("VOC without a suffix", {"Annotations/a.xml": voc("a"), "JPEGImages/a.jpg": JPEG}, [("a.jpg", None)]),
    ("LabelMe of another computer", {"a.json": labelme("C:\\Users\\张三\\Desktop\\a.jpg"), "a.jpg": JPEG},
     [("a.jpg", None)]),
    ("LabelMe, folder beside", {"json/a.json": labelme("..\\图片\\a.jpg"), "图片/a.jpg": JPEG}, [("图片/a.jpg", None)]),
    ("LabelMe in GBK", {"a.json": labelme("街.jpg").encode("gbk"), "街.jpg": JPEG}, [("街.jpg", None)]),
]
# fmt: on


@pytest.mark.parametrize(("files", "wanted"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN])
def test_it_is_taken_in(tmp_path: Path, files: Files, wanted: list[tuple[str, str | None]]) -> None:
    found = taken(tmp_path, files)
    assert [(one.file, one.part) for one in found] == wanted
    assert [[box.label for box in one.objects] for one in found] == [["car"]] * len(found)
    assert {box.bbox_xyxy_px for one in found for box in one.objects} <= {MIDDLE, AS_DRAWN}


# Two things of 3 x 2 pixels in a picture of 4 x 5: column 1, rows 2 and 3, and column 2, row 2.
MASK = {"size": [5, 4], "counts": [7, 2, 3, 1, 7]}
PACKED = {"size": [5, 4], "counts": "723O4"}


@pytest.mark.parametrize("mask", [MASK, PACKED], ids=["as numbers", "packed"])
def test_the_box_around_a_mask_is_worked_out(mask: dict[str, object]) -> None:
    assert box_of_mask(mask) == (1, 2, 3, 4)


def test_a_mask_over_columns_reaches_from_top_to_bottom() -> None:
    assert box_of_mask({"size": [5, 4], "counts": [8, 5]}) == (1, 0, 3, 5)


@pytest.mark.parametrize(
    "mask",
    [
        {"size": [5, 4], "counts": [21, 3]},  # more pixels than there are
        {"size": [5, 4], "counts": [20]},  # of nothing
        {"size": [10**6, 10**6], "counts": [0, 1]},  # claims to be huge
        {"size": [5, 4], "counts": [-1, 3]},
        {"size": [5, 4], "counts": "\x01"},
        {"size": [5, 4], "counts": "o" * 1000},  # a number without end
        {"counts": [1]},
    ],
)
def test_a_mask_that_is_none_is_refused(mask: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError, check=lambda error: error.message.code.startswith("training.mask_")):
        box_of_mask(mask)


def test_a_mask_without_box_is_a_fault_until_boxes_are_asked_for(tmp_path: Path) -> None:
    mask = {"size": [240, 320], "counts": [240 * 10 + 20, 80, 240 * 310 - 100]}
    files = {"annotations/i.json": coco("a.jpg", {"segmentation": mask}), "images/a.jpg": JPEG}
    with pytest.raises(InputError, check=says("training.faults_refuse_import", count=1)) as caught:
        taken(tmp_path, files)
    assert [one.params["cause"].code for one in caught.value.message.params["faults"]] == ["training.polygon_of_class"]
    (one,) = taken(tmp_path, files, polygons_to_boxes=True)
    assert one.objects[0].bbox_xyxy_px == (10, 20, 11, 100)


YOLO = {"images/a.jpg": JPEG, "labels/a.txt": ROW, "classes.txt": "car\n"}
DTD = '<!DOCTYPE a [<!ENTITY b "c">]>'
# fmt: off
REFUSED: list[tuple[str, Files, tuple[str, ...]]] = [
    # what it is, its files, and what must be said
    ("half a JPEG", YOLO | {"images/a.jpg": JPEG[: len(JPEG) // 2]}, ("images/a.jpg", "cannot be decoded")),
    ("half a PNG", YOLO | {"images/a.png": picture(1, "PNG")[:9000], "labels/a.txt": ROW}, ("images/a.png",)),
    ("crowds alone", {"annotations/i.json": coco("a.jpg", {"bbox": [1, 2, 30, 40], "iscrowd": 1}),
                     "images/a.jpg": JPEG},
     ("all 1 are marked as crowds", "iscrowd")),
    ("commas", YOLO | {"labels/a.txt": "0,0.5,0.5,0.2,0.2\n"}, ("labels/a.txt:1", "commas")),
    ("half a class", YOLO | {"labels/a.txt": "0.5 0.5 0.5 0.2 0.2\n"}, ("labels/a.txt:1", "whole number")),
    ("a path of elsewhere", {"annotations/i.json": coco("D:\\x\\b.jpg"), "images/a.jpg": JPEG}, ("b.jpg", "--images")),
    ("a LabelMe path of elsewhere", {"a.json": labelme("..\\x\\b.jpg")}, ("b.jpg", "--images")),
    ("a list of what is not there", {"data.yaml": CVAT_YAML, "train.txt": "images/b.jpg\n"}, ("images/b.jpg",)),
    ("VOC with a DTD", {"Annotations/a.xml": voc("a.jpg"), "Annotations/b.xml": voc("b.jpg", DTD),
                        "JPEGImages/a.jpg": JPEG},
     ("b.xml", "DOCTYPE")),
    ("archives", {"a.zip": b"PK"}, (".zip", "unpack")),
]
# fmt: on


@pytest.mark.parametrize(("files", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_it_is_refused_and_nothing_is_taken_in(tmp_path: Path, files: Files, said: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        taken(tmp_path, files)
    for word in said:
        assert word in str(caught.value)
    assert not (tmp_path / "ours").exists()


def test_two_pictures_of_elsewhere_are_not_taken_for_one(tmp_path: Path) -> None:
    record = json.loads(coco("C:/cam1/a.jpg"))
    record["images"].append({"id": 1, "file_name": "C:/cam2/a.jpg", "width": 320, "height": 240})
    with pytest.raises(InputError, check=says("training.faults_refuse_import")) as caught:
        taken(tmp_path, {"annotations/i.json": json.dumps(record), "images/a.jpg": JPEG})
    [fault] = caught.value.message.params["faults"]
    assert fault.params["cause"].code == "training.names_mean_one_picture"
    assert "'C:/cam2/a.jpg'" in fault.params["cause"].params["names"]


def test_a_broken_picture_can_be_left_out(tmp_path: Path) -> None:
    files = YOLO | {"images/b.jpg": OTHER[: len(OTHER) // 2], "labels/b.txt": ROW}
    assert [one.file for one in taken(tmp_path, files, skip_faulty=True)] == ["a.jpg"]


@pytest.mark.parametrize("nothing", ["null", "", "~"])
def test_a_class_is_left_out_on_the_command_line(nothing: str) -> None:
    assert class_map(f"car=car,vehicles={nothing}") == {"car": "car", "vehicles": None}
