"""Acts on the accounts of administrators: asked for by one, confirmed or turned down by another administrator. Nothing
of them holds before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from core.clock import Clock, SystemClock
from core.errors import ConflictError
from core.messages import Message
from core.rights import ADMINISTRATORS
from store.accounts.attempts import unlock_within
from store.accounts.records import AccountAct, User
from store.accounts.writing import AccountWriter, plain
from store.audit.log import Actor, AuditLog, Deed
from store.base.decided import DECIDED
from store.base.engine import reading, writing
from store.base.mapping import from_row
from store.tables.accounts import AccountActRow, ActKind, ActState, UserRow

LISTED = 200
ALONE = Message("store.no_other_administrator")
_ASKED = "account_act.ask"
_DECIDED: dict[ActState, str] = {
    "confirmed": "account_act.confirm",
    "rejected": "account_act.reject",
    "withdrawn": "account_act.withdraw",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes:
        changes: new values by field of User, of the kind `change`.
        password_hash: of the one-time password, of the kind `reset`; it opens nothing before it is confirmed.
    """

    kind: ActKind
    changes: Mapping[str, Any]
    password_hash: str | None = None


def concerns_administrator(user: User, changes: Mapping[str, Any]) -> bool:
    """Whether an act is one on an administrator, or makes one."""
    return bool({user.role, changes.get("role")} & ADMINISTRATORS)


