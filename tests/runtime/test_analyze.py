"""A recorded video becomes events and sealed packages; its recorded detections replay to the same events."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.conftest import Jiejing, site

START = "2026-03-02T09:00:00.000+08:00"


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def analyzed(
    jiejing: Jiejing, with_model: str, film: Path, site_file: Callable[..., Path], tmp_path: Path
) -> tuple[Path, Path]:
    """The results of a video, and its recorded detections."""
    out, log = tmp_path / "out", tmp_path / "detections.jsonl"
    words = ("analyze", film, "--site", site_file(), "--camera", "cam", "--model", with_model)
    said = jiejing(*words, "--start", START, "--out", out, "--record", log)
    assert said.code == 0, said.err
    return out, log


def test_events_and_packages(analyzed: tuple[Path, Path], jiejing: Jiejing) -> None:
    out, _ = analyzed
    candidate, violation, cleared = lines(out)
    assert [one["state"] for one in (candidate, violation, cleared)] == ["candidate", "violation", "cleared"]
    assert violation["still_since"] in ("2026-03-02T09:00:03.000+08:00", "2026-03-02T09:00:03.500+08:00")
    assert violation["dwell_s"] == pytest.approx(10, abs=0.5)
    assert violation["model"]["name"] == "red"
    assert violation["observing"] is False
    assert candidate["package"] is None
    assert violation["package"] == f"packages/{violation['event_id']}"
    assert cleared["cleared_at"] in ("2026-03-02T09:00:24.500+08:00", "2026-03-02T09:00:25.000+08:00")
    for package in (violation["package"], cleared["package"]):
        said = jiejing("verify", out / package)
        assert said.code == 0, said.out + said.err
    assert sorted(path.name for path in out.iterdir()) == ["events.jsonl", "packages"]


def test_the_same_video_gives_the_same_events(
    analyzed: tuple[Path, Path], jiejing: Jiejing, film: Path, tmp_path: Path
) -> None:
    out, log = analyzed
    first, again = lines(out), tmp_path / "again"
    words = ("analyze", film, "--site", tmp_path / "site.yaml", "--camera", "cam", "--model", "red")
    assert jiejing(*words, "--start", START, "--out", again).code == 0
    assert lines(again) == first
    replayed = tmp_path / "replayed"
    assert jiejing("replay", log, "--site", tmp_path / "site.yaml", "--out", replayed).code == 0
    assert lines(replayed) == [{**line, "package": None} for line in first]


def test_a_model_that_looks_less_often(
    jiejing: Jiejing, with_model: str, film: Path, site_file: Callable[..., Path], tmp_path: Path
) -> None:
    words = ("analyze", film, "--site", site_file(), "--camera", "cam", "--start", START, "--out", tmp_path / "out")
    assert jiejing(*words, "--model", "red@2").code == 0
    states = [line["state"] for line in lines(tmp_path / "out")]
    assert states == ["candidate", "violation", "cleared"]


def test_a_zone_that_observes_alarms_all_the_same_outside_of_run(
    jiejing: Jiejing, with_model: str, film: Path, site_file: Callable[..., Path], tmp_path: Path
) -> None:
    words = ("analyze", film, "--site", site_file(site(observe=True)), "--camera", "cam", "--model", with_model)
    assert jiejing(*words, "--start", START, "--out", tmp_path / "out").code == 0
    assert all(line["observing"] is False for line in lines(tmp_path / "out"))
    assert (tmp_path / "out" / "packages").is_dir()


def test_privacy_masks_are_blind_spots(
    jiejing: Jiejing, with_model: str, film: Path, site_file: Callable[..., Path], tmp_path: Path
) -> None:
    masked = site()
    masked["cameras"][0]["privacy_masks"] = [[[0.3, 0.4], [0.9, 0.4], [0.9, 0.95], [0.3, 0.95]]]
    words = ("analyze", film, "--site", site_file(masked), "--camera", "cam", "--model", with_model)
    assert jiejing(*words, "--start", START, "--out", tmp_path / "out").code == 0
    assert lines(tmp_path / "out") == []


# What is different in the site file, and what is said of the one zone when no package came of it.
# fmt: off
WHYS = [
    ("a limit longer than the clip", {"violation_after_s": 300}, "limit of 300 s (violation_after_s) is longer than"),
    ("not long enough", {"violation_after_s": 25}, "nothing stood as long as the limit of 25 s; the longest was 2"),
    ("a kind that the model does not find", {"violation": "bin_overflow"}, "(bin_overflow) was found; look with"),
    ("exempt", {"exempt": ["car"]}, "nothing of its kinds (bus, truck, van) was found"),
    ("below min_score", {"min_score": 0.95}, "lower min_score"),
    ("another place", {"polygon": [[0.0, 0.0], [0.2, 0.0], [0.2, 0.2], [0.0, 0.2]]}, "ground contact in the zone"),
    ("other hours", {"schedule": [{"from": "20:00", "to": "21:00"}]}, "schedule does not apply"),
    ("a permit", {"permits": [{"permit_no": "1"}]}, "under a permit"),
]
# fmt: on


@pytest.mark.parametrize(("changed", "why"), [row[1:] for row in WHYS], ids=[row[0] for row in WHYS])
def test_no_package_says_why(
    jiejing: Jiejing, with_model: str, film: Path, site_file: Callable[..., Path], tmp_path: Path,
    changed: dict[str, Any], why: str,
) -> None:  # fmt: skip
    words = ("analyze", film, "--site", site_file(site(**changed)), "--camera", "cam", "--model", with_model)
    said = jiejing(*words, "--start", START, "--out", tmp_path / "out")
    summary, told = said.out.splitlines()
    assert summary.endswith("0 packages")
    assert told.startswith("zone pavement: ")
    assert why in told


def test_where_a_package_came_of_it_nothing_is_explained(
    jiejing: Jiejing, with_model: str, film: Path, site_file: Callable[..., Path], tmp_path: Path
) -> None:
    words = ("analyze", film, "--site", site_file(), "--camera", "cam", "--model", with_model)
    assert jiejing(*words, "--start", START, "--out", tmp_path / "out").out.count("\n") == 1
