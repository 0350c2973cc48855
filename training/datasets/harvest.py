"""Turns what officers decided into labelled pictures.

An approved thing is a positive. A rejected one is what its reason says: a confirmed negative, still a positive, or
nothing to learn from. A miss is a positive that no model found. Nothing else in such a picture was labelled by anybody:
no label is exhaustive in it, so nothing in it is background.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice, zip_longest
from pathlib import Path

from core.canonical_json import short_hash
from core.clock import parse_rfc3339
from core.errors import InputError
from core.geometry import Box, Polygon
from core.messages import Message
from detector.masks import blacked_out
from training.datasets.card import SourceNote
from training.datasets.decisions import Decision, read_records
from training.datasets.files import inside, sha256_of
from training.datasets.folder import Dataset, Revision, content_of
from training.datasets.geometry import clipped
from training.datasets.model import MODEL, PERSON, LabelledBox, LabelledPicture, Region, Source, rounded_box
from training.datasets.packages import Decided, DecidedEvents, SeenEvent, Still
from training.datasets.pictures import NotAPicture, decoded, encoded, size_of
from training.datasets.uncertainty import near_threshold, uncertain_first

MasksOf = Callable[[str], Sequence[Polygon]]
"""Camera id -> its privacy masks. Raises InputError for a camera it does not know: then nobody knows what to hide."""


@dataclass
class HarvestReport:
    """What came of it.

    Attributes:
        taken: pictures, by where they came from.
        updated: pictures that got newer decisions; worked_on: pictures left alone, because somebody labelled them.
        outcomes: things, by what was decided about them.
    """

    taken: Counter[str] = field(default_factory=Counter)
    updated: int = 0
    worked_on: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class QuietFrame:
    """A picture of a moment without alarm."""

    picture: Path
    camera_id: str
    utc: datetime


def labelled(decided: Decided) -> LabelledPicture:
    """The picture as decided; its hash is yet to be filled in.

    Several things of one approved event were approved as one: their boxes stay suggestions until a person confirms
    each, unless the decision says where they are.
    """
    event = decided.event
    picture = LabelledPicture(
        file=decided.name + decided.still.path.suffix.lower(),
        size_wh=decided.still.size_wh,
        sha256="",
        source=Source("event", event.event_id) if event else Source("miss", decided.name),
        exhaustive=frozenset(),
        camera_id=decided.still.camera_id,
        utc=decided.still.utc,
        uncertainty=round(near_threshold([event.score], event.min_score), 4) if event else None,
    )
    for decision in _holding(decided.decisions):
        picture = _with(picture, decision, event)
    waits = any(one.origin.startswith(MODEL) for one in picture.objects)
    return replace(picture, status="suggested" if waits else "confirmed")


def sampled(frames: Iterable[QuietFrame], count: int, seed: int) -> list[QuietFrame]:
    """A random sample, the same for the same seed, in turn from each camera so that a busy one does not fill it."""
    by_camera: dict[str, list[QuietFrame]] = defaultdict(list)
    for frame in frames:
        by_camera[frame.camera_id].append(frame)
    order = sorted(by_camera, key=lambda camera_id: short_hash(seed, camera_id))
    drawn = [
        sorted(by_camera[camera_id], key=lambda one: short_hash(seed, one.camera_id, one.utc.isoformat()))
        for camera_id in order
    ]
    turns = (one for turn in zip_longest(*drawn) for one in turn if one)
    return list(islice(turns, count))


def quiet_picture(frame: QuietFrame) -> tuple[LabelledPicture, Still]:
    """A frame without alarm as a picture that waits for its first labels.

    Raises:
        InputError: it is no picture.
    """
    try:
        still = Still(frame.picture, size_of(frame.picture), frame.camera_id, frame.utc)
    except NotAPicture as error:
        raise InputError("training.picture_unusable", path=frame.picture, cause=error) from error
    moment = f"{frame.utc.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    picture = LabelledPicture(
        file=f"quiet/{frame.camera_id}-{moment}{frame.picture.suffix.lower()}",
        size_wh=still.size_wh,
        sha256="",
        source=Source("sample", "frames without alarm"),
        exhaustive=frozenset(),
        status="suggested",
        camera_id=frame.camera_id,
        utc=frame.utc,
    )
    return picture, still


def read_quiet(path: Path) -> Iterator[QuietFrame]:
    """Frames without alarm from a file of JSON lines {"picture", "camera_id", "utc"}; pictures relative to the file.

    Raises:
        InputError: the file cannot be read, or a line is no such frame; names the line.
    """
    for number, record in read_records(path, Message("training.wanted_quiet_frames")):
        try:
            picture = inside(path.parent, str(record["picture"]))
            moment = parse_rfc3339(record["utc"])
            camera_id = str(record["camera_id"])
        except (KeyError, ValueError, TypeError) as error:
            raise InputError("training.frame_incomplete", path=path, line=number, cause=error) from error
        if picture is None:
            raise InputError(
                "training.frame_leads_out", path=path, line=number, name=repr(record["picture"]), folder=path.parent
            )
        yield QuietFrame(picture, camera_id, moment)


def decided_pictures(events: DecidedEvents, limit: int | None = None) -> list[tuple[LabelledPicture, Still]]:
    """The pictures of decided events, the least sure first; at most `limit` of them.

    Raises:
        InputError: a decision or a package cannot be read.
    """
    stills = {(picture := labelled(one)).file: (picture, one.still) for one in events.decided()}
    chosen = uncertain_first(picture for picture, _ in stills.values())
    return [stills[picture.file] for picture in chosen[:limit]]


def harvest(dataset: Dataset, pictures: Sequence[tuple[LabelledPicture, Still]], masks_of: MasksOf) -> HarvestReport:
    """Takes the pictures into the data set, wholly or not at all; privacy masks are black in them.

    A picture that the data set has already gets the present decisions, unless somebody has labelled it since.

    Raises:
        InputError: there is nothing to take in, a camera is not known, or a picture cannot be read.
        StorageError: the disk refuses.
    """
    if not pictures:
        raise InputError("training.nothing_to_harvest")
    report = HarvestReport()
    wanted = {picture.file: (picture, still) for picture, still in pictures}
    with dataset.revise() as revision:
        for old in dataset.pictures():
            fresh = wanted.pop(old.file, None)
            revision.put(_refreshed(old, fresh[0], report) if fresh else old)
        for picture, still in wanted.values():
            content, sha256 = _content(still, () if still.masked else masks_of(still.camera_id))
            revision.add(replace(picture, sha256=sha256), content)
            report.taken[picture.source.kind] += 1
            _count(picture, report)
        _note(revision, [picture for picture, _ in pictures], report)
    return report


def _holding(decisions: Sequence[Decision]) -> Iterator[Decision]:
    """The last verdict, and every miss."""
    verdicts = [one for one in decisions if one.verdict != "miss"]
    yield from verdicts[-1:]
    yield from (one for one in decisions if one.verdict == "miss")


def _with(picture: LabelledPicture, decision: Decision, event: SeenEvent | None) -> LabelledPicture:
    if decision.verdict == "rejected" and decision.effect != "keep_positive":
        return _without(picture, decision, event)
    seen = event.things if event else ()
    if decision.boxes:
        label = decision.label or (seen[0][0] if seen else "")
        things, origin = [(label, box) for box in decision.boxes], PERSON
    else:
        things = [(decision.label or label, box) for label, box in seen]
        origin = PERSON if len(seen) == 1 else MODEL + (event.model if event else "")
    boxes = tuple(LabelledBox(label, _kept(box, picture), origin) for label, box in things)
    return replace(picture, objects=picture.objects + boxes)


def _without(picture: LabelledPicture, decision: Decision, event: SeenEvent | None) -> LabelledPicture:
    """A rejection: what the models saw there is not, or nobody can tell. Where the officer says what it really is,
    that is a positive."""
    seen = event.things if event else ()
    boxes = decision.boxes or tuple(box for _, box in seen)
    reason = decision.reason or "rejected"
    if decision.effect == "ignore":
        regions = tuple(Region(_kept(box, picture), reason) for box in boxes)
        return replace(picture, ignore=picture.ignore + regions)
    negatives = tuple(Region(_kept(box, picture), reason, label) for label, box in seen)
    real = tuple(LabelledBox(decision.label, _kept(box, picture)) for box in boxes) if decision.label else ()
    return replace(picture, negatives=picture.negatives + negatives, objects=picture.objects + real)


def _kept(box: Box, picture: LabelledPicture) -> Box:
    return rounded_box(clipped(box, picture.size_wh))


def _content(still: Still, masks: Sequence[Polygon]) -> tuple[bytes, str]:
    """The picture file with the camera's privacy masks black: the models never see what is behind them either."""
    if not masks:
        return content_of(still.path)
    try:
        content = encoded(blacked_out(decoded(still.path), masks), still.path.suffix)
    except NotAPicture as error:
        raise InputError("training.picture_unusable", path=still.path, cause=error) from error
    return content, sha256_of(content)


def _refreshed(old: LabelledPicture, fresh: LabelledPicture, report: HarvestReport) -> LabelledPicture:
    if old.exhaustive or old.exhaustive is None or old.screened or old.source.kind == "sample":
        report.worked_on += 1
        return old
    report.updated += 1
    _count(fresh, report)
    return replace(fresh, sha256=old.sha256, part=old.part)


def _count(picture: LabelledPicture, report: HarvestReport) -> None:
    waiting = sum(one.origin.startswith(MODEL) for one in picture.objects)
    report.outcomes.update(
        positive=len(picture.objects) - waiting,
        suggested=waiting,
        negative=len(picture.negatives),
        ignored=len(picture.ignore),
    )


def _note(revision: Revision, pictures: Sequence[LabelledPicture], report: HarvestReport) -> None:
    labels = {one.label for picture in pictures for one in picture.objects}
    labels |= {region.label for picture in pictures for region in picture.negatives if region.label}
    note = SourceNote(
        name="harvest",
        format="decisions",
        licence="own cameras",
        pictures=report.taken.total(),
        boxes=report.outcomes["positive"] + report.outcomes["suggested"],
    )
    revision.card = revision.card.with_labels(frozenset(labels)).with_source(note)
