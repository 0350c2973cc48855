"""`jiejing model evaluate` and `promote` from the command line to the report and the history."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.store import ModelStore
from tests.training.evaluation_examples import BLIND, FAINT, SURE, jiejing, put_model, write_clips, write_dataset
from training.evaluation.report.cutting import HEIGHT_PX, WIDTH_PX, cut, window
from training.evaluation.speed import machine

PLACES = [(10 * number, 20 + 5 * number) for number in range(20)]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clips(tmp_path_factory.mktemp("clips"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("data") / "cars", PLACES)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory, dataset: Path, clips: Path) -> Path:
    """A home with the models good, faint and blind, each evaluated; good is in use."""
    path = tmp_path_factory.mktemp("evaluated") / "home"
    for name, score in (("good", SURE), ("faint", FAINT), ("blind", BLIND)):
        put_model(path, name, score)
    ModelStore(path).promote(["good"], reason="the first")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JIEJING_HOME", str(path))
        for name in ("good", "faint", "blind"):
            said = jiejing("evaluate", name, "--data", dataset, "--clips", clips)
            assert said.code == 0, said.err
    return path


@pytest.fixture
def home(evaluated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it."""
    path = tmp_path / "home"
    shutil.copytree(evaluated, path)
    monkeypatch.setenv("JIEJING_HOME", str(path))
    return path


