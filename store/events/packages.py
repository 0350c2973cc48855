"""Sealed packages: which there are, of which event, and where each key's chain ends."""

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, Engine, func, select

from core.errors import StorageError
from store.base.engine import reading, writing
from store.base.mapping import columns_for, columns_of, from_row, insert_once
from store.events.records import PackageRecord
from store.events.review_entry import seal
from store.tables.events import PackageRow


class PackageRepository:
    """Keeps one row a package; the package itself is a folder."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, package: PackageRecord) -> bool:
        """Keeps a package; whether it was new.

        Raises:
            StorageError: its id, path or place in the key's chain belongs to another package, or its event is unknown.
        """
        with writing(self._engine) as session:
            if insert_once(session, PackageRow, columns_of(package)):
                seal(session, package)
                return True
            row = session.get(PackageRow, package.package_id)
            if row is None or from_row(PackageRecord, row) != package:
                raise StorageError(
                    "store.package_place_taken", package_id=package.package_id, seq=package.seq, key_id=package.key_id
                )
            return False

    def get(self, package_id: str) -> PackageRecord | None:
        """The package of that id."""
        with reading(self._engine) as session:
            row = session.get(PackageRow, package_id)
            return from_row(PackageRecord, row) if row else None

    def of_event(self, event_id: str) -> tuple[PackageRecord, ...]:
        """The packages of an event, oldest first."""
        return self._select(PackageRow.event_id == event_id)

    def primaries(self, event_ids: Collection[str]) -> Mapping[tuple[str, int], PackageRecord]:
        """The primary packages of some events, by event and opening."""
        found = self._select(PackageRow.event_id.in_(event_ids), PackageRow.kind == "primary")
        return {(package.event_id, package.opening): package for package in found}

    def all(self) -> tuple[PackageRecord, ...]:
        """Every package, oldest first."""
        return self._select()

    def last_of_key(self, key_id: str) -> PackageRecord | None:
        """The end of a key's chain."""
        query = select(PackageRow).where(PackageRow.key_id == key_id).order_by(PackageRow.seq.desc()).limit(1)
        with reading(self._engine) as session:
            row = session.scalar(query)
            return from_row(PackageRecord, row) if row else None

    def counts(self) -> Mapping[tuple[str, bool], int]:
        """How many packages there are, by (kind, complete)."""
        query = select(PackageRow.kind, PackageRow.complete, func.count()).group_by(
            PackageRow.kind, PackageRow.complete
        )
        with reading(self._engine) as session:
            return {(kind, complete): number for kind, complete, number in session.execute(query)}

    def _select(self, *conditions: ColumnElement[bool]) -> tuple[PackageRecord, ...]:
        columns = columns_for(PackageRecord, PackageRow)
        query = select(*columns).where(*conditions).order_by(PackageRow.sealed_at, PackageRow.seq)
        with reading(self._engine) as session:
            return tuple(PackageRecord(*row) for row in session.execute(query))
