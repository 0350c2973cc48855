"""What every change of an account does, within its transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core.clock import Clock
from core.errors import InputError, StaleError
from core.rights import ADMINISTRATORS, Role
from store.accounts.records import User
from store.accounts.second_factors import forget_second_factor
from store.accounts.tokens import revoke_tokens
from store.audit.log import Actor, AuditLog, Deed
from store.base.mapping import columns_of, from_row
from store.tables.accounts import DeviceRow, NodeRow, SessionRow, UserRow


@dataclass(frozen=True, slots=True)
class AccountWriter:
    """Changes accounts as one actor, and tells the audit of it."""

    session: Session
    audit: AuditLog
    clock: Clock
    actor: Actor

    def as_read(self, user_id: int, version: int) -> UserRow:
        """The account of that version, locked.

        Raises:
            StaleError: it is at another version by now, or is not there.
        """
        row = self.session.get(UserRow, user_id, with_for_update=True)
        if row is None or row.version != version:
            raise StaleError("store.account_changed_meanwhile")
        return row

    def check(self, row: UserRow, changes: Mapping[str, Any]) -> None:
        """
        Raises:
            InputError: the account would be active without a role, its node does not fit, or an administrator would
                become something else, or something else an administrator.
        """
        role = changes.get("role", row.role)
        if row.role is not None and role != row.role and {row.role, role} & ADMINISTRATORS:
            raise InputError("store.administrator_stays_administrator", field="role")
        check_node(self.session, role, changes.get("node_id", row.node_id))
        if changes.get("state", row.state) == "active" and role is None:
            raise InputError("store.active_account_needs_role", field="role")

    def change(self, row: UserRow, changes: Mapping[str, Any]) -> User:
        """Changes an account. Out of service, or with another role or node, its sessions and tokens end: they were for
        what it was.

        Raises:
            InputError: as `check`.
        """
        self.check(row, changes)
        before = user_of(row)
        for name, value in changes.items():
            setattr(row, name, value)
        row.version += 1
        self.session.flush()
        user = user_of(row)
        if user.state == "disabled" or (user.role, user.node_id) != (before.role, before.node_id):
            self.end_all(user.user_id)
        self._tell("user.change", user.user_id, before=told(before), after=told(user))
        return user

    def reset_password(self, row: UserRow, password_hash: str, *, confirmed: bool) -> User:
        """Gives an account a one-time password; unless it is confirmed the account waits until it is set active."""
        row.password_hash, row.must_change_password = password_hash, True
        row.first_used_at = row.first_used_from = None
        row.handed_by = self.actor.user_id
        if row.state == "active" and not confirmed:
            row.state = "pending"
        row.version += 1
        self.end_all(row.user_id)
        self.session.flush()
        self._tell("user.reset_password", row.user_id)
        return user_of(row)

    def reset_second_factor(self, row: UserRow) -> User:
        """Takes the second factor from an account, whose sessions and tokens end."""
        forget_second_factor(self.session, row.user_id)
        row.version += 1
        self.end_all(row.user_id)
        self.session.flush()
        self._tell("user.reset_second_factor", row.user_id)
        return user_of(row)

    def end_all(self, user_id: int) -> None:
        """Ends what hangs on an account as it was: its sessions, the browsers that are known, and its access tokens."""
        for table in (SessionRow, DeviceRow):
            self.session.execute(delete(table).where(table.user_id == user_id))
        revoke_tokens(self.session, user_id, self.clock.utc())

    def _tell(self, action: str, user_id: int, **told_of_it: Any) -> None:
        self.audit.write(self.session, self.actor, Deed(action, "user", str(user_id), **told_of_it))


def user_of(row: UserRow) -> User:
    """The account that a row holds."""
    values = columns_of(from_row(User, row))
    return User(**(values | {"role": Role(row.role) if row.role else None}))


def told(user: User) -> dict[str, Any]:
    """The account as the audit tells it."""
    return plain(columns_of(user))


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of an account as plain JSON."""
    return {name: one.isoformat() if isinstance(one, date | datetime) else one for name, one in values.items()}


def check_node(session: Session, role: str | None, node_id: int | None) -> None:
    """
    Raises:
        InputError: the node is not there, or not for such a role.
    """
    if node_id is None:
        return
    if session.get(NodeRow, node_id) is None:
        raise InputError("store.no_such_node", node_id=node_id, field="node_id")
    if role in ADMINISTRATORS:
        raise InputError("store.administrator_has_no_node", field="node_id")
