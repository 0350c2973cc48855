"""What is drawn for people: boxes in the right place, text that fits, Chinese letters or an honest word."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from core.geometry import intersection_px
from evidence.drawing import wording
from evidence.drawing.composite import Panel, composite
from evidence.drawing.labels import STRIP_SHARE, place_labels
from evidence.drawing.lettering import Lettering, find_lettering, system_lettering
from evidence.drawing.marking import BOX_RGB, ROLE_RGB, ZONE_RGB, Boxed, Mark, band, marked, with_band
from evidence.drawing.pictures import blackened, close_up_box, scaled_box
from tests.evidence.build import POLYGON, Run, manifest_of, rule
from tests.evidence.conftest import FILM_S

GREY = Pillow.new("RGB", (1280, 720), (110, 110, 110))
ROWS = [(wording.PLACE, "解放路 1 号"), (wording.CODE, "A41D-2DE6-0C00-AD9F"), (wording.DEVICE, "3" * 400)]


def test_marks_lie_where_they_belong_and_leave_the_rest() -> None:
    box = (400.0, 300.0, 600.0, 500.0)
    drawn = marked(GREY, Mark(POLYGON, [Boxed(box, "小型汽车")]), system_lettering())
    assert drawn.getpixel((400, 400)) == BOX_RGB
    assert drawn.getpixel((256, 288)) == ZONE_RGB  # the polygon's first corner
    assert drawn.getpixel((500, 400)) == (110, 110, 110)  # the thing keeps its colour
    assert GREY.getpixel((400, 400)) == (110, 110, 110)  # the picture given is left alone


# Boxes of things that are marked, in a picture of 1280 x 720.
CROWDS = [
    ("one", [(400, 300, 600, 500)]),
    ("in the corner", [(0, 0, 50, 50)]),
    ("the whole height", [(500, 0, 700, 720)]),
    ("side by side", [(300, 300, 420, 460), (425, 300, 540, 460), (545, 300, 660, 460)]),
    ("one inside the other", [(300, 250, 700, 600), (400, 400, 480, 500)]),
    ("a row of eight", [(40 + 150 * n, 330, 180 + 150 * n, 420) for n in range(8)]),
]


@pytest.mark.parametrize("boxes", [row[1] for row in CROWDS], ids=[row[0] for row in CROWDS])
def test_names_cover_no_thing_no_name_and_no_burned_in_clock(boxes: list[tuple[float, float, float, float]]) -> None:
    size = (140.0, 26.0)
    placed = place_labels((1280, 720), boxes, [size] * len(boxes), boxes)
    places = [one.box for one in placed if one]
    assert len(places) == len(boxes)
    for place in places:
        assert place[0] >= 0
        assert place[2] <= 1280
        assert all(intersection_px(place, box) == 0 for box in boxes)
        assert STRIP_SHARE * 720 <= place[1] < place[3] <= (1 - STRIP_SHARE) * 720
    assert all(intersection_px(a, b) == 0 for a, b in combinations(places, 2))


def test_where_there_is_no_room_a_name_is_left_out() -> None:
    assert place_labels((320, 180), [(0, 0, 320, 180)], [(100, 20)], [(0, 0, 320, 180)]) == [None]


def test_colours_tell_what_passed_the_limit() -> None:
    """Red did, amber is of the same event and did not, grey is of no event."""
    boxes = [
        Boxed((100, 300, 200, 400), "摊点"),
        Boxed((400, 300, 500, 400), "摊点", "member"),
        Boxed((700, 300, 800, 400), "摊点", "bystander"),
    ]
    drawn = marked(GREY, Mark(POLYGON, boxes), system_lettering())
    assert [drawn.getpixel((x, 350)) for x in (100, 400, 700)] == list(ROLE_RGB.values())


def test_the_band_lies_below_and_long_text_is_shortened() -> None:
    below = band(1280, ROWS, system_lettering())
    assert below.width == 1280
    assert with_band(GREY, ROWS, system_lettering()).size == (1280, 720 + below.height)
    edge = np.asarray(below)[:, -10:]
    assert (edge == edge[0, 0]).all()


# Box, picture size: the cut keeps its proportions, holds the thing, and stays inside the picture.
CUTS = [
    ((900.0, 500.0, 1100.0, 640.0), (1920, 1080)),
    ((0.0, 0.0, 60.0, 40.0), (1920, 1080)),  # in a corner
    ((1900.0, 1000.0, 1920.0, 1080.0), (1920, 1080)),
    ((0.0, 0.0, 1920.0, 1080.0), (1920, 1080)),  # the whole picture
    ((10.0, 0.0, 20.0, 720.0), (1280, 720)),  # tall and thin
    ((300.0, 300.0, 301.0, 301.0), (1280, 720)),  # hardly anything
]


@pytest.mark.parametrize(("box", "size_wh"), CUTS)
def test_close_up(box: tuple[float, float, float, float], size_wh: tuple[int, int]) -> None:
    left, top, right, bottom = close_up_box(box, size_wh, size_wh[0] / size_wh[1])
    assert 0 <= left < right <= size_wh[0]
    assert 0 <= top < bottom <= size_wh[1]
    assert left <= box[0] + 1
    assert right >= box[2] - 1
    assert top <= box[1] + 1
    assert bottom >= box[3] - 1
    assert abs((right - left) / (bottom - top) - size_wh[0] / size_wh[1]) < 0.05


def test_a_box_found_in_the_sub_stream_fits_the_full_picture() -> None:
    assert scaled_box((64, 36, 320, 180), (640, 360), (1920, 1080)) == (192, 108, 960, 540)


def test_the_sheet_has_a_place_for_what_is_missing() -> None:
    panels = [Panel("1", GREY), Panel("2", None), Panel("3", GREY), Panel("4", GREY)]
    sheet = composite(wording.TITLE, panels, ROWS, system_lettering())
    assert sheet.width == 2 * 1280 + 6
    assert sheet.height > 2 * 720
    nothing = composite(wording.TITLE, [Panel("1", None)], ROWS, system_lettering())
    assert nothing.width > 0


@pytest.mark.parametrize("size_wh", [(1280, 720), (704, 576), (320, 180)])
def test_on_the_sheet_every_pixel_of_a_picture_stays_visible(size_wh: tuple[int, int]) -> None:
    """Cameras burn clock and name into any corner; captions stand above the pictures."""
    noise = np.random.default_rng(3).integers(0, 256, (size_wh[1], size_wh[0], 3), dtype=np.uint8)
    picture = Pillow.fromarray(noise)
    sheet = np.asarray(composite(wording.TITLE, [Panel("图1 静止起始", picture)] * 4, ROWS, system_lettering()))
    [top] = [y for y in range(sheet.shape[0] // 2) if (sheet[y, : size_wh[0]] == noise[0]).all()]
    assert (sheet[top : top + size_wh[1], : size_wh[0]] == noise).all()


def test_masks_leave_the_given_picture_alone() -> None:
    image = np.full((100, 200, 3), 200, np.uint8)
    masked = blackened(image, [((0.0, 0.0), (0.5, 0.0), (0.5, 0.5), (0.0, 0.5))])
    assert (masked[10, 10] == 0).all()
    assert (masked[90, 190] == 200).all()
    assert (image == 200).all()


def test_chinese_letters_are_found_and_drawn() -> None:
    letters = system_lettering()
    assert letters.has_chinese
    drawn = [np.asarray(letters.font(40).getmask(text)) for text in "街镜"]
    assert drawn[0].tobytes() != drawn[1].tobytes()  # two signs, not twice the box for a sign that is missing


def test_without_a_chinese_font_words_are_english(tmp_path: Path) -> None:
    letters = find_lettering((tmp_path,))
    assert letters == Lettering()
    assert wording.PLACE.on(letters) == "Place"
    assert letters.fit("解放路 1") == "??? 1"
    assert composite(wording.TITLE, [Panel("1", GREY)], ROWS, letters).width > 0


def test_without_a_chinese_font_the_package_says_so(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.packing.dossier.system_lettering", Lettering)
    run = Run(tmp_path, film, FILM_S)
    run.through(rule())
    run.to(370)
    [missing] = manifest_of(run.sealed[0].path)["completeness"]["missing"]
    assert missing["what"] == "composite.jpg"
    assert "fonts-noto-cjk" in missing["why"]


# Seconds, as people read them.
SPANS = [
    (0, "0秒"),
    (59.9, "59秒"),
    (30.5, "30秒"),
    (300, "5分00秒"),
    (1800, "30分00秒"),
    (3725, "1小时02分05秒"),
    (-3, "0秒"),
]


@pytest.mark.parametrize(("duration_s", "text"), SPANS)
def test_durations(duration_s: float, text: str) -> None:
    assert wording.duration(duration_s).zh == text
