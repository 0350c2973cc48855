"""How long the queue takes with a million events: `python -m tests.api.bench_events [NUMBER]`.

On SQLite and, where it is installed, PostgreSQL. 500 cameras on 20 streets; one event in a hundred waits for its
review, the rest is decided or never became a violation; one violation in ten came back, as a second opening; every
camera looks. It is filled as it was before openings had a table, and migrated, which is timed. Each request is what the
page asks for: the queue with places, packages, verdicts and whether a thing still stands, an opening with its history,
or the figures of what waits, as JSON. The median and the 95th percentile of RUNS requests a line, after two that do not
count; and the 95th percentile of the time that a processor worked on it, here and in PostgreSQL's process, which other
programs hardly lengthen. Figures, not tests: nothing passes or fails.
"""

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import psycopg
from fastapi import Response
from sqlalchemy import Engine, text

from api.http.audit_trail import AuditTrail
from api.http.services import Services
from api.review.desk import ReviewDesk
from api.review.event_rows import rows
from api.review.events_routes import get_event, get_opening
from api.review.schemas import QueuePagePublic
from api.system.metrics import registry_of
from core.principal import Principal
from core.rights import Role, rights_of
from core.violations import violation_types
from store.base import migrate
from store.base.cursor import SortedCursor
from store.base.engine import make_engine, one_state
from store.review.records import QueueFilter, Sort
from store.site.sites import SiteRepository
from tests.api.accounts import QUICK
from tests.api.former_events import fill_former
from tests.api.many_events import Many, cameras, look, street
from tests.fake_clock import FakeClock
from tests.postgres import find_binaries, running_cluster
from tests.store.examples import site_of

# ruff: noqa: T201  printing is what a benchmark is for

EVENTS = 1_000_000
RUNS = 40
OFFICER_ID = 1


