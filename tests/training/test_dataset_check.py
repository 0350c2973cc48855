"""What would make learning go wrong is found, and named."""

import zlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from tests.says import says
from tests.training.dataset_examples import NOON, SIZE_WH, dataset, picture, save, street, thing, yolo_set
from training.datasets.check import CheckReport, check_dataset, check_foreign
from training.datasets.classmap import class_map
from training.datasets.findings import KINDS
from training.datasets.folder import Dataset
from training.datasets.formats.foreign import ReadOptions
from training.datasets.formats.registry import AUTO, open_foreign
from training.datasets.model import LabelledPicture
from training.datasets.phash import BITS, NEAR_BITS, near_groups, phash, phash_of
from training.datasets.pictures import MAX_PIXELS, NotAPicture, decoded, encoded, size_of
from training.datasets.report import page

SEEN = picture(0, objects=(thing(),), camera_id="cam-1", utc=NOON, part="train")


def found(report: CheckReport) -> list[tuple[str, str]]:
    return [(one.kind, one.where) for one in report.findings]


def check(tmp_path: Path, *pictures: LabelledPicture) -> list[tuple[str, str]]:
    return found(check_dataset(dataset(tmp_path / "set", *pictures)))


def test_a_sound_data_set_has_no_fault(tmp_path: Path) -> None:
    later = replace(SEEN, file="1.png", part="val", utc=NOON + timedelta(minutes=1))
    assert check(tmp_path, SEEN, later) == []


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        ((-30, 20, 80, 70), "box-outside"),
        ((20, 20, 170, 70), "box-outside"),
        ((20, 20, 80, 122), "box-outside"),
        ((20, 20, 20.5, 70), "box-empty"),
        ((80, 20, 20, 70), "box-empty"),
        ((-0.9, 20, 80, 120.9), None),  # rounding
    ],
)
def test_boxes(tmp_path: Path, box: tuple[float, float, float, float], kind: str | None) -> None:
    expected = [(kind, "0.png: box 2")] if kind else []
    assert check(tmp_path, replace(SEEN, objects=(thing(), thing("bin", box)))) == expected


def test_two_boxes_on_one_thing(tmp_path: Path) -> None:
    twice = (thing(), thing(box=(20, 20, 80, 70.5)), thing("bin"))
    assert check(tmp_path, replace(SEEN, objects=twice)) == [("box-twice", "0.png")]


def test_camera_and_minute_in_two_parts(tmp_path: Path) -> None:
    moments = [("train", 0), ("train", 61), ("val", 59), ("val", 130)]
    pictures = [
        replace(SEEN, file=f"{number}.png", part=part, utc=NOON + timedelta(seconds=second))  # type: ignore[arg-type]
        for number, (part, second) in enumerate(moments)
    ]
    other = replace(SEEN, file="9.png", camera_id="cam-2", part="val")
    report = check_dataset(dataset(tmp_path / "set", *pictures, other))
    [leak] = report.findings
    assert (leak.kind, leak.level, leak.pictures) == ("leak-time", "fault", ("0.png", "2.png"))
    assert leak.what.code == "training.minute_in_parts"
    assert leak.what.params == {"camera_id": "cam-1", "minute": "2026-03-01 04:00", "parts": ("train", "val")}


def test_pictures_that_look_alike(tmp_path: Path) -> None:
    pictures = [replace(SEEN, file=f"{n}.png", camera_id=f"cam-{n}") for n in range(5)]
    pictures[3] = replace(pictures[3], part="val")
    made = dataset(tmp_path / "set", *pictures)
    images = tmp_path / "set" / "images"
    images.joinpath("1.png").write_bytes(images.joinpath("0.png").read_bytes())
    nearly = np.clip(street(2).astype(int) + 12, 0, 255).astype(np.uint8)
    images.joinpath("3.png").write_bytes(encoded(nearly, ".png"))
    report = check_dataset(made)
    assert found(report) == [
        ("changed", "1.png"),
        ("changed", "3.png"),
        ("duplicate", "0.png"),
        ("leak-duplicate", "2.png"),
    ]
    assert report.findings[-1].pictures == ("2.png", "3.png")


def test_files_that_are_not_what_they_were(tmp_path: Path) -> None:
    pictures = [replace(SEEN, file=f"{n}.png", camera_id=f"cam-{n}") for n in range(4)]
    made = dataset(tmp_path / "set", *pictures)
    images = tmp_path / "set" / "images"
    images.joinpath("0.png").unlink()
    images.joinpath("1.png").write_bytes(b"no picture")
    images.joinpath("2.png").write_bytes(encoded(street(2, (80, 60)), ".png"))
    images.joinpath("3.png").write_bytes(images.joinpath("3.png").read_bytes()[:-2000])
    save(images / "left" / "over.png", 9)
    assert found(check_dataset(made)) == [
        ("no-picture", "0.png"),
        ("changed", "1.png"),
        ("unreadable", "1.png"),
        ("changed", "2.png"),
        ("size", "2.png"),
        ("changed", "3.png"),
        ("unreadable", "3.png"),
        ("orphan", "left/over.png"),
    ]


def test_what_is_worth_knowing(tmp_path: Path) -> None:
    empty = replace(SEEN, file="1.png", objects=(), part="val", camera_id="cam-2")
    waiting = replace(empty, file="2.png", exhaustive=frozenset(), status="suggested", part=None, camera_id=None)
    report = check_dataset(dataset(tmp_path / "set", SEEN, empty, waiting))
    assert found(report) == [("empty", "1.png"), ("suggested", "2.png"), ("part-empty", "val"), ("unsplit", "streets")]
    assert report.faults == []


