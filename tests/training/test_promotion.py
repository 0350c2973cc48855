"""The gate: what it refuses, what it lets pass, and why."""

import json
from typing import Any

import pytest

from core.messages import Message, read
from tests.training.evaluation_examples import evaluation, label_figures
from training.evaluation.result import ClipFigures, Evaluation, EventFigures, ThingOutcome
from training.promotion import Tolerances, evidence, gate


def events(found: int, expected: int = 10, *, false: int = 0, data: str = "clips") -> EventFigures:
    things = tuple(
        ThingOutcome(
            what=f"car {number}",
            bbox_xyxy_px=None,
            still_since_s=None,
            reported=int(number < found),
            start_error_s=None,
            in_time=None,
        )
        for number in range(expected)
    )
    alarm = {
        "event_id": "e",
        "violation": "illegal_parking",
        "label": "car",
        "bbox_xyxy_px": (0, 0, 1, 1),
        "still_since_s": 0,
        "violation_at_s": 1,
    }
    alarms = [{**alarm, "verdict": "right"}] * found + [{**alarm, "verdict": "false"}] * false
    clip: dict[str, Any] = {"clip": "a.mp4", "length_s": 60, "size_wh": (640, 360), "rendered": False}
    counts = {"expected": expected, "found": found, "things": things, "alarms": alarms}
    return EventFigures(fingerprint=data, name="clips", clips=(ClipFigures.model_validate(clip | counts),))


CAR, BUS = label_figures("car", 0.80), label_figures("bus", 0.50)
IN_USE = evaluation("old", [CAR, BUS], events(8))

# The candidate, and the code and the beginning of each reason for refusing it.
TABLE = [
    # as good
    (evaluation("new", [CAR, BUS], events(8)), []),
    # better
    (evaluation("new", [label_figures("car", 0.9), BUS], events(10)), []),
    # worse, but within what is tolerated
    (evaluation("new", [label_figures("car", 0.78), BUS], events(8)), []),
    # one label fell, though the mean rose
    (
        evaluation("new", [label_figures("car", 0.77), label_figures("bus", 0.9)], events(8)),
        [("training.label_fell", "car: mAP50 0.800 -> 0.770")],
    ),
    # one event fewer
    (evaluation("new", [CAR, BUS], events(7)), [("training.event_recall_fell", "event recall: 8 of 10")]),
    # everything fell
    (
        evaluation("new", [label_figures("car", 0.1), label_figures("bus", 0.1)], events(0)),
        [("training.label_fell", "car: "), ("training.label_fell", "bus: "), ("training.event_recall_fell", "")],
    ),
    # a label that it does not have at all
    (
        evaluation("new", [CAR, label_figures("bus", 0.0, can_find=False)], events(8)),
        [("training.label_not_found_any_more", "bus: ")],
    ),
    # other pictures: labels are not compared, events are
    (evaluation("new", [label_figures("car", 0.1), BUS], events(8), data="other"), []),
    # nothing in common
    (
        evaluation("new", [CAR, BUS], events(8, data="other"), data="other"),
        [("training.no_evidence_in_common", "no evidence on the same data")],
    ),
    # nothing at all
    (evaluation("new"), [("training.candidate_not_evaluated", "no evidence")]),
]


@pytest.mark.parametrize(("candidate", "reasons"), TABLE)
def test_the_gate(candidate: Evaluation, reasons: list[tuple[str, str]]) -> None:
    verdict = gate(candidate, IN_USE, Tolerances())
    assert verdict.passed is (not reasons)
    assert len(verdict.reasons) == len(reasons)
    for said, (code, words) in zip(verdict.reasons, reasons, strict=True):
        assert said.code == code
        assert said.startswith(words)
        assert "\n" not in said


def test_reasons_name_figures_and_how_sure_they_are() -> None:
    candidate = evaluation("new", [label_figures("car", 0.7), BUS], events(6))
    label, recall = gate(candidate, IN_USE, Tolerances()).reasons
    assert label == ("car: mAP50 0.800 -> 0.700 (-0.100, 95 % -0.100 .. -0.100) on 100 boxes; 0.02 is tolerated")
    assert recall == (
        "event recall: 8 of 10 (95 % 0.49 .. 0.94) -> 6 of 10 (95 % 0.31 .. 0.83); 0 is tolerated; "
        "no longer reported: a.mp4: car 6; a.mp4: car 7"
    )


def test_tolerances_are_given() -> None:
    candidate = evaluation("new", [label_figures("car", 0.7), BUS], events(7))
    assert gate(candidate, IN_USE, Tolerances(ap50=0.1, event_recall=0.1)).passed
    assert len(gate(candidate, IN_USE, Tolerances(ap50=0.09, event_recall=0.09)).reasons) == 2


def test_a_label_with_few_boxes_is_not_judged_but_named() -> None:
    old = evaluation("old", [CAR, label_figures("bus", 0.9, boxes=19)])
    new = evaluation("new", [CAR, label_figures("bus", 0.1, boxes=19)])
    verdict = gate(new, old, Tolerances())
    assert verdict.passed
    assert Message("training.too_few_boxes", least=20, labels=["bus"]) in verdict.remarks
    assert not gate(new, old, Tolerances(least_boxes=19)).passed


def test_nothing_but_labels_with_few_boxes_is_no_evidence() -> None:
    few = [label_figures("bus", 0.9, boxes=19)]
    verdict = gate(evaluation("new", few), evaluation("old", few), Tolerances())
    assert not verdict.passed


def test_clips_on_which_nothing_is_to_be_reported_are_no_evidence_of_recall() -> None:
    quiet = events(0, 0)
    assert not gate(evaluation("new", events=quiet), evaluation("old", events=quiet), Tolerances()).passed


def test_more_false_alarms_are_remarked() -> None:
    verdict = gate(evaluation("new", [CAR, BUS], events(8, false=3)), IN_USE, Tolerances())
    assert verdict.passed
    (remark,) = verdict.remarks
    assert (remark.code, remark.params) == ("training.more_false_alarms", {"before": 0, "after": 3})


def test_the_first_model_passes_once_it_was_measured() -> None:
    assert gate(evaluation("new", [CAR]), None, Tolerances()).passed
    assert not gate(evaluation("new"), None, Tolerances()).passed


def test_evidence_is_plain_and_holds_both_sides() -> None:
    candidate = evaluation("new", [CAR, BUS], events(7))
    kept = evidence(gate(candidate, IN_USE, Tolerances()), candidate, IN_USE, Tolerances())
    assert kept["gate"]["passed"] is False
    (reason,) = kept["gate"]["reasons"]
    assert read(json.loads(json.dumps(reason))).said("zh").startswith("事件召回率：8/10")
    assert reason["text"].startswith("event recall: 8 of 10")
    assert kept["candidate"]["events"]["recall"]["value"] == 0.7
    assert kept["in_use"]["pictures"]["ap50"] == {"car": 0.8, "bus": 0.5}
    assert kept["in_use"]["models"][0]["name"] == "old"
