"""A data base with very many events, filled fast: for benchmarks."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, Insert, insert, inspect, literal_column, text
from sqlalchemy.engine.default import DefaultDialect

from core.rules import rules_of
from core.site import Camera
from core.violations import violation_types
from store.base.declarative import Base
from store.base.engine import connected
from store.base.mapping import columns_of
from store.base.types import AsJson
from store.site.stream_states import CameraStateRepository
from store.tables.events import EventRow, PackageRow
from store.tables.openings import OpeningRow, opening_id
from tests.fake_clock import FakeClock
from tests.store.examples import START, camera, event, package, stream_state

CAMERAS, STREETS = 500, 20
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True)
class Many:
    """So many events, evenly over a time; two in five become violations.

    waits_from: what began after this part of the time waits for its review, and what before is decided and gone.
    """

    number: int
    since: datetime = START
    lasting: timedelta = timedelta(days=400)
    waits_from: float = 0.97

    @property
    def until(self) -> datetime:
        """When the last began."""
        return self.since + self.lasting


def cameras() -> list[Camera]:
    """CAMERAS of them, in turn on STREETS."""
    return [camera(f"camera-{number}", org=f"street-{number % STREETS}") for number in range(CAMERAS)]


def street(number: int) -> frozenset[str]:
    """The ids of the cameras on one street."""
    return frozenset(one.id for one in cameras() if one.org == f"street-{number}")


def fill(engine: Engine, many: Many) -> None:
    """Adds events of these cameras, each with the row of a package; there are no files."""
    draw = random.Random(1)
    add_events, add_openings = _insert(EventRow, _EVENT), _insert(OpeningRow, _EVENT)
    add_packages = _insert(PackageRow, _PACKAGE)
    with connected(engine) as connection:
        for begin in range(0, many.number, _ROWS_AT_ONCE):
            rows = [row_of(one, many, draw) for one in range(begin, min(begin + _ROWS_AT_ONCE, many.number))]
            connection.execute(add_events, [_state(row) for row in rows])
            connection.execute(add_openings, rows)
            connection.execute(add_packages, [_package(begin + place, row) for place, row in enumerate(rows)])
    with connected(engine) as connection:
        connection.execute(text("ANALYZE"))


def look(engine: Engine, now: datetime) -> None:
    """Every camera looks, as of now."""
    states = [stream_state(one.id, last_frame_utc=now) for one in cameras()]
    CameraStateRepository(engine, FakeClock(now)).put(*states)


def _insert(table: type[Base], like: Any) -> Insert:
    """An insert of rows that are like this one in all that is kept as JSON: written out once, not for each row."""
    return insert(table).values(json_texts(table, like))


def json_texts(table: type[Base], like: Any) -> dict[str, ColumnElement[Any]]:
    """What is kept as JSON of such a record, as it is written."""
    columns = inspect(table).columns
    texts = {
        name: "null" if value is None else json.dumps(kind.process_bind_param(value, DefaultDialect()))
        for name, value in columns_of(like).items()
        if isinstance(kind := columns[name].type, AsJson)
    }
    return {name: literal_column(f"'{content}'") for name, content in texts.items()}


def row_of(number: int, many: Many, draw: random.Random) -> dict[str, Any]:
    """The first opening of an event, without what is kept as JSON."""
    first_seen = many.since + many.lasting * (number / many.number)
    is_violation = draw.random() < 0.4
    waits = is_violation and number > many.number * many.waits_from
    at = first_seen + timedelta(seconds=300)
    camera_id = f"camera-{draw.randrange(CAMERAS)}"
    return {
        **_PLAIN_EVENT,
        "event_id": f"{number:016x}",
        "camera_id": camera_id,
        "rule_version": _VERSIONS[camera_id],
        "org": _ORGS[camera_id],
        "violation": draw.choice(_TYPES),
        "state": "violation" if waits else "cleared" if is_violation else "candidate",
        "opening_id": opening_id(f"{number:016x}", 1),
        "began_at": first_seen,
        "first_seen": first_seen,
        "still_since": first_seen,
        "last_seen": at if is_violation else first_seen,
        "violation_at": at if is_violation else None,
        "cleared_at": at if is_violation and not waits else None,
        "dwell_s": draw.uniform(300, 7200),
        "stage": "waiting" if waits else "decided" if is_violation else None,
        "deadline_at": first_seen + timedelta(hours=24) if is_violation else None,
        "claimed_by": 2 if waits and draw.random() < 0.01 else None,
        "claimed_until": many.until + timedelta(minutes=3) if waits and draw.random() < 0.01 else None,
    }


def _state(row: Mapping[str, Any]) -> dict[str, Any]:
    """The same as the event's own row has it."""
    return {name: row[name] for name in (*_PLAIN_EVENT, "event_id", "org") if name in row}


def _package(seq: int, row: Mapping[str, Any]) -> dict[str, Any]:
    name = row["event_id"]
    return {
        **_PLAIN_PACKAGE,
        "package_id": name,
        "event_id": name,
        "path": name,
        "seq": seq,
        "sealed_at": row["last_seen"],
    }


def plain(table: type[Base], like: Any) -> dict[str, Any]:
    """What is not kept as JSON of such a record."""
    columns = inspect(table).columns
    return {name: value for name, value in columns_of(like).items() if not isinstance(columns[name].type, AsJson)}


_TYPES = tuple(violation_types())[:6]
_ORGS = {one.id: one.org for one in cameras()}
_VERSIONS = {one.id: rules_of(one)[0].version for one in cameras()}
_EVENT, _PACKAGE = event(), package()
_PLAIN_EVENT, _PLAIN_PACKAGE = plain(EventRow, _EVENT), plain(PackageRow, _PACKAGE)
