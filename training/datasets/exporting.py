"""Writes a data set in a foreign form, with its pictures: into a folder that is there as a whole or not at all.

A picture that needs no change is copied as it is, or linked; one that does is written anew, and the data set's own
pictures never change.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.domain import Image
from core.errors import InputError
from core.geometry import Box
from training.datasets.files import storing
from training.datasets.folder import Dataset
from training.datasets.formats import coco, cvat, yolo, yolo_layout
from training.datasets.masking import Masking, counted, masked
from training.datasets.model import PARTS, LabelledPicture
from training.datasets.pictures import NotAPicture, decoded, encoded
from training.datasets.selection import ExportReport, ExportRules, Selection

GREY = 114  # what detectors pad with
ABOUT, MASKING = "export.json", "masking.jsonl"
_UNSPLIT = "all"


def export_set(
    dataset: Dataset, out: Path, rules: ExportRules, *, step: Callable[[int], object] = lambda _: None
) -> ExportReport:
    """Writes the data set into a folder that is new or empty.

    Args:
        step: called with the number of pictures written.

    Raises:
        InputError: the folder is not empty, nothing is left to write, a picture is not what was taken in, or rules
            refuse what the data set holds; nothing was written.
        StorageError: the disk refuses; likewise.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError("training.export_folder_not_empty", path=out)
    selection = Selection(dataset, rules)
    report = selection.report()
    with storing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
            fresh = Path(folder) / "export"
            _Writing(dataset, fresh, rules, selection, report).run(step)
            if out.exists():
                out.rmdir()
            fresh.replace(out)
    return report


