"""`jiejing train`: what a run leaves behind, going on after an interruption, and what it refuses."""

import csv
import os
import pickle
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
import yaml

from models.store import ModelStore
from tests.extras import need
from tests.shared_data import needs_clips
from tests.training.train_examples import COLOURS, Bench, start, trained, words
from training.learning.run_folder import RunFolder

need("ultralytics")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return trained(tmp_path_factory)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path).prepare()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_model_is_in_the_store_and_not_in_use(run: Bench) -> None:
    store = ModelStore(run.home)
    model = store.find("blocks")
    assert (model.card.family, model.card.classes) == ("yolo", tuple(COLOURS))
    assert model.card.labels == {label: label for label in COLOURS}
    assert model.card.input.size_wh == (160, 96)
    assert model.card.licence == "AGPL-3.0-or-later"
    assert "色块 blocks" in model.card.data
    assert store.in_use() == ()


def test_the_run_keeps_what_was_asked_and_of_which_data(run: Bench) -> None:
    record = yaml.safe_load((run.home / "training" / "blocks" / "run.yaml").read_text(encoding="utf-8"))
    assert record["state"] == "done"
    assert record["settings"]["epochs"] == 2
    assert record["dataset"]["pictures"] == {"train": 18, "val": 6}
    assert record["versions"].keys() == {"python", "jiejing", "torch", "ultralytics", "onnxruntime"}
    assert {path.name for path in (run.home / "training" / "blocks").iterdir()} == {
        "run.yaml",
        "results.csv",
        "curves.png",
        "confusion.png",
        "log.txt",
        "weights",
        "model.onnx",
        "model-int8.onnx",
        "model.yaml",
    }


def test_each_epoch_has_its_line_in_the_results_and_off_a_terminal_in_the_output(run: Bench) -> None:
    found = rows(run.home / "training" / "blocks" / "results.csv")
    assert [row["epoch"] for row in found] == ["1", "2"]
    assert {"map50", "map50_95", "train_box_loss", "val_box_loss", "learning_rate", "images_per_s"} <= found[0].keys()
    lines = [line for line in (run.folder / "noted").read_text().splitlines() if line.startswith("epoch ")]
    assert [line.partition(":")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]


@pytest.mark.parametrize("name", ["curves.png", "confusion.png"])
def test_there_are_pictures_of_it(run: Bench, name: str) -> None:
    picture = cv2.imread(str(run.home / "training" / "blocks" / name))
    assert picture is not None
    assert min(picture.shape[:2]) > 400
    assert picture.std() > 5


def test_no_way_to_the_web_was_tried_and_nothing_was_written_to_the_users_folder(run: Bench) -> None:
    assert not run.asked_for.exists()
    assert list(run.user.rglob("*")) == []


def test_a_killed_run_goes_on_to_the_same_schedule_and_a_seed_gives_the_same_epochs(run: Bench, bench: Bench) -> None:
    interrupt(bench, signal.SIGKILL, *words("cut", **start()))
    gone_on = bench.train(str(bench.dataset), "--name", "cut", "--resume")
    assert gone_on.returncode == 0, gone_on.stderr
    whole = rows(run.home / "training" / "blocks" / "results.csv")
    cut = rows(bench.home / "training" / "cut" / "results.csv")
    assert [row["epoch"] for row in cut] == ["1", "2"]
    assert [row["learning_rate"] for row in cut] == [row["learning_rate"] for row in whole]
    # Losses are sums of floats, and a processor may add them in another order from one process to the next.
    losses = {key for key in whole[0] if key.endswith("_loss")}
    assert {key: float(cut[0][key]) for key in losses} == pytest.approx(
        {key: float(whole[0][key]) for key in losses}, rel=1e-3
    )


def test_a_run_that_is_told_to_end_says_how_to_go_on(bench: Bench) -> None:
    ended = interrupt(bench, signal.SIGTERM, *words("told", epochs="1"))
    assert ended.returncode == 130
    assert ended.stderr.splitlines()[-1].endswith("interrupted; go on with the same command and --resume")
    refused = bench.train(str(bench.dataset), *words("told", epochs="1"))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "--resume" in refused.stderr
    other = bench.train(str(bench.dataset), "--name", "told", "--resume", "--epochs", "9")
    assert (other.returncode, other.stderr.count("\n")) == (2, 1)
    assert "epochs 1, not 9" in other.stderr
    gone_on = bench.train(str(bench.dataset), "--name", "told", "--resume")
    assert gone_on.returncode == 0, gone_on.stderr
    assert ModelStore(bench.home).find("told")


