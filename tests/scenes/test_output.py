"""What is written to disk: data sets, videos, truth; the same seed gives the same bits."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import cv2
import pytest
import yaml

from core.errors import StorageError
from core.site import Zone
from core.wire import observation_from_line
from scenes import dataset, stories, video
from scenes.truth import write_yaml
from tests.says import says

SIZE_WH = (320, 192)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_data_set(tmp_path: Path) -> None:
    told: list[float] = []
    written = dataset.write(tmp_path / "a", [7], SIZE_WH, 1, told.append)
    assert written.pictures == 1
    assert told == [1.0]
    files = files_of(tmp_path / "a")
    assert files["classes.txt"].decode().split() == list(dataset.CLASSES)
    lines = [
        line.split() for name, text in files.items() if name.startswith("labels") for line in text.decode().splitlines()
    ]
    assert len(lines) == sum(written.boxes.values()) > 0
    assert all(0 <= int(line[0]) < len(dataset.CLASSES) for line in lines)
    assert all(0 < float(value) <= 1 for line in lines for value in line[1:])
    pictures = [cv2.imread(str(tmp_path / "a" / name)) for name in files if name.startswith("images")]
    assert [picture.shape for picture in pictures if picture is not None] == [(192, 320, 3)]
    dataset.write(tmp_path / "b", [7], SIZE_WH, 1)
    assert files_of(tmp_path / "b") == files


def test_video_with_truth(tmp_path: Path) -> None:
    story = replace(stories.demo("demo-2", 1), length_s=1.5)
    path, told = tmp_path / "street.mp4", list[float]()
    truth = video.write(path, story, SIZE_WH, 4, told.append)
    assert told[-1] == 1.0
    assert [frame.t_s for frame in truth.frames] == [0.0, 0.5, 1.0]
    fields = ["-show_entries", "stream=codec_name,width,height,nb_frames", "-of", "csv=p=0"]
    probe = subprocess.run(["ffprobe", "-v", "error", *fields, path], capture_output=True, text=True, check=True)
    assert probe.stdout.strip() == "h264,320,192,6"
    again = tmp_path / "again.mp4"
    video.write(again, story, SIZE_WH, 4)
    assert again.read_bytes() == path.read_bytes()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["again.mp4", "street.mp4"]

    write_yaml(tmp_path / "truth.yaml", {"street.mp4": truth})
    clip = yaml.safe_load((tmp_path / "truth.yaml").read_text(encoding="utf-8"))["clips"]["street.mp4"]
    assert [Zone.model_validate(zone) for zone in clip["zones"]] == list(story.zones)
    assert {"what", "group", "box", "still_since", "still_until", "tol_s"} <= set(clip["expect"][0])
    truth.write_observations(tmp_path / "boxes.jsonl", "cam")
    lines = (tmp_path / "boxes.jsonl").read_text(encoding="utf-8").splitlines()
    assert [observation_from_line(line, "here").frame_size_wh for line in lines] == [SIZE_WH] * 3
    assert json.loads(lines[0])["detections"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, check=says("core.located", where=str(tmp_path / "taken"))):
        dataset.write(tmp_path / "taken", [4], SIZE_WH, 1)
