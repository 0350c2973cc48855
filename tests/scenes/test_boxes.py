"""Boxes against the picture of ids from which they are read."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from core.geometry import Box
from scenes.crowd import crowd
from scenes.dataset import CLASSES
from scenes.director import surface_of
from scenes.light import LIGHTS
from scenes.plan import plan_of
from scenes.renderer import Renderer
from scenes.street import build
from scenes.things import variant
from scenes.timeline import Actor, drive, rest
from scenes.truth import MIN_AREA_PX, MIN_SIDE_PX, MIN_VISIBLE, BoxReader, TruthBox, cast_at

SIZE_WH = (480, 270)
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
        pixels = np.isin(ids, instances)
        if (actor, label) in boxes:
            one = boxes[actor, label]
            x1, y1, x2, y2 = one.bbox_xyxy_px
            assert one.bbox_xyxy_px == around(pixels)
            assert MIN_VISIBLE <= one.visible <= 1
            assert np.count_nonzero(pixels) >= MIN_AREA_PX
            assert min(x2 - x1, y2 - y1) >= MIN_SIDE_PX


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


def watched(renderer: Renderer, actors: tuple[Actor, ...], times_s: Iterable[float]) -> list[dict[str, TruthBox]]:
    """The boxes by actor and label, moment by moment."""
    plan = plan_of(STREET)
    reader = BoxReader(renderer, plan.viewpoint)
    casts = (cast_at(actors, t_s, surface_of(plan)) for t_s in times_s)
    return [{f"{one.actor} {one.label}": one for one in reader.read(cast)} for cast in casts]


def test_a_hidden_thing_has_no_box_until_it_is_seen_again(renderer: Renderer) -> None:
    plan = plan_of(STREET)
    spot, eye = np.array((plan.direction * 12.0, plan.kerb_m / 2)), np.array(plan.viewpoint.position[:2])
    sight = (spot - eye) / np.linalg.norm(spot - eye)
    between, across = eye + 0.75 * (spot - eye), np.array((-sight[1], sight[0]))
    somebody = Actor("somebody", variant("stander", 0), rest((float(spot[0]), float(spot[1])), 0.0))
    passage = drive([tuple(between - 20 * across), tuple(between + 20 * across)], 0.0, 5.0)
    bus, times_s = Actor("bus", variant("bus", 0), passage), np.arange(0.0, 8.1, 0.5).tolist()
    seen = watched(renderer, (somebody, bus), times_s)
    for t_s, boxes in zip(times_s, seen, strict=True):
        cast = cast_at((somebody, bus), t_s, surface_of(plan))
        share = np.count_nonzero(renderer.ids(cast.placed) == 1) / renderer.silhouette_px(cast.placed[:1])
        assert ("somebody person" in boxes) == (share >= MIN_VISIBLE)
    hidden = ["somebody person" not in boxes for boxes in seen]
    assert [hidden[0], any(hidden), hidden[-1]] == [False, True, False]
    assert sum(before != after for before, after in pairwise(hidden)) == 2
    assert seen[0]["somebody person"] == seen[-1]["somebody person"]


def test_a_thing_that_leaves_the_picture_is_cut_at_its_border(renderer: Renderer) -> None:
    plan = plan_of(STREET)
    ahead = plan.direction * 20.0
    car = Actor("car", variant("car", 0), drive([(ahead, plan.lanes[0]), (-ahead, plan.lanes[0])], 0.0, 5.0))
    boxes = [one.get("car car") for one in watched(renderer, (car,), np.arange(0.0, 8.0, 0.1).tolist())]
    seen = [one for one in boxes if one]
    width, height = SIZE_WH
    for one in seen:
        x1, y1, x2, y2 = one.bbox_xyxy_px
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
    cut = [one for one in seen if one.bbox_xyxy_px[2] == width or one.bbox_xyxy_px[3] == height]
    assert cut == seen[-len(cut) :], "once cut, it stays cut until it is gone"
    assert MIN_VISIBLE <= cut[-1].visible < 0.5 < seen[0].visible
    assert boxes == [*seen, *[None] * (len(boxes) - len(seen))]
    assert boxes[-1] is None


def test_the_box_of_a_stall_does_not_hold_its_seller(renderer: Renderer) -> None:
    plan, beside = plan_of(STREET), 0
    for kind in ("cart", "mat", "bench", "selling_tricycle"):
        stall = Actor("stall", variant(kind, 0), rest((plan.direction * 12.0, plan.kerb_m / 2), 90.0))
        cast = cast_at([stall], 0.0, surface_of(plan))
        ids = renderer.ids(cast.placed)
        sellers = [n for n, (_, part) in enumerate(cast.owners, start=1) if stall.thing.parts[part].label == "person"]
        boxes = watched(renderer, (stall,), [0.0])[0]
        assert boxes["stall stall"].bbox_xyxy_px == around(~np.isin(ids, [0, *sellers]))
        assert boxes["stall person"].bbox_xyxy_px == around(np.isin(ids, sellers))
        beside += boxes["stall stall"].bbox_xyxy_px != around(ids > 0)
    assert beside, "every seller stands before or behind the stall: nothing was shown"


def around(pixels: NDArray[np.bool_]) -> Box:
    """The tight box around the pixels of a mask."""
    rows, columns = np.nonzero(pixels)
    return float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)


def test_every_label_occurs(renderer: Renderer) -> None:
    plan, seen = plan_of(STREET), set[str]()
    reader = BoxReader(renderer, plan.viewpoint)
    for number in range(40):
        story = crowd(plan, LIGHTS["day"], STREET, number)
        seen |= {box.label for box in reader.read(cast_at(story.actors, 0.0, story.ground))}
        if seen == set(CLASSES):
            break
    assert seen == set(CLASSES)