def test_a_table_names_first_and_a_report(home: Path, dataset: Path, clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = jiejing("evaluate", "good", "--against", "blind", "--data", dataset, "--clips", clips, "--out", out)
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert "event_recall\tgood\t1.000\t0.207-1.000\t1 of 1" in lines
    assert "event_recall\tblind\t0.000\t0.000-0.793\t0 of 1" in lines
    assert "ap50 car\tgood\t1.000\t1.000-1.000\t20 boxes" in lines
    assert "map50\tblind\t0.000\t0.000-0.000\t20 pictures of test" in lines
    assert sorted(path.name for path in out.iterdir()) == ["evaluation.json", "report.html"]
    kept = json.loads((out / "evaluation.json").read_text(encoding="utf-8"))
    assert kept["format"] == "jiejing-evaluation/1"
    assert [one["models"][0]["name"] for one in kept["evaluations"]] == ["good", "blind"]
    assert kept["evaluations"][0]["models"][0]["sha256"] == ModelStore(home).find("good").card.sha256
    assert kept["evaluations"][0]["pictures"]["map50"] == 1.0
    assert kept["evaluations"][0]["speed"]["machine"] == machine()
    assert kept["gate"]["passed"] is True


def test_the_report_needs_nothing_from_outside(home: Path, dataset: Path, clips: Path, tmp_path: Path) -> None:
    words = ("--data", dataset, "--clips", clips, "--out", tmp_path)
    assert jiejing("evaluate", "blind", "--against", "good", *words).code == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert set(re.findall(r'(?:src|href)="([^"]{0,22})', page)) == {"data:image/jpeg;base64"}
    assert "url(" not in page
    assert "@import" not in page
    assert "<script" not in page
    assert "不得晋级" in page
    assert "事件召回率：1/1" in page
    assert "event recall: 1 of 1" in page
    # One event and eight of the twenty cars that the blind model missed are shown; the other model missed none.
    assert page.count('<div class="box miss"') == 8
    assert "red car" in page


def test_figures_are_worked_out_once(home: Path, dataset: Path, clips: Path) -> None:
    sha256 = ModelStore(home).find("good").card.sha256
    files = sorted((home / "evaluations").glob(f"{sha256}-*.json"))
    assert len(files) == 2  # pictures, clips
    content = [path.read_text(encoding="utf-8") for path in files]
    words = ("evaluate", "good", "--data", dataset, "--clips", clips, "--json")
    kept = json.loads(jiejing(*words).out)["evaluations"][0]
    assert [path.read_text(encoding="utf-8") for path in files] == content
    for path in files:
        path.write_text("{", encoding="utf-8")  # what is damaged is worked out anew
    anew = json.loads(jiejing(*words).out)["evaluations"][0]
    assert anew["pictures"] == kept["pictures"]
    assert anew["events"] == kept["events"]


def test_wrong_input_is_one_line(home: Path, dataset: Path, tmp_path: Path) -> None:
    wrong = {
        ("evaluate", "good", "--part", "val"): "nothing to evaluate on",
        ("evaluate", "nobody", "--data", dataset): "model 'nobody' is not in the store",
        ("evaluate", "good", "--data", tmp_path): "dataset.yaml",
        ("evaluate", "good", "--data", dataset, "--part", "middle"): "--part: 'middle' is no part",
        ("evaluate", "good", "--data", dataset, "--part", "val"): "no confirmed picture in val",
        ("evaluate", "good", "--clips", tmp_path): "truth.yaml",
        ("promote", "good", "--data", dataset): "good: in use already",
        ("promote", "blind", "--data", dataset, "--force"): "--force needs --reason",
        ("promote", "blind"): "nothing to evaluate on",
    }
    for words, expected in wrong.items():
        said = jiejing(*words)
        assert said.code == 2, words
        assert expected in said.err
        assert "\n" not in said.err.strip()
    assert len(ModelStore(home).history()) == 1


def test_a_worse_candidate_is_refused(home: Path, dataset: Path, clips: Path) -> None:
    said = jiejing("promote", "blind", "--data", dataset, "--clips", clips)
    assert said.code == 1
    label, recall = said.out.splitlines()
    assert label.startswith("refused: car: mAP50 1.000 -> 0.000 (-1.000, 95 % -1.000 .. -1.000) on 20 boxes")
    assert recall.startswith("refused: event recall: 1 of 1 (95 % 0.21 .. 1.00) -> 0 of 1")
    assert [ref.name for ref in ModelStore(home).in_use()] == ["good"]


def test_a_worse_candidate_is_forced_with_a_reason_that_is_kept(home: Path, clips: Path) -> None:
    said = jiejing("promote", "faint", "--clips", clips, "--force", "--reason", "快速试用")
    assert said.code == 0
    assert said.out.splitlines()[-1] == "in use: faint (forced)"
    change = ModelStore(home).history()[-1]
    assert [ref.name for ref in change.models] == ["faint"]
    assert (change.forced, change.reason, change.evidence["gate"]["passed"]) == (True, "快速试用", False)
    reason = change.evidence["gate"]["reasons"][0]
    assert reason["code"] == "training.event_recall_fell"
    assert reason["text"].startswith("event recall: 1 of 1")


def test_as_good_a_candidate_passes(home: Path, dataset: Path) -> None:
    said = jiejing("promote", "faint", "--data", dataset)  # as good by average precision, and events were not asked
    assert said.code == 0
    assert "note: event recall was not compared" in said.err
    change = ModelStore(home).history()[-1]
    assert (change.forced, change.reason, change.evidence["gate"]["passed"]) == (False, "passed the gate", True)
    assert change.evidence["candidate"]["pictures"]["ap50"] == {"car": 1.0}


def test_several_models_look_together(home: Path, dataset: Path) -> None:
    said = jiejing("evaluate", "blind", "good", "--data", dataset)
    assert "ap50 car\tblind + good\t1.000\t1.000-1.000\t20 boxes" in said.out.splitlines()


# A box and the picture's size: the window holds the box as far as the picture does, and stays inside.
@pytest.mark.parametrize(
    ("box", "size_wh"),
    [
        ((10, 10, 20, 20), (640, 480)),
        ((600, 440, 640, 480), (640, 480)),
        ((0, 0, 640, 480), (640, 480)),
        ((0, 0, 9, 900), (50, 900)),
    ],
)
def test_what_is_cut_out_holds_the_box(box: tuple[float, float, float, float], size_wh: tuple[int, int]) -> None:
    x1, y1, x2, y2 = window(box, size_wh)
    assert 0 <= x1 <= box[0]
    assert 0 <= y1 <= box[1]
    assert box[2] <= x2 <= size_wh[0]
    assert box[3] <= y2 <= size_wh[1]
    shown = cut(np.zeros((size_wh[1], size_wh[0], 3), np.uint8), box).box
    assert shown is not None
    left, top, width, height = shown
    assert left >= 0
    assert top >= 0
    assert left + width <= 1 + 1 / WIDTH_PX
    assert top + height <= 1 + 1 / HEIGHT_PX
