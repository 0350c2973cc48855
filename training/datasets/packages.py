"""The sealed packages as a source of labelled pictures: the still of each violation, and what the models saw in it.

The manifest is read, the still held against the hash that the manifest names. Whether the package itself is sound is
the verifier's question (jiejing verify), and none of learning's.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from core.clock import parse_rfc3339
from core.errors import InputError
from core.geometry import Box
from models.store import sha256_of
from training.datasets.decisions import Decision
from training.datasets.files import inside
from training.datasets.lines import box_of
from training.datasets.pictures import NotAPicture, size_of

# Of the stills only this one shows what the rules saw: boxes are known of the moments of events, not in between.
STILL = "originals/violation.jpg"


@dataclass(frozen=True, slots=True)
class Still:
    """A picture that somebody decided about.

    Attributes:
        masked: whether privacy masks are black in it already; else it is as received.
    """

    path: Path
    size_wh: tuple[int, int]
    camera_id: str
    utc: datetime | None
    masked: bool = False


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """What the models saw at the moment of the violation.

    Attributes:
        things: label and box of each, in pixels of the still.
        model: the name of the one that saw it.
        score, min_score: the event's, and the one from which on its zone counts; 0-1.
    """

    event_id: str
    things: tuple[tuple[str, Box], ...]
    model: str
    score: float
    min_score: float


@dataclass(frozen=True, slots=True)
class Decided:
    """One picture and all that was decided about it.

    Attributes:
        name: of the picture in a data set, without its suffix.
        event: None for a picture that belongs to none.
    """

    name: str
    still: Still
    event: SeenEvent | None
    decisions: tuple[Decision, ...]


class DecidedEvents(Protocol):
    """Where decided events come from: a file beside the packages, or an archive that an installation gave out."""

    def decided(self) -> Iterator[Decided]:
        """Every picture that something was decided about.

        Raises:
            InputError: a decision or a package that cannot be read.
        """
        ...

    @property
    def without_still(self) -> tuple[str, ...]:
        """The openings decided about whose still is not there (any more), once all were asked for."""
        ...


class PackageDecisions:
    """Decisions from a file, on the packages of an installation."""

    def __init__(self, decisions: Iterable[Decision], packages: Path, pictures: Path, *, masked: bool = False) -> None:
        """
        Args:
            packages: the folder in which packages lie, each by its id.
            pictures: the folder to which pictures of misses are relative.
            masked: whether an installation gave the pictures out. Then privacy masks are black in them, so that stills
                are not as they were sealed, and what it could not give out is not there.
        """
        self._decisions = decisions
        self._packages = packages
        self._pictures = pictures
        self._masked = masked
        self._without: list[str] = []

    @property
    def without_still(self) -> tuple[str, ...]:
        """The openings, and pictures of misses, decided about whose picture is not there (any more)."""
        return tuple(self._without)

    def decided(self) -> Iterator[Decided]:
        """Every picture that something was decided about, in the order of the first decision.

        Raises:
            InputError: a package or a picture that cannot be read, or a still that was changed.
        """
        grouped: dict[str, list[Decision]] = defaultdict(list)
        for decision in self._decisions:
            grouped[_key(decision)].append(decision)
        for key, decisions in grouped.items():
            found = self._of_event(key, decisions) if decisions[0].event_id else self._loose(decisions)
            if found is None:
                self._without.append(key)
            else:
                yield found

    def _of_event(self, key: str, decisions: list[Decision]) -> Decided | None:
        package = self._packages / key
        if not ((package / "manifest.json").is_file() and (package / STILL).is_file()):
            return None
        still, event = read_package(package, masked=self._masked)
        return Decided(f"events/{key}", still, event, tuple(decisions))

    def _loose(self, decisions: list[Decision]) -> Decided | None:
        first = decisions[0]
        name = first.picture or ""
        path = inside(self._pictures, name)
        if path is None:
            raise InputError("training.miss_picture_leads_out", path=self._pictures, name=repr(name))
        if self._masked and not path.is_file():
            return None
        try:
            still = Still(path, size_of(path), first.camera_id or "", first.utc, self._masked)
        except NotAPicture as error:
            raise InputError("training.picture_unusable", path=path, cause=error) from error
        relative = path.relative_to(self._pictures).with_suffix("").as_posix()
        return Decided(f"misses/{relative}", still, None, tuple(decisions))


def read_package(package: Path, *, masked: bool = False) -> tuple[Still, SeenEvent]:
    """The still of the violation and what the models saw in it.

    Args:
        masked: whether privacy masks are black in the still, so that it is not the very one that was sealed.

    Raises:
        InputError: no such package, or the still is not the one that was sealed.
    """
    try:
        manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
        listed = next(one for one in manifest["files"] if one["path"] == STILL)
        event = manifest["event"]
        width, height = listed["size_wh"]
        utc = parse_rfc3339(listed["utc"])
        still = Still(package / STILL, (width, height), str(event["camera_id"]), utc, masked)
        seen = SeenEvent(
            str(event["event_id"]),
            tuple(_things(event, (width, height))),
            str((event["model"] or {}).get("name", "unknown")),
            float(event["score"]),
            float(manifest["rule"]["zone"]["min_score"]),
        )
        noted = listed["digests"]["sha256"]
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        raise InputError("training.package_without_still", path=package, cause=error) from error
    if not masked and sha256_of(package / STILL) != noted:
        raise InputError("training.still_not_as_sealed", path=package / STILL, package=package)
    return still, seen


def _things(event: Mapping[str, Any], still_wh: tuple[int, int]) -> Iterator[tuple[str, Box]]:
    """What the event stands for, scaled from the frame that was analysed to the still."""
    frame_wh = event["frame_size_wh"]
    x, y = still_wh[0] / frame_wh[0], still_wh[1] / frame_wh[1]
    for one in event["members"] or [event]:
        x1, y1, x2, y2 = one["bbox_xyxy_px"]
        yield str(one["label"]), box_of((x1 * x, y1 * y, x2 * x, y2 * y))


def _key(decision: Decision) -> str:
    """The package's id, or the picture's name."""
    if decision.event_id is None:
        return f"picture {decision.picture}"
    return decision.event_id if decision.opening == 1 else f"{decision.event_id}-{decision.opening}"
