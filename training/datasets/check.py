"""Checks a data set, ours or a foreign one, picture by picture; what is wrong is found, never mended."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core.geometry import Box, iou
from core.messages import Message
from training.datasets.card import UNKNOWN
from training.datasets.classmap import ClassMap
from training.datasets.conversion import box_faults, faults_of
from training.datasets.files import sha256_of
from training.datasets.findings import Finding, unreadable
from training.datasets.folder import Dataset
from training.datasets.formats.foreign import ForeignPicture, ForeignSet
from training.datasets.model import LabelledPicture, Part
from training.datasets.phash import near_groups, phash_of
from training.datasets.pictures import NotAPicture, size_of

TWICE_IOU = 0.95


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check looks at, whatever form it came from.

    Attributes:
        boxes: label or foreign class, and box in pixels.
        content: None where the picture is not there.
        sha256: of the file, where it was worked out already.
        findings: what reading it found.
    """

    name: str
    content: Path | bytes | None
    boxes: tuple[tuple[str, Box], ...]
    part: Part | None
    camera_id: str | None = None
    utc: datetime | None = None
    sha256: str | None = None
    findings: tuple[Finding, ...] = ()


@dataclass
class CheckReport:
    """What a check found, and how much it looked at.

    Attributes:
        boxes: by label or foreign class; by_part: the same for each part.
        files, drawn: for the sheet of pictures, by name: where each lies, and its boxes; embedded ones are left out.
    """

    name: str
    pictures: int = 0
    findings: list[Finding] = field(default_factory=list)
    boxes: Counter[str] = field(default_factory=Counter)
    by_part: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    cameras: Counter[str] = field(default_factory=Counter)
    files: dict[str, Path] = field(default_factory=dict)
    drawn: dict[str, tuple[tuple[str, Box], ...]] = field(default_factory=dict)

    @property
    def faults(self) -> list[Finding]:
        """What would make learning go wrong."""
        return [one for one in self.findings if one.level == "fault"]


def check_dataset(
    dataset: Dataset, *, pixels: bool = True, step: Callable[[int], object] = lambda _: None
) -> CheckReport:
    """Checks a data set of ours.

    Args:
        pixels: also read every picture, for its hash and what looks alike; the only part that takes long.
        step: called with the number of pictures done.

    Raises:
        InputError: a line of it cannot be read.
    """
    labels = frozenset(dataset.card.labels)
    looked_at = (_of_ours(picture, dataset, labels, pixels=pixels) for picture in dataset.pictures())
    report = _check(dataset.card.name, looked_at, pixels=pixels, step=step)
    report.findings += _about_card(dataset)
    report.findings += _orphans(dataset, set(report.files))
    return report


def check_foreign(
    foreign: ForeignSet,
    classes: ClassMap | None = None,
    *,
    pixels: bool = True,
    step: Callable[[int], object] = lambda _: None,
) -> CheckReport:
    """Checks a foreign data set as it lies there.

    Args:
        classes: None = any class that the set itself names is right.
        pixels, step: as of `check_dataset`.

    Raises:
        InputError: it cannot be read at all.
    """
    report = _check(str(foreign.root), (_of_foreign(one) for one in foreign.pictures()), pixels=pixels, step=step)
    report.findings += foreign.findings
    if not report.pictures:
        report.findings.append(Finding("no-picture", str(foreign.root), Message("training.no_picture_there")))
    if classes is not None:
        unmapped = ((name, count) for name, count in sorted(report.boxes.items()) if name not in classes)
        report.findings += [
            Finding("unmapped", name, Message("training.boxes_of_unmapped_class", count=count))
            for name, count in unmapped
        ]
    return report


def _of_ours(picture: LabelledPicture, dataset: Dataset, labels: frozenset[str], *, pixels: bool) -> Checked:
    path = dataset.file(picture.file)
    digest = sha256_of(path.read_bytes()) if pixels and path.is_file() else None
    findings = list(_file_faults(picture, path, digest))
    for number, one in enumerate(picture.objects, start=1):
        where = Message("training.place_box", name=picture.file, number=number)
        findings += box_faults(one.bbox_xyxy_px, picture.size_wh, where, picture.file)
        if one.label not in labels:
            what = Message("training.label_not_in_card", label=repr(one.label))
            findings.append(Finding("label", where, what, (picture.file,)))
    if picture.status == "suggested":
        findings.append(Finding("suggested", picture.file, Message("training.waits_for_person"), (picture.file,)))
    boxes = tuple((one.label, one.bbox_xyxy_px) for one in picture.objects)
    # What nobody looked through is not empty, whatever it shows.
    if not boxes and picture.exhaustive != frozenset():
        findings.append(Finding("empty", picture.file, Message("training.no_box"), (picture.file,)))
    return Checked(
        picture.file,
        path if path.is_file() else None,
        boxes,
        picture.part,
        picture.camera_id,
        picture.utc,
        digest,
        tuple(findings),
    )


def _file_faults(picture: LabelledPicture, path: Path, digest: str | None) -> Iterator[Finding]:
    name = picture.file
    if not path.is_file():
        yield Finding("no-picture", name, Message("training.picture_is_gone"), (name,))
        return
    if digest not in (None, picture.sha256):
        yield Finding("changed", name, Message("training.picture_was_changed"), (name,))
    try:
        size_wh = size_of(path)
    except NotAPicture as error:
        yield unreadable(name, error)
        return
    if size_wh != picture.size_wh:
        found, noted = (f"{width} x {height}" for width, height in (size_wh, picture.size_wh))
        yield Finding("size", name, Message("training.size_not_as_noted", found=found, noted=noted), (name,))