def interrupt(bench: Bench, number: signal.Signals, *asked: str) -> "subprocess.CompletedProcess[str]":
    """Begins a run and sends a signal after the first epoch."""
    last = bench.home / "training" / asked[1] / "weights" / "last.pt"
    with bench.start(str(bench.dataset), *asked) as running:
        while not last.exists() and running.poll() is None:
            time.sleep(0.02)
        running.send_signal(number)
        said, noted = running.communicate(timeout=60)
    assert last.exists()
    return subprocess.CompletedProcess(asked, running.returncode, said, noted)


def test_a_full_disk_is_one_line_and_what_was_learned_before_is_whole(bench: Bench) -> None:
    full = bench.train(str(bench.dataset), *words("full"), under=("prlimit", "--fsize=8000000"))
    assert full.returncode == 2
    assert full.stderr.splitlines()[-1].endswith("make room, then go on with --resume")
    assert "Traceback" not in full.stderr
    assert RunFolder(bench.home / "training" / "full").read().state == "training"
    assert not (bench.home / "training" / "full" / "weights").exists()


def unsplit(folder: Path) -> None:
    path = folder / "annotations.jsonl"
    path.write_text(path.read_text().replace('"split":"val"', '"split":"train"'))


def cut_short(folder: Path) -> None:
    path = folder / "annotations.jsonl"
    path.write_bytes(path.read_bytes()[:1000])


def unreadable(folder: Path) -> None:
    (folder / "images" / "003.png").write_bytes(b"no picture")


def without_card(folder: Path) -> None:
    (folder / "dataset.yaml").unlink()


@pytest.mark.parametrize(
    ("repeat", "says"), [("blocks", "mine=3"), ("nothing=3", "has no such taking-in; there are"), ("x=0", "--repeat")]
)
def test_what_cannot_be_repeated_is_one_line(bench: Bench, repeat: str, says: str) -> None:
    refused = bench.train(str(bench.dataset), *words("none", repeat=repeat))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert says in refused.stderr
    assert not (bench.home / "training" / "none").exists()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (unsplit, "jiejing dataset split"),
        (cut_short, "annotations.jsonl:3"),
        (unreadable, "003.png"),
        (without_card, "dataset.yaml"),
    ],
)
def test_a_broken_data_set_is_one_line(bench: Bench, spoil: Callable[[Path], None], says: str) -> None:
    spoil(bench.dataset)
    refused = bench.train(str(bench.dataset), *words("none"))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert says in refused.stderr
    assert not (bench.home / "training" / "none").exists()
    assert not (bench.home / "models").exists()


def truncated(folder: Path) -> Path:
    """A zip archive that breaks off."""
    (folder / "cut.pt").write_bytes(b"PK\x03\x04" + bytes(100))
    return folder / "cut.pt"


class Harmful:
    """What a weights file could do when it is read."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, ("harm",)


def harmful(folder: Path) -> Path:
    (folder / "harmful.pt").write_bytes(pickle.dumps(Harmful()))
    return folder / "harmful.pt"


@pytest.mark.parametrize("make", [truncated, harmful])
def test_weights_that_are_none_are_one_line_and_run_nothing(bench: Bench, make: Callable[[Path], Path]) -> None:
    refused = bench.train(str(bench.dataset), *words("none", weights=str(make(bench.folder))))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "no intact weights file" in refused.stderr
    assert not (bench.folder / "harm").exists()
    assert not (bench.home / "training" / "none").exists()


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("device", "99", "no GPU that torch can use is there"),
        ("device", "tpu", "neither cpu nor auto nor the number of a GPU"),
        ("model", "yolo99z", "name an architecture such as yolo11n or yolo26n"),
        ("model", "yolo11n-seg", "a network that detects upright boxes is needed"),
        ("model", "yolo26n-p2", "has the strides (4, 8, 16, 32)"),
        ("size", "100", "a multiple of 32"),
        ("size", "big", "640x384"),
    ],
)
def test_what_cannot_be_trained_is_one_line(bench: Bench, option: str, value: str, says: str) -> None:
    refused = bench.train(str(bench.dataset), *words("none", **{option: value}))
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert says in refused.stderr
    assert not (bench.home / "training" / "none").exists()


@needs_clips
def test_weights_of_other_classes_are_taken_but_for_the_head(run: Bench) -> None:
    record = yaml.safe_load((run.home / "training" / "blocks" / "run.yaml").read_text(encoding="utf-8"))
    assert record["start"]["architecture"] == "yolov8n"
    assert 300 < record["start"]["tensors_taken"] < record["start"]["tensors"]
    assert not record["start"]["same_classes"]
    assert "the head starts anew" in (run.folder / "noted").read_text()
