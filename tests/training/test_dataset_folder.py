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
from tests.says import says
from tests.training.dataset_examples import blamed, dataset, picture, thing
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
        (line(file="../a.png"), "training.file_name_leads_out"),
        (line(file="/etc/passwd"), "training.file_name_leads_out"),
        (line(file="C:\\a.png"), "training.file_name_leads_out"),
        (line(size_wh=[1]), "unpack"),
        (line(split="valid"), "training.unknown_part"),
        (line(status="sure"), "training.unknown_label_status"),
        (line(source={"kind": "guess", "name": ""}), "training.unknown_source_kind"),
        (line(utc="2026-01-01T00:00:00"), "core.time_without_offset"),
        (line(objects=[{"label": "car", "bbox_xyxy_px": [0, 0, 1], "origin": "person", "score": None}]), "unpack"),
        (
            line(objects=[{"label": "car", "bbox_xyxy_px": [0, 0, 1, 1], "origin": "p", "score": 2}]),
            "training.score_out_of_range",
        ),
    ],
)
def test_a_wrong_line_is_named(text: str, cause: str) -> None:
    with pytest.raises(InputError, check=says("training.annotation_unusable", where="lines:7")) as caught:
        from_line(text, "lines:7")
    assert cause in blamed(caught.value)
    assert str(caught.value).startswith("lines:7: ")


def test_a_line_that_lacks_a_key_is_named() -> None:
    with pytest.raises(InputError, check=says("training.annotation_key_missing", where="lines:7", key="'size_wh'")):
        from_line('{"file": "a.png"}', "lines:7")


def test_the_card_reads_back(tmp_path: Path) -> None:
    card = Card(name="街道").with_labels(frozenset({"bin", "car"})).with_labels(frozenset({"person", "bin"}))
    assert card.labels == ("car", "bin", "person")  # new ones at the end: class numbers stay
    (tmp_path / "dataset.yaml").write_text(card_text(card))
    assert read_card(tmp_path / "dataset.yaml") == card


@pytest.mark.parametrize(
    ("text", "place", "cause"),
    [
        ("name: a\nlabels: [car, dog]\n", ":2: labels: ", "training.unknown_label"),
        ("name: a\nlabel: [car]\n", ":2: label: ", "core.value_extra_forbidden"),
        ("name: a\nlabels: [car, car]\n", ":2: labels: ", "training.label_named_twice"),
        ("name: a\nname: b\n", ":2: name: ", "store.yaml_key_twice"),
        ("labels: []\n", ": name: ", "core.value_missing"),
    ],
)
def test_a_wrong_card_names_the_line(tmp_path: Path, text: str, place: str, cause: str) -> None:
    path = tmp_path / "dataset.yaml"
    path.write_text(text)
    with pytest.raises(InputError, check=says("training.file_line_unusable", path=str(path))) as caught:
        read_card(path)
    assert blamed(caught.value) == cause
    assert place in str(caught.value)
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
    leads_out = says("training.picture_name_leads_out", name="'../out.png'")
    with pytest.raises(InputError, check=leads_out), fresh.revise() as revision:
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
        with pytest.raises(InputError, check=says("training.data_set_busy")), second.revise():
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
    with pytest.raises(InputError, check=says("training.folder_holds_other_things", path=str(tmp_path))):
        Dataset.open_or_new(tmp_path, "x")
    with pytest.raises(InputError, check=says("training.file_unreadable")) as caught:
        Dataset.open(tmp_path)
    assert caught.value.message.params["wanted"].code == "training.wanted_data_set"


def test_a_disk_that_refuses_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(StorageError, check=says("training.nothing_was_changed")),
        Dataset(tmp_path / "file" / "set", Card(name="x")).revise(),
    ):
        pass


def test_a_broken_line_is_named_when_it_is_reached(tmp_path: Path) -> None:
    made = dataset(tmp_path / "set", picture(0))
    with (tmp_path / "set" / LINES).open("a") as file:
        file.write("{}\n")
    place = f"{tmp_path / 'set' / LINES}:2"
    with pytest.raises(InputError, check=says("training.annotation_key_missing", where=place, key="'size_wh'")):
        list(made.pictures())