def test_a_foreign_set_is_checked_as_it_lies_there(tmp_path: Path) -> None:
    rows = {
        "a": "0 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.1\n",
        "b": "1 0.25 0.25 0.5 0.25 0.5 0.75\n",
        "c": "",
        "d": "0 0.9 0.5 0.5 0.5\n1 0.5 0.5 0.0 0.5\n",
        "e": "1 0.5 0.5 0.5 0.5 0.7\n",
    }
    root = yolo_set(tmp_path, rows)
    (root / "images" / "c.png").write_bytes((root / "images" / "a.png").read_bytes())
    report = check_foreign(open_foreign(root, AUTO, ReadOptions()), class_map("bin=bin"))
    assert found(report) == [
        ("row", "labels/a.txt:2"),
        ("polygon", "labels/b.txt:1"),
        ("empty", "images/c.png"),
        ("box-outside", "labels/d.txt:1"),
        ("box-empty", "labels/d.txt:2"),
        ("scored", "labels/e.txt:1"),
        ("duplicate", "images/a.png"),
        ("unmapped", "garbage"),
    ]
    assert (report.pictures, dict(report.boxes)) == (5, {"bin": 2, "garbage": 3})


def test_a_foreign_set_without_pictures(tmp_path: Path) -> None:
    yolo_set(tmp_path, {})
    (tmp_path / "images").mkdir()
    assert found(check_foreign(open_foreign(tmp_path, "yolo", ReadOptions()))) == [("no-picture", str(tmp_path))]


def test_the_page_needs_nothing_else_and_escapes_what_it_shows(tmp_path: Path) -> None:
    evil = replace(SEEN, file="<script>alert(1)</script>.png", objects=(thing(), thing("bin", (-90, 0, 10, 10))))
    report = check_dataset(dataset(tmp_path / "set", evil, replace(SEEN, file="b.png")))
    text = "".join(page(report))
    assert "<script" not in text
    assert "src=" in text
    assert "http" not in text
    assert text.count("data:image/jpeg;base64,") == 3  # the faulty one, and both as a sample
    assert KINDS["box-outside"][1] in text


# --- pictures and their hashes


def test_alike_for_the_hash_is_alike_for_people(tmp_path: Path) -> None:
    one = phash_of(save(tmp_path / "a.png", 1, (640, 480)))
    same = [
        phash_of(save(tmp_path / "b.jpg", 1, (640, 480))),  # another coding
        phash_of(save(tmp_path / "c.webp", 1, (320, 240))),  # another size
    ]
    other = [phash_of(save(tmp_path / f"{seed}.png", seed)) for seed in range(2, 30)]
    assert all((one ^ hash_).bit_count() <= NEAR_BITS for hash_ in same)
    assert all((one ^ hash_).bit_count() > NEAR_BITS for hash_ in other)


def test_a_picture_of_one_colour_has_a_hash() -> None:
    assert 0 <= phash(np.full((32, 32), 90, np.uint8)) < 1 << BITS


@given(
    st.lists(st.integers(0, (1 << BITS) - 1), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.sets(st.integers(0, BITS - 1), max_size=9)), max_size=12),
)
def test_groups_are_those_that_comparing_all_pairs_finds(seeds: list[int], changes: list[tuple[int, set[int]]]) -> None:
    hashes = list(seeds)
    for number, bits in changes:
        hashes.append(seeds[number % len(seeds)] ^ sum(1 << bit for bit in bits))
    assert near_groups(np.array(hashes, np.uint64)) == _by_all_pairs(hashes)


def _by_all_pairs(hashes: list[int]) -> list[list[int]]:
    group = list(range(len(hashes)))
    for a in range(len(hashes)):
        for b in range(a):
            if (hashes[a] ^ hashes[b]).bit_count() <= NEAR_BITS:
                old, new = group[a], group[b]
                group = [new if one == old else one for one in group]
    members = [[number for number, one in enumerate(group) if one == name] for name in sorted(set(group))]
    return sorted(one for one in members if len(one) > 1)


def test_a_camera_that_sees_the_same_street_for_months_is_one_group() -> None:
    """20,000 pictures in nearly the same hash: pairs would be 200 million."""
    rng = np.random.default_rng(0)
    noise = np.uint64(1) << rng.integers(0, BITS, 20_000, dtype=np.uint64)
    assert len(near_groups(np.uint64(0x5555_0F0F_3333_1234) ^ noise)) == 1


def test_a_picture_as_people_see_it(tmp_path: Path) -> None:
    """A phone notes in EXIF that the picture is to be turned; labels are drawn on the turned one."""
    turned = Pillow.fromarray(street(1)[..., ::-1])
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "a.jpg", exif=exif, quality=95)
    assert size_of(tmp_path / "a.jpg") == SIZE_WH[::-1]
    assert decoded(tmp_path / "a.jpg").shape == (*SIZE_WH, 3)
    assert np.abs(decoded(tmp_path / "a.jpg").astype(int) - np.rot90(street(1), -1)).mean() < 4


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"<svg/>"])
def test_what_is_no_picture(content: bytes) -> None:
    with pytest.raises(NotAPicture, check=says("training.no_picture_format")):
        size_of(content)


def test_a_small_file_that_claims_to_be_huge() -> None:
    side = int(MAX_PIXELS**0.5) + 1
    head = encoded(street(1), ".png")
    huge = head[:16] + side.to_bytes(4, "big") * 2 + head[24:29]
    with pytest.raises(NotAPicture, check=says("training.picture_claims_huge")):
        size_of(huge + zlib.crc32(huge[12:29]).to_bytes(4, "big") + head[33:])


def test_reading_a_set_again_gives_the_same_report(tmp_path: Path) -> None:
    dataset(tmp_path / "set", SEEN)
    first, second = (check_dataset(Dataset.open(tmp_path / "set")) for _ in range(2))
    assert found(first) == found(second)
