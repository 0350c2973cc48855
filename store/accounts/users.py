"""Accounts. Never deleted; each change is in the audit, in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.errors import ConflictError
from core.rights import Role
from store.accounts.records import User
from store.accounts.writing import AccountWriter, check_node, told, user_of
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.mapping import columns_of
from store.tables.accounts import UserRow, UserState


@dataclass(frozen=True, slots=True)
class NewUser:
    """An account to be made; without a role it waits."""

    name: str
    full_name: str
    password_hash: str
    role: Role | None = None
    node_id: int | None = None
    badge_no: str | None = None
    badge_expires: date | None = None
    must_change_password: bool = True

    @property
    def state(self) -> UserState:
        """Waits for a role, or is in service."""
        return "pending" if self.role is None else "active"


class UserRepository:
    """Reads and changes accounts."""

    def __init__(self, engine: Engine, audit: AuditLog, clock: Clock | None = None) -> None:
        self._engine = engine
        self._audit = audit
        self._clock = clock or SystemClock()

    def all(self) -> tuple[User, ...]:
        """Every account, by name."""
        with reading(self._engine) as session:
            return tuple(user_of(row) for row in session.scalars(select(UserRow).order_by(UserRow.name)))

    def get(self, user_id: int) -> User | None:
        """The account of that id."""
        with reading(self._engine) as session:
            row = session.get(UserRow, user_id)
            return user_of(row) if row else None

    def named(self, name: str) -> User | None:
        """The account of that name."""
        with reading(self._engine) as session:
            row = session.scalar(select(UserRow).where(UserRow.name == name))
            return user_of(row) if row else None

    def password_hash(self, name: str) -> str | None:
        """What the password of an account that is in use is checked against; None if there is no such account."""
        query = select(UserRow.password_hash).where(UserRow.name == name, UserRow.state != "disabled")
        with reading(self._engine) as session:
            return session.scalar(query)

    def create(self, new: NewUser, actor: Actor) -> User:
        """Makes an account.

        Raises:
            ConflictError: the name is taken.
            InputError: the node is not there, or not for such a role.
        """
        with writing(self._engine) as session:
            if session.scalar(select(UserRow.user_id).where(UserRow.name == new.name)) is not None:
                raise ConflictError("store.account_name_taken", name=new.name, field="name")
            check_node(session, new.role, new.node_id)
            row = UserRow(
                **columns_of(new),
                state=new.state,
                created_at=self._clock.utc(),
                handed_by=actor.user_id,
                version=1,
            )
            session.add(row)
            session.flush()
            user = user_of(row)
            self._audit.write(session, actor, Deed("user.create", "user", str(user.user_id), after=told(user)))
            return user

    def change(self, user_id: int, version: int, changes: Mapping[str, Any], actor: Actor) -> User:
        """Changes an account that is at that version.

        Args:
            changes: new values by field of User.

        Raises:
            StaleError: it is at another version by now, or is not there.
            InputError: as `AccountWriter.check`.
        """
        with writing(self._engine) as session:
            writer = self._writer(session, actor)
            return writer.change(writer.as_read(user_id, version), changes)

    def reset_password(self, user_id: int, password_hash: str, actor: Actor, *, confirmed: bool = False) -> User | None:
        """Gives an account a one-time password. Sessions end and tokens are revoked. Unless it is confirmed the account
        waits until it is set active again: whoever resets passwords must not come to the rights of others by it.

        Returns:
            The account; None if there is no such.
        """
        with writing(self._engine) as session:
            row = session.get(UserRow, user_id, with_for_update=True)
            if row is None:
                return None
            return self._writer(session, actor).reset_password(row, password_hash, confirmed=confirmed)

    def reset_second_factor(self, user_id: int, actor: Actor) -> None:
        """Takes the second factor from an account, whose sessions and tokens end."""
        with writing(self._engine) as session:
            self._writer(session, actor).reset_second_factor(session.get_one(UserRow, user_id, with_for_update=True))

    def note_first_use(self, user_id: int, address: str) -> bool:
        """Keeps when and from where a password that was handed over is used first; whether this was that use."""
        with writing(self._engine) as session:
            row = session.get_one(UserRow, user_id, with_for_update=True)
            if not row.must_change_password or row.first_used_at is not None:
                return False
            row.first_used_at, row.first_used_from = self._clock.utc(), address
            return True

    def change_own_password(self, user_id: int, version: int, password_hash: str, actor: Actor) -> None:
        """Keeps the password that a user chose, and ends all of the user's sessions and tokens.

        Args:
            version: of the account before the former password was judged.

        Raises:
            StaleError: it is at another version by now: its password was reset meanwhile, or it is out of service.
        """
        with writing(self._engine) as session:
            writer = self._writer(session, actor)
            row = writer.as_read(user_id, version)
            row.password_hash, row.must_change_password = password_hash, False
            row.version += 1
            session.flush()
            writer.end_all(user_id)
            self._audit.write(session, actor, Deed("session.password", "user", str(user_id)))

    def _writer(self, session: Session, actor: Actor) -> AccountWriter:
        return AccountWriter(session, self._audit, self._clock, actor)
