"""The loop from labels to a model in use, by the commands that an engineer types: a data set with flaws, its check,
training, evaluation, a promotion that is refused, forced and rolled back; and decided events that train again."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from models.store import ModelStore
from tests.extras import need
from tests.runtime.conftest import site
from tests.runtime.films import picture, stands, street, write_film
from tests.runtime.red_detector import write_red_detector
from training.datasets.pictures import encoded

need("ultralytics")

PICTURES = 24
TIMEOUT_S = 400


@dataclass(frozen=True)
class Office:
    """An engineer's desk: a home, and the command line in a process of its own."""

    folder: Path

    def jiejing(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "runtime.cli", *map(str, words)]
        environment = {**os.environ, "JIEJING_HOME": str(self.folder / "home")}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S)

    def done(self, *words: object) -> str:
        """The answer of a command that must succeed."""
        said = self.jiejing(*words)
        assert said.returncode == 0, said.stdout + said.stderr
        return said.stdout


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def labelled(root: Path, *, flawed: bool) -> Path:
    """Pictures of a red car somewhere on a street, in YOLO's layout; some rows are wrong where asked for."""
    random = np.random.default_rng(3)
    for folder in ("images", "labels"):
        (root / folder).mkdir(parents=True)
    (root / "classes.txt").write_text("car\n", encoding="utf-8")
    for number in range(PICTURES):
        x, y = (int(value) for value in random.integers((0, 60), (270, 150)))
        content = encoded(picture(street(np.random.default_rng(number)), (x, y), random), ".png")
        name = f"cam{number % 4}_20260302T08{number:02d}00"
        (root / "images" / f"{name}.png").write_bytes(content)
        row = f"0 {(x + 25) / 320:.5f} {(y + 15) / 180:.5f} {50 / 320:.5f} {30 / 180:.5f}\n"
        (root / "labels" / f"{name}.txt").write_text(row, encoding="utf-8")
    if flawed:
        rows = sorted((root / "labels").iterdir())
        rows[0].write_text("0 1.5 0.5 0.1 0.1\n", encoding="utf-8")
        rows[1].write_text("7 0.5 0.5 0.1 0.1\n", encoding="utf-8")
        rows[2].write_text("0 0.5 0.5 0 0.1\n", encoding="utf-8")
        rows[3].write_text("0 0.1 0.1 0.4 0.1 0.4 0.4\n", encoding="utf-8")
    return root


def test_from_labels_to_a_model_in_use_and_back(office: Office, tmp_path: Path) -> None:
    flawed, clean = labelled(tmp_path / "flawed", flawed=True), labelled(tmp_path / "clean", flawed=False)
    checked = office.jiejing("dataset", "check", flawed, "--classes", "ours")
    assert checked.returncode == 1
    for rows in sorted((flawed / "labels").iterdir())[:4]:
        assert rows.name in checked.stdout

    streets = tmp_path / "streets"
    office.done("dataset", "import", clean, "--into", streets, "--classes", "ours")
    office.done("dataset", "split", streets, "--parts", "train=0.7,val=0.3")
    office.done("model", "import", write_red_detector(tmp_path / "red.onnx"), "--name", "red", "--family", "yolo-e2e")
    in_use = ModelStore(tmp_path / "home").in_use()

    trained = ("--name", "candidate", "--model", "yolo11n", "--epochs", 1, "--size", "160", "--batch", 8)
    office.done("train", streets, *trained, "--device", "cpu", "--seed", 1)
    assert ModelStore(tmp_path / "home").in_use() == in_use
    evaluated = office.done(
        "model", "evaluate", "candidate", "--against", "red", "--data", streets, "--out", tmp_path / "report"
    )
    assert "candidate" in evaluated

    gate = ("model", "promote", "candidate", "--data", streets, "--least-boxes", 1)
    refused = office.jiejing(*gate)
    assert refused.returncode == 1, refused.stdout + refused.stderr
    assert "car" in refused.stdout + refused.stderr
    assert ModelStore(tmp_path / "home").in_use() == in_use

    office.done(*gate, "--force", "--reason", "a trial in a quiet street")
    store = ModelStore(tmp_path / "home")
    assert store.in_use() == (store.find("candidate").ref,)
    assert store.history()[-1].forced
    assert store.history()[-1].reason == "a trial in a quiet street"
    office.done("model", "rollback", "--reason", "it finds nothing")
    assert ModelStore(tmp_path / "home").in_use() == in_use


