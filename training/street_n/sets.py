"""The labelled pictures of real streets that street-n learns from, and those it is measured on.

None of them labels everything: the pictures of bins show cars that nobody boxed. A label that a set does not name is
therefore unknown there, never background.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InputError
from training.datasets.classmap import class_map
from training.datasets.conversion import ImportRules
from training.datasets.folder import Dataset
from training.datasets.formats.foreign import ReadOptions
from training.datasets.formats.registry import AUTO, open_foreign
from training.datasets.importing import import_set
from training.datasets.split import Wanted
from training.datasets.splitting import alike, split_dataset

IMAGES = "images"
SHARES = Wanted({"train": 0.85, "val": 0.15})


@dataclass(frozen=True, slots=True)
class RealSet:
    """A set under data/images.

    Attributes:
        classes: foreign class to our label, as in `jiejing dataset import --classes`.
        is_parted: whether it brings its own parts; else SHARES part it.
        misses_small: small and far things have no box; what has none is unknown then, and never learned as background.
    """

    name: str
    classes: str
    licence: str
    is_parted: bool = False
    misses_small: bool = False


BINS = RealSet("bin_overflow_cn", "garbage=garbage,garbage_bin=bin,overflow=bin_overflow", "CC BY 4.0")
VEHICLES = RealSet(
    "vehicles_nepal",
    "SUV=car,taxi=car,car=car,police_vehicle=car,van=van,micro_bus=van,ambulance=van,bus=bus,school_bus=bus,"
    "truck=truck,mini_truck=truck,transport_vehicle=truck,bike=motorcycle,scooter=motorcycle,"
    "e-rickshaw=tricycle,auto_rickshaw=tricycle,tempo=tricycle,tractor=ignore",
    "CC BY 4.0",
    misses_small=True,
)
# Its class `Images` is five stray boxes.
GARBAGE = RealSet("garbage_v1", "garbage=garbage,Images=ignore", "CC BY 4.0", is_parted=True)

LEARNED: tuple[RealSet, ...] = (BINS, VEHICLES, GARBAGE)

# Too few and not labelled wholly: a sanity check that is shown, never learned from, and proves nothing.
STALLS = RealSet(
    "stall_umbrella_nepal_mini",
    f"{VEHICLES.classes},umbrella=umbrella,stall=stall,goods=goods,garbage=garbage",
    "CC BY 4.0",
)


def gather(dataset: Dataset, data: Path, step: Callable[[int], object] = lambda _: None) -> None:
    """Takes the real sets into an empty data set and parts them; the same data give the same parts.

    Args:
        data: the folder that holds images/.
        step: is told the number of sets that are taken.

    Raises:
        InputError: a set is missing, or is not as it was.
        StorageError: the disk refuses.
    """
    whole = [one for one in LEARNED if not one.is_parted]
    for number, one in enumerate(whole, start=1):
        take(one, dataset, data)
        step(number)
    split_dataset(dataset, SHARES)
    for number, one in enumerate((one for one in LEARNED if one.is_parted), start=len(whole) + 1):
        take(one, dataset, data)
        step(number)
    _leave_out_known(dataset)
    _leave_open(dataset, {one.name for one in LEARNED if one.misses_small})


def _leave_open(dataset: Dataset, names: Collection[str]) -> None:
    """Of the pictures to learn from no label counts as complete; those to measure on stay as they are."""
    pictures = list(dataset.pictures())
    with dataset.revise() as revision:
        for picture in pictures:
            is_open = picture.part == "train" and picture.source.name in names
            revision.put(replace(picture, exhaustive=frozenset()) if is_open else picture)


def _leave_out_known(dataset: Dataset) -> None:
    """A set that brings its own parts may hold nearly the same picture in both: then it is not learned from."""
    pictures = list(dataset.pictures())
    known: set[int] = set()
    for group in alike(dataset, pictures):
        if {pictures[number].part for number in group} > {"train"}:
            known.update(number for number in group if pictures[number].part == "train")
    with dataset.revise() as revision:
        for number, picture in enumerate(pictures):
            if number not in known:
                revision.put(picture)


def take(one: RealSet, dataset: Dataset, data: Path) -> None:
    """Takes a real set into a data set.

    Raises:
        InputError: it is missing, or is not as it was.
        StorageError: the disk refuses.
    """
    folder = data / IMAGES / one.name
    if not folder.is_dir():
        raise InputError("training.set_missing", path=folder, name=one.name, folder=IMAGES)
    rules = ImportRules(
        name=one.name,
        classes=class_map(one.classes),
        licence=one.licence,
        polygons_to_boxes=True,
    )
    import_set(open_foreign(folder, AUTO, ReadOptions()), dataset, rules)