class _Writing:
    """One export in the making."""

    def __init__(
        self, dataset: Dataset, folder: Path, rules: ExportRules, selection: Selection, report: ExportReport
    ) -> None:
        self._dataset = dataset
        self._folder = folder
        self._rules = rules
        self._selection = selection
        self._report = report
        self._labels = dataset.card.labels

    def run(self, step: Callable[[int], object]) -> None:
        self._folder.mkdir()
        masking_path = self._folder / MASKING
        with masking_path.open("w", encoding="utf-8") if self._rules.masker else nullcontext() as told:
            for picture, name in self._named():
                masking = self._picture(picture, name)
                if told:
                    told.write(json.dumps(_plain(name, masking), ensure_ascii=False) + "\n")
                if self._rules.form == "yolo":
                    self._rows(picture, name)
                self._count(picture, masking)
                step(self._report.pictures)
        self._documents()
        about = json.dumps(self._about(), ensure_ascii=False, indent=2)
        (self._folder / ABOUT).write_text(about + "\n", encoding="utf-8")

    def _named(self) -> Iterator[tuple[LabelledPicture, str]]:
        """Each picture with its path below images/; for YOLO in the folder of its part, each stem once, because a.jpg
        and a.png would share one label file."""
        stems: set[Path] = set()
        for picture in self._selection.pictures():
            name = picture.file
            if self._rules.form == "yolo":
                name = f"{picture.part}/{picture.file}"
                if Path(name).with_suffix("") in stems:
                    name = str(Path(name).with_stem(f"{Path(name).stem}-{picture.sha256[:12]}"))
                stems.add(Path(name).with_suffix(""))
            yield picture, name
            if self._rules.form == "yolo" and picture.part == "train":
                for number in range(2, self._rules.repeat.get(picture.source.name, 1) + 1):
                    yield picture, str(Path(name).with_stem(f"{Path(name).stem}~{number}"))

    def _picture(self, picture: LabelledPicture, name: str) -> Masking:
        """Writes the picture; gives what was masked in it."""
        source, target = self._dataset.file(picture.file), self._folder / "images" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        greys = len(picture.ignore) if self._rules.ignore == "grey" else 0
        if not greys and not self._rules.masker:
            self._unchanged(source, target)
            return Masking()
        image = self._decoded(source)
        masking = self._rules.masker.decide(picture, image) if self._rules.masker else Masking()
        if not greys and not masking.masked:
            self._unchanged(source, target)
        else:
            shown = masked(image, masking.masked)
            target.write_bytes(encoded(greyed(shown, picture) if greys else shown, source.suffix))
        self._report.greyed += greys
        return masking

    def _unchanged(self, source: Path, target: Path) -> None:
        self._report.unchanged += 1
        if not source.is_file():
            raise InputError("training.picture_missing", path=source)
        if self._rules.link:
            try:
                os.link(source, target)
            except OSError:  # another file system, or one without links
                pass
            else:
                return
        shutil.copyfile(source, target)

    def _decoded(self, source: Path) -> Image:
        try:
            return decoded(source)
        except NotAPicture as error:
            raise InputError("training.dataset_picture_unusable", path=source, cause=error) from error

    def _rows(self, picture: LabelledPicture, name: str) -> None:
        path = (self._folder / yolo_layout.LABELS / name).with_suffix(".txt")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yolo.rows(picture.objects, self._labels, picture.size_wh), encoding="utf-8")

    def _count(self, picture: LabelledPicture, masking: Masking) -> None:
        self._report.masked += counted(masking)
        self._report.spared += len(masking.spared)
        self._report.pictures += 1
        self._report.by_part[picture.part or _UNSPLIT] += 1
        self._report.boxes.update(one.label for one in picture.objects)

    def _documents(self) -> None:
        if self._rules.form == "yolo":
            parts = [part for part in PARTS if self._report.by_part[part]]
            (self._folder / yolo_layout.DATA).write_text(yolo.data_yaml(self._labels, parts), encoding="utf-8")
        elif self._rules.form == "cvat":
            with (self._folder / cvat.FILE).open("w", encoding="utf-8") as file:
                file.writelines(cvat.document(self._named(), self._labels))
        else:
            (self._folder / coco.ANNOTATIONS).mkdir()
            for part in sorted(self._report.by_part):
                self._coco_part(part)

    def _coco_part(self, part: str) -> None:
        def pictures() -> Iterator[tuple[LabelledPicture, str]]:
            return ((one, name) for one, name in self._named() if (one.part or _UNSPLIT) == part)

        path = self._folder / coco.ANNOTATIONS / f"instances_{part}.json"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(coco.document(pictures, self._labels, self._about()))

    def _about(self) -> dict[str, Any]:
        """Where it came from and how it was made: what travels with the pictures."""
        rules, card = self._rules, self._dataset.card
        return {
            "description": f"data set {card.name}, exported by jiejing",
            "sources": [source.model_dump(mode="json") for source in card.sources],
            "ignore_regions": "filled grey (114)" if rules.ignore == "grey" else "left as they are",
            "pictures_with_incomplete_labels": self._report.kept_partial,
            "masked": dict(self._report.masked) if rules.masker else None,
            "masks_spared": self._report.spared,
            "pictures": self._report.pictures,
            "boxes": dict(sorted(self._report.boxes.items())),
        }


def greyed(image: Image, picture: LabelledPicture) -> Image:
    """A copy with the ignore regions grey, but for labelled things and confirmed negatives that lie in them."""
    copy = image.copy()
    for region in picture.ignore:
        _part(copy, region.bbox_xyxy_px)[:] = GREY
    known = [one.bbox_xyxy_px for one in picture.objects] + [one.bbox_xyxy_px for one in picture.negatives]
    for box in known:
        _part(copy, box)[:] = _part(image, box)
    return copy


def _part(image: Image, box: Box) -> Image:
    x1, y1, x2, y2 = (max(0, round(value)) for value in box)
    return image[y1:y2, x1:x2]


def _plain(name: str, masking: Masking) -> dict[str, Any]:
    return {
        "file": name,
        "masked": [{"what": one.what, "bbox_xyxy_px": list(one.bbox_xyxy_px)} for one in masking.masked],
        "spared": [
            {"what": one.what, "bbox_xyxy_px": list(one.bbox_xyxy_px), "why": why} for one, why in masking.spared
        ],
    }
