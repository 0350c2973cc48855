"""Events on clips with truth: what each report is worth, and a film from its frames to its figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.domain import RuleEvent
from core.errors import InputError
from core.messages import Message
from runtime.models.loading import Detectors
from tests.says import says
from tests.training.evaluation_examples import FAINT, RULE, SURE, put_model, violation, write_clips
from training.evaluation.events import judged, violations
from training.evaluation.result import ClipFigures, EventFigures
from training.evaluation.truth import Clip, ClipTruth, read_clips

HERE, THERE = (100.0, 100.0, 200.0, 200.0), (300.0, 100.0, 400.0, 200.0)
NEAR_HERE = (110.0, 100.0, 210.0, 200.0)  # IoU 0.82
HALF_BESIDE = (150.0, 100.0, 250.0, 200.0)  # IoU 0.33
BESIDE = (170.0, 100.0, 270.0, 200.0)  # IoU 0.18
PARKED = {"what": "car", "group": "vehicle", "box": HERE, "still_since": 10, "still_until": 60, "tol_s": 1}
LATER = {**PARKED, "what": "next car", "still_since": 80, "still_until": None}
DARK = {"what": "dark car", "group": "vehicle", "box": THERE}


def clip(**told: Any) -> Clip:
    content = {"size_wh": [640, 360], "length_s": 120, "rule": RULE, **told}
    return Clip("street.mp4", Path("street.mp4"), ClipTruth.model_validate(content))


def worth(figures: ClipFigures) -> tuple[int, int, list[str]]:
    return figures.found, figures.expected, [alarm.verdict for alarm in figures.alarms]


# What is told, what was reported (box, start, violation), and: found, expected, what each report is worth.
TABLE: list[tuple[dict[str, Any], Sequence[RuleEvent], tuple[int, int, list[str]]]] = [
    # reported once, in its place
    ({"expect": [PARKED]}, [violation(NEAR_HERE, 10, 20)], (1, 1, ["right"])),
    # not reported
    ({"expect": [PARKED]}, [], (0, 1, [])),
    # something else, beside it
    ({"expect": [PARKED]}, [violation(BESIDE, 10, 20)], (0, 1, ["false"])),
    # the right place, but another thing
    ({"expect": [PARKED]}, [violation(HERE, 10, 20, label="person")], (0, 1, ["false"])),
    # a van is a vehicle as a car is
    ({"expect": [PARKED]}, [violation(HERE, 10, 20, label="van")], (1, 1, ["right"])),
    # reported, lost and reported again: the one that began closest is right
    ({"expect": [PARKED]}, [violation(HERE, 10, 20), violation(HERE, 30, 40)], (1, 1, ["right", "twice"])),
    ({"expect": [PARKED]}, [violation(HERE, 3, 13), violation(HERE, 11, 21)], (1, 1, ["twice", "right"])),
    # a report after it had left is of nothing
    ({"expect": [PARKED]}, [violation(HERE, 55, 65)], (0, 1, ["false"])),
    # two cars at one place, one after the other: two things
    ({"expect": [PARKED, LATER]}, [violation(HERE, 10, 20), violation(HERE, 80, 90)], (2, 2, ["right", "right"])),
    # what may be reported counts neither way; again, it is an annoyance
    ({"allow": [DARK]}, [violation(THERE, 10, 20)], (0, 0, ["allowed"])),
    ({"allow": [DARK]}, [violation(THERE, 10, 20), violation(THERE, 40, 50)], (0, 0, ["allowed", "twice"])),
    # two of three anchors are enough here
    (
        {"anchors": [HERE, BESIDE, THERE], "expect_at_least": 2},
        [violation(HERE, 0, 20), violation(THERE, 0, 20)],
        (2, 2, ["right", "right"]),
    ),
    # near an anchor another thing may stand; only what overlaps the first report is the same thing again
    ({"anchors": [HERE]}, [violation(HERE, 0, 20), violation(HALF_BESIDE, 0, 20)], (1, 1, ["right", "allowed"])),
    ({"anchors": [HERE]}, [violation(HERE, 0, 20), violation(NEAR_HERE, 0, 20)], (1, 1, ["right", "twice"])),
    # a zone that is counted as a whole: any part of it is its place
    (
        {"rule": {**RULE, "violation": "window_front_trading"}, "expect": [{**PARKED, "group": "goods"}]},
        [violation(BESIDE, 10, 20, label="goods", kind="window_front_trading")],
        (1, 1, ["right"]),
    ),
]


@pytest.mark.parametrize(("told", "events", "expected"), TABLE)
def test_what_reports_are_worth(
    told: dict[str, Any], events: Sequence[RuleEvent], expected: tuple[int, int, list[str]]
) -> None:
    assert worth(judged(clip(**told), events)) == expected


def test_a_false_alarm_names_the_look_alike() -> None:
    figures = judged(
        clip(forbid=[{"what": "car at the lights", "group": "vehicle", "box": HERE}]), [violation(HERE, 0, 20)]
    )
    assert [(alarm.verdict, alarm.what) for alarm in figures.alarms] == [("false", "car at the lights")]


@pytest.mark.parametrize(("since_s", "in_time"), [(9.0, True), (12.0, True), (12.5, False), (7.5, False)])
def test_the_start_is_judged_apart(since_s: float, *, in_time: bool) -> None:
    (thing,) = judged(clip(expect=[PARKED]), [violation(HERE, since_s, since_s + 10)]).things
    assert (thing.reported, thing.start_error_s, thing.in_time) == (1, since_s - 10, in_time)


def test_figures_over_clips() -> None:
    good = judged(clip(expect=[PARKED]), [violation(HERE, 11, 21)])
    bad = judged(clip(expect=[PARKED]), [violation(BESIDE, 10, 20), violation(THERE, 10, 20)])
    figures = EventFigures(fingerprint="f", name="clips", clips=(good, bad))
    assert (figures.recall.hits, figures.recall.of, figures.recall.value) == (1, 2, 0.5)
    assert (figures.precision.hits, figures.precision.of) == (1, 3)
    assert figures.start_errors_s == (1.0,)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clips(tmp_path_factory.mktemp("clips"))


@pytest.mark.parametrize(("score", "found"), [(SURE, 1), (FAINT, 0)])
def test_a_film_from_frames_to_figures(clips: Path, tmp_path: Path, score: float, found: int) -> None:
    home = tmp_path / "home"
    put_model(home, "red", score)
    (one,) = read_clips(clips)
    done: list[float] = []
    figures = judged(one, violations(one, Detectors(home).ensemble(one.camera, ["red"]), done.append))
    assert worth(figures) == (found, 1, ["right"] * found)
    assert [thing.in_time for thing in figures.things] == ([True] if found else [None])
    assert done[-1] == pytest.approx(29.5, abs=0.5)


# What is written in a truth.yaml, and what is said of it.
LINE = "training.file_line_unusable"
WRONG = [
    ("clips: 3\n", "training.truth_without_clips", "truth.yaml:1: "),
    ("clips:\n  a.mp4: {size_wh: [1, 1], length_s: 1, expct: []}\n", LINE, "truth.yaml:2: clips.a.mp4.expct: Extra"),
    (
        "clips:\n  a.mp4:\n    size_wh: [1, 1]\n    length_s: 1\n    rule: {violation: nothing}\n",
        LINE,
        "truth.yaml:5: ",
    ),
    ("clips:\n  a.mp4: {size_wh: [1, 1], length_s: 1}\n", "training.no_clip_with_zones", "truth.yaml: "),
    ("clips: {a: 1, a: 2}\n", LINE, "the key is given twice"),
]


@pytest.mark.parametrize(("text", "code", "said"), WRONG)
def test_a_wrong_truth_is_refused_with_its_line(tmp_path: Path, text: str, code: str, said: str) -> None:
    path = tmp_path / "truth.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, check=says(code, path=str(path))) as refused:
        read_clips(tmp_path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_clip_and_a_missing_truth_are_said(tmp_path: Path, clips: Path) -> None:
    with pytest.raises(InputError, check=says("training.file_unreadable", cause=Message("core.enoent"))):
        read_clips(tmp_path)
    (tmp_path / "truth.yaml").write_text(clips.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(InputError, check=says("training.clip_not_found", name="'street.mp4'")):
        read_clips(tmp_path)


def test_a_rendered_truth_has_zones(tmp_path: Path) -> None:
    zone = {"id": "front", **RULE}
    told = ClipTruth.model_validate(
        {
            "size_wh": [640, 360],
            "length_s": 60,
            "rendered": True,
            "zones": [zone],
            "expect": [{**PARKED, "zone": "front", "violation": "illegal_parking", "violation_at": 20}],
            "timeline": [{"t_s": 1, "actor": "car", "happens": "stops"}],
        }
    )
    assert [one.id for one in told.watched] == ["front"]
    elsewhere = judged(Clip("a", tmp_path, told), [violation(HERE, 10, 20)])
    assert worth(elsewhere) == (0, 1, ["false"])  # the event is of the zone `zone`


def test_the_fingerprint_changes_with_what_decides(clips: Path) -> None:
    (one,) = read_clips(clips)
    told = one.truth.model_copy(update={"note": "another remark"})
    assert Clip(one.name, one.video, told).fingerprint() == one.fingerprint()
    fewer = one.truth.model_copy(update={"expect": ()})
    assert Clip(one.name, one.video, fewer).fingerprint() != one.fingerprint()
