"""Keeps what is known of a camera in a file: a restart of the process loses no dwell and trusts no new view.

The first line is a DSSE envelope (evidence.signing.dsse) that names the camera, what the file is and the SHA-256 of the
rest: what somebody else wrote there in between is not believed. It is set aside and told, and nothing is taken from it:
what stands then begins anew, as after a loss, for a dwell that somebody wrote down would be held against people.

The limit: a file of the same camera that was signed earlier is believed, too. When it was signed stands in the line and
is not held against anything: a crash, a full disk or a home that was restored leaves an old one as well, and a counter
beside it could be put back with it.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from core.clock import Clock, rfc3339
from core.duties import Duty
from core.errors import StorageError
from core.messages import Message, message_of
from evidence.package.strict_json import parse
from evidence.signing.dsse import EnvelopeError, envelope, open_envelope
from evidence.signing.keys import KeyRing, SigningKey

T = TypeVar("T")

TYPE = "application/vnd.jiejing.camera-state+json"
REFUSED = ".refused"
_BEGIN = b'{"payload":'
_MAX_BYTES = 64 << 10


@dataclass(frozen=True)
class StateSeal:
    """Signs what is kept of one camera.

    Attributes:
        key: signs; keys: whose signatures are believed.
        takes_unsigned: whether a file without a signature is believed, as a version that signed none left it.
    """

    camera_id: str
    clock: Clock
    key: SigningKey
    keys: KeyRing
    takes_unsigned: bool

    def sealed(self, what: str, content: bytes) -> bytes:
        """The content behind its signed line."""
        says = {**self._about(what), "sha256": hashlib.sha256(content).hexdigest(), "at": rfc3339(self.clock.utc())}
        return envelope(json.dumps(says).encode(), [self.key], TYPE) + b"\n" + content

    def opened(self, what: str, content: bytes) -> bytes:
        """The content, if it is what was written.

        Raises:
            EnvelopeError: it is not.
        """
        if not content.startswith(_BEGIN):
            if self.takes_unsigned:
                return content
            raise EnvelopeError("runtime.state_not_signed")
        line, _, rest = content.partition(b"\n")
        try:
            says = parse(open_envelope(line, self.keys, TYPE).payload, _MAX_BYTES)
        except EnvelopeError:
            raise
        except ValueError as error:
            raise EnvelopeError(message_of(error)) from error
        wanted = {**self._about(what), "sha256": hashlib.sha256(rest).hexdigest()}
        if not isinstance(says, dict) or {name: says.get(name) for name in wanted} != wanted:
            raise EnvelopeError("runtime.state_not_what_was_signed")
        return rest

    def _about(self, what: str) -> dict[str, str]:
        return {"camera_id": self.camera_id, "what": what}


class StateFile(Generic[T]):
    """One thing that is known of one camera, on disk."""

    def __init__(
        self,
        path: Path,
        duty: Duty,
        *,
        seal: StateSeal,
        taking_up: Duty,
        every_s: float,
        written: Callable[[T], bytes],
        read: Callable[[bytes], T | None],
    ) -> None:
        """
        Args:
            duty: is told what the disk refuses.
            taking_up: is told of a file that cannot be believed; it stays so until the process ends.
            every_s: seconds between two times that it is due.
            read: of what was written; None where that is damaged.
        """
        self._path = path
        self._duty = duty
        self._taking_up = taking_up
        self._clock = seal.clock
        self._seal = seal
        self._every_s = every_s
        self._written = written
        self._read = read
        self._due_s = seal.clock.mono_s() + every_s

    def load(self) -> T | None:
        """What an earlier process left; None where there is nothing, or nothing that can be believed, which is told."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._refuse(message_of(error))
            return None
        try:
            known = self._read(self._seal.opened(self._path.suffix, content))
        except EnvelopeError as error:
            self._refuse(error.message)
            return None
        if known is None:
            self._refuse(Message("runtime.state_damaged"))
        return known

    @property
    def due(self) -> bool:
        """Whether it is time to save."""
        return self._clock.mono_s() >= self._due_s

    def save(self, known: T) -> None:
        """Writes it down, whole or not at all; a disk that refuses is told, and the camera goes on."""
        self._due_s = self._clock.mono_s() + self._every_s
        self._duty.attempt(lambda: self._write(known))

    def _refuse(self, why: Message) -> None:
        """Keeps what was there for whoever looks into it, and tells."""
        aside = self._path.with_name(f"{self._path.name}{REFUSED}")
        try:
            self._path.replace(aside)
        except OSError:
            aside = self._path
        self._taking_up.failed(Message("runtime.state_refused", path=aside, cause=why))

    def _write(self, known: T) -> None:
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(self._seal.sealed(self._path.suffix, self._written(known)))
            fresh.replace(self._path)
        except OSError as error:
            raise StorageError("runtime.state_not_written", path=self._path, cause=error) from error
