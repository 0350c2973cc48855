"""What the demo stands on: an installation of its own, a model, a port."""

import shutil
import socket
from pathlib import Path

from core.errors import InputError, ModelError, StorageError
from core.labels import LABELS
from core.settings import Settings
from models.card import Family
from models.graph import facts_of
from models.onnx_file import read_graph
from models.store import CARD, SHIPPED, ModelStore
from runtime.home.installation import Installation
from runtime.models.model_import import ImportRequest, import_model
from runtime.process.ports import free_port
from streams.playout import missing

HOST = "127.0.0.1"
CONNECT_S = 0.5
MODEL, OWN_MODEL = "street-n", "demo"


def fresh_installation(settings: Settings, port: int) -> Installation:
    """An installation of the demo's own below the home: empty, with a key of its own.

    Raises:
        StorageError: the folder cannot be made.
    """
    home = settings.home.absolute() / "demo"
    try:
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError("runtime.home_not_usable", path=home, cause=error) from error
    own = {"home": home, "database_url": None, "signing_key": None, "host": HOST, "port": port}
    return Installation(settings.model_copy(update=own))


def use_model(home: Path, own: Path | None, family: Family | None) -> None:
    """Puts the model that ships in use, or the user's own.

    Raises:
        ModelError: it is not there, or cannot be used.
    """
    store = ModelStore(home)
    if own is None and not (SHIPPED / MODEL / CARD).is_file():
        raise ModelError("runtime.demo_model_missing", model=MODEL, path=SHIPPED)
    if own is not None:
        import_model(ImportRequest(own, OWN_MODEL, family, _labels(own), None, None, None), store)
    store.promote([OWN_MODEL if own else MODEL], reason="the demo")


def _labels(weights: Path) -> str:
    """How its classes are to be read: as our labels where all of them bear such names, else as COCO's."""
    names = facts_of(read_graph(weights), weights).class_names
    return "ours" if names and set(names) <= set(LABELS) else "coco"


def open_port(port: int) -> int:
    """A port on which the HTTP interface can listen: this one, or for 0 a free one.

    Raises:
        InputError: another program has it.
    """
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HOST, port))
        except OSError as error:
            raise InputError("runtime.port_not_free", port=port, host=HOST, cause=error) from error
    return port or free_port()


def listens(port: int) -> bool:
    """Whether the HTTP interface listens yet."""
    try:
        socket.create_connection((HOST, port), CONNECT_S).close()
    except OSError:
        return False
    return True


def require_playout() -> None:
    """
    Raises:
        InputError: no cameras can be played on this machine.
    """
    reason = missing()
    if reason:
        raise InputError("runtime.demo_cannot_play_cameras", cause=reason)
