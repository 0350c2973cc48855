"""Keeps the passwords of cameras and the secrets of second factors: AES-256-GCM with a key that lies beside the data
base, not in it.

    home/keys/cameras.key    32 random bytes, of this user (and a shared home's group) alone

A sealed text is base64 of 12 random bytes (the nonce) and what AES-GCM gives (NIST SP 800-38D), bound to the id of the
camera, or to `user ID`.
"""

import base64
import binascii
import os
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import StorageError
from core.sharing import KEEPS, make_folder, share

_NONCE_BYTES = 12
_KEY_BYTES = 32


class Vault:
    """Seals and opens texts.

    Args:
        home: the installation's folder.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "keys" / "cameras.key"

    def seal(self, text: str, owner: str) -> str:
        """The text, so that only this key and the same owner open it.

        Raises:
            StorageError: the key cannot be made or read.
        """
        if not self.path.exists():
            self._make()
        nonce = os.urandom(_NONCE_BYTES)
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), owner.encode())).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The text that was sealed.

        Raises:
            StorageError: the key is not there or another one, or the sealed text was changed.
        """
        try:
            content = base64.b64decode(sealed, validate=True)
            nonce, encrypted = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, encrypted, owner.encode()).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise StorageError("store.secret_of_another_key", owner=owner, path=self.path) from error

    @cached_property
    def _cipher(self) -> AESGCM:
        try:
            return AESGCM(self.path.read_bytes())
        except OSError as error:
            raise StorageError("store.key_unreadable", path=self.path, cause=error) from error
        except ValueError as error:
            raise StorageError("store.key_wrong_size", path=self.path, size=_KEY_BYTES) from error

    def _make(self) -> None:
        """Makes the key; where another process was faster, its key stands."""
        try:
            make_folder(self.path.parent, KEEPS)
            # A temporary file is made with mode 0600, and a hard link fails where rename would overwrite.
            with NamedTemporaryFile(dir=self.path.parent, prefix=".cameras-") as file:
                file.write(os.urandom(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
                share(Path(file.name))
                self.path.hardlink_to(file.name)
        except FileExistsError:
            return
        except OSError as error:
            raise StorageError("store.key_cannot_be_made", path=self.path, cause=error) from error
