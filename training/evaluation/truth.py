"""truth.yaml: what really happens in clips, as a person read it off or a rendered scene knows it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import InputError, InvalidValueError
from core.geometry import Box
from core.invalid_values import message_of_invalid
from core.messages import Message
from core.site import Camera, Id, Moment, Preset, Sampling, Zone
from models.store import sha256_of
from store.files import yaml_tree
from training.datasets.files import read_text

TRUTH = "truth.yaml"
INTERVAL_S = 0.5  # between two looks
START = datetime(2026, 1, 1, tzinfo=UTC)


class Strict(BaseModel):
    """Refuses unknown keys; never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Thing(Strict):
    """Something that stands, or seems to.

    Attributes:
        box: in pixels of the clip; None = it is not seen whole, the zone must do.
        group: of labels, or a label; any = whatever the system calls it.
        still_since, still_until: seconds from the first frame; None = not told, and still there at the end.
        tol_s: how exactly the times are known.
    """

    what: str
    box: Box | None = None
    group: str = "any"
    zone: str | None = None
    violation: str | None = None
    still_since: float | None = None
    still_until: float | None = None
    violation_at: float | None = None
    tol_s: float = Field(default=2.0, ge=0)


class OnlyZone(Zone):
    """The zone of a clip that has just one, and so needs no id."""

    id: Id = "zone"


class ClipTruth(Strict):
    """One clip.

    Attributes:
        start: the moment of the first frame, for schedules.
        rule: the only zone; or else zones, as in a site file.
        expect: things that must be reported, each once; allow: that may be; forbid: look-alikes that must not be.
        anchors: boxes of things that must be reported, of which nothing else is told.
        expect_at_least: how many of all these are enough; None = all.
    """

    size_wh: tuple[int, int]
    length_s: float
    fps: float | None = None
    note: str = ""
    start: Moment = START
    rendered: bool = False
    rule: OnlyZone | None = None
    zones: tuple[Zone, ...] = ()
    expect: tuple[Thing, ...] = ()
    allow: tuple[Thing, ...] = ()
    forbid: tuple[Thing, ...] = ()
    anchors: tuple[Box, ...] = ()
    expect_at_least: int | None = None
    expect_no_duplicates: bool = True
    view_moved: dict[str, float] | None = None
    timeline: tuple[dict[str, Any], ...] = ()

    @model_validator(mode="after")
    def _one_kind_of_rule(self) -> Self:
        if self.rule is not None and self.zones:
            raise InvalidValueError("training.rule_or_zones")
        known = {zone.id for zone in self.watched}
        for thing in (*self.expect, *self.allow, *self.forbid):
            if thing.zone is not None and thing.zone not in known:
                raise InvalidValueError(
                    "training.truth_zone_unknown", thing=thing.what, zone=repr(thing.zone), zones=sorted(known)
                )
        return self

    @property
    def watched(self) -> tuple[Zone, ...]:
        """The zones of the clip; none where it is not there for events."""
        return self.zones if self.rule is None else (self.rule,)

    @property
    def expected(self) -> int:
        """How many things must be reported."""
        return len(self.expect) + len(self.anchors) if self.expect_at_least is None else self.expect_at_least


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip and what is true of it."""

    name: str
    video: Path
    truth: ClipTruth

    @property
    def camera(self) -> Camera:
        """The camera that recorded it, with the zones of its truth."""
        return Camera(
            id="clip",
            name=self.name,
            source="rtsp://127.0.0.1/clip",
            sampling=Sampling(mode="interval", interval_s=INTERVAL_S),
            presets=(Preset(id="1", zones=self.truth.watched),),
        )

    def fingerprint(self) -> str:
        """SHA-256, in hex, over the video and what decides from its truth."""
        told = self.truth.model_dump(mode="json", exclude={"note", "timeline", "fps"})
        content = json.dumps([self.name, sha256_of(self.video), told], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()


def read_clips(path: Path) -> tuple[Clip, ...]:
    """The clips of a truth.yaml, or of the one in a folder, that have rules.

    The videos lie beside it, or in videos/ beside it.

    Raises:
        InputError: it is missing or says something that cannot be (names the line), or a video is missing.
    """
    file = path / TRUTH if path.is_dir() else path
    tree = _read(file)
    clips = tuple(
        Clip(name, _video(file, name), truth) for name, truth in _checked(file, tree).items() if truth.watched
    )
    if not clips:
        raise InputError("training.no_clip_with_zones", path=file)
    return clips


def _read(file: Path) -> yaml_tree.Tree:
    text = read_text(file, Message("training.wanted_truth", name=TRUTH))
    try:
        tree = yaml_tree.read(text)
    except InputError as error:
        raise InputError("training.file_line_unusable", path=file, cause=error) from error
    if not isinstance(tree.data, dict) or not isinstance(tree.data.get("clips"), dict):
        raise InputError("training.truth_without_clips", path=file)
    return tree


def _checked(file: Path, tree: yaml_tree.Tree) -> dict[str, ClipTruth]:
    clips = {}
    for name, content in tree.data["clips"].items():
        try:
            clips[name] = ClipTruth.model_validate(content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ("clips", name, *first["loc"])
            cause = yaml_tree.located(tree.line_of(place), place, message_of_invalid(first))
            raise InputError("training.file_line_unusable", path=file, cause=cause) from error
    return clips


def _video(file: Path, name: str) -> Path:
    for folder in (file.parent, file.parent / "videos"):
        if (folder / name).is_file():
            return folder / name
    raise InputError("training.clip_not_found", path=file, name=repr(name))
