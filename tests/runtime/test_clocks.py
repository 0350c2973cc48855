"""What a camera's clock does is no reason to lose an event, to count a dwell wrongly, or to seal a clip in disorder."""

from pathlib import Path

import pytest

from tests.soak.clocks import CLOCKS, INTERVAL_S, measure


@pytest.mark.usefixtures("home")
def test_from_the_camera_to_the_package(tmp_path: Path) -> None:
    """Two of the clocks that `make soak ONLY=clocks` measures, through `jiejing run`."""
    names = ("an hour back", "one in thirty three hours back")
    outcomes = measure({name: CLOCKS[name] for name in names}, tmp_path)
    for one in outcomes:
        assert (one.events, one.opened) == (1, 1), one
        assert one.verified, one
        assert abs(one.dwell_off_s) <= INTERVAL_S, one
        assert one.in_order, one
        assert one.told == 1, one
