"""Alarms with their final verdicts, and blind checks, as the statistics count them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import aliased

from core.policy.review import DecisionKind, Verdict
from core.policy.statistics import Alarm, Check
from store.accounts.scope import Orgs, seen_from
from store.base.engine import reading
from store.tables.openings import OpeningRow, same_opening
from store.tables.review import DecisionRow

_COUNTED = ("approved", "handed_over", "rejected")


class StatisticsRepository:
    """Reads what the figures are worked out from."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def alarms(self, since: datetime, until: datetime, now: datetime, orgs: Orgs) -> list[Alarm]:
        """The openings that became a violation in that time (since included, until not), the oldest first.

        Args:
            now: what can still be undone then is pending.
            orgs: only of nodes of these names; None = of all.
        """
        during = [
            OpeningRow.violation_at >= since,
            OpeningRow.violation_at < until,
            OpeningRow.stage.is_not(None),
            *seen_from(OpeningRow.org, orgs),
        ]
        query = (
            select(
                OpeningRow.event_id,
                OpeningRow.opening,
                OpeningRow.camera_id,
                OpeningRow.preset_id,
                OpeningRow.zone_id,
                OpeningRow.violation,
                OpeningRow.violation_at,
                OpeningRow.org,
                OpeningRow.cleared_at,
                DecisionRow.verdict,
                DecisionRow.decided_at,
                DecisionRow.officer_id,
                DecisionRow.officer_name,
            )
            .outerjoin(DecisionRow, first_of(OpeningRow, now))
            .where(*during)
            .order_by(OpeningRow.violation_at, OpeningRow.opening_id, DecisionRow.decided_at)
        )
        with reading(self._engine) as session:
            # A later verdict on the same opening takes the place of the earlier one.
            rows = session.execute(query)
            found = {(row.event_id, row.opening): _alarm(row) for row in rows}
        return list(found.values())

    def checks(self, since: datetime, until: datetime, now: datetime, orgs: Orgs) -> list[Check]:
        """The blind checks that were decided in that time."""
        return list(self._checks(since, until, now, orgs))

    def _checks(self, since: datetime, until: datetime, now: datetime, orgs: Orgs) -> Iterator[Check]:
        second, first = DecisionRow, aliased(DecisionRow)
        query = (
            select(second.decision_id, second.kind, first.verdict, second.verdict)
            .join(OpeningRow, same_opening(OpeningRow, second))
            .join(first, same_opening(first, second))
            .where(
                second.kind.in_(("second_look", "known_negative")),
                second.undone_at.is_(None),
                second.final_at <= now,
                second.decided_at >= since,
                second.decided_at < until,
                first.kind == "first",
                first.undone_at.is_(None),
                first.verdict.in_(_COUNTED),
                *seen_from(OpeningRow.org, orgs),
            )
            .order_by(first.decided_at)
        )
        with reading(self._engine) as session:
            found = {row[0]: row for row in session.execute(query)}
        for row in found.values():
            yield Check(*cast("tuple[DecisionKind, Verdict, Verdict]", tuple(row)[1:]))


def _alarm(row: Sequence[Any]) -> Alarm:
    return Alarm(*row)


def first_of(openings: type[OpeningRow], now: datetime) -> ColumnElement[bool]:
    """The first decisions of openings, final by `now`, that approve, hand over or reject."""
    return (
        same_opening(DecisionRow, openings)
        & (DecisionRow.kind == "first")
        & DecisionRow.verdict.in_(_COUNTED)
        & DecisionRow.undone_at.is_(None)
        & (DecisionRow.final_at <= now)
    )
