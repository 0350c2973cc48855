"""Accounts as the repositories give them. Frozen; times are aware UTC; no secret and no hash of one is in them."""

from dataclasses import dataclass
from datetime import date, datetime

from core.rights import Right, Role
from store.account_tables import Level, UserState


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
    version: int


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
