"""The review in the data base, on both: who may claim, what a decision does, and that nothing happens twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import product
from threading import Barrier

import pytest
import sqlalchemy
from sqlalchemy import Engine, select

from core.domain import State
from core.policy.evidence_requests import Addressee, Reader
from core.policy.review import LEASE_S, UNDO_S, CheckKind, Review, ReviewState, Stage, Viewer
from store.audit.log import AuditLog
from store.base import migrate
from store.base.engine import connected, reading, writing
from store.events.events import EventRepository
from store.events.packages import PackageRepository
from store.review.checks import CheckShares
from store.review.claims import ClaimRepository
from store.review.evidence_requests import EvidenceRequests, NewRequest, RequestOutcome
from store.review.queue import EventQueue
from store.review.records import Officer, QueueFilter
from store.review.training_lines import training_lines
from store.tables.openings import OpeningRow, opening_id
from store.tables.review import DecisionRow
from tests.store.examples import START, as_cleared, as_violation, event, package
from tests.store.review_examples import (
    ACTOR,
    LI,
    NOW,
    WANG,
    ZHAO,
    decide,
    rejection,
    review_of,
    sealed,
    undo,
    violation,
    with_officers,
)

AFTER_UNDO = NOW + timedelta(seconds=UNDO_S)


@pytest.fixture
def staffed(engine: Engine) -> Engine:
    """A data base with three officers."""
    return with_officers(engine)


def claims_of(engine: Engine) -> ClaimRepository:
    return ClaimRepository(engine, AuditLog(engine))


ENTERING: list[tuple[State, dict[str, object], Stage | None]] = [
    # a candidate may still dissolve
    ("candidate", {}, None),
    ("violation", {}, "waiting"),
    # a zone that only observes alarms nobody
    ("violation", {"observing": True}, None),
]


@pytest.mark.parametrize(("state", "changes", "stage"), ENTERING)
def test_what_enters_the_review(engine: Engine, state: State, changes: dict[str, object], stage: Stage | None) -> None:
    change = event(**changes)
    EventRepository(engine).apply(change if state == "candidate" else as_violation(change))
    assert review_of(engine, change.event_id).stage == stage


def test_a_change_of_state_counts_once(engine: Engine) -> None:
    event_id = violation(engine)
    before = review_of(engine, event_id)
    assert before.deadline_at == as_violation(event()).violation_at + timedelta(hours=24)  # type: ignore[operator]
    # A worker that restarts may report what it had reported.
    EventRepository(engine).apply(as_violation(event()))
    assert review_of(engine, event_id) == before
    EventRepository(engine).apply(as_cleared(as_violation(event())))
    after = review_of(engine, event_id)
    assert (after.stage, after.revision) == ("waiting", before.revision + 1)


def comes_back(engine: Engine, state: State = "violation", opening: int = 2) -> None:
    """The thing of event(0) stands there again."""
    change = replace(
        as_violation(event()),
        state=state,
        opening=opening,
        still_since=START + timedelta(hours=opening - 1),
        last_seen=START + timedelta(hours=opening - 1, minutes=20),
        dwell_s=1200.0,
    )
    EventRepository(engine).apply(change)


def test_openings_are_decided_one_by_one(staffed: Engine) -> None:
    event_id = violation(staffed)
    first = decide(staffed, rejection(staffed, event_id)).decision
    as_decided = review_of(staffed, event_id)
    comes_back(staffed, "candidate")
    assert review_of(staffed, event_id, 2).stage is None
    comes_back(staffed)
    # The later one waits by itself; what was decided of the first stays as it is, its officer and revision too.
    assert review_of(staffed, event_id, 2).stage == "waiting"
    assert review_of(staffed, event_id) == as_decided
    assert decide(staffed, rejection(staffed, event_id, opening=2, key="2"), WANG).refusal == "unsealed"
    sealed(staffed, event_id, 2, seq=900)
    assert decide(staffed, rejection(staffed, event_id, opening=2, key="2"), WANG, AFTER_UNDO).decision is not None
    assert [review_of(staffed, event_id, one).stage for one in (1, 2)] == ["decided", "decided"]
    assert first is not None
    assert [one["opening"] for one in training_lines(staffed, AFTER_UNDO + timedelta(hours=1))] == [1, 2]


def test_undone_after_the_thing_came_back_it_is_the_very_opening(staffed: Engine) -> None:
    event_id = violation(staffed)
    decided = decide(staffed, rejection(staffed, event_id)).decision
    comes_back(staffed)
    sealed(staffed, event_id, 2, seq=900)
    later_one = review_of(staffed, event_id, 2)
    assert decided is not None
    assert undo(staffed, decided.decision_id, LI, NOW).refusal is None
    assert review_of(staffed, event_id).stage == "waiting"
    assert review_of(staffed, event_id).is_held_by(LI.user_id, NOW)
    assert review_of(staffed, event_id, 2) == later_one
    # Claims are of one opening.
    assert claims_of(staffed).claim(event_id, 2, WANG, ACTOR, NOW).is_held_by(WANG.user_id, NOW)


def test_the_queue_shows_each_opening_with_its_own_times(staffed: Engine) -> None:
    event_id = violation(staffed)
    comes_back(staffed)
    comes_back(staffed, "candidate", 3)
    found = EventQueue(staffed).page(QueueFilter(event_id=event_id), Viewer(LI.user_id, blind=True), NOW).events
    assert [(one.event.opening, one.event.state) for one in found] == [
        (3, "candidate"),
        (2, "violation"),
        (1, "violation"),
    ]
    assert [one.event.violation_at for one in found] == [
        None,
        START + timedelta(hours=1, minutes=20),
        as_violation(event()).violation_at,
    ]
    assert found[1].event.dwell_s == 1200.0


def test_nothing_is_decided_without_sealed_evidence(staffed: Engine) -> None:
    EventRepository(staffed).apply(as_violation(event()))
    event_id = event().event_id
    assert decide(staffed, rejection(staffed, event_id)).refusal == "unsealed"
    # A supplement is no evidence of the violation.
    PackageRepository(staffed).add(package(kind="supplement"))
    assert decide(staffed, rejection(staffed, event_id)).refusal == "unsealed"
    sealed(staffed, event_id)
    assert decide(staffed, rejection(staffed, event_id)).refusal is None


def test_a_claim_is_a_lease(staffed: Engine) -> None:
    event_id, claims = violation(staffed), claims_of(staffed)
    assert claims.claim(event_id, 1, LI, ACTOR, NOW).is_held_by(LI.user_id, NOW)
    held = claims.claim(event_id, 1, WANG, ACTOR, NOW + timedelta(seconds=LEASE_S - 1))
    assert (held.claimed_by, held.claimed_name) == (LI.user_id, LI.name)
    # Renewed by use, it lasts on from then.
    claims.claim(event_id, 1, LI, ACTOR, NOW + timedelta(seconds=200))
    assert claims.claim(event_id, 1, WANG, ACTOR, NOW + timedelta(seconds=LEASE_S)).claimed_by == LI.user_id
    assert claims.claim(event_id, 1, WANG, ACTOR, NOW + timedelta(seconds=LEASE_S + 200)).claimed_by == WANG.user_id


def test_only_ones_own_claim_is_given_back(staffed: Engine) -> None:
    event_id, claims = violation(staffed), claims_of(staffed)
    claims.claim(event_id, 1, LI, ACTOR, NOW)
    assert not claims.release(event_id, 1, WANG, ACTOR, NOW)
    assert claims.release(event_id, 1, LI, ACTOR, NOW)
    assert claims.claim(event_id, 1, WANG, ACTOR, NOW).claimed_by == WANG.user_id


def test_of_two_who_claim_at_once_one_wins(staffed: Engine) -> None:
    for number in range(5):
        event_id, both = violation(staffed, number), Barrier(2)

        def claim(officer: Officer, event_id: str = event_id, both: Barrier = both) -> bool:
            both.wait()
            return claims_of(staffed).claim(event_id, 1, officer, ACTOR, NOW).is_held_by(officer.user_id, NOW)

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(claim, (LI, WANG))) == [False, True]


def test_of_two_who_decide_at_once_one_does(staffed: Engine) -> None:
    event_id, both = violation(staffed), Barrier(2)
    new = rejection(staffed, event_id)

    def reject(officer: Officer) -> bool:
        both.wait()
        return decide(staffed, new, officer).decision is not None

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(reject, (LI, WANG))) == [False, True]


def test_the_same_request_at_once_is_one_decision(staffed: Engine) -> None:
    event_id, both = violation(staffed), Barrier(2)
    new = rejection(staffed, event_id)

    def reject(_: int) -> object:
        both.wait()
        return decide(staffed, new).decision

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(reject, range(2))
    assert first == second is not None
    with reading(staffed) as session:
        assert session.scalar(select(sqlalchemy.func.count()).select_from(DecisionRow)) == 1


REFUSED = [
    # the event was cleared since it was looked at
    ({"revision": 0}, "stale"),
    # something that has to be said or seen is missing
    ({"lacks": ("anything",)}, "lacking"),
]


@pytest.mark.parametrize(("changes", "refusal"), REFUSED)
def test_a_decision_that_is_refused_leaves_nothing(staffed: Engine, changes: dict[str, object], refusal: str) -> None:
    event_id = violation(staffed)
    before = review_of(staffed, event_id)
    outcome = decide(staffed, rejection(staffed, event_id, **changes))
    assert (outcome.refusal, outcome.decision, outcome.review) == (refusal, None, before)
    assert review_of(staffed, event_id) == before


def test_what_another_holds_or_decided_is_not_decided(staffed: Engine) -> None:
    event_id = violation(staffed)
    claims_of(staffed).claim(event_id, 1, WANG, ACTOR, NOW)
    new = rejection(staffed, event_id)
    assert decide(staffed, new).refusal == "held"
    assert decide(staffed, new, WANG).refusal is None
    # Until it is final it may come back: it stays with its officer.
    assert decide(staffed, rejection(staffed, event_id)).refusal == "held"
    assert decide(staffed, rejection(staffed, event_id), LI, AFTER_UNDO).refusal == "closed"


def test_a_key_belongs_to_one_request(staffed: Engine) -> None:
    event_id = violation(staffed)
    new = rejection(staffed, event_id)
    first = decide(staffed, new)
    # Repeated later, when it is final and the event is another: the same answer.
    assert decide(staffed, new, now=AFTER_UNDO).decision == first.decision
    assert decide(staffed, replace(new, reason="duplicate")).refusal == "key_used"
    # Another officer's keys are another officer's.
    other = violation(staffed, 1)
    assert decide(staffed, rejection(staffed, other), WANG).decision is not None


def test_undone_in_time_everything_is_as_before(staffed: Engine) -> None:
    event_id = violation(staffed)
    before = review_of(staffed, event_id)
    decided = decide(staffed, rejection(staffed, event_id)).decision
    assert decided is not None
    assert undo(staffed, decided.decision_id, WANG, NOW).refusal == "no_decision"
    last = AFTER_UNDO - timedelta(milliseconds=1)
    assert undo(staffed, decided.decision_id, LI, last).refusal is None
    after = review_of(staffed, event_id)
    assert (after.stage, after.deadline_at) == ("waiting", before.deadline_at)
    assert after.is_held_by(LI.user_id, last)
    # What was open elsewhere meanwhile is stale.
    assert after.revision > before.revision + 1
    assert undo(staffed, decided.decision_id, LI, last).refusal == "undone"
    assert list(training_lines(staffed, AFTER_UNDO)) == []


def test_what_is_final_is_not_undone(staffed: Engine) -> None:
    decided = decide(staffed, rejection(staffed, violation(staffed))).decision
    assert decided is not None
    assert undo(staffed, decided.decision_id, LI, AFTER_UNDO).refusal == "too_late"


def ask(engine: Engine, event_id: str, **changes: object) -> RequestOutcome:
    """What becomes of a request for further evidence by 李."""
    new = NewRequest(
        key="ask-1",
        event_id=event_id,
        opening=1,
        revision=review_of(engine, event_id).revision,
        reason="site_photo",
        note="后车牌",
        to=Addressee("user", str(WANG.user_id), WANG.name),
        due_at=NOW + timedelta(hours=4),
    )
    return requests(engine).ask(replace(new, **changes), LI, ACTOR, NOW)  # type: ignore[arg-type]


def requests(engine: Engine) -> EvidenceRequests:
    return EvidenceRequests(engine, AuditLog(engine))


def test_a_request_waits_until_it_is_answered(staffed: Engine) -> None:
    event_id = violation(staffed)
    asked = ask(staffed, event_id).request
    assert asked is not None
    # Nothing that happens meanwhile answers it: a supplement, the thing that leaves, and comes back.
    PackageRepository(staffed).add(package(seq=901, kind="supplement"))
    EventRepository(staffed).apply(as_cleared(as_violation(event())))
    comes_back(staffed)
    assert [review_of(staffed, event_id, one).stage for one in (1, 2)] == ["more_evidence", "waiting"]
    wang = Reader(WANG.user_id, "assistant", "城关中队")
    assert requests(staffed).open_ones(None, wang) == (asked,)
    assert requests(staffed).open_ones(None, Reader(ZHAO.user_id, "officer", None)) == ()
    answered = requests(staffed).answer(asked.request_id, "已补拍", (), WANG, ACTOR, NOW).request
    assert answered is not None
    assert (answered.state, answered.closed_by, answered.answer) == ("answered", WANG.user_id, "已补拍")
    assert review_of(staffed, event_id).stage == "waiting"
    assert requests(staffed).open_ones(None, wang) == ()
    assert requests(staffed).answer(asked.request_id, "再次", (), LI, ACTOR, NOW).refusal == "not_open"


@pytest.mark.parametrize(
    ("to", "reader", "listed"),
    [
        (Addressee("role", "assistant", "协管员"), Reader(9, "assistant", None), True),
        (Addressee("role", "assistant", "协管员"), Reader(9, "officer", None), False),
        (Addressee("node", "城关中队", "城关中队"), Reader(9, "officer", "城关中队"), True),
        (Addressee("node", "城关中队", "城关中队"), Reader(9, "officer", "江滨中队"), False),
        # The number of a person is no name of a node.
        (Addressee("node", "9", "9"), Reader(9, "officer", None), False),
    ],
)
def test_whom_a_request_is_listed_for(staffed: Engine, to: Addressee, reader: Reader, listed: bool) -> None:
    ask(staffed, violation(staffed), to=to)
    assert bool(requests(staffed).open_ones(None, reader)) == listed


def test_a_decision_waits_for_no_answer_and_undone_it_waits_again(staffed: Engine) -> None:
    event_id = violation(staffed)
    asked = ask(staffed, event_id).request
    assert asked is not None
    decided = decide(staffed, rejection(staffed, event_id)).decision
    assert decided is not None
    assert [one.state for one in requests(staffed).of_event(event_id)] == ["decided"]
    undo(staffed, decided.decision_id, LI, NOW)
    assert requests(staffed).of_event(event_id) == (asked,)
    assert review_of(staffed, event_id).stage == "more_evidence"
    assert requests(staffed).withdraw(asked.request_id, LI, ACTOR, NOW).refusal is None
    assert review_of(staffed, event_id).stage == "waiting"


def test_what_is_not_asked(staffed: Engine) -> None:
    event_id = violation(staffed)
    assert ask(staffed, event_id, revision=0).refusal == "stale"
    first = ask(staffed, event_id)
    # The same request again is the same one; another one waits until the first is answered.
    assert ask(staffed, event_id, revision=1).request == first.request
    assert ask(staffed, event_id, revision=1, note="其他").refusal == "key_used"
    assert ask(staffed, event_id, key="ask-2").refusal == "closed"
    other = violation(staffed, 1)
    claims_of(staffed).claim(other, 1, WANG, ACTOR, NOW)
    assert ask(staffed, other, key="ask-3", revision=1).refusal == "held"


def test_a_package_says_what_it_is_worth(engine: Engine) -> None:
    event_id = violation(engine)
    assert review_of(engine, event_id).standing == "lead"
    PackageRepository(engine).add(package(standing="supporting"))
    assert review_of(engine, event_id).standing == "supporting"


def test_a_second_look_is_blind_and_by_somebody_else(staffed: Engine) -> None:
    event_id, all_of_them = violation(staffed), CheckShares(second_look=1, known_negative=0)
    decide(staffed, rejection(staffed, event_id), shares=all_of_them)
    review = review_of(staffed, event_id)
    assert (review.stage, review.check_kind, review.first_officer) == ("waiting", "second_look", LI.user_id)
    assert not claims_of(staffed).claim(event_id, 1, LI, ACTOR, AFTER_UNDO).is_held_by(LI.user_id, AFTER_UNDO)
    again = rejection(staffed, event_id, key="other")
    assert decide(staffed, again, LI, AFTER_UNDO).refusal == "closed"
    second = decide(staffed, again, WANG, AFTER_UNDO, all_of_them)
    assert second.decision is not None
    assert second.decision.kind == "second_look"
    # Once is enough.
    assert review_of(staffed, event_id).stage == "decided"


def test_known_negatives_come_back_to_another_officer(staffed: Engine) -> None:
    known = violation(staffed)
    decide(staffed, rejection(staffed, known))
    mixing = CheckShares(second_look=0, known_negative=1)
    other = violation(staffed, 1)
    # Not before the rejection is final.
    decide(staffed, rejection(staffed, other, key="2", reason="duplicate"), now=NOW, shares=mixing)
    assert review_of(staffed, known).stage == "decided"
    third = violation(staffed, 2)
    decide(staffed, rejection(staffed, third, key="3", reason="duplicate"), now=AFTER_UNDO, shares=mixing)
    review = review_of(staffed, known)
    assert (review.stage, review.check_kind, review.first_officer) == ("waiting", "known_negative", LI.user_id)
    approved = rejection(staffed, known, key="4", verdict="approved", reason=None)
    checked = decide(staffed, approved, WANG, AFTER_UNDO).decision
    assert checked is not None
    assert checked.kind == "known_negative"
    # Its own verdict stays what it is, for training too.
    later = AFTER_UNDO + timedelta(seconds=UNDO_S)
    lines = [line for line in training_lines(staffed, later) if line["event_id"] == known]
    assert [line["verdict"] for line in lines] == ["rejected"]


TAUGHT = [
    # (the first verdict, the second one, what training is told)
    ({}, None, [("rejected", "negative")]),
    ({"reason": "on_duty"}, None, [("rejected", "keep_positive")]),
    ({"reason": "unclear_picture"}, None, [("rejected", "ignore")]),
    ({"verdict": "approved", "reason": None}, None, [("approved", None)]),
    # a lead for another agency is a right alarm
    ({"verdict": "handed_over", "reason": None}, None, [("approved", None)]),
    # nothing was said about the thing
    ({"verdict": "more_evidence", "reason": None}, None, []),
    # what an assistant thinks decides nothing
    ({"suggestion": True}, None, []),
    # who agrees says nothing new
    ({}, {"reason": "on_duty"}, [("rejected", "negative")]),
    # where two disagree nobody can tell: the last line holds
    ({}, {"verdict": "approved", "reason": None}, [("rejected", "negative"), ("rejected", "ignore")]),
]


@pytest.mark.parametrize(("first", "second", "lines"), TAUGHT)
def test_what_training_is_told(
    staffed: Engine, first: dict[str, object], second: dict[str, object] | None, lines: list[object]
) -> None:
    event_id, shares = violation(staffed), CheckShares(second_look=1 if second else 0, known_negative=0)
    decide(staffed, rejection(staffed, event_id, **first), shares=shares)
    if second:
        decide(staffed, rejection(staffed, event_id, key="second", **second), WANG, AFTER_UNDO)
    assert list(training_lines(staffed, NOW)) == []
    told = list(training_lines(staffed, AFTER_UNDO + timedelta(seconds=UNDO_S)))
    assert [(line["verdict"], line.get("effect")) for line in told] == lines


STAGES: list[tuple[Stage | None, CheckKind | None, int | None, int | None]] = [
    (stage, check, first, held)
    for stage, check, held in product(
        (None, "waiting", "more_evidence", "decided"), (None, "second_look", "known_negative"), (None, 1, 2)
    )
    for first in ((None,) if check is None else (1, 2))
    # only what waits is checked, and nobody claims what is not reviewed
    if (check is None or stage == "waiting") and (stage is not None or held is None)
]
REVIEWS: tuple[ReviewState, ...] = ("open", "claimed", "decided", "second_look", "more_evidence")


@pytest.mark.parametrize("lapsed", [False, True])
@pytest.mark.parametrize("blind", [False, True])
def test_the_queue_finds_what_each_viewer_is_told(engine: Engine, lapsed: bool, blind: bool) -> None:
    until = NOW - timedelta(seconds=1) if lapsed else NOW + timedelta(seconds=1)
    reviews = [Review(stage, check, first, held, "x", until if held else None) for stage, check, first, held in STAGES]
    for number, review in enumerate(reviews):
        event_id = violation(engine, number)
        with writing(engine) as session:
            row = session.get_one(OpeningRow, opening_id(event_id, 1))
            for name in ("stage", "check_kind", "first_officer", "claimed_by", "claimed_until"):
                setattr(row, name, getattr(review, name))
    for user_id, state in product((1, 2, 3), REVIEWS):
        viewer = Viewer(user_id, blind=blind)
        page = EventQueue(engine).page(QueueFilter(review=state), viewer, NOW, limit=200)
        found = {int(one.event.event_id, 16) for one in page.events}
        told = {number for number, review in enumerate(reviews) if review.seen_by(viewer, NOW) == state}
        assert found == told, (user_id, state)


@pytest.mark.parametrize("sort", ["age", "-age", "dwell", "-dwell", "deadline", "-deadline", "type", "-type"])
@pytest.mark.parametrize("several", [False, True])
def test_pages_neither_repeat_nor_skip_in_any_order(engine: Engine, sort: str, several: bool) -> None:
    types = ("illegal_parking", "street_vending", "exposed_garbage")
    for number in range(9):
        # Some have the same dwell: then the id decides.
        change = event(number, violation=types[number % 3], camera_id=f"camera-{number % 2}")
        EventRepository(engine).apply(replace(as_violation(change), dwell_s=float(number % 4)))
    cameras = frozenset({"camera-0", "camera-1", "camera-none"}) if several else None
    wanted, viewer, cursor, seen = QueueFilter(camera_ids=cameras), Viewer(1, blind=True), None, []
    queue = EventQueue(engine)
    for _ in range(5):
        page = queue.page(wanted, viewer, NOW, sort, cursor, 2)  # type: ignore[arg-type]
        seen += [(one.event, one.review.deadline_at) for one in page.events]
        cursor = page.next_cursor
    assert cursor is None
    keys = {
        "age": lambda one: (one[0].first_seen, one[0].event_id),
        "dwell": lambda one: (one[0].dwell_s, one[0].event_id),
        "deadline": lambda one: (one[1], one[0].event_id),
        "type": lambda one: (one[0].violation, one[0].first_seen, one[0].event_id),
    }
    falls = sort in ("age", "-dwell", "-deadline", "-type")
    assert len(seen) == 9
    assert seen == sorted(seen, key=keys[sort.removeprefix("-")], reverse=falls)


PLANS = [
    ("stage = 'waiting'", "began_at DESC, opening_id DESC", "ix_openings_stage_began_at"),
    ("stage = 'waiting'", "dwell_s, opening_id", "ix_openings_stage_dwell_s"),
    ("stage = 'waiting' AND deadline_at IS NOT NULL", "deadline_at, opening_id", "ix_openings_stage_deadline_at"),
    ("stage = 'decided'", "violation, began_at, opening_id", "ix_openings_stage_violation"),
    ("camera_id = 'a' AND stage = 'decided'", "began_at DESC, opening_id DESC", "ix_openings_camera_id_stage"),
    ("claimed_until > '2026'", "claimed_until", "ix_openings_claimed_until"),
]


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("where", "order", "index"), PLANS)
def test_the_queue_is_read_from_its_index_without_sorting(engine: Engine, where: str, order: str, index: str) -> None:
    with reading(engine) as session:
        explained = f"EXPLAIN QUERY PLAN SELECT * FROM openings WHERE {where} ORDER BY {order} LIMIT 51"
        (step,) = session.execute(sqlalchemy.text(explained))
    assert f"USING INDEX {index}" in step.detail


def test_violations_that_are_there_already_wait_for_review(empty_engine: Engine) -> None:
    with connected(empty_engine) as connection:
        _to_revision(connection, "0002")
        for number, state, observing in ((0, "violation", False), (1, "candidate", False), (2, "violation", True)):
            connection.execute(sqlalchemy.text(_old_event(number, state, observing=observing)))
    migrate.upgrade(empty_engine)
    reviews = [review_of(empty_engine, f"{number:016x}") for number in range(3)]
    assert [review.stage for review in reviews] == ["waiting", None, None]
    assert reviews[0].deadline_at == START.replace(microsecond=123000) + timedelta(hours=24)


def _to_revision(connection: sqlalchemy.Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415 - only here is an older data base made

    command.upgrade(migrate._config(connection), revision)


def _old_event(number: int, state: str, *, observing: bool) -> str:
    moment = "'2026-05-01 00:00:00.123000+00:00'"
    at = moment if state == "violation" else "NULL"
    return (
        "INSERT INTO events (event_id, camera_id, preset_id, zone_id, violation, state, opening, label, count, score, "
        "bbox_xyxy_px, frame_size_wh, first_seen, still_since, violation_at, last_seen, dwell_s, observed_s, "
        f"bridged_s, observing, rule_version, members) VALUES ('{number:016x}', 'c', '1', 'z', 'illegal_parking', "
        f"'{state}', 1, 'car', 1, 0.5, '[0, 0, 1, 1]', '[2, 2]', {moment}, {moment}, {at}, {moment}, 1, 1, 0, "
        f"{observing}, 'v', '[]')"
    )


def test_the_audit_tells_of_decisions_and_their_undoing(staffed: Engine) -> None:
    event_id = violation(staffed)
    decided = decide(staffed, rejection(staffed, event_id)).decision
    assert decided is not None
    undo(staffed, decided.decision_id, LI, NOW)
    entries, _ = AuditLog(staffed).page()
    assert [(one.action, one.object_id, one.after["verdict"]) for one in entries] == [
        ("event.undo", event_id, "rejected"),
        ("event.decide", event_id, "rejected"),
    ]
