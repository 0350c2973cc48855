"""What holds for the dwell whatever is seen."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain import RuleEvent
from tests.streets import START, Actor, film, watch

RULE = {"candidate_after_s": 5, "violation_after_s": 30, "bridge_gap_s": 10, "reopen_within_s": 40}

seconds_seen = st.sets(st.integers(0, 120), min_size=20)


def story(seen: set[int]) -> list[RuleEvent]:
    return watch(film([Actor(seen=lambda t: int(t) in seen)], 120), **RULE)


@given(seconds_seen)
@settings(deadline=None)
def test_dwell_never_exceeds_wall_time(seen: set[int]) -> None:
    for event in story(seen):
        wall_s = (event.last_seen - event.still_since).total_seconds()
        assert event.dwell_s == event.observed_s + event.bridged_s <= wall_s
        assert START <= event.first_seen <= event.still_since <= event.last_seen


@given(seconds_seen)
@settings(deadline=None)
def test_gaps_are_all_that_was_bridged(seen: set[int]) -> None:
    """In order, apart, inside the dwell, longer than a step that counts as observed, each between two sightings."""
    for event in story(seen):
        assert event.gaps is not None
        assert sum((one.end - one.start).total_seconds() for one in event.gaps) == event.bridged_s
        edges = [event.still_since, *(edge for one in event.gaps for edge in (one.start, one.end)), event.last_seen]
        assert edges == sorted(edges)
        for one in event.gaps:
            start, end = ((edge - START) // timedelta(seconds=1) for edge in (one.start, one.end))
            assert end - start > 3
            assert {start, end} <= seen
            assert not seen & set(range(start + 1, end))


@pytest.mark.slow
@given(seconds_seen, st.sets(st.integers(6, 120)))
@settings(deadline=None)
def test_more_gaps_never_mean_more_observed_time(seen: set[int], lost: set[int]) -> None:
    """Of the first dwell, up to the moment at which it was a candidate with more gaps too."""
    whole, gappy = story(seen), story(seen - lost)
    for event in gappy:
        same = [one for one in whole if one.still_since <= event.still_since and one.last_seen >= event.last_seen]
        assert not same or max(one.observed_s for one in same) >= event.observed_s


@given(seconds_seen)
@settings(deadline=None)
def test_states_follow_each_other(seen: set[int]) -> None:
    """Every opening goes candidate, perhaps violation, perhaps cleared; a violation is seen at its very moment."""
    previous: dict[str, RuleEvent] = {}
    for event in story(seen):
        before = previous.get(event.event_id)
        if event.state == "candidate":
            assert before is None or (before.state == "cleared" and event.opening == before.opening + 1)
        else:
            assert before is not None
            assert before.opening == event.opening
            assert (event.state, before.state) != ("violation", "violation")
        if event.state == "violation":
            assert event.dwell_s >= RULE["violation_after_s"]
            assert (event.last_seen - START) // timedelta(seconds=1) in seen
        previous[event.event_id] = event


@pytest.mark.slow
@given(st.integers(0, 2**32), st.integers(1, 8))
@settings(deadline=None, max_examples=25)
def test_the_order_of_detections_is_irrelevant(seed: int, count: int) -> None:
    random = Random(seed)
    cast = [Actor(box=(100 * n, 300, 130 + 100 * n, 380), missed=0.2, jitter_px=3) for n in range(count)]
    frames = film(cast, 60)
    shuffled = [replace(one, detections=tuple(random.sample(one.detections, len(one.detections)))) for one in frames]
    assert watch(shuffled, **RULE) == watch(frames, **RULE)


def test_the_same_input_gives_the_same_ids() -> None:
    frames = film([Actor(missed=0.3, jitter_px=4)], 200)
    assert watch(frames, **RULE) == watch(frames, **RULE)
