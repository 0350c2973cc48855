"""What the rules remember is believed as far as it was signed here: an edit between two starts is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.duties import Duties, DutyState
from detector.memory import from_json, to_json
from detector.watch import CameraMemory
from evidence.signing.keys import open_key_ring, open_signing_key
from runtime.camera.fleet import Fleet
from runtime.camera.state_file import StateFile, StateSeal
from runtime.home.installation import Installation
from tests.fake_clock import FakeClock
from tests.former_home import former_home
from tests.runtime.test_fleet import until

__all__ = ["former_home"]

CAMERA = "lane"
KEEPING, TAKING_UP = "keeping what stands", "taking up what stood"


def state_file(
    home: Path, clock: FakeClock, *, camera_id: str = CAMERA, takes_unsigned: bool = False
) -> tuple[StateFile[CameraMemory], Duties]:
    duties = Duties(clock)
    seal = StateSeal(camera_id, clock, open_signing_key(home), open_key_ring(home), takes_unsigned=takes_unsigned)
    return StateFile(
        home / "state" / f"{CAMERA}.json",
        duties.of(KEEPING, CAMERA),
        seal=seal,
        taking_up=duties.of(TAKING_UP, CAMERA),
        every_s=10,
        written=to_json,
        read=from_json,
    ), duties


def plain(memory: CameraMemory | None) -> bytes | None:
    """Two memories are one where they are written alike, once read."""
    return None if memory is None else to_json(from_json(to_json(memory)) or CameraMemory())


def trouble(duties: Duties) -> DutyState:
    (found,) = [one for one in duties.all() if one.name == TAKING_UP]
    return found


@pytest.fixture
def memory(former_home: Path) -> CameraMemory:
    """Of a camera before which something stands."""
    found = from_json((former_home / "state" / f"{CAMERA}.json").read_bytes())
    assert found is not None
    return found


def test_what_was_written_is_taken_up(former_home: Path, memory: CameraMemory) -> None:
    clock = FakeClock()
    state_file(former_home, clock)[0].save(memory)
    file, duties = state_file(former_home, clock)
    assert plain(file.load()) == plain(memory)
    assert trouble(duties).up


def test_what_an_earlier_version_left_is_taken_up_once(former_home: Path, memory: CameraMemory) -> None:
    clock = FakeClock()
    assert plain(state_file(former_home, clock, takes_unsigned=True)[0].load()) == plain(memory)
    file, duties = state_file(former_home, clock)
    assert file.load() is None
    assert "it is not signed" in (trouble(duties).why or "")


def _earlier(content: bytes) -> bytes:
    """Everything stands an hour longer."""
    head, _, rest = content.partition(b"\n")
    for hour in range(23, 0, -1):
        rest = rest.replace(f"T{hour:02}:".encode(), f"T{hour - 1:02}:".encode())
    return head + b"\n" + rest


def _without_its_line(content: bytes) -> bytes:
    return content.partition(b"\n")[2]


def _line_alone(content: bytes) -> bytes:
    return content.partition(b"\n")[0]


def _another_key(content: bytes) -> bytes:
    line, _, rest = content.partition(b"\n")
    record = json.loads(line)
    record["signatures"][0]["keyid"] = "00" * 32
    return json.dumps(record, sort_keys=True, separators=(",", ":")).encode() + b"\n" + rest


def _cut(content: bytes) -> bytes:
    return content[:-5]


def _nothing(_: bytes) -> bytes:
    return b""


# Times that are earlier; no signature; nothing but it; by a key that nobody knows; the end cut off; empty.
EDITS = [_earlier, _without_its_line, _line_alone, _another_key, _cut, _nothing]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_told_and_nothing_is_taken_from_it(
    former_home: Path, memory: CameraMemory, edit: Callable[[bytes], bytes]
) -> None:
    clock = FakeClock()
    state_file(former_home, clock)[0].save(memory)
    path = former_home / "state" / f"{CAMERA}.json"
    changed = edit(path.read_bytes())
    assert changed != path.read_bytes()
    path.write_bytes(changed)
    file, duties = state_file(former_home, clock)
    assert file.load() is None
    told = trouble(duties)
    assert (told.up, told.failures) == (False, 1)
    assert (told.why or "").startswith(f"{path}.refused: is not what was written (")
    # Kept for whoever looks into it, and told until the process ends, though it is written again.
    assert Path(f"{path}.refused").read_bytes() == changed
    file.save(memory)
    assert not trouble(duties).up


def test_what_is_known_of_another_camera_is_not_taken_up(former_home: Path, memory: CameraMemory) -> None:
    clock = FakeClock()
    state_file(former_home, clock, camera_id="gate")[0].save(memory)
    file, duties = state_file(former_home, clock)
    assert file.load() is None
    assert "not what was signed" in (trouble(duties).why or "")


@contextmanager
def running(home: Path) -> Iterator[Duties]:
    """`run` in a thread, until its cameras have begun."""
    duties, stop = Duties(SystemClock()), threading.Event()
    fleet = Fleet(Installation.open(), SystemClock(), duties)
    thread = threading.Thread(target=fleet.run, args=(stop,))
    thread.start()
    try:
        until(
            lambda: {("watching", CAMERA), (TAKING_UP, CAMERA)} <= {(one.name, one.camera_id) for one in duties.all()}
        )
        yield duties
    finally:
        stop.set()
        thread.join(15)
        assert not thread.is_alive()


def test_a_former_home_goes_on_and_an_edit_after_that_is_told(former_home: Path) -> None:
    path = former_home / "state" / f"{CAMERA}.json"
    assert not path.read_bytes().startswith(b'{"payload":')
    before = from_json(path.read_bytes())

    def told(duties: Duties) -> list[str | None]:
        return [one.why for one in duties.all() if one.name == TAKING_UP and not one.up]

    with running(former_home) as duties:
        assert told(duties) == []
    line, _, rest = path.read_bytes().partition(b"\n")
    assert before is not None
    after = from_json(rest)
    assert after is not None
    # The same things stand, under a signature now.
    assert line.startswith(b'{"payload":')
    assert to_json(after).count(b"event_id") == to_json(before).count(b"event_id") > 0
    path.write_bytes(rest)
    with running(former_home) as duties:
        (why,) = told(duties)
        assert why == (
            f"{path}.refused: is not what was written (it is not signed); nothing is taken from it, and what it told "
            "begins anew: find out who changed it"
        )
