"""A data base with very many events, filled fast: for benchmarks."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Insert, insert, inspect, literal, literal_column, select, text
from sqlalchemy.engine.default import DefaultDialect

from core.clock import FakeClock
from core.review import Looks, Subject
from core.rules import rules_of
from core.site import Camera
from core.violations import violation_types
from store.cameras import CameraStateRepository
from store.engine import connected
from store.mapping import columns_of
from store.opening_tables import OpeningRow, opening_id
from store.review_records import DecisionRecord
from store.review_tables import DecisionRow
from store.tables import Base, EventRow, PackageRow
from store.types import AsJson
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
            rows = [_row(one, many, draw) for one in range(begin, min(begin + _ROWS_AT_ONCE, many.number))]
            connection.execute(add_events, [_state(row) for row in rows])
            connection.execute(add_openings, rows)
            connection.execute(add_packages, [_package(begin + place, row) for place, row in enumerate(rows)])
    with connected(engine) as connection:
        connection.execute(text("ANALYZE"))


def decide(engine: Engine, officer_id: int) -> None:
    """Adds what was decided about each decided event: this officer rejected it."""
    table = inspect(DecisionRow).columns
    like = {**columns_of(_DECISION), "officer_id": officer_id, "request_sha256": "ab" * 32, "before": {}}
    own = dict.fromkeys(("decision_id", "event_id", "key"), OpeningRow.event_id)
    own |= dict.fromkeys(("decided_at", "final_at"), OpeningRow.last_seen)
    columns = {one.key: own.get(one.key, literal(like.get(one.key), one.type)) for one in table}
    with connected(engine) as connection:
        rows = select(*columns.values()).where(OpeningRow.stage == "decided")
        connection.execute(insert(DecisionRow).from_select(list(columns), rows))
        connection.execute(text("ANALYZE decisions"))


def look(engine: Engine, now: datetime) -> None:
    """Every camera looks, as of now."""
    states = [stream_state(one.id, last_frame_utc=now) for one in cameras()]
    CameraStateRepository(engine, FakeClock(now)).put(*states)


def _insert(table: type[Base], like: Any) -> Insert:
    """An insert of rows that are like this one in all that is kept as JSON: written out once, not for each row."""
    columns = inspect(table).columns
    texts = {
        name: "null" if value is None else json.dumps(kind.process_bind_param(value, DefaultDialect()))
        for name, value in columns_of(like).items()
        if isinstance(kind := columns[name].type, AsJson)
    }
    return insert(table).values({name: literal_column(f"'{content}'") for name, content in texts.items()})


def _row(number: int, many: Many, draw: random.Random) -> dict[str, Any]:
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
    return {name: row[name] for name in (*_PLAIN_EVENT, "event_id") if name in row}


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


def _plain(table: type[Base], like: Any) -> dict[str, Any]:
    columns = inspect(table).columns
    return {name: value for name, value in columns_of(like).items() if not isinstance(columns[name].type, AsJson)}


_TYPES = tuple(violation_types())[:6]
_VERSIONS = {one.id: rules_of(one)[0].version for one in cameras()}
_EVENT, _PACKAGE = event(), package()
_DECISION = DecisionRecord(
    decision_id="",
    event_id="",
    opening=1,
    kind="first",
    verdict="rejected",
    reason="permitted",
    note="",
    code=None,
    label=None,
    subject=Subject(),
    seen=Looks(),
    spent_s=4.0,
    officer_id=0,
    officer_name="王队员",
    badge_no="33088100123",
    decided_at=START,
    final_at=START,
    undone_at=None,
    revision=2,
)
_PLAIN_EVENT, _PLAIN_PACKAGE = _plain(EventRow, _EVENT), _plain(PackageRow, _PACKAGE)
