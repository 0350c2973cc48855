"""Stream time -> clock time: steady under jitter, true under drift, never backwards."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.timebase import MAX_ERROR_S, Timebase

FRAME_S = 0.04


def run(arrivals: list[tuple[float, float]]) -> Timebase:
    base = Timebase()
    for stream_s, arrival_s in arrivals:
        base.packet(stream_s, arrival_s)
    return base


def steady(length_s: float, *, rate: float = 1.0, zero_s: float = 1000.0) -> list[tuple[float, float]]:
    """Packets of a stream whose clock runs `rate` times as fast as ours."""
    return [(i * FRAME_S, zero_s + i * FRAME_S / rate) for i in range(int(length_s / FRAME_S))]


@given(st.lists(st.floats(0, 3), min_size=50, max_size=1500), st.floats(0.6, 1.6))
@settings(deadline=None, max_examples=60)
def test_time_never_runs_backwards_and_the_past_never_changes(delays: list[float], rate: float) -> None:
    base, told = Timebase(), []
    arrival_s = 0.0
    for index, delay_s in enumerate(delays):
        arrival_s = max(arrival_s, index * FRAME_S / rate + delay_s)
        base.packet(index * FRAME_S, arrival_s)
        if base.settled:
            told.append((index * FRAME_S, base.time_s(index * FRAME_S)))
    assert all(later[1] > earlier[1] for earlier, later in itertools.pairwise(told))
    assert [base.time_s(stream_s) for stream_s, _ in told] == [time_s for _, time_s in told]


@given(st.lists(st.floats(0, 0.5), min_size=200, max_size=1000))
@settings(deadline=None, max_examples=60)
def test_jitter_of_arrival_does_not_jitter_frames(delays: list[float]) -> None:
    arrival_s, arrivals = 0.0, []
    for index, delay_s in enumerate(delays):
        arrival_s = max(arrival_s, 1000 + index * FRAME_S + delay_s)
        arrivals.append((index * FRAME_S, arrival_s))
    base = run(arrivals)
    times = [base.time_s(index * FRAME_S) for index in range(30, len(delays))]
    # Half a second of jitter moves a frame by 0.1 s a second at most, which is 4 ms from frame to frame.
    assert all(abs(later - earlier - FRAME_S) <= 0.0041 for earlier, later in itertools.pairwise(times))
    assert all(-0.001 <= time_s - 1000 - (30 + i) * FRAME_S <= 0.501 for i, time_s in enumerate(times))


def test_what_a_server_had_stored_does_not_shift_the_clock() -> None:
    """Four seconds of old packets come at once: the newest of them is the present."""
    burst = [(i * FRAME_S, 1000 + i * 0.001) for i in range(100)]
    live = [(4 + i * FRAME_S, 1000.1 + i * FRAME_S) for i in range(100)]
    base = run(burst + live)
    assert base.time_s(6.0) == pytest.approx(1002.1, abs=0.01)
    assert not base.lost


@pytest.mark.parametrize("rate", [25 / 21, 25 / 15, 21 / 25, 15 / 25, 1.0001])
def test_a_camera_that_declares_a_wrong_frame_rate_is_followed(rate: float) -> None:
    """25 declared, 21 real: sixty seconds of media were seventy-two."""
    packets = steady(300, rate=rate)
    base = run(packets)
    assert not base.lost
    took_s = base.time_s(packets[-1][0]) - base.time_s(packets[1000][0])
    assert took_s == pytest.approx(packets[-1][1] - packets[1000][1], rel=0.03)


@pytest.mark.parametrize("jump_s", [3600.0, -3600.0])
def test_a_jump_of_time_stamps_or_of_the_system_clock_is_noticed(jump_s: float) -> None:
    before = steady(30)
    after = [(stream_s + 30, arrival_s + 30 + jump_s) for stream_s, arrival_s in steady(20)]
    assert run(before + after).lost


def test_time_stamps_that_stand_still_are_noticed() -> None:
    """What ffmpeg makes of a camera whose time stamps fell back."""
    stuck = [(30.0 + i * 1e-5, 1030.0 + i * FRAME_S) for i in range(500)]
    assert run(steady(30) + stuck).lost


def test_a_backlog_that_is_caught_up_loses_nothing() -> None:
    late = [(30 + i * FRAME_S, 1000 + max(38.0, 30 + i * FRAME_S)) for i in range(500)]
    base = run(steady(30) + late)
    assert not base.lost
    assert base.time_s(45.0) == pytest.approx(1045.0, abs=MAX_ERROR_S / 10)
