"""Boxes against the picture of ids from which they are read."""

from collections.abc import Iterator

import numpy as np
import pytest

from scenes.crowd import crowd
from scenes.dataset import CLASSES
from scenes.light import LIGHTS
from scenes.plan import plan_of
from scenes.renderer import Renderer
from scenes.street import build
from scenes.truth import MIN_AREA_PX, MIN_SIDE_PX, MIN_VISIBLE, BoxReader, cast_at

SIZE_WH = (640, 360)
STREET = 7


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer(build(plan_of(STREET)), LIGHTS["day"], SIZE_WH) as one:
        yield one


@pytest.mark.parametrize("number", [0, 1, 2])
def test_boxes_are_tight_around_visible_pixels(renderer: Renderer, number: int) -> None:
    plan = plan_of(STREET)
    story = crowd(plan, LIGHTS["day"], STREET, number)
    cast = cast_at(story.actors, 0.0, story.ground)
    ids = renderer.ids(cast.placed)
    boxes = {(one.actor, one.label): one for one in BoxReader(renderer, plan.viewpoint).read(cast)}
    assert boxes
    for actor, label, instances in cast.labelled():
        rows, columns = np.nonzero(np.isin(ids, instances))
        if (actor, label) in boxes:
            one = boxes[actor, label]
            assert one.bbox_xyxy_px == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert MIN_VISIBLE <= one.visible <= 1
            assert len(rows) >= MIN_AREA_PX
            assert min(np.ptp(columns), np.ptp(rows)) + 1 >= MIN_SIDE_PX


def test_pictures_between_do_not_change_ids(renderer: Renderer) -> None:
    plan = plan_of(STREET)
    casts = [
        cast_at(story.actors, 0.0, story.ground) for n in (0, 1) for story in [crowd(plan, LIGHTS["day"], STREET, n)]
    ]
    alone = [renderer.ids(cast.placed) for cast in casts]
    for cast, ids in zip(casts, alone, strict=True):
        renderer.picture(cast.placed)
        assert np.array_equal(renderer.ids(cast.placed), ids)


def test_only_what_changed_is_drawn_and_nothing_is_missed(renderer: Renderer) -> None:
    plan = plan_of(STREET)
    story = crowd(plan, LIGHTS["day"], STREET, 2)
    cast = cast_at(story.actors, 0.0, story.ground)
    renderer.picture(cast.placed[: len(cast.placed) // 2])
    stepwise = renderer.picture(cast.placed).astype(int)
    with Renderer(build(plan), LIGHTS["day"], SIZE_WH) as fresh:
        assert np.abs(stepwise - fresh.picture(cast.placed)).max() <= 2


def test_a_hidden_thing_is_seen_less(renderer: Renderer) -> None:
    plan = plan_of(STREET)
    reader = BoxReader(renderer, plan.viewpoint)
    shares = [
        box.visible
        for number in range(6)
        for story in [crowd(plan, LIGHTS["day"], STREET, number)]
        for box in reader.read(cast_at(story.actors, 0.0, story.ground))
    ]
    assert min(shares) < 0.7 < max(shares)


def test_every_label_occurs(renderer: Renderer) -> None:
    plan, seen = plan_of(STREET), set[str]()
    reader = BoxReader(renderer, plan.viewpoint)
    for number in range(40):
        story = crowd(plan, LIGHTS["day"], STREET, number)
        seen |= {box.label for box in reader.read(cast_at(story.actors, 0.0, story.ground))}
        if seen == set(CLASSES):
            break
    assert seen == set(CLASSES)
