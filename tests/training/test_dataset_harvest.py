"""Verdicts become labels: positives, confirmed negatives, nothing to learn from; misses are taken in."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.clock import rfc3339
from core.errors import InputError
from core.geometry import Polygon
from tests.says import says
from tests.training.dataset_examples import NOON, blamed, save, street
from training.datasets.decisions import read_decisions
from training.datasets.folder import Dataset
from training.datasets.harvest import (
    HarvestReport,
    QuietFrame,
    decided_pictures,
    harvest,
    quiet_picture,
    read_quiet,
    sampled,
)
from training.datasets.model import LabelledBox, LabelledPicture, Region
from training.datasets.packages import STILL, PackageDecisions
from training.datasets.pictures import decoded

CAMERA = "33088100081320000001"
CAR = {"label": "car", "score": 0.6, "bbox_xyxy_px": [20, 10, 40, 30]}  # of a frame half as large as the still
STALL = {"label": "stall", "score": 0.5, "bbox_xyxy_px": [50, 30, 70, 50]}


def seal(packages: Path, package_id: str, *members: dict[str, Any], score: float = 0.6, seed: int = 1) -> Path:
    """A package as far as learning reads it."""
    still = save(packages / package_id / STILL, seed)
    things = list(members) or [CAR]
    manifest = {
        "event": {
            **things[0],
            "event_id": package_id.partition("-")[0],
            "camera_id": CAMERA,
            "score": score,
            "frame_size_wh": [80, 60],
            "model": {"name": "coco-nano", "sha256": "ab" * 32},
            "members": things,
        },
        "rule": {"zone": {"min_score": 0.5}},
        "files": [
            {
                "path": STILL,
                "size_wh": [160, 120],
                "utc": rfc3339(NOON + timedelta(minutes=seed)),
                "digests": {"sha256": hashlib.sha256(still.read_bytes()).hexdigest()},
            }
        ],
    }
    (packages / package_id / "manifest.json").write_text(json.dumps(manifest))
    return packages / package_id


def decide(folder: Path, *decisions: dict[str, Any]) -> Path:
    path = folder / "decisions.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in decisions))
    return path


def no_masks(_camera_id: str) -> tuple[Polygon, ...]:
    return ()


def reap(tmp_path: Path, *decisions: dict[str, Any], limit: int | None = None) -> tuple[HarvestReport, Dataset]:
    path = decide(tmp_path, *decisions)
    events = PackageDecisions(read_decisions(path), tmp_path / "packages", tmp_path)
    dataset = Dataset.open_or_new(tmp_path / "set", "harvest")
    return harvest(dataset, decided_pictures(events, limit), no_masks), dataset


def only(dataset: Dataset) -> LabelledPicture:
    [one] = dataset.pictures()
    return one


CAR_BOX = (40, 20, 80, 60)  # in the still


@pytest.mark.parametrize(
    ("decision", "objects", "negatives", "ignore"),
    [
        ({"verdict": "approved"}, (LabelledBox("car", CAR_BOX),), (), ()),
        ({"verdict": "approved", "label": "van"}, (LabelledBox("van", CAR_BOX),), (), ()),
        (
            {"verdict": "approved", "boxes": [[41, 21, 79, 59]]},
            (LabelledBox("car", (41, 21, 79, 59)),),
            (),
            (),
        ),
        # An ambulance on duty is still a vehicle.
        (
            {"verdict": "rejected", "effect": "keep_positive", "reason": "ambulance on duty"},
            (LabelledBox("car", CAR_BOX),),
            (),
            (),
        ),
        (
            {"verdict": "rejected", "effect": "negative", "reason": "a poster"},
            (),
            (Region(CAR_BOX, "a poster", "car"),),
            (),
        ),
        # Not garbage but a bin: what it is not, and what it is.
        (
            {"verdict": "rejected", "effect": "negative", "label": "tricycle"},
            (LabelledBox("tricycle", CAR_BOX),),
            (Region(CAR_BOX, "rejected", "car"),),
            (),
        ),
        ({"verdict": "rejected", "effect": "ignore", "reason": "too dark"}, (), (), (Region(CAR_BOX, "too dark"),)),
        (
            {"verdict": "miss", "label": "stall", "boxes": [[1, 2, 30, 40]]},
            (LabelledBox("stall", (1, 2, 30, 40)),),
            (),
            (),
        ),
    ],
)
def test_what_a_decision_teaches(
    tmp_path: Path, decision: dict[str, Any], objects: Any, negatives: Any, ignore: Any
) -> None:
    seal(tmp_path / "packages", "aa")
    _, dataset = reap(tmp_path, {"event_id": "aa", **decision})
    one = only(dataset)
    assert (one.objects, one.negatives, one.ignore) == (objects, negatives, ignore)
    # Nothing else in the picture was labelled by anybody: it is not background.
    assert one.exhaustive == frozenset()
    assert one.unsettled({"car", "person"}) == {"car", "person"}
    assert (one.status, one.source.kind, one.source.name) == ("confirmed", "event", "aa")
    assert (one.camera_id, one.utc, one.file) == (CAMERA, NOON + timedelta(minutes=1), "events/aa.jpg")
    assert one.uncertainty == pytest.approx(0.6)


def test_things_that_were_approved_together_wait_for_a_person(tmp_path: Path) -> None:
    """Thirty stalls are one alarm: who approves it has not looked at each box."""
    seal(tmp_path / "packages", "aa", STALL, {**STALL, "bbox_xyxy_px": [10, 30, 30, 50]})
    report, dataset = reap(tmp_path, {"event_id": "aa", "verdict": "approved"})
    one = only(dataset)
    assert (one.status, [thing.origin for thing in one.objects]) == ("suggested", ["model:coco-nano"] * 2)
    assert report.outcomes["suggested"] == 2


def test_the_last_verdict_holds_and_misses_add_up(tmp_path: Path) -> None:
    seal(tmp_path / "packages", "aa")
    miss = {"event_id": "aa", "verdict": "miss", "label": "bin", "boxes": [[1, 2, 30, 40]]}
    _, dataset = reap(
        tmp_path,
        {"event_id": "aa", "verdict": "approved"},
        miss,
        {"event_id": "aa", "verdict": "rejected", "effect": "negative"},
        {**miss, "boxes": [[50, 2, 80, 40]]},
    )
    one = only(dataset)
    assert [thing.label for thing in one.objects] == ["bin", "bin"]
    assert [region.label for region in one.negatives] == ["car"]
    assert dataset.card.labels == ("car", "bin")


def test_a_miss_outside_of_all_events(tmp_path: Path) -> None:
    save(tmp_path / "seen" / "1.png", 3)
    _, dataset = reap(
        tmp_path,
        {
            "verdict": "miss",
            "label": "garbage",
            "boxes": [[-5, 20, 90, 80]],
            "picture": "seen/1.png",
            "camera_id": CAMERA,
            "utc": "2026-01-31T08:00:00+08:00",
        },
    )
    one = only(dataset)
    assert (one.file, one.source.kind) == ("misses/seen/1.png", "miss")
    assert one.objects == (LabelledBox("garbage", (0, 20, 90, 80)),)


def test_openings_have_packages_of_their_own_and_lost_ones_are_named(tmp_path: Path) -> None:
    seal(tmp_path / "packages", "aa", seed=1)
    seal(tmp_path / "packages", "aa-2", seed=2)
    path = decide(
        tmp_path,
        {"event_id": "aa", "verdict": "approved"},
        {"event_id": "aa", "opening": 2, "verdict": "approved"},
        {"event_id": "bb", "verdict": "approved"},
    )
    events = PackageDecisions(read_decisions(path), tmp_path / "packages", tmp_path)
    assert [picture.file for picture, _ in decided_pictures(events)] == ["events/aa-2.jpg", "events/aa.jpg"]
    assert events.without_still == ("bb",)


def test_the_unsure_come_first(tmp_path: Path) -> None:
    for seed, (name, score) in enumerate((("aa", 0.95), ("bb", 0.51), ("cc", 0.7))):
        seal(tmp_path / "packages", name, score=score, seed=seed)
    approved = [{"event_id": name, "verdict": "approved"} for name in ("aa", "bb", "cc")]
    _, dataset = reap(tmp_path, *approved, limit=2)
    assert [one.file for one in dataset.pictures()] == ["events/bb.jpg", "events/cc.jpg"]


def test_later_decisions_reach_pictures_that_nobody_labelled_since(tmp_path: Path) -> None:
    seal(tmp_path / "packages", "aa")
    approved = {"event_id": "aa", "verdict": "approved"}
    reap(tmp_path, approved)
    rejected = {"event_id": "aa", "verdict": "rejected", "effect": "ignore"}
    report, dataset = reap(tmp_path, approved, rejected)
    assert (report.updated, only(dataset).objects) == (1, ())
    with dataset.revise() as revision:
        revision.put(replace(only(dataset), exhaustive=frozenset({"car"}), part="val"))
    report, dataset = reap(tmp_path, approved)
    assert (report.updated, report.worked_on, only(dataset).exhaustive) == (0, 1, {"car"})


def test_privacy_masks_are_black_in_what_is_learned_from(tmp_path: Path) -> None:
    """Stills are sealed as received; what is behind a mask is for nobody who labels."""
    seal(tmp_path / "packages", "aa")
    path = decide(tmp_path, {"event_id": "aa", "verdict": "approved"})
    events = PackageDecisions(read_decisions(path), tmp_path / "packages", tmp_path)
    window: Polygon = ((0, 0), (0.5, 0), (0.5, 0.5), (0, 0.5))
    dataset = Dataset.open_or_new(tmp_path / "set", "harvest")
    harvest(dataset, decided_pictures(events), lambda _: (window,))
    one = only(dataset)
    shown = decoded(dataset.file(one.file))
    assert shown[:58, :78].max() < 12
    assert np.abs(shown[70:].astype(int) - street(1)[70:]).mean() < 6
    assert one.sha256 == hashlib.sha256(dataset.file(one.file).read_bytes()).hexdigest()


def test_a_still_that_is_not_the_sealed_one_is_refused(tmp_path: Path) -> None:
    save(seal(tmp_path / "packages", "aa") / STILL, 9)
    with pytest.raises(InputError, check=says("training.still_not_as_sealed")):
        reap(tmp_path, {"event_id": "aa", "verdict": "approved"})
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    ("record", "cause", "params"),
    [
        (
            {"event_id": "aa", "verdict": "maybe"},
            "training.decision_value_unknown",
            {"name": "verdict", "value": "'maybe'", "allowed": ("approved", "rejected", "miss")},
        ),
        ({"event_id": "aa", "verdict": "rejected"}, "training.rejection_needs_effect", {}),
        (
            {"event_id": "aa", "verdict": "rejected", "effect": "forget"},
            "training.decision_value_unknown",
            {"name": "effect", "value": "'forget'"},
        ),
        ({"event_id": "aa", "verdict": "approved", "effect": "ignore"}, "training.rejection_needs_effect", {}),
        (
            {"event_id": "aa", "verdict": "approved", "label": "dog"},
            "training.decision_value_unknown",
            {"name": "label", "value": "'dog'"},
        ),
        ({"event_id": "aa", "verdict": "approved", "note": 1}, "training.unknown_key", {"key": "'note'"}),
        ({"event_id": "../aa", "verdict": "approved"}, "training.event_id_wrong", {}),
        ({"event_id": "aa/..", "verdict": "approved"}, "training.event_id_wrong", {}),
        ({"event_id": "aa", "verdict": "miss", "label": "bin"}, "training.miss_needs_boxes", {}),
        ({"verdict": "approved"}, "training.miss_needs_picture", {}),
        (
            {"verdict": "miss", "label": "bin", "boxes": [[1, 2, 3, 4]], "picture": "a.png"},
            "training.miss_needs_picture",
            {},
        ),
        (
            {"event_id": "aa", "verdict": "approved", "utc": "2026-01-01T00:00:00"},
            "core.time_without_offset",
            {"text": "'2026-01-01T00:00:00'"},
        ),
    ],
)
def test_a_wrong_decision_is_named_by_its_line(
    tmp_path: Path, record: dict[str, Any], cause: str, params: dict[str, object]
) -> None:
    path = decide(tmp_path, {"event_id": "aa", "verdict": "approved"}, record)
    with pytest.raises(InputError, check=says("training.decision_unusable", path=str(path), line=2)) as caught:
        list(read_decisions(path))
    assert str(caught.value).startswith(f"{path}:2: ")
    found = caught.value.message.params["cause"]
    assert found.code == cause
    assert found.params | params == found.params


def test_a_decision_that_cannot_be_taken_apart_is_named_by_its_line(tmp_path: Path) -> None:
    path = decide(tmp_path, {"event_id": "aa", "verdict": "miss", "label": "bin", "boxes": [[1, 2, 3]]})
    with pytest.raises(InputError, check=says("training.decision_unusable", path=str(path), line=1)) as caught:
        list(read_decisions(path))
    assert "unpack" in blamed(caught.value)


def test_a_decision_that_lacks_a_key_is_named_by_its_line(tmp_path: Path) -> None:
    path = decide(tmp_path, {"event_id": "aa", "verdict": "approved"}, {"event_id": "aa"})
    lacking = says("training.decision_key_missing", path=str(path), line=2, key="'verdict'")
    with pytest.raises(InputError, check=lacking) as caught:
        list(read_decisions(path))
    assert str(caught.value).startswith(f"{path}:2: ")


@pytest.mark.parametrize(
    ("text", "code"), [("{\n", "training.line_no_json"), ("[]\n", "training.json_object_expected")]
)
def test_what_is_no_json(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, check=says(code, where=f"{path}:1")):
        list(read_decisions(path))


def test_pictures_of_misses_lead_nowhere(tmp_path: Path) -> None:
    record = {"verdict": "miss", "label": "bin", "boxes": [[1, 2, 3, 4]], "picture": "../x.png", "camera_id": "a"}
    with pytest.raises(InputError, check=says("training.miss_picture_leads_out", name="'../x.png'")):
        reap(tmp_path, record)


def test_nothing_to_harvest_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, check=says("training.nothing_to_harvest")):
        reap(tmp_path, {"event_id": "gone", "verdict": "approved"})


# --- frames without alarm


def frames(folder: Path) -> list[QuietFrame]:
    """A busy camera and a quiet one."""
    busy = [QuietFrame(folder / f"{n}.png", "busy", NOON + timedelta(minutes=n)) for n in range(90)]
    return [*busy, *(QuietFrame(folder / f"{n}.png", "calm", NOON + timedelta(minutes=n)) for n in range(10))]


def test_the_sample_is_the_same_for_the_same_seed_and_takes_turns(tmp_path: Path) -> None:
    drawn = sampled(frames(tmp_path), 20, seed=1)
    assert drawn == sampled(reversed(frames(tmp_path)), 20, seed=1)
    assert drawn != sampled(frames(tmp_path), 20, seed=2)
    assert [one.camera_id for one in drawn].count("calm") == 10
    assert len(sampled(frames(tmp_path), 1000, seed=1)) == 100


def test_a_frame_without_alarm_waits_for_its_labels(tmp_path: Path) -> None:
    save(tmp_path / "1.png", 1)
    (tmp_path / "quiet.jsonl").write_text(
        json.dumps({"picture": "1.png", "camera_id": "calm", "utc": rfc3339(NOON)}) + "\n"
    )
    picture, still = quiet_picture(next(read_quiet(tmp_path / "quiet.jsonl")))
    assert (picture.status, picture.exhaustive, picture.objects) == ("suggested", frozenset(), ())
    assert (picture.source.kind, picture.camera_id, picture.utc) == ("sample", "calm", NOON)
    assert (still.path, still.size_wh) == (tmp_path / "1.png", (160, 120))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"picture": "1.png", "camera_id": "a"}', "training.frame_incomplete"),
        ('{"picture": "1.png", "camera_id": "a", "utc": "noon"}', "training.frame_incomplete"),
        ('{"picture": "/1.png", "camera_id": "a", "utc": "2026-01-01T00:00:00Z"}', "training.frame_leads_out"),
    ],
)
def test_wrong_frames(tmp_path: Path, line: str, code: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(InputError, check=says(code, path=str(path), line=1)):
        list(read_quiet(path))
