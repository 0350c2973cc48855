"""Another thing at the same place is a new event: paint tells it, light does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest

from core.domain import Detection, Image, Observation
from core.rules import resolve
from core.site import Zone
from detector.appearance import appearance_of, similarity
from detector.standing import AGAIN_LIKE
from detector.watch import CameraWatch
from tests.streets import SHANGHAI, WHOLE

BOX = (200.0, 160.0, 360.0, 260.0)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def scene(paint: float, light: float = 1.0) -> Image:
    """A car of that brightness (0-255) with dark windows and a shadow under it, on ground of 120."""
    picture = np.full((400, 560), 120.0)
    picture += np.random.default_rng(4).normal(0, 4, picture.shape)
    x1, y1, x2, y2 = map(int, BOX)
    picture[y1:y2, x1:x2] = paint
    picture[y1 + 8 : y1 + 40, x1 + 30 : x2 - 30] = 35 + 0.1 * paint  # windows
    picture[y2 - 12 : y2, x1:x2] = 20  # tyres and shadow
    picture[y1 + 55 : y1 + 62, x1 : x1 + 16] = 240  # a lamp
    return np.asarray(cv2.GaussianBlur(np.clip(picture * light, 0, 255), (0, 0), 1.5), np.uint8)


def look(paint: float, light: float = 1.0) -> Image:
    return appearance_of(scene(paint, light), BOX)


def shaded(paint: float, part: str) -> Image:
    """Half of the picture in the shadow of a cloud."""
    light = np.ones((400, 560))
    light[:, :280] *= 0.55 if part == "left" else 1
    light[:210] *= 0.55 if part == "top" else 1
    return appearance_of(np.asarray(scene(paint) * cv2.GaussianBlur(light, (0, 0), 8), np.uint8), BOX)


def lit(paint: float) -> Image:
    """A patch of light over a corner of the car and the ground beside it."""
    spot = np.zeros((400, 560))
    cv2.circle(spot, (200, 260), 60, 1.0, cv2.FILLED)
    brighter = scene(paint) * (1 + cv2.GaussianBlur(spot, (0, 0), 10))
    return appearance_of(np.asarray(np.clip(brighter, 0, 255), np.uint8), BOX)


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (look(220), look(220, 0.5), True),  # a white car under a cloud
        (look(220, 0.5), look(220, 1.1), True),  # and in the sun again
        (look(50), look(50, 0.5), True),  # a dark one
        (look(220), look(50), False),  # a dark car where a white one stood
        (look(50), look(220), False),
        (look(220), look(50, 1.5), False),  # however the light is
        (look(220), look(110), False),  # half as bright: grey where white stood
        (look(110), look(55), False),
        (look(90), look(180), False),  # twice as bright
        (look(220), look(110, 0.6), False),  # under a cloud meanwhile
        (look(60), look(120, 0.55), False),  # and so that both are as bright in the picture
        (look(110), shaded(110, "left"), True),  # the edge of a cloud's shadow across it
        (look(110), shaded(110, "top"), True),
        (look(60), lit(60), True),  # the lamps of a car that passes, on it and on the ground before it
    ],
)
def test_paint_and_light(before: Image, after: Image, same: bool) -> None:
    assert (similarity(before, after) >= AGAIN_LIKE) is same


def test_a_dark_car_in_the_bay_of_a_white_one_is_an_event_of_its_own() -> None:
    """The white one leaves, unseen; 32 s later a dark one stands there, well within the time in which one reopens."""
    zone = {"id": "zone", "violation": "illegal_parking", "polygon": WHOLE, "candidate_after_s": 5}
    rule = resolve("cam", "1", Zone.model_validate(zone | {"violation_after_s": 20, "bridge_gap_s": 60}))
    camera = CameraWatch([rule], SHANGHAI, 1.0)
    events = []
    for t in range(140):
        seen = () if 40 <= t < 72 else (Detection("car", 0.8, BOX, look(220 if t < 40 else 50)),)
        frame = Observation("cam", "1", START + timedelta(seconds=t), (560, 400), seen)
        events += camera.update(replace(frame))
    told = [(event.event_id, event.state) for event in events]
    white = told[0][0]
    (dark,) = {event_id for event_id, _ in told} - {white}
    assert [state for event_id, state in told if event_id == white] == ["candidate", "violation", "cleared"]
    assert [state for event_id, state in told if event_id == dark] == ["candidate", "violation"]
    (opened,) = [event for event in events if event.event_id == dark and event.state == "candidate"]
    assert opened.opening == 1
    assert opened.still_since == START + timedelta(seconds=73)  # what arrives counts from the next look on