def main() -> None:
    """Prints one figure a line: data base and request, tab, median and 95th percentile in milliseconds."""
    many = Many(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
    with tempfile.TemporaryDirectory() as folder:
        _measure("SQLite", f"sqlite:///{folder}/jiejing.db", many)
    binaries = find_binaries()
    if binaries is not None:
        with running_cluster(binaries) as folder_of_socket, _database(folder_of_socket) as url:
            _measure("PostgreSQL", url, many)


@contextmanager
def _database(folder: Path) -> Iterator[str]:
    with psycopg.connect(f"host={folder} user=postgres dbname=postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")
    yield f"postgresql://postgres@/bench?host={folder}"


def _measure(name: str, url: str, many: Many) -> None:
    engine = make_engine(url)
    began = time.perf_counter()
    fill_former(engine, many, OFFICER_ID)
    print(f"{name}: {many.number} events filled in\t{time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    migrate.upgrade(engine)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name}: migrated in\t{time.perf_counter() - began:.0f} s; this process {peak:.0f} MB at most", flush=True)
    tell(name, engine, many)
    engine.dispose()


def tell(name: str, engine: Engine, many: Many) -> None:
    """Prints the figures of a data base that is filled."""
    services = Services(engine, Path("packages"), passwords=QUICK, clock=FakeClock(many.until))
    SiteRepository(engine).replace(site_of(*cameras()))
    look(engine, many.until)
    desk = ReviewDesk(_officer(), services, many.until)
    work_s = _work_s(engine)
    for what, request in {**_requests(desk, many), **_others(desk, many)}.items():
        taken, worked = _times(request, work_s)
        figures = f"median {statistics.median(taken):.1f} ms, p95 {_p95(taken):.1f} ms, worked {_p95(worked):.1f} ms"
        print(f"{name}: {what}\t{figures}", flush=True)


def _officer() -> Principal:
    return Principal(
        user_id=OFFICER_ID,
        name="wang",
        full_name="王队员",
        role=Role.OFFICER,
        rights=rights_of(Role.OFFICER),
        orgs=None,
        badge_no=None,
        badge_expires=None,
        zone=ZoneInfo("Asia/Shanghai"),
        address="127.0.0.1",
    )


def _requests(desk: ReviewDesk, many: Many) -> dict[str, Callable[[], object]]:
    one_street = street(0)
    one_node = frozenset({"street-0"})
    county = frozenset(one for number in range(10) for one in street(number))
    types = tuple(violation_types())[:3]
    deep = SortedCursor("age", (many.since + many.lasting / 2, "")).encode()
    half = frozenset(f"street-{number}" for number in range(10))
    wanted: dict[str, tuple[QueueFilter, Sort, str | None]] = {
        **_orders(),
        "open, one node": (QueueFilter(review="open", orgs=one_node), "age", None),
        "open, one node, next deadline first": (QueueFilter(review="open", orgs=one_node), "deadline", None),
        "open, half of the nodes": (QueueFilter(review="open", orgs=half), "age", None),
        "one node": (QueueFilter(orgs=one_node), "age", None),
        "one node, decided": (QueueFilter(review="decided", orgs=one_node), "age", None),
        "one node, decided, in the middle": (QueueFilter(review="decided", orgs=one_node), "age", deep),
        "one node, longest dwell first": (QueueFilter(orgs=one_node), "-dwell", None),
        "half of the nodes": (QueueFilter(orgs=half), "age", None),
        "half of the nodes, three types": (QueueFilter(orgs=half, violations=types), "age", None),
        "waits for more evidence": (QueueFilter(review="more_evidence"), "age", None),
        "only observed": (QueueFilter(observing=True), "age", None),
        "a zone's, in violation": (QueueFilter(zone_id="pavement-1", state="violation"), "age", None),
        "searched by its id": (QueueFilter(event_id=f"{many.number // 2:016x}"), "age", None),
        "all, youngest first": (QueueFilter(), "age", None),
        "all, in the middle": (QueueFilter(), "age", deep),
        "in violation": (QueueFilter(state="violation"), "age", None),
        "in violation, in the middle": (QueueFilter(state="violation"), "age", deep),
        "cleared": (QueueFilter(state="cleared"), "age", None),
        "open, three types": (QueueFilter(review="open", violations=types), "age", None),
        "open, one street": (QueueFilter(review="open", camera_ids=one_street), "age", None),
        "open, one street, next deadline first": (QueueFilter(review="open", camera_ids=one_street), "deadline", None),
        "open, half of the cameras": (QueueFilter(review="open", camera_ids=county), "age", None),
        "one camera": (QueueFilter(camera_ids=frozenset({"camera-7"})), "age", None),
        "one street": (QueueFilter(camera_ids=one_street), "age", None),
        "one street, decided": (QueueFilter(camera_ids=one_street, review="decided"), "age", None),
        "one street, decided, in the middle": (QueueFilter(camera_ids=one_street, review="decided"), "age", deep),
        "half of the cameras": (QueueFilter(camera_ids=county), "age", None),
        "decided, a month long ago": (
            QueueFilter(review="decided", since=many.since, until=many.since + timedelta(days=30)),
            "age",
            None,
        ),
        "claimed": (QueueFilter(review="claimed"), "age", None),
        "one type": (QueueFilter(violations=types[:1]), "age", None),
        "a type that never was": (QueueFilter(violations=("street_drying",)), "age", None),
    }
    return {what: _page(desk, *one) for what, one in wanted.items()}


def _orders() -> dict[str, tuple[QueueFilter, Sort, str | None]]:
    """All and the open ones in each order, both ways."""
    return {
        f"{'all' if review is None else review}, by {sort}": (QueueFilter(review=review), sort, None)
        for review in (None, "open", "decided")
        for sort in get_args(Sort)
    }


def _others(desk: ReviewDesk, many: Many) -> dict[str, Callable[[], object]]:
    """An event and an opening with all that is known of them, and the figures of what waits."""
    trail, counts = AuditTrail(desk.who, desk.services), desk.services.store.backlog
    page = desk.store.queue.page(QueueFilter(), desk.viewer, desk.now, limit=200).events
    again = next(one for one in page if one.event.opening == 2)
    event_id, registry = again.event.event_id, registry_of(desk.services)
    places = desk.store.places.all()
    named = frozenset(one.camera_id for one in places.values() if one.matches("camera-1"))
    return {
        "searched by the name of cameras": _page(desk, QueueFilter(camera_ids=named), "age", None),
        "searched by the name of cameras, open": _page(desk, QueueFilter(camera_ids=named, review="open"), "age", None),
        "an event": lambda: get_event(event_id, desk, trail, Response()).model_dump_json(),
        "an opening": lambda: get_opening(again, desk, trail, Response()).model_dump_json(),
        "counts of what waits": lambda: counts.now(many.until),
        "pace of sealing": lambda: counts.pace(many.until),
        "metrics": lambda: list(registry.collect()),
    }


def _page(desk: ReviewDesk, wanted: QueueFilter, sort: Sort, cursor: str | None) -> Callable[[], object]:
    def request() -> object:
        with one_state(desk.services.engine):
            return _answer(desk, wanted, sort, cursor)

    return request


def _answer(desk: ReviewDesk, wanted: QueueFilter, sort: Sort, cursor: str | None) -> str:
    page = desk.store.queue.page(wanted, desk.viewer, desk.now, sort, cursor, 50)
    newest = desk.store.packages.primaries([one.event.event_id for one in page.events])
    return QueuePagePublic(
        events=tuple(rows(page.events, newest, desk)), next_cursor=page.next_cursor
    ).model_dump_json()


def _work_s(engine: Engine) -> Callable[[], float]:
    """Tells how long processors have worked for us: in this thread, and for PostgreSQL on our only connection."""
    if engine.dialect.name == "sqlite":
        return time.thread_time
    with engine.connect() as connection:
        server = Path(f"/proc/{connection.scalar(text('SELECT pg_backend_pid()'))}/schedstat")
    return lambda: time.thread_time() + int(server.read_text().split()[0]) / 1e9


def _times(request: Callable[[], object], work_s: Callable[[], float]) -> tuple[list[float], list[float]]:
    """Milliseconds that each request took, and that processors worked on it."""
    taken, worked = [], []
    for _ in range(RUNS + 2):
        began, began_work = time.perf_counter(), work_s()
        request()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((work_s() - began_work) * 1000)
    return taken[2:], worked[2:]


def _p95(times: list[float]) -> float:
    return sorted(times)[round(0.95 * (len(times) - 1))]


if __name__ == "__main__":
    main()
