"""Live changes: everybody who watches is told, once, and nobody is asked for when nobody does."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from api.http.services import Services
from api.live import updates
from api.live.updates import MOST_TO_CATCH_UP, Batch, Cursor, LiveHub
from core.errors import InputError
from core.policy.review import UNDO_S
from store.base.engine import writing
from store.events.live_changes import tell
from store.review.checks import CheckShares
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, START
from tests.store.review_examples import ACTOR, LI, NOW, decide, rejection, undo, violation, with_officers

SOON_S = 30


@pytest.fixture
def services(services: Services, clock: FakeClock) -> Iterator[Services]:
    with_officers(services.engine)
    clock.sleep(3600)
    return replace(services, check_shares=CheckShares(0, 0))


@pytest.fixture
def hub(services: Services) -> LiveHub:
    return LiveHub(services.engine, services.clock, poll_s=0.01)


def run(work: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), SOON_S))  # type: ignore[arg-type]


async def told(batches: AsyncGenerator[Batch], number: int) -> list[tuple[str, str | None]]:
    """The next so many messages."""
    found: list[tuple[str, str | None]] = []
    while len(found) < number:
        found += [(one.kind, one.event_id) for one in (await anext(batches)).messages]
    return found


def test_what_happens_is_told_to_all_in_order(hub: LiveHub, services: Services, clock: FakeClock) -> None:
    async def work() -> None:
        first, second = hub.follow(), hub.follow()
        await anext(first)
        await anext(second)
        event_id = violation(services.engine)
        services.store.claims.claim(event_id, 1, LI, ACTOR, NOW)
        decide(services.engine, rejection(services.engine, event_id), now=clock.utc())
        # Sealed, claimed, decided.
        expected = [(kind, event_id) for kind in ("opened", "changed", "claimed", "changed")]
        assert await told(first, 4) == await told(second, 4) == expected
        # Decided it is for others only when it cannot be undone any more.
        clock.sleep(UNDO_S)
        assert await told(first, 1) == [("decided", event_id)]
        await first.aclose()
        await second.aclose()

    run(work)


def test_what_was_undone_is_never_told_as_decided(hub: LiveHub, services: Services, clock: FakeClock) -> None:
    async def work() -> None:
        event_id = violation(services.engine)
        batches = hub.follow()
        await anext(batches)
        decided = decide(services.engine, rejection(services.engine, event_id), now=clock.utc()).decision
        assert decided is not None
        undo(services.engine, decided.decision_id, LI, clock.utc())
        clock.sleep(UNDO_S)
        other = violation(services.engine, 1)
        assert await told(batches, 4) == [
            ("changed", event_id),
            ("changed", event_id),
            ("opened", other),
            ("changed", other),
        ]
        await batches.aclose()

    run(work)


def test_whoever_connects_again_gets_what_was_missed(hub: LiveHub, services: Services, clock: FakeClock) -> None:
    async def work() -> None:
        batches = hub.follow()
        cursor = (await anext(batches)).cursor
        await batches.aclose()
        event_id = violation(services.engine)
        decide(services.engine, rejection(services.engine, event_id), now=clock.utc())
        clock.sleep(UNDO_S)
        again = hub.follow(Cursor.decode(cursor.encode()))
        caught_up = await anext(again)
        assert [one.kind for one in caught_up.messages] == ["opened", "changed", "changed", "decided"]
        await again.aclose()
        # Told once, it is not told again.
        third = hub.follow(caught_up.cursor)
        assert (await anext(third)).messages == ()
        await third.aclose()

    run(work)


@pytest.mark.parametrize("gap", ["many", "old", "other data base"])
def test_whoever_missed_too_much_loads_anew(hub: LiveHub, services: Services, gap: str) -> None:
    cursor = Cursor(0, services.clock.utc())
    if gap == "many":
        with writing(services.engine) as session:
            for _ in range(MOST_TO_CATCH_UP + 1):
                tell(session, "changed", "event", CAMERA.id)
    elif gap == "old":
        cursor = Cursor(0, START - timedelta(hours=2))
    else:
        cursor = Cursor(999, services.clock.utc())

    async def work() -> None:
        batches = hub.follow(cursor)
        assert [one.kind for one in (await anext(batches)).messages] == ["reload"]
        await batches.aclose()

    run(work)


def test_a_slow_reader_is_dropped_and_the_others_are_told(
    hub: LiveHub, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "BATCHES_HELD", 3)

    async def work() -> None:
        slow, quick = hub.follow(), hub.follow()
        await anext(slow)
        await anext(quick)
        for number in range(6):
            event_id = violation(services.engine, number)
            assert await told(quick, 2) == [("opened", event_id), ("changed", event_id)]
        # What was held for it, then the end: the browser connects again, and catches up.
        late = [one.event_id async for batch in slow for one in batch.messages]
        assert 0 < len(late) < 12
        await quick.aclose()

    run(work)


def test_nothing_is_asked_while_nobody_watches(hub: LiveHub) -> None:
    async def work() -> None:
        assert not hub.is_asking
        first, second = hub.follow(), hub.follow()
        await anext(first)
        await anext(second)
        await first.aclose()
        assert hub.is_asking
        await second.aclose()
        assert not hub.is_asking

    run(work)


@pytest.mark.parametrize("text", ["", "1", "x-1", "1-x", f"1-{10**30}"])
def test_an_id_from_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="Last-Event-ID"):
        Cursor.decode(text)
