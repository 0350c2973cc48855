"""Takes a foreign data set in. It is read twice: first everything is judged, then everything is taken in, or nothing
at all. What is left out is counted and said, never silent."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import InputError
from core.messages import Message
from training.datasets.card import SourceNote
from training.datasets.classmap import mapped_labels, refuse_unmapped
from training.datasets.conversion import ImportRules, faults_of, labelled, own_name, updated
from training.datasets.findings import Finding, unreadable
from training.datasets.folder import Dataset, Revision, content_of
from training.datasets.formats.foreign import ForeignPicture, ForeignSet
from training.datasets.geometry import clipped
from training.datasets.model import LabelledPicture
from training.datasets.pictures import NotAPicture, small_grey

_SHOWN = 3
_SIDE_PX = 32  # to see whether a picture can be decoded, a small one will do


@dataclass
class ImportReport:
    """What came of it.

    Attributes:
        taken, updated, skipped_known: pictures.
        faulty: pictures that were left out, with the findings.
        boxes: by our label; dropped: by foreign class.
        clipped: boxes that reached out of their picture by no more than rounding.
        without_boxes: pictures taken in as showing none of the labels.
    """

    taken: int = 0
    updated: int = 0
    skipped_known: int = 0
    faulty: int = 0
    clipped: int = 0
    without_boxes: int = 0
    boxes: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def import_set(foreign: ForeignSet, dataset: Dataset, rules: ImportRules) -> ImportReport:
    """Takes the foreign set into the data set, wholly or not at all.

    Raises:
        InputError: a class without a place in the map, a fault, no picture, no box, or a picture that is known already;
            the data set is as it was.
        StorageError: the disk refuses; likewise.
    """
    report = ImportReport()
    with dataset.revise() as revision:
        known = _Held.by(dataset)
        broken = _judge(foreign, known, rules, report)
        _Taking(foreign, known, rules, revision, report, broken).run(dataset.pictures())
    return report


@dataclass(frozen=True)
class _Held:
    """The pictures that the data set has already."""

    file_of: Mapping[str, str]  # by SHA-256
    sha256_of: Mapping[str, str]  # by file

    @classmethod
    def by(cls, dataset: Dataset) -> "_Held":
        file_of = {picture.sha256: picture.file for picture in dataset.pictures()}
        return cls(file_of, {file: sha256 for sha256, file in file_of.items()})


def _judge(foreign: ForeignSet, held: _Held, rules: ImportRules, report: ImportReport) -> set[str]:
    """Reads everything once, so that the first picture is taken in only when the last one is known to be good.

    Returns:
        The names of pictures that cannot be decoded.
    """
    counts: Counter[str] = Counter()
    pictures = sound = crowds = 0
    broken: set[str] = set()
    report.findings += [one for one in foreign.findings if one.level == "fault"]
    for picture in foreign.pictures():
        faults = _faults(picture, held, rules) or _broken(picture)
        report.findings += faults
        pictures += 1
        crowds += len(picture.ignore)
        broken.update(picture.name for one in faults if one.kind == "unreadable")
        sound += not faults
        if not (faults and rules.skip_faulty):
            counts.update(one.class_name for one in picture.boxes)
    if pictures == 0:
        raise InputError("training.nothing_to_take_in", path=foreign.root, form=foreign.form)
    refuse_unmapped(counts, rules.classes, str(foreign.root))
    if report.findings and not (rules.skip_faulty and sound):
        raise _refusal(foreign.root, report.findings)
    if not any(rules.classes[name] for name in counts):
        if crowds and not counts:
            raise InputError("training.all_boxes_are_crowds", path=foreign.root, pictures=pictures, crowds=crowds)
        raise InputError("training.no_box_of_our_labels", path=foreign.root, pictures=pictures)
    return broken


def _faults(picture: ForeignPicture, held: _Held, rules: ImportRules) -> list[Finding]:
    found = faults_of(picture, polygons_to_boxes=rules.polygons_to_boxes, scores=rules.scores)
    return [one for one in found if one.level == "fault" and not _is_here(one, picture, held, rules)]


def _broken(picture: ForeignPicture) -> list[Finding]:
    """What is wrong with the pixels of a picture whose head is sound: half of a JPEG has the whole one's size."""
    try:
        if picture.content is not None:
            small_grey(picture.content, _SIDE_PX)
    except NotAPicture as error:
        return [unreadable(picture.name, error)]
    return []


