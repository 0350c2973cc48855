"""Writes what people do into the audit, as the one who asks.

def export(package_id: str, trail: Trail) -> ...:
    trail.note("evidence.export", "package", package_id)

with writing(engine) as session:
    ...
    trail.write(session, "event.decide", "event", event_id, after={"verdict": "approved"})
"""

from collections.abc import Hashable
from typing import Annotated, Any

from fastapi import Depends
from fastapi.exceptions import RequestValidationError
from sqlalchemy.orm import Session

from api.http.access import Who
from api.http.services import Services, ServicesOf
from core.messages import Message
from core.principal import Principal
from store.audit.log import OF_TOKEN, Actor, AuditEntry, Deed


class AuditTrail:
    """The audit, with the one who asks as its actor."""

    def __init__(self, who: Principal, services: Services) -> None:
        self.actor = actor_of(who)
        self._services = services

    def note(self, action: str, kind: str, object_id: str, **told: Any) -> AuditEntry:
        """Adds a row by itself, for what changes nothing: a download, a search.

        Args:
            told: purpose, before, after; see store.audit.log.Deed.
        """
        return self._services.store.audit.note(self.actor, Deed(action, kind, object_id, **told))

    def viewed(self, kind: str, object_id: str, action: str = "evidence.view", **told: Any) -> None:
        """Adds a row for looking at something, once in a while for each person and thing."""
        view: Hashable = (self.actor, action, kind, object_id, str(told))
        if self._services.views.is_new(view, self._services.clock.utc()):
            self.note(action, kind, object_id, **told)

    def alarmed(self, action: str, package_id: str, **told: Any) -> None:
        """Adds a row for what is wrong with a package, and counts it, once in a while for each fault, whoever looks."""
        if self._services.views.is_new((action, package_id, str(told)), self._services.clock.utc()):
            self.note(action, "package", package_id, **told)
            self._services.seal_alarms.count(action)

    def write(self, session: Session, action: str, kind: str, object_id: str, **told: Any) -> AuditEntry:
        """Adds a row in the transaction of the change that it tells of."""
        return self._services.store.audit.write(session, self.actor, Deed(action, kind, object_id, **told))


def purpose_missing() -> RequestValidationError:
    """What a request is told that has to say why one looks, and does not."""
    fault = {"loc": ("query", "purpose"), "type": "missing", "msg": Message("api.purpose_missing")}
    return RequestValidationError([fault])


def actor_of(who: Principal) -> Actor:
    """How the audit names who asks; a machine with the number of its token."""
    name = who.name if who.token_id is None else f"{who.name}{OF_TOKEN.format(who.token_id)}"
    return Actor(who.user_id, name, who.role, who.address)


def _trail(who: Who, services: ServicesOf) -> AuditTrail:
    return AuditTrail(who, services)


Trail = Annotated[AuditTrail, Depends(_trail)]
