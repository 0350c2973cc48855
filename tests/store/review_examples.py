"""Officers, violations and decisions to put into a data base."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from core.policy.review import Review
from evidence.package.layout import package_id
from store.audit.log import Actor, AuditLog
from store.base.engine import writing
from store.events.events import EventRepository
from store.events.packages import PackageRepository
from store.review.checks import CheckShares
from store.review.decisions import DecisionRepository, Outcome
from store.review.queue import EventQueue
from store.review.records import NewDecision, Officer
from store.tables.accounts import UserRow
from tests.store.examples import START, as_violation, event, package

LI, WANG, ZHAO = (Officer(number, name, f"3308810{number}") for number, name in enumerate(("李", "王", "赵"), start=1))
NOW = START + timedelta(hours=1)
NO_CHECKS = CheckShares(second_look=0, known_negative=0)
ACTOR = Actor(None, "tests", None, "local")


def with_officers(engine: Engine) -> Engine:
    """The data base, with accounts of the three officers."""
    with writing(engine) as session:
        for officer in (LI, WANG, ZHAO):
            session.add(
                UserRow(
                    user_id=officer.user_id,
                    name=f"officer-{officer.user_id}",
                    full_name=officer.name,
                    role="officer",
                    state="active",
                    password_hash="none",
                    must_change_password=False,
                    created_at=START,
                    version=1,
                )
            )
    return engine


def violation(engine: Engine, number: int = 0, **changes: Any) -> str:
    """Takes in a violation with its sealed package; answers its id."""
    change = as_violation(event(number, **changes))
    EventRepository(engine).apply(change)
    sealed(engine, change.event_id, seq=100 + number)
    return change.event_id


def sealed(engine: Engine, event_id: str, opening: int = 1, seq: int = 100) -> None:
    """Takes in the row of an opening's package."""
    name = package_id(event_id, opening)
    PackageRepository(engine).add(package(event_id=event_id, opening=opening, package_id=name, path=name, seq=seq))


def review_of(engine: Engine, event_id: str, opening: int = 1) -> Review:
    """How far the review of an opening is, in truth."""
    queued = EventQueue(engine).get(event_id, opening)
    assert queued is not None
    return queued.review


def rejection(engine: Engine, event_id: str, **changes: Any) -> NewDecision:
    """A rejection of the event as it is."""
    opening = changes.get("opening", 1)
    new = NewDecision(
        key="key-1",
        event_id=event_id,
        opening=opening,
        revision=review_of(engine, event_id, opening).revision,
        verdict="rejected",
        reason="not_a_violation",
    )
    return replace(new, **changes)


def decide(
    engine: Engine, new: NewDecision, officer: Officer = LI, now: Any = NOW, shares: CheckShares = NO_CHECKS
) -> Outcome:
    """What becomes of a decision."""
    return DecisionRepository(engine, AuditLog(engine), shares).decide(new, officer, ACTOR, now)


def undo(engine: Engine, decision_id: str, officer: Officer, now: Any) -> Outcome:
    """What becomes of undoing one."""
    return DecisionRepository(engine, AuditLog(engine)).undo(decision_id, officer, ACTOR, now)
