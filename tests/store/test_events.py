"""Changes of state are kept once each, and events are found again page by page."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy
from sqlalchemy import Engine

from core.errors import InputError
from store.base.cursor import Cursor
from store.base.engine import reading
from store.events.events import EventRepository
from store.events.records import EventFilter
from tests.says import says
from tests.store.examples import START, as_cleared, as_violation, event


def test_an_event_and_its_changes_come_back_exactly(engine: Engine) -> None:
    events = EventRepository(engine)
    changes = (event(), as_violation(event()), as_cleared(as_violation(event())))
    assert all(events.apply(change) for change in changes)
    history = events.get(event().event_id)
    assert history is not None
    assert history.event == changes[-1]
    assert history.changes == changes
    assert history.event.first_seen.tzinfo is UTC


def test_moments_are_the_same_whatever_their_offset(engine: Engine) -> None:
    shanghai = START.astimezone(timezone(timedelta(hours=8)))
    EventRepository(engine).apply(event(first_seen=shanghai))
    history = EventRepository(engine).get(event().event_id)
    assert history is not None
    assert history.event.first_seen == START


def test_the_same_change_twice_is_one_change(engine: Engine) -> None:
    events = EventRepository(engine)
    events.apply(event())
    events.apply(as_violation(event()))
    # A worker that restarts may report what it had reported.
    assert not events.apply(event())
    history = events.get(event().event_id)
    assert history is not None
    assert history.event.state == "violation"
    assert len(history.changes) == 2


def test_a_change_that_an_earlier_version_kept_without_its_gaps_is_the_same_change(engine: Engine) -> None:
    events = EventRepository(engine)
    before = event(gaps=None)
    assert events.apply(before)
    assert not events.apply(event())
    assert events.page().events == (before,)


def test_an_unknown_event_is_none(engine: Engine) -> None:
    assert EventRepository(engine).get("nothing") is None


def test_an_event_without_model_or_members(engine: Engine) -> None:
    bare = event(model=None, members=())
    EventRepository(engine).apply(bare)
    assert EventRepository(engine).page().events == (bare,)


FILTERS = [
    (EventFilter(), [5, 4, 3, 2, 1, 0]),
    (EventFilter(camera_id="other"), [4]),
    (EventFilter(zone_id="shop"), [3]),
    (EventFilter(violation="exposed_garbage"), [2]),
    (EventFilter(state="violation"), [1]),
    (EventFilter(observing=True), [5]),
    (EventFilter(observing=False), [4, 3, 2, 1, 0]),
    # since is included, until is not
    (EventFilter(since=START + timedelta(minutes=4)), [5, 4]),
    (EventFilter(until=START + timedelta(minutes=1)), [0]),
    (EventFilter(state="candidate", since=START, until=START + timedelta(minutes=3)), [2, 0]),
    (EventFilter(camera_id="nobody"), []),
]


def test_filters(engine: Engine) -> None:
    events = EventRepository(engine)
    for one in (
        event(0),
        as_violation(event(1)),
        event(2, violation="exposed_garbage"),
        event(3, zone_id="shop"),
        event(4, camera_id="other"),
        event(5, observing=True),
    ):
        events.apply(one)
    for wanted, found in FILTERS:
        assert [int(one.event_id, 16) for one in events.page(wanted).events] == found, wanted


def test_pages_neither_repeat_nor_skip_while_events_arrive(engine: Engine) -> None:
    events = EventRepository(engine)
    for number in range(7):
        events.apply(event(number))
    # Two at the very same moment are told apart by their ids.
    events.apply(replace(event(6), event_id="f" * 16))
    first = events.page(limit=3)
    events.apply(event(100))
    events.apply(as_violation(event(2)))
    second = events.page(cursor=first.next_cursor, limit=3)
    third = events.page(cursor=second.next_cursor, limit=3)
    assert third.next_cursor is None
    seen = [one.event_id for page in (first, second, third) for one in page.events]
    assert seen == ["f" * 16, *(event(number).event_id for number in (6, 5, 4, 3, 2, 1, 0))]


def test_a_full_last_page_has_no_next(engine: Engine) -> None:
    EventRepository(engine).apply(event())
    assert EventRepository(engine).page(limit=1).next_cursor is None


@pytest.mark.parametrize("text", ["", "nonsense", "bm90IGEgdGltZSB4", "MjAyNi0wMS0wMSB4", "é", "AA=="])
def test_a_cursor_from_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(InputError, check=says("store.cursor_not_ours")):
        Cursor.decode(text)


def test_counts(engine: Engine) -> None:
    events = EventRepository(engine)
    for change in (event(0), event(1), as_violation(event(1)), as_violation(event(2))):
        events.apply(change)
    assert events.counts() == {("illegal_parking", "candidate"): 1, ("illegal_parking", "violation"): 2}


@pytest.mark.parametrize("column", [None, "camera_id", "zone_id", "violation", "state"])
@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_a_page_is_read_from_its_index_without_sorting(engine: Engine, column: str | None) -> None:
    where = f"WHERE {column} = 'x' AND" if column else "WHERE"
    query = (
        f"EXPLAIN QUERY PLAN SELECT * FROM events {where} (first_seen, event_id) < ('2026', 'a') "
        "ORDER BY first_seen DESC, event_id DESC LIMIT 51"
    )
    with reading(engine) as session:
        plan = [row.detail for row in session.execute(sqlalchemy.text(query))]
    assert len(plan) == 1
    assert plan[0].startswith("SEARCH events USING INDEX ix_events_" + (column or "first_seen"))


def test_times_need_an_offset(engine: Engine) -> None:
    with pytest.raises(Exception, match="has no offset"):
        EventRepository(engine).apply(event(last_seen=datetime(2026, 1, 1)))  # noqa: DTZ001 - on purpose
