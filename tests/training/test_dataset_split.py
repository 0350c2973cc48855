"""No part knows the others; the same seed gives the same parts; shares are kept as well as blocks allow."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from tests.says import says
from tests.training.dataset_examples import NOON, picture, thing
from training.datasets.model import LabelledPicture, Part
from training.datasets.split import BLOCKS, Wanted, got, parse_shares, parts_of

SHARES: dict[Part, float] = {"train": 0.7, "val": 0.2, "test": 0.1}


@st.composite
def pictures(draw: st.DrawFn) -> list[LabelledPicture]:
    kind = st.tuples(
        st.sampled_from([None, "a", "b"]),
        st.none() | st.integers(0, 5000),
        st.lists(st.sampled_from(["bin", "car"]), max_size=3),
        st.sampled_from([UTC, timezone(timedelta(hours=8))]),
    )
    return [
        picture(
            number,
            camera_id=camera_id,
            utc=None if minute is None else (NOON + timedelta(minutes=minute)).astimezone(zone),
            objects=tuple(thing(label) for label in labels),
        )
        for number, (camera_id, minute, labels, zone) in enumerate(draw(st.lists(kind, min_size=1, max_size=25)))
    ]


@given(pictures(), st.sampled_from(BLOCKS), st.integers(0, 3))
def test_a_camera_and_minute_is_never_in_two_parts(made: list[LabelledPicture], block: str, seed: int) -> None:
    part_of = parts_of(made, Wanted(SHARES, block, seed))  # type: ignore[arg-type]
    assert part_of.keys() == {one.file for one in made}
    parts: dict[tuple[str, str], set[Part]] = defaultdict(set)
    whole: dict[str, set[Part]] = defaultdict(set)
    for one in made:
        if one.camera_id and one.utc:
            parts[one.camera_id, f"{one.utc.astimezone(UTC):%d %H:%M}"].add(part_of[one.file])
        if one.camera_id:
            whole[one.camera_id].add(part_of[one.file])
    assert all(len(found) == 1 for found in parts.values())
    timeless = {one.camera_id for one in made if one.camera_id and one.utc is None}
    assert all(len(whole[camera_id]) == 1 for camera_id in timeless)  # it may be of any minute


@given(pictures(), st.integers(0, 3))
def test_the_same_seed_gives_the_same_parts(made: list[LabelledPicture], seed: int) -> None:
    wanted = Wanted(SHARES, "minute", seed)
    assert parts_of(made, wanted) == parts_of(made, wanted)


def test_pictures_that_look_alike_stay_together() -> None:
    made = [picture(number) for number in range(10)]
    part_of = parts_of(made, Wanted({"train": 0.5, "val": 0.5}), [[0, 3, 7], [7, 9]])
    assert len({part_of[f"{number}.png"] for number in (0, 3, 7, 9)}) == 1
    assert set(part_of.values()) == {"train", "val"}


def test_shares_of_every_label_are_near_what_was_wanted() -> None:
    """Bins are rare and stand in few pictures; a random split would often leave val without any."""
    made = [picture(n, objects=(thing("car"),) * (1 + n % 3) + (thing("bin"),) * (n % 20 == 0)) for n in range(400)]
    held = got(made, parts_of(made, Wanted(SHARES)))
    for part, share in SHARES.items():
        assert held[part]["pictures"] / 400 == pytest.approx(share, abs=0.02)
        assert held[part]["bin"] / 20 == pytest.approx(share, abs=0.051)
        assert held[part]["car"] / sum(counts["car"] for counts in held.values()) == pytest.approx(share, abs=0.02)


def _days(count: int) -> Sequence[LabelledPicture]:
    return [picture(n, camera_id="a", utc=NOON + timedelta(days=n // 4), objects=(thing(),)) for n in range(count)]


def test_days_of_a_camera_stay_together() -> None:
    made = _days(40)
    part_of = parts_of(made, Wanted({"train": 0.8, "val": 0.2}, "day"))
    by_day = {one.utc.date(): part_of[one.file] for one in made if one.utc}
    assert all(part_of[one.file] == by_day[one.utc.date()] for one in made if one.utc)
    assert list(by_day.values()).count("val") == 2
    assert set(parts_of(made, Wanted({"train": 0.8, "val": 0.2}, "camera")).values()) == {"train"}


@pytest.mark.parametrize("text", ["train=0.8,valid=0.2", "train=0.8,train=0.2", "train=1,val=0", "train,val", ""])
def test_wrong_shares(text: str) -> None:
    with pytest.raises(InputError, check=says("training.parts_written_wrong", value=text)):
        parse_shares(text)


def test_shares_that_are_not_one() -> None:
    with pytest.raises(InputError, check=says("training.shares_not_one", value="train=0.8", sum="0.8")):
        parse_shares("train=0.8")


def test_shares() -> None:
    assert parse_shares("train=0.8, val=0.15,test=0.05") == {"train": 0.8, "val": 0.15, "test": 0.05}