class AccountActs:
    """Asks for acts on administrators and decides on them; the audit has each step."""

    def __init__(self, engine: Engine, audit: AuditLog, clock: Clock | None = None) -> None:
        self._engine = engine
        self._audit = audit
        self._clock = clock or SystemClock()

    def ask(self, user: User, wanted: Wanted, actor: Actor) -> AccountAct:
        """Keeps an act until another administrator decides.

        Raises:
            ConflictError: one on that account waits already.
            StaleError: the account is at another version by now.
            InputError: the change itself cannot be.
        """
        with writing(self._engine) as session:
            return from_row(AccountAct, self._asked(session, user, wanted, actor))

    def ask_or_take(self, user: User, wanted: Wanted, actor: Actor, alone: str | None) -> AccountAct:
        """The same for the command line, behind which stands nobody whom the product knows: where no other
        administrator is in service who could confirm, or a reason is given to act alone, the act takes effect at once.

        Raises:
            ConflictError, StaleError, InputError: as `ask`.
        """
        with writing(self._engine) as session:
            why = alone or (None if _others(session, user.user_id) else ALONE)
            row = self._asked(session, user, wanted, actor)
            if why:
                self._decided(session, row, "confirmed", actor, why)
                self._take(session, row, actor)
            return from_row(AccountAct, row)

    def all(self, state: ActState) -> tuple[AccountAct, ...]:
        """Those of one state, the newest first, LISTED at most."""
        query = select(AccountActRow).where(AccountActRow.state == state)
        with reading(self._engine) as session:
            rows = session.scalars(query.order_by(AccountActRow.asked_at.desc()).limit(LISTED))
            return tuple(from_row(AccountAct, row) for row in rows)

    def get(self, act_id: str) -> AccountAct | None:
        """One of any state."""
        with reading(self._engine) as session:
            row = session.get(AccountActRow, act_id)
            return from_row(AccountAct, row) if row else None

    def confirm(self, act_id: str, actor: Actor, note: str) -> AccountAct:
        """Lets an act take effect.

        Raises:
            ConflictError: it does not wait any more, or who asked for it is out of service by now.
            StaleError: the account has changed since.
        """
        with writing(self._engine) as session:
            row = self._waiting(session, act_id)
            self._check_asker(session, row)
            self._decided(session, row, "confirmed", actor, note)
            self._take(session, row, actor)
            return from_row(AccountAct, row)

    def end(self, act_id: str, state: ActState, actor: Actor, note: str) -> AccountAct:
        """Turns an act down, or takes it back.

        Raises:
            ConflictError: it does not wait any more.
        """
        with writing(self._engine) as session:
            row = self._waiting(session, act_id)
            self._decided(session, row, state, actor, note)
            return from_row(AccountAct, row)

    def _asked(self, session: Session, user: User, wanted: Wanted, actor: Actor) -> AccountActRow:
        writer = self._writer(session, actor)
        # The account is locked before it is looked for what waits, so that of two who ask at once one is refused.
        account = writer.as_read(user.user_id, user.version)
        waiting = (AccountActRow.user_id == user.user_id, AccountActRow.state == "waiting")
        if session.scalar(select(AccountActRow.act_id).where(*waiting)) is not None:
            raise ConflictError("store.account_act_waits")
        writer.check(account, wanted.changes)
        row = AccountActRow(
            act_id=uuid4().hex,
            user_id=user.user_id,
            kind=wanted.kind,
            changes=plain(wanted.changes),
            password_hash=wanted.password_hash,
            version=user.version,
            asked_by=actor.user_id,
            asked_name=actor.name,
            asked_from=actor.address,
            asked_at=self._clock.utc(),
            state="waiting",
            note="",
        )
        session.add(row)
        session.flush()
        self._tell(session, actor, _ASKED, row, {"kind": row.kind, "user": user.name, "changes": row.changes})
        return row

    def _waiting(self, session: Session, act_id: str) -> AccountActRow:
        row = session.get_one(AccountActRow, act_id, with_for_update=True, populate_existing=True)
        if row.state != "waiting":
            raise ConflictError("store.account_act_decided", name=row.decided_name, decision=DECIDED[row.state])
        return row

    @staticmethod
    def _check_asker(session: Session, row: AccountActRow) -> None:
        asker = session.get(UserRow, row.asked_by) if row.asked_by is not None else None
        if asker is not None and asker.state != "active":
            raise ConflictError("store.asker_out_of_service", name=asker.name)

    def _decided(self, session: Session, row: AccountActRow, state: ActState, actor: Actor, note: str) -> None:
        row.state, row.note = state, note
        row.decided_by, row.decided_name, row.decided_at = actor.user_id, actor.name, self._clock.utc()
        self._tell(session, actor, _DECIDED[state], row, {"kind": row.kind, "asked_by": row.asked_name, "note": note})

    def _take(self, session: Session, act: AccountActRow, actor: Actor) -> None:
        writer = self._writer(session, actor)
        row = writer.as_read(act.user_id, act.version)
        if act.kind == "change":
            writer.change(row, _values(act.changes))
        elif act.kind == "reset" and act.password_hash:
            writer.reset_password(row, act.password_hash, confirmed=True)
            # Who asked made the password; who confirms never saw it.
            row.handed_by = act.asked_by
        elif act.kind == "second_factor":
            writer.reset_second_factor(row)
        if act.kind in ("reset", "unlock"):
            unlock_within(session, row.name)
        # It has done what it was kept for.
        act.password_hash = None

    def _writer(self, session: Session, actor: Actor) -> AccountWriter:
        return AccountWriter(session, self._audit, self._clock, actor)

    def _tell(self, session: Session, actor: Actor, action: str, row: AccountActRow, told: Any) -> None:
        self._audit.write(session, actor, Deed(action, "user", str(row.user_id), after=told))


def _others(session: Session, user_id: int | None) -> int:
    """How many administrators are in service besides that account: with a role that was granted, and a password of
    their own."""
    query = select(func.count()).where(
        UserRow.role.in_(sorted(ADMINISTRATORS)),
        UserRow.state == "active",
        UserRow.must_change_password.is_(False),
    )
    if user_id is not None:
        query = query.where(UserRow.user_id != user_id)
    return session.scalar(query) or 0


def _values(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as they were before they became plain JSON."""
    until = changes.get("badge_expires")
    return dict(changes) | ({"badge_expires": date.fromisoformat(until)} if until else {})
