"""A duty never ends in silence: told once, counted, tried again after a pause, and seen by whoever asks."""

import errno
import json
import logging
import threading

import pytest

from core.duties import HANGS, Duties, Duty, Trouble, duty_from_json, duty_to_json
from core.errors import StorageError
from core.messages import Message
from tests.fake_clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def broken() -> None:
    raise ZeroDivisionError("nobody thought of it")


def full() -> None:
    raise StorageError("core.located", where="disk", cause=OSError(errno.ENOSPC, "No space left on device"))


@pytest.mark.parametrize(
    ("work", "why"),
    [
        # a fault of the program
        (broken, Message("core.unexpected_error", error="ZeroDivisionError", cause="nobody thought of it")),
        # what the product refuses on purpose
        (full, Message("core.located", where="disk", cause=Message("core.enospc"))),
    ],
)
def test_a_failure_is_told_once_counted_and_over_when_it_is(
    work: object, why: Message, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    duty = Duty("sealing", clock, "gate")
    began = clock.utc()
    for _ in range(5):
        assert not duty.attempt(work)  # type: ignore[arg-type]
        clock.sleep(2)
    told = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert [one.getMessage() for one in told] == [f"camera gate: sealing: {why}"]
    state = duty.state
    assert (state.up, state.failures, state.since, state.why) == (False, 5, began, why)
    told_again = duty_from_json(json.loads(json.dumps(duty_to_json(state))))
    assert told_again == state
    assert told_again.why is not None
    assert told_again.why.plain() == why.plain()
    assert duty.attempt(lambda: None)
    assert (duty.state.up, duty.state.why, duty.state.failures) == (True, None, 5)


def test_a_flood_becomes_one_line_with_a_count(clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    duty = Duty("reporting", clock)
    for _ in range(601):
        duty.attempt(full)
        clock.sleep(1)
    told = [one.getMessage() for one in caplog.records]
    assert len(told) == 2
    assert "599 times more" in told[1]


def test_the_pause_doubles_up_to_its_bound_and_begins_anew_after_a_while(clock: FakeClock) -> None:
    duty, pauses = Duty("following", clock, longest_pause_s=10), []
    for _ in range(6):
        duty.attempt(full)
        began_s = clock.mono_s()
        while not duty.due:
            clock.sleep(0.5)
        pauses.append(clock.mono_s() - began_s)
    assert pauses == [1, 2, 4, 8, 10, 10]
    duty.well()
    clock.sleep(100)
    duty.attempt(full)
    clock.sleep(1)
    assert duty.due


def test_what_is_stuck_is_shown_without_a_pause(clock: FakeClock) -> None:
    duty = Duty("sealing", clock, "gate")
    duty.attempt(lambda: Trouble("no room", event_id="e1", waiting=3))
    assert duty.due
    assert (duty.state.up, duty.state.event_id, duty.state.waiting, duty.state.why) == (False, "e1", 3, "no room")


def test_what_hangs_is_seen_while_it_does(clock: FakeClock) -> None:
    duty, going, go = Duty("events", clock, patience_s=3), threading.Event(), threading.Event()

    def hang() -> None:
        going.set()
        go.wait(60)

    thread = threading.Thread(target=duty.attempt, args=(hang,))
    thread.start()
    assert going.wait(60)
    assert duty.state.up
    clock.sleep(4)
    assert (duty.state.up, duty.state.why) == (False, HANGS)
    go.set()
    thread.join()
    assert duty.state.up


def test_a_thread_that_ends_by_an_error_is_told(clock: FakeClock) -> None:
    duties, before = Duties(clock), threading.excepthook
    duties.watch_threads()
    try:
        thread = threading.Thread(target=broken, name="frames")
        thread.start()
        thread.join()
    finally:
        threading.excepthook = before
    (state,) = duties.all()
    assert (state.name, state.up) == ("thread frames", False)
