"""Ed25519 keys: the one that signs, and every public key that this installation ever signed with.

    home/keys/signing.pem            the private key, mode 0600, made at the first start of `run`
    home/keys/recorded.pem           the private key for what was not received live; made at the first need, mode 0600
    home/keys/public/<16 hex>.pem    public keys, the present one and former ones
    home/keys/events.jsonl           what became of these keys, signed, see evidence.signing.key_events
    home/keys/audit.pem              the private key of the audit's end, which every command signs
    home/keys/audit/<16 hex>.pem     public keys of that kind: no package is believed for them

A package names its key, and is verified with that key of this ring; a key that lies inside a package is never read.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from core.errors import InputError
from core.sharing import KEEPS, READS, WRITES, make_folder, share
from evidence.package.storage import flush_folder, storing, write_atomic
from evidence.signing.weak_keys import weakness

PREFIX_LENGTH = 16
RECORDED = "recorded.pem"
AUDIT = "audit.pem"


@dataclass(frozen=True)
class SigningKey:
    """The key that signs. `key_id` names its public half, see key_id()."""

    private: Ed25519PrivateKey
    key_id: str

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the Ed25519 signature (RFC 8032) over exactly these bytes."""
        return self.private.sign(message)


@dataclass(frozen=True)
class KeyRing:
    """Public keys that are trusted, by key id.

    Attributes:
        retired: the last number under which a package of a key is believed, of keys that others followed.
    """

    keys: Mapping[str, Ed25519PublicKey]
    retired: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Iterable[Ed25519PublicKey]) -> "KeyRing":
        """A ring of just these keys."""
        return cls(MappingProxyType({key_id(key): key for key in keys}))


def key_id(public: Ed25519PublicKey) -> str:
    """64 hex digits: SHA-256 of the key's SubjectPublicKeyInfo in DER (RFC 5280)."""
    return hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def open_signing_key(home: Path, given: Path | None = None) -> SigningKey:
    """The key to sign with: the file given, or the installation's own, which is made when it is not there yet.

    The public half joins the installation's history, so that its packages verify after a change of key.

    Raises:
        InputError: a key file that cannot be used.
        StorageError: the key or the history cannot be written.
    """
    return _opened(given or own_key(home), public_keys(home), own=given is None)


def open_recorded_key(home: Path) -> SigningKey:
    """The key for what was not received live; made when it is not there yet. It has a chain of its own, so that no
    recording stands among what was seen as it happened.

    Raises:
        as of open_signing_key().
    """
    return _opened(recorded_key(home), public_keys(home), own=True)


def open_audit_key(home: Path) -> SigningKey:
    """The key for the audit's end, of whoever works on the home; made when it is not there yet. It seals nothing: who
    serves needs it, and must not be able to seal.

    Raises:
        as of open_signing_key().
    """
    return _opened(home / "keys" / AUDIT, _audit_public_keys(home), own=True, shared=True)


def _opened(path: Path, history: Path, *, own: bool, shared: bool = False) -> SigningKey:
    if own and not path.exists():
        _make(path, shared=shared)
    if own and not shared:
        _refuse_foreign(path)
    private = _read_private(path)
    public = private.public_key()
    name = key_id(public)
    remembered = history / f"{name[:PREFIX_LENGTH]}.pem"
    if not remembered.exists():
        with storing(history):
            make_folder(history.parent, KEEPS)
            make_folder(history, WRITES if shared else READS)
        write_atomic(remembered, public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return SigningKey(private, name)


def open_key_ring(home: Path) -> KeyRing:
    """The public keys of this installation, present and former. Makes nothing, and needs no private key.

    Raises:
        InputError: a key file that cannot be used.
    """
    return KeyRing.of(read_public_key(path) for path in sorted(public_keys(home).glob("*.pem")))


def open_audit_ring(home: Path) -> KeyRing:
    """The public keys by which the audit's end is believed: its own, and those with which earlier versions signed it.

    Raises:
        InputError: a key file that cannot be used.
    """
    paths = [*sorted(_audit_public_keys(home).glob("*.pem")), *sorted(public_keys(home).glob("*.pem"))]
    return KeyRing.of(read_public_key(path) for path in paths)


def read_public_key(path: Path) -> Ed25519PublicKey:
    """A public key from a PEM file.

    Raises:
        InputError: unreadable, no PEM, another kind of key, or one that verifies anything.
    """
    content = _content(path)
    try:
        key = load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError("evidence.not_a_public_key", path=path) from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("evidence.public_key_wrong_type", path=path)
    if weak := weakness(key.public_bytes_raw()):
        raise InputError("evidence.public_key_weak", path=path, cause=weak)
    return key


def _refuse_foreign(path: Path) -> None:
    """Refuses an own key that somebody else put there or can read: in a shared home the group may add files to keys/.
    Root works in the homes of others, and takes what is theirs.

    Raises:
        InputError: it is not of this user alone.
    """
    try:
        trusted = {0, os.geteuid()} if os.geteuid() else {0, path.parents[1].stat().st_uid}
        link, file = path.lstat(), path.stat()
    except OSError as error:
        raise InputError("evidence.key_cannot_be_read", path=path, cause=error) from error
    if not {link.st_uid, file.st_uid} <= trusted:
        raise InputError("evidence.key_of_another_user", path=path)
    if file.st_mode & 0o077:
        raise InputError("evidence.key_readable_by_others", path=path)


def _read_private(path: Path) -> Ed25519PrivateKey:
    content = _content(path)
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError as error:
        raise InputError("evidence.key_has_pass_phrase", path=path) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError("evidence.not_a_private_key", path=path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("evidence.private_key_wrong_type", path=path)
    return key


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError("evidence.key_cannot_be_read", path=path, cause=error) from error


def _make(path: Path, *, shared: bool) -> None:
    """Makes the private key; where another process was faster, its key stands."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with storing(path):
        make_folder(path.parent, KEEPS)
        # A temporary file is made with mode 0600, and a hard link fails where rename would overwrite.
        with NamedTemporaryFile(dir=path.parent, prefix=".signing-") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
            if shared:
                share(Path(file.name))
            try:
                path.hardlink_to(file.name)
            except FileExistsError:
                return
        flush_folder(path.parent)


def own_key(home: Path) -> Path:
    """Where the installation's own key lies."""
    return home / "keys" / "signing.pem"


def recorded_key(home: Path) -> Path:
    """Where the key for what was not received live lies."""
    return home / "keys" / RECORDED


def recorded_key_id(home: Path) -> str | None:
    """The id of the key for what was not received live, if there is one.

    Raises:
        InputError: it cannot be used.
    """
    path = recorded_key(home)
    if not path.exists():
        return None
    _refuse_foreign(path)
    return key_id(_read_private(path).public_key())


def change_own_key(path: Path, public: Path) -> tuple[SigningKey, SigningKey, Path]:
    """The key that lies there, the one that is to follow it, and where that waits until it takes its place. One that
    waits already is taken.

    Raises:
        as of open_signing_key().
    """
    waiting = path.with_name(f"next-{path.name}")
    _refuse_foreign(path)
    return _opened(path, public, own=False), _opened(waiting, public, own=True), waiting


def _audit_public_keys(home: Path) -> Path:
    return home / "keys" / "audit"


def public_keys(home: Path) -> Path:
    """The folder of the keys for which packages are believed."""
    return home / "keys" / "public"
