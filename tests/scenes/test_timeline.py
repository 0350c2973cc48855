"""Routes: exact times, no jumps."""

import numpy as np
import pytest

from scenes.timeline import Surface, drive, rest


def test_comes_to_rest_when_it_says() -> None:
    route = drive([(0, 0), (30, 0)], 5.0, 6.0, brake_s=3.0)
    assert route.ends_s == pytest.approx(5.0 + (30 - 9) / 6 + 3.0)
    assert route.end == pytest.approx((30, 0))
    before, after = route.at(route.ends_s - 0.1), route.at(route.ends_s + 60)
    assert 0 < after[0] - before[0] < 0.05
    assert after[:2] == pytest.approx((30, 0))


def test_waits_between_two_drives() -> None:
    route = drive([(0, 0), (10, 0)], 0.0, 5.0, brake_s=2.0).then(drive([(10, 0), (20, 0)], 30.0, 5.0, launch_s=2.0))
    assert route.at(20.0)[0] == pytest.approx(10)
    assert route.at(29.9)[0] == pytest.approx(10)
    assert route.at(40.0)[0] == pytest.approx(20)
    assert np.all(np.diff(route.t_s) >= 0)


def test_heads_where_it_goes() -> None:
    route = drive([(0, 0), (10, 0), (10, 10)], 0.0, 2.0)
    assert route.at(0.5)[2] == pytest.approx(0, abs=1)
    assert route.at(route.ends_s)[2] == pytest.approx(90, abs=5)


def test_rests() -> None:
    assert rest((3.0, 4.0), 90.0).at(1000.0) == (3.0, 4.0, 90.0, 0.0)


def test_wheels_climb_the_kerb() -> None:
    ground = Surface(6.0, 14.0, 0.15)
    assert [ground.z(y) for y in (3.0, 6.0, 10.0, 17.0)] == pytest.approx([0.15, 0.075, 0.0, 0.15])
