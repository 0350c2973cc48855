"""Judges names, passwords and codes: one answer and one duration for all that is wrong, and less and less patience."""

import math
from collections.abc import Callable
from datetime import timedelta

from fastapi import Request

from api.http.authentication import DeviceSecret, address_of
from api.http.problems import ProblemError
from api.http.services import ServicesOf, Stored
from core.messages import Message
from core.principal import Principal
from store.accounts.attempts import What
from store.audit.log import Actor, Deed

CODE_REQUIRED = "urn:jiejing:problem:code-required"
WRONG_CODE = "urn:jiejing:problem:wrong-code"
LOCKED = "urn:jiejing:problem:locked"
WRONG = Message("api.name_or_password_wrong")


class SignIn:
    """One request that carries a password or a code."""

    def __init__(self, request: Request, services: ServicesOf, store: Stored, device: DeviceSecret) -> None:
        self._address = address_of(request)
        self._services = services
        self._users = store.users
        self._attempts = store.attempts
        self._devices = store.devices
        self._device = device

    def judge(self, name: str, password: str, code: str | None) -> tuple[Principal, bool]:
        """The user whose name, password and, where there is a second factor, code these are; and whether a code was
        given. The audit has the outcome.

        Raises:
            HTTPException: 401, they are not; 429, too many failures before.
        """
        user = self._users.named(name) if self._matches(name, password) else None
        found = self._services.store.sessions.principal(user.user_id, self._address) if user else None
        if found is None:
            self._failed(name)
            raise ProblemError(401, WRONG)
        self._succeeded(name)
        verified = self._is_verified(found, code)
        first = self._users.note_first_use(found.user_id, self._address)
        told = {"first_password": True} if first else None
        self._services.store.audit.note(_actor(found), Deed("session.begin", "user", str(found.user_id), after=told))
        return found, verified

    def confirm(self, who: Principal, password: str) -> None:
        """Makes sure that the one who is signed in knows the password.

        Raises:
            HTTPException: 403 if not, or for a machine; 429, too many failures before.
        """
        self._refuse_machine(who)
        if not self._matches(who.name, password):
            self._failed(who.name)
            raise ProblemError(403, "api.present_password_wrong", field="current")
        self._succeeded(who.name)

    def confirm_code(self, who: Principal, code: str, takes: Callable[[str], bool]) -> None:
        """Makes sure that a code of the one who is signed in counts.

        Args:
            takes: judges it.

        Raises:
            HTTPException: 403 if not, or for a machine; 429, too many failures before.
        """
        self._refuse_machine(who)
        if not self._counts(who.name, lambda: takes(code)):
            raise ProblemError(403, "api.one_time_code_wrong", kind=WRONG_CODE, field="otp")

    def known_from_now_on(self, user_id: int) -> str:
        """The secret by which this browser is known to be one that the user signed in from."""
        return self._devices.remember(user_id, self._device)

    @staticmethod
    def deed(action: str, user: str) -> Deed:
        """How the audit tells it."""
        return Deed(action, "user", user)

    def _is_verified(self, found: Principal, code: str | None) -> bool:
        """Whether there is a second factor, and this is a code of it.

        Raises:
            ProblemError: 401, there is one, and this is none.
        """
        factors = self._services.store.second_factors
        if factors.of(found.user_id) is None:
            return False
        if not code:
            raise ProblemError(401, "api.one_time_code_needed", kind=CODE_REQUIRED, field="otp")
        if not self._counts(found.name, lambda: factors.takes(found.user_id, code, _actor(found))):
            raise ProblemError(401, "api.one_time_code_wrong", kind=WRONG_CODE, field="otp")
        return True

    def _counts(self, name: str, takes: Callable[[], bool]) -> bool:
        """Whether a code counts; those that do not are counted by themselves, and no right password forgets them.

        Raises:
            ProblemError: 429, too many failures before.
        """
        self._begin(name, "code")
        if not takes():
            self._note("session.code_refused", name)
            return False
        self._succeeded(name, "code")
        return True

    @staticmethod
    def _refuse_machine(who: Principal) -> None:
        if who.is_machine:
            raise ProblemError(403, "api.machine_has_no_password")

    def _matches(self, name: str, password: str) -> bool:
        self._begin(name)
        return self._services.passwords.matches(password, self._users.password_hash(name))

    def _begin(self, name: str, what: What = "password") -> None:
        wait = self._attempts.begin(name, self._address, self._known(name), what)
        if wait is not None:
            self._note("session.locked", name)
            raise _locked(wait)

    def _succeeded(self, name: str, what: What = "password") -> None:
        self._attempts.succeeded(name, self._address, self._known(name), what)

    def _known(self, name: str) -> str | None:
        return self._device if self._device and self._devices.knows(self._device, name) else None

    def _failed(self, name: str) -> None:
        self._note("session.refused", name)

    def _note(self, action: str, name: str) -> None:
        actor = Actor(None, "", None, self._address)
        # People type passwords into the wrong field: a name that does not exist is not written down.
        known = self._users.named(name)
        self._services.store.audit.note(actor, self.deed(action, str(known.user_id) if known else "unknown"))


def _actor(who: Principal) -> Actor:
    return Actor(who.user_id, who.name, who.role, who.address)


def _locked(wait: timedelta) -> ProblemError:
    seconds = math.ceil(wait.total_seconds())
    return ProblemError(
        429, "api.too_many_failed_attempts", kind=LOCKED, headers={"Retry-After": str(seconds)}, seconds=seconds
    )
