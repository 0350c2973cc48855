"""How each camera's stream is doing, as its worker last reported."""

from collections.abc import Collection, Mapping

from sqlalchemy import Engine, Select, select

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
        return self._select(select(CameraStateRow))

    def of(self, camera_ids: Collection[str]) -> Mapping[str, ReportedState]:
        """The newest state of some cameras, by camera id."""
        return self._select(select(CameraStateRow).where(CameraStateRow.camera_id.in_(camera_ids)))

    def _select(self, query: Select[CameraStateRow]) -> Mapping[str, ReportedState]:
        with reading(self._engine) as session:
            rows = session.scalars(query)
            return {row.camera_id: ReportedState(from_row(StreamState, row), row.reported_at) for row in rows}
