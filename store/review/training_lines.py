"""What the review teaches: misses, and final decisions as the lines that `jiejing dataset harvest` reads.

See docs/design/data-sets.md for the form. Training meets the runtime at this file alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session

from core.clock import rfc3339
from core.policy.review import REASONS, is_positive, same_direction
from store.accounts.scope import Orgs, seen_from
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row
from store.review.records import DecisionRecord, Miss
from store.tables.events import EventRow
from store.tables.openings import OpeningRow, same_opening
from store.tables.review import DecisionRow, MissRow

Line = dict[str, Any]
Masks = list[list[list[float]]]

_SAYS_SOMETHING = ("approved", "handed_over", "rejected")
_DISAGREEMENT = "two officers disagree"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One line, and what it is about.

    Attributes:
        label: what the models, or who marked the miss, said it is; the line may say better.
        camera_id: of the picture.
        masks: the privacy masks (polygons in 0-1) that held when the picture was taken; None = they are not known.
    """

    line: Line
    label: str
    camera_id: str
    masks: Masks | None


class MissRepository:
    """Keeps what no model found."""

    def __init__(self, engine: Engine, audit: AuditLog) -> None:
        self._engine = engine
        self._audit = audit

    def add(self, miss: Miss, pictured: str, actor: Actor) -> None:
        """Keeps a miss on a picture of that event."""
        told = {"camera_id": miss.camera_id, "picture": miss.picture, "label": miss.label}
        with writing(self._engine) as session:
            event = session.get_one(EventRow, pictured)
            session.add(MissRow(**columns_of(miss), org=event.org, masks=event.masks))
            self._audit.write(session, actor, Deed("miss.mark", "miss", miss.miss_id, after=told))


def training_lines(engine: Engine, now: datetime, since: datetime | None = None, orgs: Orgs = None) -> Iterator[Line]:
    """The lines of `lessons`."""
    return (one.line for one in lessons(engine, now, since, orgs=orgs))


def lessons(
    engine: Engine,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    orgs: Orgs = None,
) -> Iterator[Lesson]:
    """Every final decision and every miss, in the order in which they became so.

    Args:
        now: what can still be undone then is left out.
        since, until: only what became final in this time; `until` is not in it.
        orgs: only what belongs to nodes of these names; None = all.
    """
    decisions = (
        select(DecisionRow, OpeningRow.label, OpeningRow.camera_id, EventRow.masks)
        .join(OpeningRow, same_opening(OpeningRow, DecisionRow))
        .join(EventRow, EventRow.event_id == DecisionRow.event_id)
        .where(
            DecisionRow.final_at <= now,
            DecisionRow.undone_at.is_(None),
            DecisionRow.kind.in_(("first", "second_look")),
            DecisionRow.verdict.in_(_SAYS_SOMETHING),
            *seen_from(OpeningRow.org, orgs),
        )
    )
    misses = select(MissRow).where(MissRow.marked_at <= now, *seen_from(MissRow.org, orgs))
    if since is not None:
        decisions = decisions.where(DecisionRow.final_at >= since)
        misses = misses.where(MissRow.marked_at >= since)
    if until is not None:
        decisions = decisions.where(DecisionRow.final_at < until)
        misses = misses.where(MissRow.marked_at < until)
    with reading(engine) as session:
        decided = session.execute(decisions.order_by(DecisionRow.final_at, DecisionRow.decision_id))
        marked = session.scalars(misses.order_by(MissRow.marked_at, MissRow.miss_id))
        timed = merge(
            (
                (row.final_at, row.decision_id, _taught(session, from_row(DecisionRecord, row)), *about)
                for row, *about in decided
            ),
            (
                (row.marked_at, row.miss_id, _missed(from_row(Miss, row)), row.label, row.camera_id, row.masks)
                for row in marked
            ),
            key=lambda one: one[:2],
        )
        yield from (Lesson(*told) for _, _, *told in timed if told[0])


def _taught(session: Session, decision: DecisionRecord) -> Line | None:
    """The line of a decision; None of a second look that agrees: that line is there already."""
    line: Line = {"event_id": decision.event_id, "opening": decision.opening}
    if decision.kind == "second_look":
        first = session.scalar(_first_verdict(decision))
        if first is None or same_direction(first, decision.verdict):
            return None
        return {**line, "verdict": "rejected", "effect": "ignore", "reason": _DISAGREEMENT}
    if is_positive(decision.verdict):
        line["verdict"] = "approved"
    else:
        reason = REASONS[decision.reason or "other"]
        line |= {"verdict": "rejected", "effect": reason.effect, "reason": reason.key}
    return line | ({"label": decision.label} if decision.label else {})


def _first_verdict(second: DecisionRecord) -> Select[Any]:
    return (
        select(DecisionRow.verdict)
        .where(
            same_opening(DecisionRow, second),
            DecisionRow.kind == "first",
            DecisionRow.verdict.in_(_SAYS_SOMETHING),
            DecisionRow.undone_at.is_(None),
        )
        .order_by(DecisionRow.decided_at.desc())
        .limit(1)
    )


def _missed(miss: Miss) -> Line:
    seen: Line = {"verdict": "miss", "label": miss.label, "boxes": [list(miss.box_xyxy_px)]}
    if miss.event_id is not None:
        return {"event_id": miss.event_id, "opening": miss.opening, **seen}
    return {**seen, "picture": miss.picture, "camera_id": miss.camera_id, "utc": rfc3339(miss.utc)}
