"""How long the queue takes with a million events: `python -m tests.api.bench_events [NUMBER]`.

On SQLite and, where it is installed, PostgreSQL. 500 cameras on 20 streets; one event in a hundred waits for its
review, the rest is decided or never became a violation. Each request is what the page asks for: the queue with places
and packages, as JSON. The median and the 95th percentile of RUNS requests a line, after two that do not count; and the
95th percentile of the time that the processor worked on it in this process, which other programs do not lengthen: with
SQLite that is all of the work. Figures, not tests: nothing passes or fails.
"""

import json
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
from sqlalchemy import Engine, Insert, insert, inspect, literal_column, text
from sqlalchemy.engine.default import DefaultDialect

from api.review_schemas import QueuePagePublic, queued_event
from core.review import Viewer
from core.site import Camera
from core.violations import violation_types
from store import migrate
from store.cursor import SortedCursor
from store.engine import connected, make_engine
from store.mapping import columns_of
from store.packages import PackageRepository
from store.places import PlaceDirectory
from store.queue import EventQueue
from store.review_records import QueueFilter, Sort
from store.sites import SiteRepository
from store.tables import Base, EventRow, PackageRow
from store.types import AsJson
from tests.postgres import find_binaries, running_cluster
from tests.store.examples import START, camera, event, package, site_of

# ruff: noqa: T201  printing is what a benchmark is for

EVENTS = 1_000_000
CAMERAS, STREETS = 500, 20
RUNS = 40
ROWS_AT_ONCE = 20_000
DAYS = 400
NOW = START + timedelta(days=DAYS)
OFFICER = Viewer(1, blind=True)


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
        taken, worked = _times(request)
        figures = f"median {statistics.median(taken):.1f} ms, p95 {_p95(taken):.1f} ms, worked {_p95(worked):.1f} ms"
        print(f"{name}: {what}\t{figures}", flush=True)
    engine.dispose()


def _requests(engine: Engine, street: frozenset[str]) -> dict[str, Callable[[], object]]:
    county = frozenset(one for number in range(10) for one in _street(number))
    types = tuple(violation_types())[:3]
    deep = SortedCursor("age", (START + timedelta(days=DAYS / 2), "")).encode()
    wanted: dict[str, tuple[QueueFilter, Sort, str | None]] = {
        "all, youngest first": (QueueFilter(), "age", None),
        "all, in the middle": (QueueFilter(), "age", deep),
        "in violation": (QueueFilter(state="violation"), "age", None),
        "in violation, in the middle": (QueueFilter(state="violation"), "age", deep),
        "cleared": (QueueFilter(state="cleared"), "age", None),
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
        "one street, decided, in the middle": (QueueFilter(camera_ids=street, review="decided"), "age", deep),
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


def _times(request: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Milliseconds that each request took, and that the processor worked on it here."""
    taken, worked = [], []
    for _ in range(RUNS + 2):
        began, began_work = time.perf_counter(), time.thread_time()
        request()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.thread_time() - began_work) * 1000)
    return taken[2:], worked[2:]


def _p95(times: list[float]) -> float:
    return sorted(times)[round(0.95 * (len(times) - 1))]


def _street(number: int) -> frozenset[str]:
    return frozenset(one.id for one in _cameras() if one.org == f"street-{number}")


def _cameras() -> list[Camera]:
    return [camera(f"camera-{number}", org=f"street-{number % STREETS}") for number in range(CAMERAS)]


def _fill(engine: Engine, number: int) -> None:
    SiteRepository(engine).replace(site_of(*_cameras()))
    draw = random.Random(1)
    add_events, add_packages = _insert(EventRow, _EVENT), _insert(PackageRow, _PACKAGE)
    with connected(engine) as connection:
        for begin in range(0, number, ROWS_AT_ONCE):
            rows = [_row(one, number, draw) for one in range(begin, min(begin + ROWS_AT_ONCE, number))]
            connection.execute(add_events, rows)
            connection.execute(add_packages, [_package(begin + place, row) for place, row in enumerate(rows)])
    with connected(engine) as connection:
        connection.execute(text("ANALYZE"))


def _insert(table: type[Base], like: Any) -> Insert:
    """An insert of rows that are like this one in all that is kept as JSON: written out once, not for each row."""
    columns = inspect(table).columns
    as_json = {name: value for name, value in columns_of(like).items() if isinstance(columns[name].type, AsJson)}
    texts = {
        name: "null" if value is None else json.dumps(columns[name].type.process_bind_param(value, DefaultDialect()))
        for name, value in as_json.items()
    }
    return insert(table).values({name: literal_column(f"'{content}'") for name, content in texts.items()})


def _row(number: int, of: int, draw: random.Random) -> dict[str, Any]:
    first_seen = START + timedelta(days=number * DAYS / of)
    is_violation = draw.random() < 0.4
    # What waits came lately; the rest is decided, and gone.
    waits = is_violation and number > of * 0.97
    at = first_seen + timedelta(seconds=300)
    return {
        **_PLAIN_EVENT,
        "event_id": f"{number:016x}",
        "camera_id": f"camera-{draw.randrange(CAMERAS)}",
        "violation": draw.choice(_TYPES),
        "state": "violation" if waits else "cleared" if is_violation else "candidate",
        "first_seen": first_seen,
        "still_since": first_seen,
        "last_seen": at if is_violation else first_seen,
        "violation_at": at if is_violation else None,
        "cleared_at": at if is_violation and not waits else None,
        "dwell_s": draw.uniform(300, 7200),
        "stage": "waiting" if waits else "decided" if is_violation else None,
        "deadline_at": first_seen + timedelta(hours=24) if is_violation else None,
        "claimed_by": 2 if waits and draw.random() < 0.01 else None,
        "claimed_until": NOW + timedelta(minutes=3) if waits and draw.random() < 0.01 else None,
    }


def _package(seq: int, row: dict[str, Any]) -> dict[str, Any]:
    name = row["event_id"]
    return {
        **_PLAIN_PACKAGE,
        "package_id": name,
        "event_id": name,
        "path": name,
        "seq": seq,
        "sealed_at": row["last_seen"],
    }


def _plain(table: type[Base], like: Any) -> dict[str, Any]:
    columns = inspect(table).columns
    return {name: value for name, value in columns_of(like).items() if not isinstance(columns[name].type, AsJson)}


_TYPES = tuple(violation_types())[:6]
_EVENT, _PACKAGE = event(), package()
_PLAIN_EVENT, _PLAIN_PACKAGE = _plain(EventRow, _EVENT), _plain(PackageRow, _PACKAGE)

if __name__ == "__main__":
    main()