def _of_foreign(foreign: ForeignPicture) -> Checked:
    findings = list(faults_of(foreign, polygons_to_boxes=False, scores=False))
    boxes = tuple((one.class_name, one.bbox_xyxy_px) for one in foreign.boxes)
    if not boxes and not findings:
        findings.append(Finding("empty", foreign.name, Message("training.no_box"), (foreign.name,)))
    ours = foreign.knowledge
    sha256 = None
    if isinstance(foreign.content, bytes):
        sha256 = sha256_of(foreign.content)
    return Checked(
        foreign.name,
        foreign.content,
        boxes,
        foreign.part,
        ours.camera_id if ours else None,
        ours.utc if ours else None,
        sha256,
        tuple(findings),
    )


def _check(name: str, looked_at: Iterable[Checked], *, pixels: bool, step: Callable[[int], object]) -> CheckReport:
    report = CheckReport(name)
    times: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    alike = _Alike()
    for one in looked_at:
        report.findings += one.findings
        report.findings += _boxes_twice(one)
        _count(report, one)
        if one.camera_id and one.utc and one.part:
            times[one.camera_id, f"{one.utc.astimezone(UTC):%Y-%m-%d %H:%M}"][one.part].append(one.name)
        if pixels and one.content is not None and not any(fault.kind == "unreadable" for fault in one.findings):
            report.findings += alike.add(one)
        step(report.pictures)
    report.findings += _leaks(times)
    report.findings += alike.findings()
    report.findings += _parts(report)
    return report


def _count(report: CheckReport, one: Checked) -> None:
    report.pictures += one.content is not None
    report.boxes.update(label for label, _ in one.boxes)
    report.by_part[one.part or ""].update(label for label, _ in one.boxes)
    if one.camera_id:
        report.cameras[one.camera_id] += 1
    if isinstance(one.content, Path):
        report.files[one.name] = one.content
        report.drawn[one.name] = one.boxes


def _boxes_twice(one: Checked) -> Iterator[Finding]:
    for number, (label, box) in enumerate(one.boxes):
        if any(other == label and iou(box, place) > TWICE_IOU for other, place in one.boxes[:number]):
            what = Message("training.two_boxes_at_one_place", label=repr(label), box=str(list(box)))
            yield Finding("box-twice", one.name, what, (one.name,))


def _leaks(times: dict[tuple[str, str], dict[str, list[str]]]) -> Iterator[Finding]:
    for (camera_id, minute), parts in sorted(times.items()):
        if len(parts) > 1:
            names = tuple(name for part in sorted(parts) for name in parts[part])
            what = Message("training.minute_in_parts", camera_id=camera_id, minute=minute, parts=sorted(parts))
            yield Finding("leak-time", names[0], what, names)


class _Alike:
    """Hashes of pictures, and which are alike."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._parts: list[Part | None] = []
        self._exact: list[str] = []
        self._hashes: list[int] = []

    def add(self, one: Checked) -> Iterator[Finding]:
        """Takes one picture; finds fault with one whose pixels cannot be had."""
        content = one.content
        if content is None:
            return
        try:
            phash = phash_of(content)
        except NotAPicture as error:
            yield unreadable(one.name, error)
            return
        self._names.append(one.name)
        self._parts.append(one.part)
        self._exact.append(one.sha256 or sha256_of(content if isinstance(content, bytes) else content.read_bytes()))
        self._hashes.append(phash)

    def findings(self) -> Iterator[Finding]:
        """Each group of pictures that are alike."""
        for group in near_groups(np.array(self._hashes, np.uint64)):
            names = tuple(self._names[number] for number in group)
            parts = sorted({part for number in group if (part := self._parts[number])})
            same = len({self._exact[number] for number in group}) == 1
            shown = [*names[1:4], "..."] if len(names) > 4 else names[1:]
            code = "training.same_picture" if same else "training.nearly_same_picture"
            what = Message(code, count=len(group), names=shown)
            if len(parts) > 1:
                yield Finding("leak-duplicate", names[0], Message("training.in_parts", cause=what, parts=parts), names)
            else:
                yield Finding("duplicate" if same else "near-duplicate", names[0], what, names)


def _parts(report: CheckReport) -> Iterator[Finding]:
    for part, counts in sorted(report.by_part.items()):
        missing = [label for label in sorted(report.boxes) if not counts[label]]
        if part and missing:
            yield Finding("part-empty", part, Message("training.part_without_box", labels=missing))


def _about_card(dataset: Dataset) -> Iterator[Finding]:
    for source in dataset.card.sources:
        if source.licence == UNKNOWN:
            yield Finding("licence", source.name, Message("training.licence_unknown"))
    unsplit = sum(picture.part is None for picture in dataset.pictures())
    if unsplit:
        yield Finding("unsplit", dataset.card.name, Message("training.pictures_unsplit", count=unsplit))


def _orphans(dataset: Dataset, listed: set[str]) -> Iterator[Finding]:
    images = dataset.file("")
    for path in sorted(images.rglob("*")):
        name = path.relative_to(images).as_posix()
        if path.is_file() and name not in listed:
            yield Finding("orphan", name, Message("training.picture_not_listed"))
