"""Alarms with their final verdicts, and blind checks, as the statistics count them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from core.review import DecisionKind, Verdict
from core.statistics import Alarm, Check
from store.engine import reading
from store.review_tables import DecisionRow
from store.scope import Orgs, seen_from
from store.tables import EventRow

_COUNTED = ("approved", "handed_over", "rejected")


class StatisticsRepository:
    """Reads what the figures are worked out from."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def alarms(self, since: datetime, until: datetime, now: datetime, orgs: Orgs) -> list[Alarm]:
        """The events that became a violation in that time (since included, until not), the oldest first.

        Args:
            now: what can still be undone then is pending.
            orgs: only of nodes of these names; None = of all.
        """
        during = [
            EventRow.violation_at >= since,
            EventRow.violation_at < until,
            EventRow.stage.is_not(None),
            *seen_from(EventRow.org, orgs),
        ]
        query = (
            select(
                EventRow.event_id,
                EventRow.camera_id,
                EventRow.preset_id,
                EventRow.zone_id,
                EventRow.violation,
                EventRow.violation_at,
                EventRow.org,
                EventRow.cleared_at,
                DecisionRow.verdict,
                DecisionRow.decided_at,
                DecisionRow.officer_id,
                DecisionRow.officer_name,
            )
            .outerjoin(DecisionRow, first_of(EventRow.event_id, now))
            .where(*during)
            .order_by(EventRow.violation_at, EventRow.event_id, DecisionRow.decided_at)
        )
        with reading(self._engine) as session:
            # A later verdict, on a later opening, takes the place of the earlier one.
            rows = session.execute(query)
            found = {row.event_id: _alarm(row) for row in rows}
        return list(found.values())

    def checks(self, since: datetime, until: datetime, now: datetime, orgs: Orgs) -> list[Check]:
        """The blind checks that were decided in that time."""
        return list(self._checks(since, until, now, orgs))

    def _checks(self, since: datetime, until: datetime, now: datetime, orgs: Orgs) -> Iterator[Check]:
        second, first = DecisionRow, aliased(DecisionRow)
        query = (
            select(second.decision_id, second.kind, first.verdict, second.verdict)
            .join(EventRow, EventRow.event_id == second.event_id)
            .join(first, (first.event_id == second.event_id) & (first.opening == second.opening))
            .where(
                second.kind.in_(("second_look", "known_negative")),
                second.undone_at.is_(None),
                second.final_at <= now,
                second.decided_at >= since,
                second.decided_at < until,
                first.kind == "first",
                first.undone_at.is_(None),
                first.verdict.in_(_COUNTED),
                *seen_from(EventRow.org, orgs),
            )
            .order_by(first.decided_at)
        )
        with reading(self._engine) as session:
            found = {row[0]: row for row in session.execute(query)}
        for row in found.values():
            yield Check(*cast("tuple[DecisionKind, Verdict, Verdict]", tuple(row)[1:]))


def _alarm(row: Sequence[Any]) -> Alarm:
    return Alarm(*row)


def first_of(event_id: InstrumentedAttribute[str], now: datetime) -> ColumnElement[bool]:
    """The first decisions of events, final by `now`, that approve, hand over or reject."""
    return (
        (DecisionRow.event_id == event_id)
        & (DecisionRow.kind == "first")
        & DecisionRow.verdict.in_(_COUNTED)
        & DecisionRow.undone_at.is_(None)
        & (DecisionRow.final_at <= now)
    )
