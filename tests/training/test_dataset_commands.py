"""jiejing dataset, as people and scripts call it; and what the real sets are like."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from core.errors import InputError
from models.store import ModelStore
from runtime.models.model_import import ImportRequest, import_model
from tests.shared_data import SHARED, WEIGHTS, needs_clips
from tests.training.dataset_examples import SIZE_WH, dataset, picture, thing, yolo_set
from tests.training.test_dataset_harvest import CAMERA, seal
from training.commands.dataset import app
from training.datasets.folder import Dataset

BIN = "0 0.5 0.5 0.25 0.5\n"
IMAGES = SHARED / "images"
needs_pictures = pytest.mark.skipif(not IMAGES.is_dir(), reason="needs the labelled pictures of ../shared/data/images")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def said(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exception is None, result.exception
    return result.stdout


def refused(*arguments: object) -> str:
    """The line that the command line prints, with exit code 2."""
    result = run(*arguments)
    assert isinstance(result.exception, InputError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def test_from_a_foreign_set_to_another(tmp_path: Path) -> None:
    yolo_set(tmp_path / "yolo", dict.fromkeys("abcdefgh", BIN))
    into = tmp_path / "set"
    assert said("import", tmp_path / "yolo", "--into", into, "--classes", "ours", "--licence", "CC0") == (
        f"{into}: 8 pictures taken in, 0 updated; boxes: bin 8\n"
    )
    assert said("split", into, "--parts", "train=0.75,val=0.25") == (
        "train: 75% of the pictures (wanted 75%): bin 6, pictures 6\n"
        "val: 25% of the pictures (wanted 25%): bin 2, pictures 2\n"
    )
    assert said("check", into) == "set: 8 pictures, 0 faults, 0 notes; bin 8\n"
    assert said("info", into).splitlines()[:3] == ["set: 8 pictures, 8 boxes", "labels: bin 8", "parts: train 6, val 2"]
    assert "NOT masked" in said("export", into, "--out", tmp_path / "out", "--format", "yolo", "--no-mask")
    assert (tmp_path / "out" / "data.yaml").is_file()


def test_answers_for_scripts(tmp_path: Path) -> None:
    yolo_set(tmp_path / "yolo", {"a": BIN, "b": ""})
    into = tmp_path / "set"
    taken = json.loads(said("import", tmp_path / "yolo", "--into", into, "--classes", "ours", "--json"))
    assert (taken["taken"], taken["boxes"], taken["without_boxes"]) == (2, {"bin": 1}, 1)
    checked = json.loads(said("check", into, "--json"))
    assert (checked["faults"], {one["kind"] for one in checked["findings"]}) == (0, {"empty", "licence", "unsplit"})
    assert json.loads(said("info", into, "--json"))["labels"] == {"bin": 1}
    assert json.loads(said("split", into, "--parts", "train=0.5,val=0.5", "--json"))["val"]["pictures"] == 1
    out = json.loads(said("export", into, "--out", tmp_path / "o", "--format", "coco", "--no-mask", "--json"))
    assert (out["pictures"], out["by_part"]) == (2, {"train": 1, "val": 1})


def test_findings_are_said_in_the_language_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEJING_LANGUAGE", "zh")
    wrong = picture(0, objects=(thing(box=(-90, 0, 10, 10)),))
    dataset(tmp_path / "set", wrong)
    result = run("check", tmp_path / "set", "--report", tmp_path / "page.html")
    said_of_box = "框 [-90.0, 0.0, 10.0, 10.0] 超出 160 x 120 像素的图片"
    assert f"0.png：第 1 个框: fault: box-outside: {said_of_box}" in result.stdout.splitlines()
    assert said_of_box in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_a_check_that_finds_a_fault_exits_1_and_writes_a_page(tmp_path: Path) -> None:
    yolo_set(tmp_path / "yolo", {"a": "0 0.9 0.5 0.5 0.5\n"})
    result = run("check", tmp_path / "yolo", "--report", tmp_path / "page.html")
    assert result.exit_code == 1
    assert result.stdout.startswith(
        "labels/a.txt:1: fault: box-outside: the box [104.0, 30.0, 184.0, 90.0] reaches out"
    )
    assert "<img" in (tmp_path / "page.html").read_text()


def test_wrong_use_is_one_line(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0, objects=(thing(),), camera_id="a"))
    yolo_set(tmp_path / "yolo", {"a": BIN})
    into = ("--into", tmp_path / "new")
    assert "--known 'maybe': there are" in refused(
        "import", tmp_path / "yolo", *into, "--classes", "ours", "--known", "maybe"
    )
    assert "unknown label 'dog'" in refused(
        "import", tmp_path / "yolo", *into, "--classes", "ours", "--exhaustive", "dog"
    )
    assert "'all' is no part" in refused("import", tmp_path / "yolo", *into, "--classes", "ours", "--part", "all")
    assert "--images" in refused("import", tmp_path / "yolo", *into, "--classes", "ours", "--images", tmp_path / "x")
    assert "too few blocks of camera and day" in refused("split", made.folder)
    assert "--block 'week'" in refused("split", made.folder, "--block", "week")
    assert "--format 'voc'" in refused("export", made.folder, "--out", tmp_path / "o", "--format", "voc")
    assert "give the folder of a data set" in refused("info", tmp_path / "yolo")
    assert "no such file" in refused("check", tmp_path / "gone")
    assert next(made.pictures()).part is None


def test_export_masks_unless_told_otherwise(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0, objects=(thing("person", (10, 10, 40, 110)),), part="train"))
    line = refused("export", made.folder, "--out", tmp_path / "o", "--format", "cvat")
    assert "add --find-with MODEL" in line
    with made.revise() as revision:
        revision.put(picture(0, objects=(thing("person", (10, 10, 40, 110)),), exhaustive=None, part="train"))
    assert "masked: head 1; 0 spared" in said("export", made.folder, "--out", tmp_path / "o", "--format", "cvat")


SITE = f"""
site: {{name: 江山市城区, division: "330881"}}
cameras:
  - id: "{CAMERA}"
    name: 解放路
    source: rtsp://10.0.0.8/1
    presets: [{{id: "1", zones: []}}]
