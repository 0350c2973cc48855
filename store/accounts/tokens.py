"""Access tokens of machines: hashed, with a part of their owner's rights, for some time."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.principal import Principal
from core.rights import Right
from store.accounts.principals import as_machine, principal_of
from store.accounts.records import AccessToken
from store.audit.log import Actor, AuditLog, Deed
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row
from store.tables.accounts import TokenRow, secret_hash

PREFIX = "jj_"


class TokenRepository:
    """Makes, finds and revokes tokens; the audit has each change."""

    def __init__(self, engine: Engine, audit: AuditLog, clock: Clock | None = None) -> None:
        self._engine = engine
        self._audit = audit
        self._clock = clock or SystemClock()

    def create(
        self, owner_id: int, name: str, rights: Iterable[Right], lasts: timedelta, actor: Actor
    ) -> tuple[AccessToken, str]:
        """Makes a token; gives it and its secret, which is not kept."""
        now, secret = self._clock.utc(), PREFIX + secrets.token_urlsafe(32)
        row = TokenRow(
            user_id=owner_id,
            name=name,
            secret_hash=secret_hash(secret),
            rights=sorted(rights),
            created_at=now,
            expires_at=now + lasts,
        )
        with writing(self._engine) as session:
            session.add(row)
            session.flush()
            token = _token(row)
            after = {"name": name, "rights": sorted(token.rights), "expires_at": token.expires_at.isoformat()}
            self._audit.write(session, actor, Deed("token.create", "token", str(token.token_id), after=after))
        return token, secret

    def find(self, secret: str, address: str) -> Principal | None:
        """The machine that holds this secret; None if it is expired, revoked, or its owner out of service."""
        now = self._clock.utc()
        with reading(self._engine) as session:
            row = session.scalar(select(TokenRow).where(TokenRow.secret_hash == secret_hash(secret)))
            if row is None or row.revoked_at is not None or now >= row.expires_at:
                return None
            owner = principal_of(session, row.user_id, address, now)
            return as_machine(owner, _token(row).rights, row.token_id) if owner else None

    def of_user(self, user_id: int) -> tuple[AccessToken, ...]:
        """The tokens of a user, the newest first."""
        return self._select(TokenRow.user_id == user_id)

    def all(self) -> tuple[AccessToken, ...]:
        """Every token, the newest first."""
        return self._select()

    def revoke(self, token_id: int, actor: Actor, owner_id: int | None = None) -> bool:
        """Makes a token useless; whether there was one that still worked, and of that owner if one is given."""
        with writing(self._engine) as session:
            row = session.get(TokenRow, token_id, with_for_update=True)
            if row is None or row.revoked_at is not None or owner_id not in (None, row.user_id):
                return False
            row.revoked_at = self._clock.utc()
            self._audit.write(session, actor, Deed("token.revoke", "token", str(token_id), before={"name": row.name}))
            return True

    def _select(self, *conditions: object) -> tuple[AccessToken, ...]:
        query = select(TokenRow).where(*conditions).order_by(TokenRow.token_id.desc())  # type: ignore[arg-type]
        with reading(self._engine) as session:
            return tuple(_token(row) for row in session.scalars(query))


def revoke_tokens(session: Session, user_id: int, now: datetime) -> None:
    """Makes every token of a user useless, within a transaction."""
    valid = (TokenRow.user_id == user_id, TokenRow.revoked_at.is_(None))
    session.execute(update(TokenRow).where(*valid).values(revoked_at=now))


def _token(row: TokenRow) -> AccessToken:
    # A right that this version does not know gives nothing.
    known = frozenset(right for right in Right if right in row.rights)
    return AccessToken(**(columns_of(from_row(AccessToken, row)) | {"rights": known}))
