"""Frames without alarm: drawn at random, bounded, and read by the harvest of data sets."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from core.domain import Frame
from runtime.camera import quiet
from runtime.camera.quiet import INDEX, QuietFrames
from tests.fake_clock import FakeClock
from training.datasets.harvest import read_quiet


def street(clock: FakeClock, camera_id: str = "cam") -> Frame:
    t = clock.mono_s()
    return Frame(camera_id, clock.utc(), t, t, "1", np.full((90, 160, 3), 90, np.uint8))


def hours(frames: QuietFrames, clock: FakeClock, count: float, *, is_quiet: bool = True) -> None:
    for _ in range(round(count * 60)):
        clock.sleep(60)
        frames.offer(street(clock), quiet=is_quiet)


def test_about_two_frames_an_hour_are_kept_and_can_be_harvested(tmp_path: Path) -> None:
    clock = FakeClock()
    hours(QuietFrames(tmp_path, clock), clock, 48)
    kept = list(read_quiet(tmp_path / INDEX))
    assert 50 < len(kept) < 150
    assert all(one.picture.is_file() for one in kept)
    gaps = {later.utc - earlier.utc for earlier, later in pairwise(kept)}
    assert max(gaps) - min(gaps) > timedelta(minutes=30)  # no rhythm


def test_nothing_is_kept_while_something_stands(tmp_path: Path) -> None:
    clock = FakeClock()
    hours(QuietFrames(tmp_path, clock), clock, 24, is_quiet=False)
    assert not (tmp_path / INDEX).exists()


def test_the_newest_are_kept_also_across_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "KEEP", 5)
    clock = FakeClock()
    for _ in range(3):
        hours(QuietFrames(tmp_path, clock), clock, 12)
    kept = list(read_quiet(tmp_path / INDEX))
    assert len(kept) == 5
    assert sorted((tmp_path / "cam").iterdir()) == sorted(one.picture for one in kept)
    assert clock.utc() - kept[0].utc < timedelta(hours=12)