"""


def test_harvest_needs_no_data_base(tmp_path: Path) -> None:
    seal(tmp_path / "packages", "aa")
    (tmp_path / "site.yaml").write_text(SITE)
    (tmp_path / "other.yaml").write_text(SITE.replace(CAMERA, "cam-2"))
    decisions = tmp_path / "decisions.jsonl"
    decisions.write_text('{"event_id": "aa", "verdict": "approved"}\n{"event_id": "bb", "verdict": "approved"}\n')
    command = ("harvest", decisions, "--into", tmp_path / "set", "--packages", tmp_path / "packages")
    assert f"camera '{CAMERA}' is not in the site" in refused(*command, "--site", tmp_path / "other.yaml")
    result = run(*command, "--site", tmp_path / "site.yaml")
    assert result.stdout.splitlines() == [
        f"{tmp_path / 'set'}: pictures taken in: event 1; 0 updated",
        "things: positive 1",
    ]
    assert "bb: no sealed still" in result.stderr
    assert next(Dataset.open(tmp_path / "set").pictures()).size_wh == SIZE_WH


@needs_clips
@needs_pictures
def test_a_real_model_suggests_and_finds_what_to_mask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEJING_HOME", str(tmp_path / "home"))
    weights = WEIGHTS / "yolox_nano_416.onnx"
    import_model(ImportRequest(weights, "nano", "yolox", "coco", None, None, None), ModelStore(tmp_path / "home"))
    source = tmp_path / "source"
    rows = sorted((IMAGES / "vehicles_nepal" / "labels").glob("np_bus*.txt"))[:3]
    for folder in ("images", "labels"):
        (source / folder).mkdir(parents=True)
    for row in rows:
        (source / "labels" / row.name).write_bytes(row.read_bytes())
        name = f"{row.stem}.webp"
        (source / "images" / name).write_bytes((IMAGES / "vehicles_nepal" / "images" / name).read_bytes())
    (source / "classes.txt").write_bytes((IMAGES / "vehicles_nepal" / "classes.txt").read_bytes())
    names = (source / "classes.txt").read_text().split()
    classes = ",".join(f"{name}={'bus' if name == 'bus' else ''}" for name in names)
    said("import", source, "--into", tmp_path / "set", "--classes", classes)
    found = said("prelabel", tmp_path / "set", "--model", "nano", "--labels", "car,person,bus", "--min-score", "0.3")
    assert "looked at 3 pictures" in found
    out = ("--out", tmp_path / "out", "--format", "cvat")
    assert "bus" in said("export", tmp_path / "set", *out, "--find-with", "nano")
    assert len((tmp_path / "out" / "masking.jsonl").read_text().splitlines()) == 3


@needs_pictures
def test_the_garbage_set_and_its_known_faults(tmp_path: Path) -> None:
    """Of the whole set its maker's notes count more; this is what lies there: four rows of a stray class, three of them
    polygons, and twelve empty label files."""
    root = IMAGES / "garbage_v1"
    result = run("check", root, "--classes", "garbage=garbage", "--no-pixels", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    kinds = [one["kind"] for one in found["findings"]]
    assert (found["pictures"], found["boxes"]) == (350, {"Images": 4, "garbage": 737})
    assert (kinds.count("polygon"), kinds.count("empty"), kinds.count("part-missing")) == (3, 12, 1)
    assert {key: value for key, value in found["findings"][-1].items() if key != "pictures"} == {
        "level": "fault",
        "kind": "unmapped",
        "where": "Images",
        "what": "4 boxes of a class without a label",
        "code": "training.boxes_of_unmapped_class",
        "params": {"count": 4},
    }
    into = ("--into", tmp_path / "set")
    assert "'Images' (4 boxes)" in refused("import", root, *into, "--classes", "garbage=garbage")
    assert "3 faults: train/labels/img126" in refused("import", root, *into, "--classes", "garbage=garbage,Images=")
    lines = said("import", root, *into, "--classes", "garbage=garbage,Images=", "--polygons", "boxes").splitlines()
    assert lines[0].endswith("350 pictures taken in, 0 updated; boxes: garbage 737")
    assert lines[-1] == "boxes left out by the class map: Images 4"


@needs_pictures
def test_scored_rows_of_a_model_are_read_only_when_asked(tmp_path: Path) -> None:
    root = IMAGES / "stall_umbrella_nepal_mini"
    arguments = ("import", root, "--into", tmp_path / "set", "--classes", "coco", "--names", "coco")
    rows = ("--labels-folder", "labels_auto_yolox")
    assert "--scores takes scored rows as suggestions" in refused(*arguments, *rows)
    said(*arguments, *rows, "--scores")
    pictures = list(Dataset.open(tmp_path / "set").pictures())
    assert {one.status for one in pictures} == {"suggested"}
    assert all(box.score and box.score >= 0.4 for one in pictures for box in one.objects)
