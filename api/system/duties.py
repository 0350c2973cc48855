"""How the duties of both processes do: those of `run` are asked over its socket, so that neither the data base nor a
full disk keeps a trouble from being seen."""

import json
import socket
from pathlib import Path

from api.http.services import Services
from api.system.schemas import DutyPublic, Process
from core.duties import DutyState, Trouble, duty_from_json
from core.errors import StorageError
from core.live_wire import ASK_DUTIES, MAX_HEADER_BYTES, PREFIX, socket_address
from core.messages import Message

# `run` answers from memory, at once; one that is stopped or overloaded must not hold up who asks.
ANSWER_WITHIN_S = 1.0
RUN_IS_SILENT = Message("api.run_does_not_answer")


def duties_of_run(home: Path) -> tuple[DutyState, ...] | None:
    """The duties of the process that watches; None where it does not answer."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked, socket_address(home) as address:
            asked.settimeout(ANSWER_WITHIN_S)
            asked.connect(address)
            asked.sendall(ASK_DUTIES)
            header, _ = PREFIX.unpack(_exactly(asked, PREFIX.size))
            if header > MAX_HEADER_BYTES:
                return None
            told = json.loads(_exactly(asked, header))
        return tuple(duty_from_json(one) for one in told["duties"])
    except (OSError, EOFError, ValueError, LookupError, TypeError):
        return None


def duties(services: Services) -> tuple[DutyPublic, ...]:
    """Every duty, those in trouble first; of a `run` that does not answer, that alone."""
    of_run = duties_of_run(services.home)
    if of_run is None and _is_to_run(services):
        services.answer_of_run.troubled(Trouble(RUN_IS_SILENT))
        of_run = (services.answer_of_run.state,)
    elif of_run is not None:
        services.answer_of_run.well()
    found: list[tuple[Process, DutyState]] = [("run", one) for one in of_run or ()]
    found += [("serve", one) for one in services.duties.all()]
    told = [DutyPublic.of(process, state) for process, state in found]
    return tuple(sorted(told, key=lambda one: (one.up, one.process, one.name, one.camera_id or "")))


def troubles(services: Services) -> tuple[DutyPublic, ...]:
    """The duties that do not do their work."""
    return tuple(one for one in duties(services) if not one.up)


def _is_to_run(services: Services) -> bool:
    """Whether there is a camera that it should be there for."""
    try:
        site = services.store.sites.load()
    except StorageError:  # told as what it is by whoever asks for readiness
        return False
    return bool(site and site.cameras)


def _exactly(asked: socket.socket, size: int) -> bytes:
    held = b""
    while len(held) < size:
        chunk = asked.recv(size - len(held))
        if not chunk:
            raise EOFError
        held += chunk
    return held
