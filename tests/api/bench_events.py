"""How long the queue takes with a million events: `python -m tests.api.bench_events [NUMBER]`.

On SQLite and, where it is installed, PostgreSQL. 500 cameras on 20 streets; one event in a hundred waits for its
review, the rest is decided or never became a violation. Each request is what the page asks for: the queue with places
and packages, as JSON. The median and the 95th percentile of RUNS requests a line, after two that do not count. Figures,
not tests: nothing passes or fails.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, insert, text

from api.review_schemas import QueuePagePublic, queued_event
from core.review import Viewer
from core.site import Camera
from core.violations import violation_types
from store import migrate
from store.engine import connected, make_engine
from store.mapping import columns_of
from store.packages import PackageRepository
from store.places import PlaceDirectory
from store.queue import EventQueue
from store.review_records import QueueFilter, Sort
from store.sites import SiteRepository
from store.tables import EventRow
from tests.postgres import find_binaries, running_cluster
from tests.store.examples import START, as_violation, camera, event, site_of

# ruff: noqa: T201  printing is what a benchmark is for

EVENTS = 1_000_000
CAMERAS, STREETS = 500, 20
RUNS = 40
ROWS_AT_ONCE = 20_000
NOW = START + timedelta(days=400)
OFFICER, MANAGER = Viewer(1, blind=True), Viewer(9, blind=False)


def main() -> None:
    """Prints one figure a line: data base and request, tab, median and 95th percentile in milliseconds."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{folder}/jiejing.db", number)
    binaries = find_binaries()
    if binaries is not None:
        with running_cluster(binaries) as folder_of_socket, _database(folder_of_socket) as url:
            _measure("PostgreSQL", url, number)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    with psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")
    yield f"postgresql://postgres@/bench?host={folder}"


def _measure(name: str, url: str, number: int) -> None:
    engine = make_engine(url)
    migrate.upgrade(engine)
    began = time.perf_counter()
    _fill(engine, number)
    print(f"{name}: {number} events filled in\t{time.perf_counter() - began:.0f} s", flush=True)
    for what, request in _requests(engine, _street(0)).items():
        times = sorted(_times(request))
        p95 = times[round(0.95 * (len(times) - 1))]
        print(f"{name}: {what}\tmedian {statistics.median(times):.1f} ms, p95 {p95:.1f} ms", flush=True)
    engine.dispose()


def _requests(engine: Engine, street: frozenset[str]) -> dict[str, Callable[[], object]]:
    county = frozenset(one for number in range(10) for one in _street(number))
    types = tuple(violation_types())[:3]
    deep = _deep_cursor(engine)
    wanted: dict[str, tuple[QueueFilter, Sort, str | None]] = {
        "all, youngest first": (QueueFilter(), "age", None),
        "all, page 20": (QueueFilter(), "age", deep),
        "open, youngest first": (QueueFilter(review="open"), "age", None),
        "open, next deadline first": (QueueFilter(review="open"), "deadline", None),
        "open, longest dwell first": (QueueFilter(review="open"), "-dwell", None),
        "open, by type": (QueueFilter(review="open"), "type", None),
        "open, three types": (QueueFilter(review="open", violations=types), "age", None),
        "open, one street": (QueueFilter(review="open", camera_ids=street), "age", None),
        "open, one street, next deadline first": (QueueFilter(review="open", camera_ids=street), "deadline", None),
        "open, half of the cameras": (QueueFilter(review="open", camera_ids=county), "age", None),
        "one camera": (QueueFilter(camera_ids=frozenset({"camera-7"})), "age", None),
        "one street": (QueueFilter(camera_ids=street), "age", None),
        "one street, decided": (QueueFilter(camera_ids=street, review="decided"), "age", None),
        "half of the cameras": (QueueFilter(camera_ids=county), "age", None),
        "decided, a month long ago": (
            QueueFilter(review="decided", since=START, until=START + timedelta(days=30)),
            "age",
            None,
        ),
        "claimed": (QueueFilter(review="claimed"), "age", None),
        "one type": (QueueFilter(violations=types[:1]), "age", None),
        "a type that never was": (QueueFilter(violations=("street_drying",)), "age", None),
    }
    return {what: _page(engine, *one) for what, one in wanted.items()}


def _page(engine: Engine, wanted: QueueFilter, sort: Sort, cursor: str | None) -> Callable[[], object]:
    queue, packages, places = EventQueue(engine), PackageRepository(engine), PlaceDirectory(engine)

    def request() -> object:
        page = queue.page(wanted, OFFICER, NOW, sort, cursor, 50)
        newest = packages.newest_primaries([one.event.event_id for one in page.events])
        known = places.all()
        rows = [
            queued_event(one, known[one.event.camera_id], newest.get(one.event.event_id), OFFICER, NOW)
            for one in page.events
        ]
        return QueuePagePublic(events=tuple(rows), next_cursor=page.next_cursor).model_dump_json()

    return request


def _deep_cursor(engine: Engine) -> str | None:
    cursor = None
    for _ in range(5):
        cursor = EventQueue(engine).page(QueueFilter(), MANAGER, NOW, "age", cursor, 200).next_cursor
    return cursor


def _times(request: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(RUNS + 2):
        began = time.perf_counter()
        request()
        times.append((time.perf_counter() - began) * 1000)
    return times[2:]


def _street(number: int) -> frozenset[str]:
    return frozenset(one.id for one in _cameras() if one.org == f"street-{number}")


def _cameras() -> list[Camera]:
    return [camera(f"camera-{number}", org=f"street-{number % STREETS}") for number in range(CAMERAS)]


def _fill(engine: Engine, number: int) -> None:
    SiteRepository(engine).replace(site_of(*_cameras()))
    draw = random.Random(1)
    with connected(engine) as connection:
        for begin in range(0, number, ROWS_AT_ONCE):
            rows = [_row(one, number, draw) for one in range(begin, min(begin + ROWS_AT_ONCE, number))]
            connection.execute(insert(EventRow), rows)
    with connected(engine) as connection:
        connection.execute(text("ANALYZE"))


def _row(number: int, of: int, draw: random.Random) -> dict[str, Any]:
    first_seen = START + timedelta(seconds=number * 400 * 86400 / of)
    kind = draw.choice(tuple(violation_types())[:6])
    candidate = event(
        event_id=f"{number:016x}",
        camera_id=f"camera-{draw.randrange(CAMERAS)}",
        violation=kind,
        first_seen=first_seen,
        still_since=first_seen,
        last_seen=first_seen,
    )
    is_violation = draw.random() < 0.4
    change = as_violation(candidate) if is_violation else candidate
    # What waits came lately; the rest is decided.
    waits = is_violation and number > of * 0.97
    stage = "waiting" if waits else "decided" if is_violation else None
    return {
        **columns_of(change),
        "dwell_s": draw.uniform(300, 7200),
        "stage": stage,
        "deadline_at": first_seen + timedelta(hours=24) if is_violation else None,
        "claimed_by": 2 if waits and draw.random() < 0.01 else None,
        "claimed_until": NOW + timedelta(minutes=3) if waits and draw.random() < 0.01 else None,
    }


if __name__ == "__main__":
    main()
