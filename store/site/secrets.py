"""Parts a camera from the passwords in its addresses when it is kept, and joins them again."""

import json

from sqlalchemy.orm import Session

from core.errors import SiteError
from core.site import Camera, redacted
from store.base.mapping import upsert
from store.base.vault import Vault
from store.tables.site import CameraSecretRow

_HIDDEN = "***"
_ADDRESSES = ("source", "detect_source")


def without_passwords(camera: Camera) -> Camera:
    """The camera as anybody may see it."""
    return camera.model_copy(update={name: redacted(value) for name, value in _addresses(camera).items()})


def joined(camera: Camera, sealed: str | None, vault: Vault) -> Camera:
    """The camera with its passwords, if it has any.

    Raises:
        StorageError: what is sealed cannot be opened.
    """
    return camera.model_copy(update=json.loads(vault.open(sealed, camera.id))) if sealed else camera


def kept(session: Session, camera: Camera, vault: Vault) -> Camera:
    """Seals the passwords of a camera and gives what is to be kept in the open. An address that comes as it was shown,
    with *** for the password, means the one that is there.

    Raises:
        SiteError: an address hides a password that is not known.
    """
    row = session.get(CameraSecretRow, camera.id)
    known: dict[str, str] = json.loads(vault.open(row.sealed, camera.id)) if row else {}
    whole = {name: _whole(camera.id, name, value, known.get(name)) for name, value in _addresses(camera).items()}
    shown = without_passwords(camera)
    if whole == _addresses(shown):
        if row:
            session.delete(row)
    elif whole != known:
        sealed = vault.seal(json.dumps(whole), camera.id)
        upsert(session, CameraSecretRow, {"camera_id": camera.id, "sealed": sealed})
    return shown


def sealed_addresses(camera: Camera, vault: Vault) -> str | None:
    """The addresses of a camera that is asked for, sealed; None if nothing in them is secret, or what is stays."""
    whole = {name: value for name, value in _addresses(camera).items() if _HIDDEN not in value}
    return (
        vault.seal(json.dumps(whole), camera.id) if whole != _addresses(without_passwords(camera)) and whole else None
    )


def with_sealed_addresses(camera: Camera, sealed: str | None, vault: Vault) -> Camera:
    """The camera with those of the sealed addresses that are its own, as anybody may see them."""
    known = json.loads(vault.open(sealed, camera.id)) if sealed else {}
    shown = _addresses(without_passwords(camera))
    return camera.model_copy(update={name: one for name, one in known.items() if redacted(one) == shown.get(name)})


def _addresses(camera: Camera) -> dict[str, str]:
    return {name: value for name in _ADDRESSES if (value := getattr(camera, name)) is not None}


def _whole(camera_id: str, name: str, given: str, known: str | None) -> str:
    if _HIDDEN not in given:
        return given
    if known is None or redacted(known) != given:
        raise SiteError("store.camera_password_not_known", camera_id=camera_id, name=name, hidden=_HIDDEN)
    return known
