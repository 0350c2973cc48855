"""The newest state of each stream, and when it was reported."""

from sqlalchemy import Engine

from store.site.records import ReportedState
from store.site.stream_states import CameraStateRepository
from tests.fake_clock import FakeClock
from tests.store.examples import START, stream_state


def test_the_newest_state_stands_and_says_when_it_was_reported(engine: Engine) -> None:
    clock = FakeClock(START)
    states = CameraStateRepository(engine, clock)
    states.put(stream_state("a"), stream_state("b", size_wh=None, codec=None))
    clock.sleep(5)
    waiting = stream_state("a", status="waiting", failures=3, retry_at=START, error="connection refused")
    states.put(waiting)
    assert states.all() == {
        "a": ReportedState(waiting, clock.utc()),
        "b": ReportedState(stream_state("b", size_wh=None, codec=None), START),
    }
