"""How each camera's stream is doing, as its worker last reported."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Engine, select

from core.clock import Clock, SystemClock
from core.health import StreamState
from store.base.engine import reading, writing
from store.base.mapping import columns_for, columns_of, upsert
from store.site.records import ReportedState
from store.tables.site import CameraStateRow


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
        return self._select()

    def of(self, camera_ids: Collection[str]) -> Mapping[str, ReportedState]:
        """The newest state of some cameras, by camera id."""
        return self._select(CameraStateRow.camera_id.in_(camera_ids))

    def _select(self, *conditions: ColumnElement[bool]) -> Mapping[str, ReportedState]:
        query = select(*columns_for(StreamState, CameraStateRow), CameraStateRow.reported_at).where(*conditions)
        with reading(self._engine) as session:
            found = [(StreamState(*values), reported_at) for *values, reported_at in session.execute(query)]
        return {state.camera_id: ReportedState(state, reported_at) for state, reported_at in found}