def _is_here(finding: Finding, picture: ForeignPicture, held: _Held, rules: ImportRules) -> bool:
    """Whether labels came without their picture because the data set has it, and only its labels shall change."""
    return finding.kind == "no-picture" and rules.known == "update" and picture.name in held.sha256_of


def _refusal(root: Path, findings: Sequence[Finding]) -> InputError:
    shown = [Message("core.located", where=one.where, cause=one.what) for one in findings[:_SHOWN]]
    if len(findings) > _SHOWN:
        shown.append(Message("training.more_faults", count=len(findings) - _SHOWN))
    ways = [Message("training.way_check")]
    if any(one.kind == "polygon" for one in findings):
        ways.append(Message("training.way_polygons"))
    if any(one.kind == "scored" for one in findings):
        ways.append(Message("training.way_scores"))
    ways.append(Message("training.way_skip_faulty"))
    return InputError("training.faults_refuse_import", path=root, count=len(findings), faults=shown, ways=ways)


class _Taking:
    """The second reading: every picture becomes ours."""

    def __init__(
        self,
        foreign: ForeignSet,
        held: _Held,
        rules: ImportRules,
        revision: Revision,
        report: ImportReport,
        broken: Collection[str],
    ) -> None:
        self._foreign = foreign
        self._held = held
        self._rules = rules
        self._revision = revision
        self._report = report
        self._broken = broken
        self._added: dict[str, str] = {}
        self._fresh: dict[str, tuple[LabelledPicture, bool]] = {}

    def run(self, had: Iterable[LabelledPicture]) -> None:
        """Adds what is new, then keeps what was there, with its new labels where it got some."""
        for foreign in self._foreign.pictures():
            if foreign.name in self._broken or _faults(foreign, self._held, self._rules):
                self._report.faulty += 1
            else:
                self._take(foreign)
        for picture in had:
            if picture.sha256 in self._fresh:
                fresh, ignore = self._fresh[picture.sha256]
                self._revision.put(updated(picture, fresh, self._rules, ignore=ignore))
            else:
                self._revision.put(picture)
        self._note_source()

    def _take(self, foreign: ForeignPicture) -> None:
        if foreign.content is None:
            content, sha256 = b"", self._held.sha256_of[foreign.name]
        else:
            content, sha256 = content_of(foreign.content)
        if sha256 in self._added or sha256 in self._fresh:
            self._twice(foreign, sha256)
        elif sha256 in self._held.file_of:
            self._take_known(foreign, sha256)
        else:
            name = self._revision.free_name(own_name(foreign.name), sha256)
            picture = self._counted(foreign, name, sha256)
            self._revision.add(picture, content)
            self._added[sha256] = foreign.name
            self._report.taken += 1

    def _twice(self, foreign: ForeignPicture, sha256: str) -> None:
        first = self._added.get(sha256) or self._fresh[sha256][0].file
        what = Message("training.picture_taken_already", name=first)
        self._report.findings.append(Finding("duplicate", foreign.name, what, (foreign.name, first)))
        self._report.skipped_known += 1

    def _take_known(self, foreign: ForeignPicture, sha256: str) -> None:
        if self._rules.known == "refuse":
            raise InputError("training.picture_known_already", name=foreign.name, known=self._held.file_of[sha256])
        if self._rules.known == "skip":
            self._report.skipped_known += 1
            return
        fresh = self._counted(foreign, self._held.file_of[sha256], sha256)
        self._fresh[sha256] = fresh, self._foreign.form == "cvat" or foreign.knowledge is not None
        self._report.updated += 1

    def _counted(self, foreign: ForeignPicture, file: str, sha256: str) -> LabelledPicture:
        picture = labelled(foreign, self._rules, file, sha256)
        self._report.boxes.update(one.label for one in picture.objects)
        self._report.dropped.update(one.class_name for one in foreign.boxes if not self._rules.classes[one.class_name])
        self._report.clipped += sum(
            clipped(one.bbox_xyxy_px, foreign.size_wh) != one.bbox_xyxy_px for one in foreign.boxes
        )
        self._report.without_boxes += not picture.objects
        return picture

    def _note_source(self) -> None:
        report, rules = self._report, self._rules
        pictures, boxes = report.taken + report.updated, report.boxes.total()
        note = SourceNote(
            name=rules.name, format=self._foreign.form, licence=rules.licence, pictures=pictures, boxes=boxes
        )
        self._revision.card = self._revision.card.with_labels(mapped_labels(rules.classes) & set(report.boxes))
        self._revision.card = self._revision.card.with_source(note)
