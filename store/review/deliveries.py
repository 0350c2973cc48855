"""The record of what the server sent to whom: stills, clips, originals, whole packages."""

from datetime import datetime

from sqlalchemy import Engine, select

from core.policy.deliveries import Delivery
from store.base.engine import reading, writing
from store.base.mapping import from_row, insert_once
from store.tables.review import DeliveryRow


class DeliveryRepository:
    """Keeps when each file was first and last sent to each user."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, user_id: int, package_id: str, path: str, now: datetime) -> None:
        """A file was sent whole."""
        key = {"user_id": user_id, "package_id": package_id, "path": path}
        with writing(self._engine) as session:
            if not insert_once(session, DeliveryRow, {**key, "first_at": now, "last_at": now}):
                session.get_one(DeliveryRow, key).last_at = now

    def renew(self, user_id: int, package_id: str, path: str, now: datetime) -> bool:
        """What was sent before was asked for again, and the browser has it still; False = it was never sent."""
        with writing(self._engine) as session:
            row = session.get(DeliveryRow, {"user_id": user_id, "package_id": package_id, "path": path})
            if row is not None:
                row.last_at = now
            return row is not None

    def of_package(self, user_id: int, package_id: str) -> dict[str, Delivery]:
        """What that user was sent of a package, by path."""
        query = select(DeliveryRow).filter_by(user_id=user_id, package_id=package_id)
        with reading(self._engine) as session:
            return {row.path: from_row(Delivery, row) for row in session.scalars(query)}
