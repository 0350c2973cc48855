"""Accounts as the repositories give them. Frozen; times are aware UTC; no secret and no hash of one is in them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.rights import Right, Role
from store.tables.accounts import ActKind, ActState, Level, UserState


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the organisation tree; a county has no parent, a street has a county."""

    node_id: int
    name: str
    level: Level
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    Attributes:
        name: to sign in with, lower case.
        node_id: what is seen: that node and those below; None = the whole site.
        state: pending, no role was granted (again) yet; active; disabled.
        badge_no, badge_expires: 执法证号 and the last day on which it holds.
        first_used_at, first_used_from: when and from where the password that was handed over was used first.
        handed_by: who made that password and knows it; None = the command line, or a former version.
        version: grows with each change.
    """

    user_id: int
    name: str
    full_name: str
    role: Role | None
    node_id: int | None
    state: UserState
    badge_no: str | None
    badge_expires: date | None
    must_change_password: bool
    created_at: datetime
    first_used_at: datetime | None
    first_used_from: str | None
    handed_by: int | None
    version: int


@dataclass(frozen=True, slots=True)
class AccountAct:
    """An act on an administrator's account that waits, or waited, for another administrator.

    Attributes:
        kind: the account changes; gets a one-time password; loses its second factor; or its lock is lifted.
        changes: new values by field of User, as plain JSON, of the kind `change`.
        version: of the account when it was asked for; it is confirmed only while the account is at that.
        asked_by: None = the command line.
    """

    act_id: str
    user_id: int
    kind: ActKind
    changes: dict[str, Any]
    version: int
    asked_by: int | None
    asked_name: str
    asked_from: str
    asked_at: datetime
    state: ActState
    decided_by: int | None
    decided_name: str | None
    decided_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class AccessToken:
    """An access token of a machine, without its secret."""

    token_id: int
    user_id: int
    name: str
    rights: frozenset[Right]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
