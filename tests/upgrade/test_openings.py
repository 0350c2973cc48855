"""What the former version knew of events is known of their openings: decisions, reviews, and what waits."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy

from core.policy.review import Viewer
from runtime.home.installation import Installation
from store.audit.log import AuditLog
from store.review.decisions import DecisionRepository
from store.review.queue import EventQueue
from store.review.records import QueueFilter


def test_what_was_decided_stays_decided(former_home: Path) -> None:
    installation = Installation.open()
    queue, now = EventQueue(installation.engine), datetime.now(UTC)
    page = queue.page(QueueFilter(), Viewer(0, blind=False), now).events
    assert {one.event.camera_id: (one.event.opening, one.review.stage) for one in page} == {
        "gate": (1, "decided"),
        "lane": (1, "waiting"),
        "square": (1, None),
    }
    gate = next(one for one in page if one.event.camera_id == "gate")
    decisions = DecisionRepository(installation.engine, AuditLog(installation.engine)).of_event(gate.event.event_id)
    assert [(one.opening, one.verdict, one.subject.vehicle.plate) for one in decisions] == [(1, "approved", "浙H12345")]
    lane = next(one for one in page if one.event.camera_id == "lane")
    assert lane.event.violation_at is not None
    assert lane.review.deadline_at is not None


def test_an_opening_that_was_decided_before_the_thing_came_back_is_decided_again(former_home: Path) -> None:
    """In the former version the whole event waited, and the approval was out of reach."""
    path = former_home / "jiejing.db"
    former = sqlalchemy.create_engine(f"sqlite:///{path}")
    with former.begin() as connection:
        event_id = connection.scalar(sqlalchemy.text("SELECT event_id FROM events WHERE camera_id = 'gate'"))
        columns = [one["name"] for one in sqlalchemy.inspect(connection).get_columns("event_changes")]
        copied = ", ".join(one for one in columns if one not in ("change_id", "opening", "digest"))
        for state in ("candidate", "violation"):
            connection.execute(
                sqlalchemy.text(
                    f"INSERT INTO event_changes ({copied}, opening, digest) "
                    f"SELECT {copied}, 2, 'again-{state}' FROM event_changes "
                    "WHERE event_id = :event AND state = :state AND opening = 1 LIMIT 1"
                ),
                {"event": event_id, "state": state},
            )
        connection.execute(
            sqlalchemy.text(
                "UPDATE events SET opening = 2, state = 'violation', stage = 'waiting' WHERE event_id = :id"
            ),
            {"id": event_id},
        )
    former.dispose()
    queue = EventQueue(Installation.open().engine)
    assert [(one.event.opening, one.review.stage) for one in queue.of_event(event_id)] == [
        (1, "decided"),
        (2, "waiting"),
    ]


@pytest.mark.parametrize("undone", [False, True])
def test_what_waited_for_evidence_has_a_request(former_home: Path, undone: bool) -> None:
    path = former_home / "jiejing.db"
    former = sqlalchemy.create_engine(f"sqlite:///{path}")
    with former.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE decisions SET verdict = 'more_evidence', note = '后车牌'"))
        connection.execute(sqlalchemy.text("UPDATE events SET stage = 'more_evidence' WHERE camera_id = 'gate'"))
        if undone:
            connection.execute(sqlalchemy.text("UPDATE decisions SET undone_at = decided_at"))
            connection.execute(sqlalchemy.text("UPDATE events SET stage = 'waiting' WHERE camera_id = 'gate'"))
    former.dispose()
    engine = Installation.open().engine
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text("SELECT state, note, to_kind, to_key FROM evidence_requests")).all()
    assert [tuple(row) for row in rows] == ([] if undone else [("open", "后车牌", "role", "assistant")])
