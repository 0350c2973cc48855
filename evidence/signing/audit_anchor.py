"""The end of the audit's chain, kept outside the data base and signed, so that a tail that was cut off is missed.

    home/audit-head.json    {"hash", "key_id", "seq", "signature"}: signature over the canonical JSON of hash and seq

The file is made with the first row of the audit, and never by itself again: where it is missing later, nothing says
whether the end was cut off, and that is a fault until somebody begins a new one with a reason (`begin`).

Whoever may write to the data base and to the home may forge both: let copies go where they may not (HeadCopies).
"""

import base64
import binascii
import fcntl
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from cryptography.exceptions import InvalidSignature

from core.audit_head import Head
from core.canonical_json import canonical
from core.errors import JiejingError, StorageError
from core.messages import Message
from core.settings import Settings
from evidence.package.storage import storing, write_atomic
from evidence.signing.head_copies import HeadCopies
from evidence.signing.keys import SigningKey, open_audit_key, open_audit_ring

FILE = "audit-head.json"
WAY_FORWARD = Message("evidence.audit_anchor_remedy")

_log = logging.getLogger(__name__)


class AuditAnchor:
    """Keeps the newest head in the home; signs with a key for just that, since whoever serves must not seal.

    Args:
        home: the installation's folder.
        copies: where each head goes besides.
    """

    def __init__(self, home: Path, copies: HeadCopies | None = None) -> None:
        self.path = home / FILE
        self._home = home
        self._copies = copies
        self._key: SigningKey | None = None
        self._turn = Lock()

    def put(self, head: Head) -> None:
        """Keeps the head, unless a later one is kept. The row is in the data base by now: a fault is logged only."""
        try:
            with self._turn, self._locked():
                kept = self.get()
                if kept is None and head.seq > 1:
                    raise StorageError("evidence.audit_anchor_missing", path=self.path, remedy=WAY_FORWARD)
                if kept is None or kept.seq < head.seq:
                    self._write(head)
        except JiejingError as error:
            _log.error("the end of the audit could not be anchored: %s", error)

    def begin(self, head: Head) -> None:
        """Keeps a head whatever was kept before.

        Raises:
            StorageError: it cannot be written.
        """
        with self._turn, self._locked():
            self._write(head)

    def _write(self, head: Head) -> None:
        signed = self._signed(head)
        write_atomic(self.path, signed)
        if self._copies:
            self._copies.put(signed)

    def get(self) -> Head | None:
        """The head that is kept; None where there is none.

        Raises:
            StorageError: the file cannot be read, or was changed.
        """
        with storing(self.path):
            if not self.path.exists():
                return None
            content = self.path.read_bytes()
        return self.read(content, self.path)

    def read(self, content: bytes, path: Path) -> Head:
        """The head that a file, or the last line of one, holds.

        Raises:
            StorageError: it was changed.
        """
        try:
            kept = json.loads(content)
            head = Head(int(kept["seq"]), str(kept["hash"]))
            signature = base64.b64decode(kept["signature"], validate=True)
            open_audit_ring(self._home).keys[kept["key_id"]].verify(signature, _message(head))
        except (KeyError, TypeError, ValueError, binascii.Error, InvalidSignature) as error:
            raise StorageError("evidence.audit_anchor_not_believed", path=path) from error
        return head

    def _signed(self, head: Head) -> bytes:
        if self._key is None:
            self._key = open_audit_key(self._home)
        signature = base64.b64encode(self._key.sign(_message(head))).decode()
        return canonical({"seq": head.seq, "hash": head.hash, "key_id": self._key.key_id, "signature": signature})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time: an older head must not come after a newer one."""
        with storing(self.path):
            self._home.mkdir(parents=True, exist_ok=True)
            lock = self.path.with_suffix(".lock").open("ab")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def audit_anchor(settings: Settings) -> AuditAnchor:
    """The anchor of an installation, with the copies that its settings name."""
    return AuditAnchor(settings.home, HeadCopies.of(settings))


def _message(head: Head) -> bytes:
    return canonical({"seq": head.seq, "hash": head.hash})
