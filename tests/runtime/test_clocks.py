"""What a camera's clock does is no reason to lose an event, to count a dwell wrongly, or to seal a clip in disorder."""

from pathlib import Path

import pytest

from tests.soak.clocks import CLOCKS, measure


@pytest.mark.usefixtures("home")
def test_from_the_camera_to_the_package(tmp_path: Path) -> None:
    """Two of the eight clocks that `make soak ONLY=clocks` measures, through `jiejing run` to a verified package: the
    others leap likewise, and one that runs wrong is told of after eighty seconds only."""
    names = ("an hour back", "one in thirty three hours back")
    outcomes = measure({name: CLOCKS[name] for name in names}, tmp_path, violation_s=8)
    assert [(one.clock, one.faults) for one in outcomes] == [(name, []) for name in names], outcomes
