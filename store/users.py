"""Accounts. Never deleted; each change is in the audit, in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.errors import ConflictError, InputError, StaleError
from core.rights import ADMINISTRATORS, Role
from store.account_records import User
from store.account_tables import DeviceRow, NodeRow, SessionRow, TokenRow, UserRow, UserState
from store.audit import Actor, AuditLog, Deed
from store.engine import reading, writing
from store.mapping import columns_of, from_row


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
            return tuple(_user(row) for row in session.scalars(select(UserRow).order_by(UserRow.name)))

    def get(self, user_id: int) -> User | None:
        """The account of that id."""
        with reading(self._engine) as session:
            row = session.get(UserRow, user_id)
            return _user(row) if row else None

    def named(self, name: str) -> User | None:
        """The account of that name."""
        with reading(self._engine) as session:
            row = session.scalar(select(UserRow).where(UserRow.name == name))
            return _user(row) if row else None

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
                raise ConflictError(f"name: there is an account {new.name} already")
            _check_node(session, new.role, new.node_id)
            row = UserRow(
                **columns_of(new),
                state=new.state,
                created_at=self._clock.utc(),
                version=1,
            )
            session.add(row)
            session.flush()
            user = _user(row)
            self._audit.write(session, actor, Deed("user.create", "user", str(user.user_id), after=told(user)))
            return user

    def change(self, user_id: int, version: int, changes: Mapping[str, Any], actor: Actor) -> User:
        """Changes an account that is at that version. Out of service, or with another role or node, its sessions and
        tokens end: they were for what it was.

        Args:
            changes: new values by field of User.

        Raises:
            StaleError: it is at another version by now, or is not there.
            InputError: the account would be active without a role, its node does not fit, or an administrator would
                become something else, or something else an administrator.
        """
        with writing(self._engine) as session:
            row = session.get(UserRow, user_id, with_for_update=True)
            if row is None or row.version != version:
                raise StaleError("the account was changed by somebody else meanwhile; read it again")
            before = _user(row)
            _check_role(row, changes.get("role", row.role))
            _check_node(session, changes.get("role", row.role), changes.get("node_id", row.node_id))
            for name, value in changes.items():
                setattr(row, name, value)
            if row.state == "active" and row.role is None:
                raise InputError("role: an account without a role cannot be active; grant a role")
            row.version += 1
            session.flush()
            user = _user(row)
            if user.state == "disabled" or (user.role, user.node_id) != (before.role, before.node_id):
                self._end_all(session, user_id)
            deed = Deed("user.change", "user", str(user_id), before=told(before), after=told(user))
            self._audit.write(session, actor, deed)
            return user

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
            row.password_hash, row.must_change_password = password_hash, True
            if row.state == "active" and not confirmed:
                row.state = "pending"
            row.version += 1
            self._end_all(session, user_id)
            session.flush()
            self._audit.write(session, actor, Deed("user.reset_password", "user", str(user_id)))
            return _user(row)

    def change_own_password(self, user_id: int, password_hash: str, actor: Actor) -> None:
        """Keeps the password that a user chose, and ends all of the user's sessions and tokens."""
        with writing(self._engine) as session:
            values = {"password_hash": password_hash, "must_change_password": False, "version": UserRow.version + 1}
            session.execute(update(UserRow).where(UserRow.user_id == user_id).values(**values))
            self._end_all(session, user_id)
            self._audit.write(session, actor, Deed("session.password", "user", str(user_id)))

    def _end_all(self, session: Session, user_id: int) -> None:
        """Ends what hangs on an account as it was: its sessions, the browsers that are known, and its access tokens."""
        for table in (SessionRow, DeviceRow):
            session.execute(delete(table).where(table.user_id == user_id))
        valid = (TokenRow.user_id == user_id, TokenRow.revoked_at.is_(None))
        session.execute(update(TokenRow).where(*valid).values(revoked_at=self._clock.utc()))


def told(user: User) -> dict[str, Any]:
    """The account as the audit tells it."""
    values = columns_of(user)
    for name in ("badge_expires", "created_at"):
        moment: date | datetime | None = values[name]
        values[name] = moment.isoformat() if moment else None
    return values


def _user(row: UserRow) -> User:
    values = columns_of(from_row(User, row))
    return User(**(values | {"role": Role(row.role) if row.role else None}))


def _check_role(row: UserRow, role: str | None) -> None:
    if row.role is not None and role != row.role and {row.role, role} & ADMINISTRATORS:
        raise InputError("role: an administrator's account is that for ever, and no other becomes one; make another")


def _check_node(session: Session, role: str | None, node_id: int | None) -> None:
    if node_id is None:
        return
    if session.get(NodeRow, node_id) is None:
        raise InputError(f"node_id: there is no node {node_id}")
    if role in ADMINISTRATORS:
        raise InputError("node_id: an administrator is there for the whole site; leave the node out")
