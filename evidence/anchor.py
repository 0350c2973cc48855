"""The end of the audit's chain, kept outside the data base and signed, so that a tail that was cut off is missed.

    home/audit-head.json    {"hash", "key_id", "seq", "signature"}: signature over the canonical JSON of hash and seq

Whoever may write to the data base and to the home may forge both: copy the file to where they may not.
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

from core.errors import JiejingError, StorageError
from evidence.keys import SigningKey, open_key_ring, open_signing_key
from evidence.storage import storing, write_atomic
from store.audit import Head, canonical

FILE = "audit-head.json"

_log = logging.getLogger(__name__)


class AuditAnchor:
    """Keeps the newest head in the home; signs with the installation's key.

    Args:
        home: the installation's folder.
        signing_key: PEM file of another key than the installation's own.
    """

    def __init__(self, home: Path, signing_key: Path | None = None) -> None:
        self.path = home / FILE
        self._home = home
        self._given = signing_key
        self._key: SigningKey | None = None
        self._turn = Lock()

    def put(self, head: Head) -> None:
        """Keeps the head, unless a later one is kept. The row is in the data base by now: a fault is logged only."""
        try:
            with self._turn, self._locked():
                kept = self.get()
                if kept is None or kept.seq < head.seq:
                    write_atomic(self.path, self._signed(head))
        except JiejingError as error:
            _log.error("the end of the audit could not be anchored: %s", error)

    def get(self) -> Head | None:
        """The head that is kept; None where there is none.

        Raises:
            StorageError: the file cannot be read, or was changed.
        """
        with storing(self.path):
            if not self.path.exists():
                return None
            content = self.path.read_bytes()
        try:
            kept = json.loads(content)
            head = Head(int(kept["seq"]), str(kept["hash"]))
            signature = base64.b64decode(kept["signature"], validate=True)
            open_key_ring(self._home).keys[kept["key_id"]].verify(signature, _message(head))
        except (KeyError, TypeError, ValueError, binascii.Error, InvalidSignature) as error:
            raise StorageError(f"{self.path}: was changed, or signed by a key that is not known here") from error
        return head

    def _signed(self, head: Head) -> bytes:
        if self._key is None:
            self._key = open_signing_key(self._home, self._given)
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


def _message(head: Head) -> bytes:
    return canonical({"seq": head.seq, "hash": head.hash})
