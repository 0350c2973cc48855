"""Faults injected for some seconds into a whole installation; `make soak ONLY=faults` does so for a minute each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.playout import missing
from tests import faults
from tests.faults import Fault, Rig
from tests.postgres import new_database, postgres_folder

__all__ = ["postgres_folder"]

pytestmark = [pytest.mark.rtsp, pytest.mark.skipif(missing() is not None, reason=str(missing()))]

LASTING_S = 6.0
# On a machine that is busy; what hangs, hangs for ever.
PATIENCE_S = 120.0


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    with faults.tmpfs(tmp_path_factory.mktemp("disk")) as disk:
        yield disk


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, disk: Path | None) -> Iterator[Rig]:
    """One installation for all faults: each must leave it as well as it was."""
    with faults.rig(tmp_path_factory.mktemp("rig"), disk) as made:
        yield made


@pytest.mark.parametrize("fault", [faults.SHADOW, faults.SEALING, faults.LOCKED], ids=lambda one: one.name)
def test_nothing_hangs_it_is_told_and_everything_is_there_afterwards(made: Rig, fault: Fault) -> None:
    measured = faults.measure(made, fault, LASTING_S, PATIENCE_S)
    assert measured.why


def test_a_disk_that_is_full(made: Rig, disk: Path | None) -> None:
    if disk is None:
        pytest.skip("this user may not mount a small disk")
    assert "free some space" in faults.measure(made, faults.FULL, LASTING_S, PATIENCE_S).why


def test_a_postgresql_that_is_stopped(postgres_folder: Path, tmp_path: Path) -> None:
    with new_database(postgres_folder) as database, faults.rig(tmp_path, database=database) as made:
        measured = faults.measure(made, faults.stopped_postgresql(database), LASTING_S, PATIENCE_S)
    assert "does not answer" in measured.why
