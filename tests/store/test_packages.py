"""Sealed packages: one row each, no two in one place of a chain."""

import pytest
from sqlalchemy import Engine

from core.errors import StorageError
from store.events.events import EventRepository
from store.events.packages import PackageRepository
from tests.says import says
from tests.store.examples import event, package


@pytest.fixture
def packages(engine: Engine) -> PackageRepository:
    EventRepository(engine).apply(event())
    return PackageRepository(engine)


def test_what_was_added_comes_back(packages: PackageRepository) -> None:
    incomplete = package(2, kind="supplement", complete=False, missing=("clip/violation.mp4",))
    assert packages.add(package(1))
    assert packages.add(incomplete)
    assert packages.get("package-2") == incomplete
    assert packages.get("nothing") is None
    assert packages.of_event(event().event_id) == packages.all() == (package(1), incomplete)
    assert packages.of_event("nothing") == ()


def test_adding_again_after_a_crash_is_no_fault(packages: PackageRepository) -> None:
    assert packages.add(package())
    assert not packages.add(package())
    assert packages.all() == (package(),)


@pytest.mark.parametrize(
    "other",
    [
        package(1, manifest_sha256="00" * 32),  # the same id, another content
        package(2, path=package(1).path),  # the same folder
        package(2, seq=1),  # the same place in the chain
    ],
)
def test_another_package_in_the_same_place_is_refused(packages: PackageRepository, other: object) -> None:
    packages.add(package(1))
    with pytest.raises(StorageError, check=says("store.package_place_taken")):
        packages.add(other)  # type: ignore[arg-type]
    assert packages.all() == (package(1),)


def test_a_package_belongs_to_a_known_event(packages: PackageRepository) -> None:
    with pytest.raises(StorageError, match=r"FOREIGN KEY|ForeignKey"):
        packages.add(package(event_id="nothing"))


def test_the_end_of_a_keys_chain(packages: PackageRepository) -> None:
    assert packages.last_of_key(package().key_id) is None
    for number in (2, 10, 9):
        packages.add(package(number))
    packages.add(package(99, key_id="another"))
    assert packages.last_of_key(package().key_id) == package(10)


def test_counts(packages: PackageRepository) -> None:
    packages.add(package(1))
    packages.add(package(2, complete=False, missing=("originals",)))
    packages.add(package(3, kind="supplement"))
    assert packages.counts() == {("primary", True): 1, ("primary", False): 1, ("supplement", True): 1}
