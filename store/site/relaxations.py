"""Changes that wait for a second person: asked for by one, confirmed or turned down by another."""

from typing import Literal
from uuid import uuid4

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core.clock import Clock
from core.errors import ConflictError
from core.policy.relaxations import Relaxation, RequestState, Scene, with_scene
from core.site import Camera
from store.accounts.scope import Orgs, seen_from
from store.audit.log import AuditLog, Deed
from store.base.decided import DECIDED
from store.base.engine import reading, writing
from store.base.mapping import columns_of, from_row
from store.base.vault import Vault
from store.site.records import RelaxationRequest
from store.site.secrets import sealed_addresses, with_sealed_addresses
from store.site.sites import count_change
from store.site.writing import CameraWriter, Person, kept_camera
from store.tables.cameras import RelaxationRow

Decision = Literal["confirmed", "rejected", "withdrawn"]

LISTED = 200
_VERBS: dict[Decision, str] = {"confirmed": "confirm", "rejected": "reject", "withdrawn": "withdraw"}


class RelaxationDesk:
    """Asks for changes and decides on them, within a transaction."""

    def __init__(self, session: Session, vault: Vault, audit: AuditLog, clock: Clock, who: Person) -> None:
        self._session = session
        self._vault = vault
        self._audit = audit
        self._clock = clock
        self._who = who

    def refuse_second(self, camera_id: str) -> None:
        """
        Raises:
            ConflictError: a change of that camera waits already.
        """
        if _waiting(self._session, camera_id):
            raise ConflictError("store.camera_change_waits")

    def ask(
        self, camera: Camera, wanted: Camera | None, takes: tuple[Relaxation, ...], reason: str
    ) -> RelaxationRequest:
        """Keeps a change that is to wait; wanted None = the camera is to be removed.

        Raises:
            ConflictError: one waits already.
        """
        self.refuse_second(camera.id)
        request = RelaxationRequest(
            request_id=uuid4().hex,
            camera_id=camera.id,
            org=camera.org,
            kind="scene" if wanted else "removal",
            before=Scene.of(camera),
            after=Scene.of(wanted) if wanted else None,
            takes=takes,
            reason=reason,
            asked_by=self._who.user_id,
            asked_name=self._who.full_name,
            asked_at=self._clock.utc(),
        )
        sealed = sealed_addresses(wanted, self._vault) if wanted else None
        self._session.add(RelaxationRow(**columns_of(request), sealed=sealed))
        self._session.flush()
        told = {
            "camera_id": camera.id,
            "kind": request.kind,
            "takes": [columns_of(one) for one in takes],
            "reason": reason,
        }
        self._tell("ask", request.request_id, told)
        return request

    def decide(self, request_id: str, decision: Decision, note: str) -> RelaxationRequest:
        """Notes what was decided.

        Raises:
            ConflictError: it does not wait any more.
        """
        row = self._session.get_one(RelaxationRow, request_id, with_for_update=True, populate_existing=True)
        if row.state != "waiting":
            raise ConflictError("store.camera_change_decided", name=row.decided_name, decision=DECIDED[row.state])
        row.state, row.note = decision, note
        row.decided_by, row.decided_name, row.decided_at = self._who.user_id, self._who.full_name, self._clock.utc()
        self._session.flush()
        told = {"camera_id": row.camera_id, "asked_by": row.asked_name, "note": note}
        self._tell(_VERBS[decision], request_id, told)
        return from_row(RelaxationRequest, row)

    def _tell(self, verb: str, request_id: str, told: object) -> None:
        deed = Deed(f"relaxation.{verb}", "relaxation", request_id, after=told)
        self._audit.write(self._session, self._who.actor, deed)


class RelaxationRepository:
    """Lists and decides."""

    def __init__(self, engine: Engine, vault: Vault, audit: AuditLog, clock: Clock) -> None:
        self._engine = engine
        self._vault = vault
        self._audit = audit
        self._clock = clock

    def all(self, state: RequestState, orgs: Orgs) -> tuple[RelaxationRequest, ...]:
        """The newest of one state, LISTED at most, of nodes of these names."""
        conditions = [RelaxationRow.state == state, *seen_from(RelaxationRow.org, orgs)]
        query = select(RelaxationRow).where(*conditions).order_by(RelaxationRow.asked_at.desc()).limit(LISTED)
        with reading(self._engine) as session:
            return tuple(from_row(RelaxationRequest, row) for row in session.scalars(query))

    def get(self, request_id: str) -> RelaxationRequest | None:
        """One of any state."""
        with reading(self._engine) as session:
            row = session.get(RelaxationRow, request_id)
            return from_row(RelaxationRequest, row) if row else None

    def of_camera(self, camera_id: str) -> RelaxationRequest | None:
        """The change of a camera that waits."""
        with reading(self._engine) as session:
            row = _waiting(session, camera_id)
            return from_row(RelaxationRequest, row) if row else None

    def confirm(self, request_id: str, who: Person, note: str) -> RelaxationRequest:
        """Lets a change take effect.

        Raises:
            ConflictError: it does not wait any more, or what it would replace has changed.
        """
        with writing(self._engine) as session:
            revision = count_change(session)
            desk = RelaxationDesk(session, self._vault, self._audit, self._clock, who)
            request = desk.decide(request_id, "confirmed", note)
            kept = kept_camera(session, request.camera_id)
            if kept is None or Scene.of(kept.camera) != request.before.completed(kept.camera):
                raise ConflictError("store.camera_changed_since_asked")
            writer = CameraWriter(session, self._vault, self._audit, who)
            if request.after is None:
                writer.remove(kept.camera)
            else:
                wanted = with_scene(kept.camera, request.after.completed(kept.camera))
                sealed = session.get_one(RelaxationRow, request_id).sealed
                writer.put(with_sealed_addresses(wanted, sealed, self._vault), revision)
            return request

    def reject(self, request_id: str, who: Person, note: str) -> RelaxationRequest:
        """Turns a change down: what holds goes on holding.

        Raises:
            ConflictError: it does not wait any more.
        """
        return self._end(request_id, "rejected", who, note)

    def withdraw(self, request_id: str, who: Person) -> RelaxationRequest:
        """Takes a change back.

        Raises:
            ConflictError: it does not wait any more.
        """
        return self._end(request_id, "withdrawn", who, "")

    def _end(self, request_id: str, decision: Decision, who: Person, note: str) -> RelaxationRequest:
        with writing(self._engine) as session:
            return RelaxationDesk(session, self._vault, self._audit, self._clock, who).decide(
                request_id, decision, note
            )


def _waiting(session: Session, camera_id: str) -> RelaxationRow | None:
    return session.scalar(
        select(RelaxationRow).where(RelaxationRow.camera_id == camera_id, RelaxationRow.state == "waiting")
    )
