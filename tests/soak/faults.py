"""Faults injected for a minute each into an installation that runs: `jiejing up` with a camera and a candidate.

    python -m tests.soak.faults [--seconds 60]

A line for each: how long until it was told, the longest answer meanwhile, how long after its end until all was well and
until every event that `run` told was in the data base and every violation sealed. Good (exit 0): told and answered
within 5 s, and everything there.
"""

# ruff: noqa: T201 - a report

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests import faults
from tests.faults import Fault, Rig
from tests.postgres import find_binaries, new_database, running_cluster

TOLD_WITHIN_S = 5.0
PATIENCE_S = 300.0


def main() -> int:
    """Injects them, and says 0 if nothing was lost or late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    with _on_sqlite() as (made, there):
        good = [_judged(made, fault, seconds) for fault in there]
    if (binaries := find_binaries()) is None:
        print("PostgreSQL stopped: left out, no server is installed")
    else:
        with _on_postgresql(binaries) as (made, fault):
            good.append(_judged(made, fault, seconds))
    print(f"{datetime.now(UTC):%Y-%m-%d}: {sum(good)} of {len(good)} good")
    return 0 if all(good) else 1


@contextmanager
def _on_sqlite() -> Iterator[tuple[Rig, Sequence[Fault]]]:
    with ExitStack() as stack:
        folder = stack.enter_context(_folder())
        disk = stack.enter_context(faults.tmpfs(folder))
        made = stack.enter_context(faults.rig(folder, disk))
        if disk is None:
            print("disk full: left out, this user may not mount a small disk")
        yield made, (faults.SHADOW, faults.SEALING, faults.LOCKED, *([faults.FULL] if disk else []))


@contextmanager
def _on_postgresql(binaries: Path) -> Iterator[tuple[Rig, Fault]]:
    with (
        _folder() as folder,
        running_cluster(binaries) as cluster,
        new_database(cluster) as database,
        faults.rig(folder, database=database) as made,
    ):
        yield made, faults.stopped_postgresql(database)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="jj-faults-") as name:
        yield Path(name)


def _judged(made: Rig, fault: Fault, seconds: float) -> bool:
    try:
        one = faults.measure(made, fault, seconds, PATIENCE_S)
    except AssertionError as error:
        print(f"{fault.name}: NOT GOOD: {error}", flush=True)
        return False
    is_good = max(one.seen_after_s, one.answered_within_s) <= TOLD_WITHIN_S
    print(
        f"{fault.name}, {seconds:.0f} s: told after {one.seen_after_s:.1f} s ({one.why}), answers within "
        f"{one.answered_within_s:.1f} s, {one.changes} changes of events meanwhile, well {one.well_after_s:.1f} s "
        f"after, everything there after {one.whole_after_s:.1f} s: {'good' if is_good else 'TOO LATE'}",
        flush=True,
    )
    return is_good


if __name__ == "__main__":
    sys.exit(main())
