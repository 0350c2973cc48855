"""Judges names and passwords: one answer and one duration for all that is wrong, and less and less patience."""

import math
from datetime import timedelta

from fastapi import HTTPException, Request

from api.authentication import DeviceSecret, address_of
from api.dependencies import Attempts, ServicesOf, Users
from api.problems import ProblemError
from core.principal import Principal
from store.audit import Actor, Deed
from store.devices import DeviceRepository

LOCKED = "urn:jiejing:problem:locked"
WRONG = "the name or the password is wrong"


class SignIn:
    """One request that carries a password."""

    def __init__(
        self, request: Request, services: ServicesOf, users: Users, attempts: Attempts, device: DeviceSecret
    ) -> None:
        self._address = address_of(request)
        self._services = services
        self._users = users
        self._attempts = attempts
        self._devices = DeviceRepository(services.engine, services.clock)
        self._device = device

    def judge(self, name: str, password: str) -> Principal:
        """The user whose name and password these are; the audit has the outcome.

        Raises:
            HTTPException: 401, they are not; 429, too many failures before.
        """
        user = self._users.named(name) if self._matches(name, password) else None
        found = self._services.sessions.principal(user.user_id, self._address) if user else None
        if found is None:
            self._failed(name)
            raise HTTPException(401, WRONG)
        self._attempts.succeeded(name, self._address, self._known(name))
        actor = Actor(found.user_id, found.name, found.role, self._address)
        self._services.audit.note(actor, self.deed("session.begin", str(found.user_id)))
        return found

    def confirm(self, who: Principal, password: str) -> None:
        """Makes sure that the one who is signed in knows the password.

        Raises:
            HTTPException: 403 if not, or for a machine; 429, too many failures before.
        """
        if who.is_machine:
            raise HTTPException(403, "a machine has no password")
        if not self._matches(who.name, password):
            self._failed(who.name)
            raise HTTPException(403, "current: the present password is another one")
        self._attempts.succeeded(who.name, self._address, self._known(who.name))

    def known_from_now_on(self, user_id: int) -> str:
        """The secret by which this browser is known to be one that the user signed in from."""
        return self._devices.remember(user_id, self._device)

    @staticmethod
    def deed(action: str, user: str) -> Deed:
        """How the audit tells it."""
        return Deed(action, "user", user)

    def _matches(self, name: str, password: str) -> bool:
        wait = self._attempts.begin(name, self._address, self._known(name))
        if wait is not None:
            self._note("session.locked", name)
            raise _locked(wait)
        return self._services.passwords.matches(password, self._users.password_hash(name))

    def _known(self, name: str) -> str | None:
        return self._device if self._device and self._devices.knows(self._device, name) else None

    def _failed(self, name: str) -> None:
        self._note("session.refused", name)

    def _note(self, action: str, name: str) -> None:
        actor = Actor(None, "", None, self._address)
        # People type passwords into the wrong field: a name that does not exist is not written down.
        known = self._users.named(name)
        self._services.audit.note(actor, self.deed(action, str(known.user_id) if known else "unknown"))


def _locked(wait: timedelta) -> ProblemError:
    seconds = math.ceil(wait.total_seconds())
    return ProblemError(
        429, LOCKED, f"too many failed attempts; try again in {seconds} s", {"Retry-After": str(seconds)}
    )
