"""A data set on disk: read back as written, changed wholly or not at all."""

import json
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError, StorageError
from core.labels import LABELS
from tests.training.dataset_examples import dataset, picture, thing
from training.datasets.card import Card, card_text, read_card
from training.datasets.folder import LINES, Dataset
from training.datasets.lines import from_line, to_line
from training.datasets.model import LabelledBox, LabelledPicture, Region, Source, rounded_box

PX = st.floats(-50, 5000, allow_nan=False)
BOXES = st.tuples(PX, PX, PX, PX).map(rounded_box)
NAMES = st.sampled_from(LABELS)
TEXT = st.text(max_size=20)
LABEL_SETS = st.frozensets(NAMES)
OFFSETS = st.integers(-720, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
PICTURES = st.builds(
    LabelledPicture,
    file=st.sampled_from(["a.jpg", "街道/一.png", "a/b/c.webp"]),
    size_wh=st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
    sha256=st.just("0" * 64),
    source=st.builds(Source, st.sampled_from(["import", "event", "miss", "sample"]), TEXT),
    objects=st.lists(st.builds(LabelledBox, NAMES, BOXES, TEXT, st.none() | st.floats(0, 1)), max_size=3).map(tuple),
    ignore=st.lists(st.builds(Region, BOXES, TEXT, st.none() | NAMES), max_size=2).map(tuple),
    negatives=st.lists(st.builds(Region, BOXES, TEXT, NAMES), max_size=2).map(tuple),
    exhaustive=st.none() | LABEL_SETS,
    screened=LABEL_SETS,
    status=st.sampled_from(["confirmed", "suggested"]),
    camera_id=st.none() | TEXT,
    utc=st.none() | st.datetimes(timezones=OFFSETS),
    part=st.sampled_from([None, "train", "val", "test"]),
    uncertainty=st.none() | st.floats(0, 1),
)


@given(PICTURES)
def test_a_line_reads_back_to_the_same_picture(one: LabelledPicture) -> None:
    line = to_line(one)
    assert "\n" not in line
    back = from_line(line, "here")
    assert back == one


def line(**changes: object) -> str:
    record = json.loads(to_line(picture(objects=(thing(),))))
    return json.dumps(record | changes)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("{", "Expecting"),
        ("[]", "indices"),  # no object
        (line(file="../a.png"), "leads out of the data set"),
        (line(file="/etc/passwd"), "leads out of the data set"),
        (line(file="C:\\a.png"), "leads out of the data set"),
        (line(size_wh=[1]), "unpack"),
        (line(split="valid"), "'valid' is no part"),
        (line(status="sure"), "no status"),
        (line(source={"kind": "guess", "name": ""}), "no kind of source"),
        (line(utc="2026-01-01T00:00:00"), "has no offset"),
        (line(objects=[{"label": "car", "bbox_xyxy_px": [0, 0, 1], "origin": "person", "score": None}]), "unpack"),
        (line(objects=[{"label": "car", "bbox_xyxy_px": [0, 0, 1, 1], "origin": "p", "score": 2}]), "not between"),
        ('{"file": "a.png"}', "'size_wh' is missing"),
    ],
)
def test_a_wrong_line_is_named(text: str, cause: str) -> None:
    with pytest.raises(InputError, match=r"^lines:7: ") as caught:
        from_line(text, "lines:7")
    assert cause in str(caught.value)


def test_the_card_reads_back(tmp_path: Path) -> None:
    card = Card(name="街道").with_labels(frozenset({"bin", "car"})).with_labels(frozenset({"person", "bin"}))
    assert card.labels == ("car", "bin", "person")  # new ones at the end: class numbers stay
    (tmp_path / "dataset.yaml").write_text(card_text(card))
    assert read_card(tmp_path / "dataset.yaml") == card


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("name: a\nlabels: [car, dog]\n", "2: labels: unknown label 'dog'"),
        ("name: a\nlabel: [car]\n", "2: label: Extra inputs"),
        ("name: a\nlabels: [car, car]\n", "2: labels: a label is named twice"),
        ("name: a\nname: b\n", "2: name: the key is given twice"),
        ("labels: []\n", "name: Field required"),
    ],
)
def test_a_wrong_card_names_the_line(tmp_path: Path, text: str, cause: str) -> None:
    path = tmp_path / "dataset.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_card(path)
    assert cause in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pictures_are_listed_in_order_and_counted(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0, objects=(thing(),)), picture(1, part="val"))
    again = Dataset.open(tmp_path / "set")
    assert [one.file for one in again.pictures()] == ["0.png", "1.png"]
    assert again.card == made.card
    assert again.card.counts.model_dump() == {
        "pictures": 2,
        "boxes": 1,
        "by_label": {"car": 1},
        "by_part": {"unsplit": 1, "val": 1},
    }


def test_a_change_that_fails_changes_nothing(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0))
    before = {path: path.read_bytes() for path in (tmp_path / "set").rglob("*") if path.is_file()}

    def break_off() -> None:
        with made.revise() as revision:
            revision.put(replace(picture(0), part="val"))
            revision.add(picture(1), b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert {path: path.read_bytes() for path in (tmp_path / "set").rglob("*") if path.is_file()} == before


def test_a_new_data_set_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    fresh = Dataset.open_or_new(tmp_path / "set", "x")
    with pytest.raises(InputError, match="leads out"), fresh.revise() as revision:
        revision.add(picture(0, file="../out.png"), b"x")
    assert list(tmp_path.iterdir()) == []


def test_what_a_crash_left_is_cleared_away_and_never_listed(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0))
    (tmp_path / "set" / ".incoming-dead").mkdir()
    with made.revise() as revision:
        for one in made.pictures():
            revision.put(one)
    assert not (tmp_path / "set" / ".incoming-dead").exists()
    assert [one.file for one in made.pictures()] == ["0.png"]


def test_two_at_once_are_kept_apart(tmp_path: Path) -> None:
    first, second = dataset(tmp_path / "set", picture(0)), Dataset.open(tmp_path / "set")
    with first.revise() as revision:
        with pytest.raises(InputError, match="another command is changing"), second.revise():
            pass
        for one in first.pictures():
            revision.put(one)
    assert len(list(first.pictures())) == 1


def test_a_name_that_is_taken_gets_a_piece_of_the_hash(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0))
    with made.revise() as revision:
        revision.put(next(made.pictures()))
        assert revision.free_name("1.png", "ab" * 32) == "1.png"
        assert revision.free_name("0.png", "ab" * 32) == "0-abababababab.png"


def test_a_folder_that_holds_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("x")
    with pytest.raises(InputError, match="something else than a data set"):
        Dataset.open_or_new(tmp_path, "x")
    with pytest.raises(InputError, match="give the folder of a data set"):
        Dataset.open(tmp_path)


def test_a_disk_that_refuses_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(StorageError, match="nothing was changed"),
        Dataset(tmp_path / "file" / "set", Card(name="x")).revise(),
    ):
        pass


def test_a_broken_line_is_named_when_it_is_reached(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0))
    with (tmp_path / "set" / LINES).open("a") as file:
        file.write("{}\n")
    with pytest.raises(InputError, match=rf"{LINES}:2: the key 'size_wh' is missing"):
        list(made.pictures())
