"""Makes the principal of a user: what the account may do and see at this moment."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.principal import Principal, badge_holds, effective_rights
from core.rights import Right, Role
from core.site import SiteInfo
from store.accounts.scope import Orgs, names_below
from store.tables.accounts import UserRow
from store.tables.site import SiteRow

_DEFAULT_ZONE = str(SiteInfo.model_fields["timezone"].default)


def principal_of(session: Session, user_id: int, address: str, now: datetime) -> Principal | None:
    """The principal of an account; None if it is out of service."""
    row = session.get(UserRow, user_id)
    if row is None or row.state == "disabled":
        return None
    role = Role(row.role) if row.role and row.state == "active" else None
    zone = ZoneInfo(session.scalar(select(SiteRow.timezone)) or _DEFAULT_ZONE)
    rights = effective_rights(role, row.badge_no, badge_valid=badge_holds(row.badge_expires, now, zone))
    return Principal(
        user_id=user_id,
        name=row.name,
        full_name=row.full_name,
        role=role,
        rights=frozenset() if row.must_change_password else rights,
        orgs=_orgs(session, row),
        badge_no=row.badge_no,
        badge_expires=row.badge_expires,
        zone=zone,
        address=address,
        must_change_password=row.must_change_password,
    )


def as_machine(owner: Principal, rights: frozenset[Right], token_id: int) -> Principal:
    """A machine that holds a token of that owner: never more than the owner may at this moment."""
    return replace(owner, rights=owner.rights & rights, token_id=token_id)


def _orgs(session: Session, row: UserRow) -> Orgs:
    return None if row.node_id is None else frozenset(names_below(session, row.node_id).values())
