"""Rows of the queue: each opening with all that a list shows of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from api.http.access import Right
from api.review.decision_schemas import DecisionPublic, VerdictPublic
from api.review.desk import ReviewDesk
from api.review.schemas import QueuedEventPublic, queued_event
from core.health import condition_of
from store.events.records import PackageRecord
from store.review.records import DecisionRecord, GivenVerdict, QueuedEvent


def rows(
    found: Sequence[QueuedEvent], packages: Mapping[tuple[str, int], PackageRecord], desk: ReviewDesk
) -> list[QueuedEventPublic]:
    """A row for each opening, in their order.

    Args:
        packages: the primary package of those that have one, by event and opening.
    """
    places = desk.store.places.all()
    looks = _last_looks([one for one in found if one.event.state == "violation"], desk)
    verdicts = _verdicts([one for one in found if one.review.seen_by(desk.viewer, desk.now) == "decided"], desk)
    return [
        queued_event(
            queued,
            desk.store.places.of(queued.event.camera_id, places),
            packages.get(key_of(queued)),
            desk.viewer,
            desk.now,
            watched_until=looks.get(key_of(queued)),
            decision=verdicts.get(key_of(queued)),
            **({} if desk.who.has(Right.EVIDENCE_VIEW) else {"thumbnail": None}),
        )
        for queued in found
    ]


def key_of(queued: QueuedEvent) -> tuple[str, int]:
    """Event and opening."""
    return queued.event.event_id, queued.event.opening


def visible(
    records: Collection[DecisionRecord], openings: Collection[QueuedEvent], desk: ReviewDesk
) -> tuple[DecisionPublic, ...]:
    """What the viewer may know of what was decided about these openings."""
    queued = {key_of(one): one for one in openings}
    return tuple(
        DecisionPublic.of(one, as_first=desk.viewer.blind)
        for one in records
        if _may_see(one, queued[one.event_id, one.opening], desk)
    )


def _may_see(record: DecisionRecord | GivenVerdict, queued: QueuedEvent, desk: ReviewDesk) -> bool:
    """Nothing of others that can be undone or is being checked."""
    if record.officer_id == desk.viewer.user_id:
        return True
    hides = desk.viewer.blind and queued.review.check_kind is not None
    is_out = record.undone_at is None and record.final_at <= desk.now
    return is_out and (record.kind == "suggestion" or not hides)


def _last_looks(standing: Sequence[QueuedEvent], desk: ReviewDesk) -> dict[tuple[str, int], datetime]:
    """When the camera of each last looked, by event and opening; only where it looks now, and by the event's own rule.

    What it no longer sees it clears: until that look, at most a bridged gap ago, the thing was there.
    """
    cameras = {one.event.camera_id for one in standing}
    if not cameras:
        return {}
    rules = desk.store.places.rules_watched(cameras)
    reported = desk.store.camera_states.of(cameras)
    looks: dict[tuple[str, int], datetime] = {}
    for event in (one.event for one in standing if one.event.rule_version in rules):
        state = reported.get(event.camera_id)
        if state is None or condition_of(state.state, stale=state.is_stale(desk.now)) not in ("online", "slow"):
            continue
        last = state.state.last_frame_utc
        if last is not None and last >= event.last_seen:
            looks[event.event_id, event.opening] = last
    return looks


def _verdicts(decided: Sequence[QueuedEvent], desk: ReviewDesk) -> dict[tuple[str, int], VerdictPublic]:
    """The verdict that counts of each decided opening, by event and opening."""
    if not decided:
        return {}
    queued = {key_of(one): one for one in decided}
    said: dict[tuple[str, int], GivenVerdict] = {}
    for one in desk.store.decisions.verdicts({event_id for event_id, _ in queued}):
        key = one.event_id, one.opening
        if key not in queued or one.kind == "suggestion" or one.undone_at or not _may_see(one, queued[key], desk):
            continue
        # Of a check and what it checks, the first one counts.
        known = said.get(key)
        if known is None or known.kind != "first" or one.kind == "first":
            said[key] = one
    return {key: VerdictPublic.model_validate(one) for key, one in said.items()}
