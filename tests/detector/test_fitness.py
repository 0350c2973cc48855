"""Frames that must not count: damaged, dark, covered, frozen, and views that have moved."""

from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from core.domain import Frame, Image
from core.messages import Message
from detector.integrity import IntegrityCheck, fault_of
from detector.view import ALIKE_DAYS, LOST_S, REFRESH_S, ViewCheck
from detector.view_memory import from_npz, to_npz

pytestmark = pytest.mark.slow

START = datetime(2026, 3, 2, tzinfo=UTC)


def street(seed: int = 1, size_wh: tuple[int, int] = (960, 540)) -> Image:
    """Something like a street: large flat areas, edges and fine texture everywhere."""
    random = np.random.default_rng(seed)
    picture = np.full((size_wh[1], size_wh[0], 3), 120, np.uint8)
    for _ in range(220):
        x, y = int(random.integers(0, size_wh[0])), int(random.integers(0, size_wh[1]))
        w, h = (int(value) for value in random.integers(12, 90, 2))
        colour = tuple(int(value) for value in random.integers(20, 235, 3))
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour, cv2.FILLED)
    return noisy(picture, seed)


def noisy(picture: Image, seed: int) -> Image:
    grain = np.random.default_rng(seed).normal(0, 4, picture.shape)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def frame(picture: Image, t: float) -> Frame:
    return Frame("cam", START + timedelta(seconds=t), t, t, "1", picture)


def lower_half(change: object) -> Image:
    picture = street()
    picture[270:] = change  # type: ignore[assignment]
    return picture


# fmt: off
PICTURES = [
    ("a street by day", street(), None),
    ("a street at night", noisy((street() * 0.18).astype(np.uint8), 3), None),
    ("hardly any light", noisy(np.full((540, 960, 3), 4, np.uint8), 3), "detector.picture_dark"),
    ("a covered lens", noisy(np.full((540, 960, 3), 70, np.uint8), 3), "detector.picture_covered"),
    ("the grey that a decoder shows for what it lost", lower_half(128), "detector.picture_grey"),
    ("one row repeated to the bottom", lower_half(street()[270]), "detector.picture_smeared"),
    ("a white wall in the lower half", lower_half(noisy(np.full((270, 960, 3), 230, np.uint8), 3)), None),
]
# fmt: on


@pytest.mark.parametrize(("picture", "code"), [row[1:] for row in PICTURES], ids=[row[0] for row in PICTURES])
def test_what_is_wrong_with_a_picture(picture: Image, code: str | None) -> None:
    found = fault_of(picture)
    assert (found.code if found else None) == code


@pytest.mark.parametrize("live", [True, False])
def test_a_picture_that_never_changes_is_a_frozen_camera_but_no_fault_of_a_file(live: bool) -> None:
    check, picture = IntegrityCheck(live=live), street()
    verdicts = [check.unfit(frame(picture, t)) for t in range(70)]
    assert verdicts[59] is None
    assert (verdicts[60] or "").startswith("frozen") is live
    assert check.unfit(frame(noisy(picture, 9), 71)) is None


def test_the_view() -> None:
    wide = street(size_wh=(1400, 900))
    home = wide[180:720, 200:1160]
    views = [
        # seconds, the picture of that time, whether the view has moved
        (0, home, False),
        (5, noisy(home, 2), False),
        (10, np.clip(home * 0.6 + 10, 0, 255).astype(np.uint8), False),  # a cloud
        (15, wide[184:724, 205:1165], False),  # wind
        (20, wide[180:720, 320:1280], True),  # turned
        (25, cv2.resize(wide[249:651, 340:1020], (960, 540)), True),  # zoomed
        (30, noisy(home, 3), False),  # back
    ]
    check = ViewCheck()
    for t, picture, moved in views:
        assert (check.unfit(frame(np.asarray(picture, np.uint8), t)) is not None) is moved, f"at {t} s"


def test_another_view_altogether() -> None:
    check = ViewCheck()
    assert check.unfit(frame(street(1), 0)) is None
    verdicts = {t: check.unfit(frame(street(2), t)) for t in range(1, 20)}
    assert verdicts[int(LOST_S) - 1] is None  # a lorry may hide everything for a moment
    assert verdicts[int(LOST_S) + 1] is not None
    assert check.unfit(frame(noisy(street(1), 5), 21)) is None


def test_night_falls_without_a_verdict() -> None:
    check = ViewCheck()
    assert check.unfit(frame(street(), 0)) is None
    assert check.unfit(frame(noisy(np.full((540, 960, 3), 8, np.uint8), 3), 60)) is None


HOUR = 3600.0
OTHER = street(2)
TURNED = np.roll(street(), 200, axis=1)


def after_a_restart(check: ViewCheck) -> ViewCheck:
    """The check of a process that found what this one left on disk."""
    return ViewCheck(from_npz(to_npz({"drawing": check.memory}))["drawing"])


def looked_at(check: ViewCheck, picture: Image, since_s: float) -> list[Message | None]:
    """What it says in the seconds from then on, until it must have made up its mind."""
    return [check.unfit(frame(noisy(picture, int(t)), since_s + t)) for t in range(int(LOST_S) + 2)]


def at_noon() -> ViewCheck:
    check = ViewCheck()
    looked_at(check, street(), 12 * HOUR)
    return check


@pytest.mark.parametrize("later_s", [60.0, 9 * HOUR, 24 * HOUR])
def test_a_camera_that_was_turned_while_nobody_looked_is_noticed(later_s: float) -> None:
    verdicts = looked_at(after_a_restart(at_noon()), TURNED, 12 * HOUR + later_s)
    assert verdicts[0]
    assert verdicts[0].code == "detector.view_moved"


@pytest.mark.parametrize(
    ("later_s", "moved"),
    [
        (60.0, True),  # a minute later it must look as before
        (24 * HOUR, True),  # and at the same time of the next day
        (9 * HOUR, False),  # by night everything may look different
        ((ALIKE_DAYS + 1) * 24 * HOUR, False),  # and after weeks: snow, leaves, road works
    ],
)
def test_what_looks_like_nothing_known_is_another_view_where_it_should_look_alike(later_s: float, moved: bool) -> None:
    check = after_a_restart(at_noon())
    verdicts = looked_at(check, OTHER, 12 * HOUR + later_s)
    assert verdicts[0] is None
    assert (verdicts[-1] is not None) is moved
    # Who comes after knows from the first frame on, and says it in any language.
    known = looked_at(after_a_restart(check), OTHER, 12 * HOUR + later_s + 60)[0]
    assert (known.code if known else None) == ("detector.view_lost" if moved else None)


def test_a_view_is_known_by_day_and_by_night() -> None:
    check = after_a_restart(at_noon())
    looked_at(check, OTHER, 21 * HOUR)
    for picture, at_s in ((street(), 36 * HOUR), (OTHER, 45 * HOUR)):
        check = after_a_restart(check)
        assert looked_at(check, picture, at_s)[-1] is None
        assert looked_at(check, np.roll(picture, 200, axis=1), at_s + REFRESH_S)[-1] is not None


def test_it_is_trusted_again_once_it_looks_the_right_way() -> None:
    check = at_noon()
    assert looked_at(check, TURNED, 13 * HOUR)[-1] is not None
    assert looked_at(after_a_restart(check), street(), 14 * HOUR)[0] is None


@pytest.mark.parametrize("broken", [b"", b"PK", b"not a file of ours", to_npz({"a": at_noon().memory})[:-200]])
def test_a_damaged_file_of_views_costs_a_first_look_and_no_more(broken: bytes) -> None:
    assert from_npz(broken) == {}
