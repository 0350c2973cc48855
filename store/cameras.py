"""How each camera's stream is doing, as its worker last reported."""

from collections.abc import Mapping

from sqlalchemy import Engine, select

from core.clock import Clock, SystemClock
from core.health import StreamState
from store.engine import reading, writing
from store.mapping import columns_of, from_row, upsert
from store.records import ReportedState
from store.tables import CameraStateRow


class CameraStateRepository:
    """Keeps the newest state of each camera."""

    def __init__(self, engine: Engine, clock: Clock | None = None) -> None:
        self._engine = engine
        self._clock = clock or SystemClock()

    def put(self, *states: StreamState) -> None:
        """Keeps these states, in one transaction, as reported now."""
        with writing(self._engine) as session:
            for state in states:
                upsert(session, CameraStateRow, columns_of(state) | {"reported_at": self._clock.utc()})

    def all(self) -> Mapping[str, ReportedState]:
        """The newest state of each camera, by camera id."""
        with reading(self._engine) as session:
            rows = session.scalars(select(CameraStateRow))
            return {row.camera_id: ReportedState(from_row(StreamState, row), row.reported_at) for row in rows}
