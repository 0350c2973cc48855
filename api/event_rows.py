"""Rows of the queue: each event with all that a list shows of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from api.access import Right
from api.review_desk import ReviewDesk
from api.review_schemas import DecisionPublic, QueuedEventPublic, queued_event
from api.schemas import StreamPublic
from core.health import condition_of
from store.records import PackageRecord
from store.review_records import DecisionRecord, QueuedEvent


def rows(
    found: Sequence[QueuedEvent], packages: Mapping[str, PackageRecord], desk: ReviewDesk
) -> list[QueuedEventPublic]:
    """A row for each event, in their order.

    Args:
        packages: the newest primary package of those that have one, by event id.
    """
    places = desk.places.all()
    looks = _last_looks([one for one in found if one.event.state == "violation"], desk)
    verdicts = _verdicts([one for one in found if one.review.seen_by(desk.viewer, desk.now) == "decided"], desk)
    return [
        queued_event(
            one, desk.places.of(one.event.camera_id, places), packages.get(one.event.event_id), desk.viewer, desk.now
        ).model_copy(
            update={
                "watched_until": looks.get(one.event.event_id),
                "decision": verdicts.get(one.event.event_id),
                **({} if desk.who.has(Right.EVIDENCE_VIEW) else {"thumbnail": None}),
            }
        )
        for one in found
    ]


def visible(records: Collection[DecisionRecord], queued: QueuedEvent, desk: ReviewDesk) -> tuple[DecisionPublic, ...]:
    """What the viewer may know of what was decided: nothing of others that can be undone or is being checked."""
    viewer = desk.viewer
    hides = viewer.blind and queued.review.check_kind is not None

    def may_see(record: DecisionRecord) -> bool:
        if record.officer_id == viewer.user_id:
            return True
        is_out = record.undone_at is None and record.final_at <= desk.now
        return is_out and (record.kind == "suggestion" or not hides)

    return tuple(DecisionPublic.of(one, as_first=viewer.blind) for one in records if may_see(one))


def _last_looks(standing: Sequence[QueuedEvent], desk: ReviewDesk) -> dict[str, datetime]:
    """When the camera of each event last looked, by event id; only where it looks now, and by the event's own rule.

    What it no longer sees it clears: until that look, at most a bridged gap ago, the thing was there.
    """
    cameras = {one.event.camera_id for one in standing}
    if not cameras:
        return {}
    rules = desk.places.rules_watched(cameras)
    reported = desk.camera_states.of(cameras)
    looks: dict[str, datetime] = {}
    for event in (one.event for one in standing if one.event.rule_version in rules):
        state = reported.get(event.camera_id)
        stale = state is None or StreamPublic.of(state, desk.now).stale
        if state is None or condition_of(state.state, stale=stale) not in ("online", "slow"):
            continue
        last = state.state.last_frame_utc
        if last is not None and last >= event.last_seen:
            looks[event.event_id] = last
    return looks


def _verdicts(decided: Sequence[QueuedEvent], desk: ReviewDesk) -> dict[str, DecisionPublic]:
    """The verdict that counts of each decided event, by event id."""
    if not decided:
        return {}
    records = desk.decisions.of_events([one.event.event_id for one in decided])
    found: dict[str, DecisionPublic] = {}
    for one in decided:
        own = [record for record in records if record.event_id == one.event.event_id]
        said = [record for record in visible(own, one, desk) if record.kind != "suggestion" and not record.undone_at]
        # Of a check and what it checks, the first one counts.
        firsts = [record for record in said if record.kind == "first"]
        if said:
            found[one.event.event_id] = (firsts or said)[-1]
    return found