def test_decided_events_train_again(office: Office, tmp_path: Path) -> None:
    """Packages of a film, decided by an officer, become a data set that trains."""
    office.done("model", "import", write_red_detector(tmp_path / "red.onnx"), "--name", "red", "--family", "yolo-e2e")
    sites, packages = tmp_path / "site.yaml", tmp_path / "packages"
    quick = {"candidate_after_s": 2, "violation_after_s": 6}
    content = site(camera_id="cam0", **quick)
    content["cameras"] += [one for n in (1, 2, 3) for one in site(camera_id=f"cam{n}", **quick)["cameras"]]
    sites.write_text(json.dumps(content), encoding="utf-8")
    decisions = []
    for number in range(4):
        film = write_film(tmp_path / f"film{number}.mp4", 20, stands(2, at=(110 + 12 * number, 80 + 8 * number)))
        out, start = tmp_path / f"out{number}", f"2026-03-02T0{number}:00:00+08:00"
        words = ("analyze", film, "--site", sites, "--camera", f"cam{number}", "--model", "red")
        office.done(*words, "--start", start, "--out", out)
        events = [json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
        (event_id,) = {event["event_id"] for event in events if event["state"] == "violation"}
        decisions.append({"event_id": event_id, "opening": 1, "verdict": "approved"})
        packages.mkdir(exist_ok=True)
        (out / "packages" / event_id).rename(packages / event_id)
    decisions[0] |= {"verdict": "rejected", "effect": "keep_positive", "reason": "on duty"}
    decided = tmp_path / "decisions.jsonl"
    decided.write_text("".join(json.dumps(one) + "\n" for one in decisions), encoding="utf-8")

    harvested = tmp_path / "harvested"
    office.done("dataset", "harvest", decided, "--into", harvested, "--packages", packages, "--site", sites)
    office.done("dataset", "split", harvested, "--parts", "train=0.5,val=0.5")
    trained = ("--name", "again", "--model", "yolo11n", "--epochs", 1, "--size", "160", "--batch", 4)
    office.done("train", harvested, *trained, "--device", "cpu", "--partial", "keep")
    assert ModelStore(tmp_path / "home").find("again").card.classes


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("train", "{tmp}/nothing", "--name", "x"), "nothing"),
        (("dataset", "import", "{clean}", "--into", "{tmp}/s", "--classes", "car=tank"), "tank"),
        (("train", "{streets}", "--name", "x", "--device", "0"), "GPU"),
        (("model", "import", "{corrupt}", "--name", "x", "--family", "yolo"), "corrupt.onnx"),
    ],
)
def test_what_cannot_be_used_is_named_and_the_model_in_use_stays(
    office: Office, tmp_path: Path, words: tuple[str, ...], named: str
) -> None:
    clean, streets = labelled(tmp_path / "clean", flawed=False), tmp_path / "streets"
    office.done("dataset", "import", clean, "--into", streets, "--classes", "ours")
    office.done("dataset", "split", streets)
    office.done("model", "import", write_red_detector(tmp_path / "red.onnx"), "--name", "red", "--family", "yolo-e2e")
    corrupt = tmp_path / "corrupt.onnx"
    corrupt.write_bytes((tmp_path / "red.onnx").read_bytes()[:-200])
    places = {"tmp": str(tmp_path), "clean": str(clean), "streets": str(streets), "corrupt": str(corrupt)}
    said = office.jiejing(*(word.format(**places) for word in words))
    assert said.returncode == 2, said.stdout + said.stderr
    assert named in said.stderr
    assert len(said.stderr.strip().splitlines()) == 1, said.stderr
    assert [ref.name for ref in ModelStore(tmp_path / "home").in_use()] == ["red"]
