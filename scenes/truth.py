"""What is true of a rendered video: the boxes of its things, and what a system should report of it.

The box of a thing is the tight box around its visible pixels, read off a picture in which every pixel holds the number
of its thing; its corners lie on pixel edges. A thing has a box while at least MIN_VISIBLE of it is seen, both sides are
at least MIN_SIDE_PX long and MIN_AREA_PX pixels are seen. "Of it" means: of the pixels that it would cover if nothing
stood before it, times the share of its outline's box that lies in the picture.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import yaml
from numpy.typing import NDArray

from core.domain import Detection, Observation
from core.geometry import Box, area_px, intersection_px
from core.site import Zone
from core.wire import observation_to_json
from scenes.mesh import Mesh
from scenes.still import Placed
from scenes.timeline import Actor, Surface
from scenes.viewpoint import Viewpoint

MIN_VISIBLE = 0.30
MIN_SIDE_PX = 8
MIN_AREA_PX = 64
HIDDEN_BELOW = 0.60  # seen less of than this, a thing counts as occluded in the time line


@dataclass(frozen=True, slots=True)
class TruthBox:
    """One labelled thing in one picture.

    Attributes:
        visible: share of it that is seen, 0-1.
    """

    actor: str
    label: str
    bbox_xyxy_px: Box
    visible: float


@dataclass(frozen=True, slots=True)
class TruthFrame:
    """All labelled things at one time."""

    t_s: float
    boxes: tuple[TruthBox, ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """Something that must be reported: one violation of one zone.

    Attributes:
        actors: whose boxes belong to it.
        group: of the labels, or the label, of the thing that opens it.
        still_since_s, still_until_s: of the first and of the last of them; None = still there at the end.
    """

    what: str
    zone_id: str
    actors: tuple[str, ...]
    group: str
    still_since_s: float
    still_until_s: float | None
    tol_s: float = 1.5


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Something in or beside a zone that must not be reported."""

    what: str
    zone_id: str
    actors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of the time line: arrives, stops, starts, leaves, is hidden, is seen again."""

    t_s: float
    actor: str
    happens: str


class Told(Protocol):
    """What truth needs to know of a story."""

    @property
    def name(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def length_s(self) -> float: ...
    @property
    def start(self) -> datetime: ...
    @property
    def zones(self) -> tuple[Zone, ...]: ...
    @property
    def expected(self) -> tuple[Expected, ...]: ...
    @property
    def look_alikes(self) -> tuple[LookAlike, ...]: ...
    @property
    def actors(self) -> tuple[Actor, ...]: ...


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one video; `frames` are equally far apart in time."""

    story: Told
    size_wh: tuple[int, int]
    fps: float
    frames: tuple[TruthFrame, ...]

    def observations(self, camera_id: str, *, start: datetime | None = None) -> list[Observation]:
        """The boxes as detections of a perfect detector; the score tells how much of a thing is seen."""
        begin = start or self.story.start
        return [
            Observation(
                camera_id,
                "1",
                begin + timedelta(seconds=frame.t_s),
                self.size_wh,
                tuple(
                    Detection(one.label, round(0.5 + 0.49 * one.visible, 3), one.bbox_xyxy_px) for one in frame.boxes
                ),
            )
            for frame in self.frames
        ]

    def write_observations(self, path: Path, camera_id: str) -> None:
        """Recorded detections, one JSON object a line, as `jiejing replay` reads them."""
        lines = (json.dumps(observation_to_json(one), ensure_ascii=False) for one in self.observations(camera_id))
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    def box_of(self, actors: Sequence[str], t_s: float) -> Box | None:
        """The box around these actors in the picture nearest to a time, without the people among them."""
        frame = min(self.frames, key=lambda one: abs(one.t_s - t_s))
        boxes = [one.bbox_xyxy_px for one in frame.boxes if one.actor in actors and one.label != "person"]
        if not boxes:
            return None
        x1, y1, x2, y2 = zip(*boxes, strict=True)
        return min(x1), min(y1), max(x2), max(y2)

    def moments(self) -> list[Moment]:
        """The time line of all actors that a rule could ask about, in order."""
        asked = {name for expected in self.story.expected for name in expected.actors}
        asked |= {name for look_alike in self.story.look_alikes for name in look_alike.actors}
        found = [
            moment for actor in self.story.actors if actor.name in asked for moment in _movements(actor, self.story)
        ]
        found += [moment for name in sorted(asked) for moment in self._hidden(name)]
        return sorted(found, key=lambda moment: (moment.t_s, moment.actor, moment.happens))

    def _hidden(self, actor: str) -> list[Moment]:
        found, hidden = [], False
        for frame in self.frames:
            seen = max((one.visible for one in frame.boxes if one.actor == actor), default=None)
            now = seen is not None and seen < HIDDEN_BELOW
            if now != hidden and seen is not None:
                found.append(Moment(frame.t_s, actor, "is hidden" if now else "is seen again"))
                hidden = now
        return found

    def as_clip(self) -> dict[str, Any]:
        """The entry of this video in a truth.yaml. A street has several zones: `zones` stands in place of `rule`."""
        zones = {zone.id: zone for zone in self.story.zones}
        return {
            "size_wh": list(self.size_wh),
            "fps": self.fps,
            "length_s": self.story.length_s,
            "note": self.story.note,
            "rendered": True,
            "zones": [zone.model_dump(mode="json", by_alias=True, exclude_defaults=True) for zone in self.story.zones],
            "expect": [self._expected(one, zones[one.zone_id]) for one in self.story.expected],
            "forbid": [self._forbidden(one) for one in self.story.look_alikes],
            "timeline": [{"t_s": m.t_s, "actor": m.actor, "happens": m.happens} for m in self.moments()],
        }

    def _expected(self, one: Expected, zone: Zone) -> dict[str, Any]:
        after_s = zone.violation_after_s or 0.0
        at_s = one.still_since_s + after_s
        return {
            "what": one.what,
            "zone": one.zone_id,
            "violation": zone.violation,
            "group": one.group,
            "box": _listed(self.box_of(one.actors, at_s)),
            "still_since": round(one.still_since_s, 2),
            "violation_at": round(at_s, 2),
            "still_until": None if one.still_until_s is None else round(one.still_until_s, 2),
            "tol_s": one.tol_s,
        }

    def _forbidden(self, one: LookAlike) -> dict[str, Any]:
        seen = [box for frame in self.frames if (box := self.box_of(one.actors, frame.t_s))]
        return {"what": one.what, "zone": one.zone_id, "box": _listed(seen[len(seen) // 2] if seen else None)}


def write_yaml(path: Path, clips: Mapping[str, Truth]) -> None:
    """A truth.yaml of several videos, by the names of their files."""
    _write_clips(path, {name: truth.as_clip() for name, truth in clips.items()})


def join_yaml(path: Path, parts: Iterable[Path]) -> None:
    """One truth.yaml of the clips of several."""
    read = (yaml.safe_load(part.read_text(encoding="utf-8"))["clips"] for part in parts)
    _write_clips(path, {name: clip for clips in read for name, clip in clips.items()})


def _write_clips(path: Path, clips: Mapping[str, Any]) -> None:
    text = yaml.safe_dump({"clips": dict(clips)}, allow_unicode=True, sort_keys=False, width=160)
    path.write_text(text, encoding="utf-8")


def _listed(box: Box | None) -> list[int] | None:
    return None if box is None else [round(value) for value in box]


def _movements(actor: Actor, story: Told) -> list[Moment]:
    route, found = actor.route, []
    if actor.from_s > 0 or len(route.t_s) > 1:
        found.append(Moment(round(max(actor.from_s, float(route.t_s[0])), 2), actor.name, "arrives"))
    if len(route.t_s) > 1:
        gaps = np.diff(route.t_s)
        speed = np.divide(np.diff(route.way_m), gaps, out=np.zeros(len(gaps)), where=gaps > 1e-9)
        moving = np.concatenate([[False], speed > 1e-3, [False]])
        for number in np.flatnonzero(moving[1:] != moving[:-1]).tolist():
            t_s = float(route.t_s[number])
            found.append(Moment(round(t_s, 2), actor.name, "stops" if moving[number] else "starts"))
    if actor.until_s < story.length_s:
        found.append(Moment(round(actor.until_s, 2), actor.name, "leaves"))
    return [moment for moment in found if actor.from_s <= moment.t_s <= min(actor.until_s, story.length_s)]


# -- boxes from the picture of ids ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """The actors at one moment, numbered for the renderer.

    Attributes:
        placed: one mesh for each part of each actor, instances from 1.
        owners: actor and part number of each instance, in their order.
    """

    placed: tuple[Placed, ...]
    owners: tuple[tuple[Actor, int], ...]

    def labelled(self) -> Iterable[tuple[str, str, tuple[int, ...]]]:
        """Actor, label, and the instances that make up the labelled thing. A seller is no part of the stall."""
        of_actor: dict[str, list[int]] = {}
        for instance, (actor, _) in enumerate(self.owners, start=1):
            of_actor.setdefault(actor.name, []).append(instance)
        for instances in of_actor.values():
            actor = self.owners[instances[0] - 1][0]
            parts = actor.thing.parts
            if actor.thing.label:
                own = [i for i, part in zip(instances, parts, strict=True) if part.label != "person"]
                yield actor.name, actor.thing.label, tuple(own)
            for instance, part in zip(instances, parts, strict=True):
                if part.label:
                    yield actor.name, part.label, (instance,)


def cast_at(actors: Iterable[Actor], t_s: float, ground: Surface) -> Cast:
    """Everybody who is in the street at a time."""
    placed: list[Placed] = []
    owners: list[tuple[Actor, int]] = []
    for actor in actors:
        if not actor.here(t_s):
            continue
        model = actor.model(t_s, ground)
        for number, part in enumerate(actor.thing.parts):
            owners.append((actor, number))
            placed.append(Placed(actor.mesh(part, t_s), len(owners), model))
    return Cast(tuple(placed), tuple(owners))


class IdPictures(Protocol):
    """The part of the renderer that tells whose a pixel is."""

    size_wh: tuple[int, int]

    def ids(self, things: Sequence[Placed]) -> NDArray[np.uint16]: ...
    def silhouette_px(self, things: Sequence[Placed]) -> int: ...


class BoxReader:
    """Reads boxes off pictures of ids; remembers the outlines of what stands still."""

    def __init__(self, pictures: IdPictures, viewpoint: Viewpoint) -> None:
        self._pictures = pictures
        self._viewpoint = viewpoint
        self._outlines: dict[tuple[tuple[Mesh, bytes], ...], tuple[int, float]] = {}

    def read(self, cast: Cast) -> tuple[TruthBox, ...]:
        """The boxes of everybody in a cast, in its order."""
        extents = _extents(self._pictures.ids(cast.placed), len(cast.placed))
        found = []
        for actor, label, instances in cast.labelled():
            parts = [extents[i - 1] for i in instances if extents[i - 1][4]]
            if not parts:
                continue
            x1, y1, x2, y2, _ = zip(*parts, strict=True)
            box = (float(min(x1)), float(min(y1)), float(max(x2)), float(max(y2)))
            seen_px = sum(part[4] for part in parts)
            if seen_px < MIN_AREA_PX or min(box[2] - box[0], box[3] - box[1]) < MIN_SIDE_PX:
                continue
            whole_px, inside = self._outline([cast.placed[i - 1] for i in instances])
            visible = min(1.0, seen_px / max(whole_px, 1)) * inside
            if visible >= MIN_VISIBLE:
                found.append(TruthBox(actor, label, box, round(visible, 3)))
        return tuple(found)

    def _outline(self, placed: Sequence[Placed]) -> tuple[int, float]:
        """Pixels of the unhidden outline, and the share of its box that lies in the picture."""
        key = tuple((one.mesh, one.model.tobytes()) for one in placed)
        if key not in self._outlines:
            if len(self._outlines) > 4096:
                self._outlines.clear()
            width, height = self._pictures.size_wh
            boxes = np.stack([self._viewpoint.box(one.mesh.bounds, one.model, (width, height)) for one in placed])
            whole: Box = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
            inside = intersection_px(whole, (0, 0, width, height)) / max(area_px(whole), 1e-6)
            self._outlines[key] = self._pictures.silhouette_px(placed), inside
        return self._outlines[key]


def _extents(ids: NDArray[np.uint16], count: int) -> list[tuple[int, int, int, int, int]]:
    """x1, y1, x2, y2 and pixels of each instance, from 1; zeros where it is not seen."""
    ys, xs = np.nonzero(ids)
    found = [(0, 0, 0, 0, 0)] * count
    if not len(ys):
        return found
    whose = ids[ys, xs]
    order = np.argsort(whose, kind="stable")
    whose, xs, ys = whose[order], xs[order], ys[order]
    starts = np.flatnonzero(np.concatenate([[True], whose[1:] != whose[:-1]]))
    ends = np.concatenate([starts[1:], [len(whose)]])
    x1, x2 = np.minimum.reduceat(xs, starts), np.maximum.reduceat(xs, starts)
    y1, y2 = ys[starts], ys[ends - 1]  # sorted by row within an instance: the sort is stable
    for number, start in enumerate(starts):
        found[int(whose[start]) - 1] = (
            int(x1[number]),
            int(y1[number]),
            int(x2[number]) + 1,
            int(y2[number]) + 1,
            int(ends[number] - start),
        )
    return found
