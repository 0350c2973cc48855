"""Events on their way to the data base survive whatever keeps them from it."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.model_ref import ModelRef
from runtime.camera import spool as spooling
from runtime.camera.spool import CameraSpool, Spool
from tests.store.examples import as_violation, event

_PUT_AND_DIE = """
import os, signal, sys
from pathlib import Path
from runtime.camera.spool import Spool
from tests.store.examples import as_violation, event
spool = Spool(Path(sys.argv[1]))
for number in range(3):
    spool.put(event(number))
    spool.put(as_violation(event(number)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def drained(spool: CameraSpool) -> list[object]:
    found = []
    while (one := spool.first()) is not None:
        found.append(one)
        spool.done()
    return found


def test_a_killed_process_loses_none_and_keeps_their_order(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", _PUT_AND_DIE, str(tmp_path)], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    ((_, spool),) = Spool(tmp_path).cameras()
    expected = [one for number in range(3) for one in (event(number), as_violation(event(number)))]
    assert spool.backlog.events == 6
    assert drained(spool) == expected
    assert CameraSpool(next(tmp_path.glob("*.jsonl"))).backlog.events == 0


def test_what_comes_back_is_the_very_event(tmp_path: Path) -> None:
    given = replace(event(1), score=1 / 3, dwell_s=1e-7, models=(ModelRef("a", "0" * 64), ModelRef("b", "1" * 64)))
    CameraSpool(tmp_path / "cam.jsonl").put(given)
    assert CameraSpool(tmp_path / "cam.jsonl").first() == given


def test_a_line_that_a_crash_cut_short_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "cam.jsonl"
    CameraSpool(path).put(event(1))
    with path.open("ab") as file:
        file.write(b'{"event_id": "half')
    again = CameraSpool(path)
    again.put(event(2))
    assert drained(again) == [event(1), event(2)]


def test_a_damaged_line_is_set_aside_and_those_behind_it_go_on(tmp_path: Path) -> None:
    path = tmp_path / "cam.jsonl"
    path.write_bytes(b"no event\n")
    spool = CameraSpool(path)
    spool.put(event(2))
    assert drained(spool) == [event(2)]
    assert (tmp_path / "cam.refused").read_bytes() == b"no event\n"


def test_what_disk_refuses_waits_in_memory_bounded_and_goes_to_the_disk_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spooling, "MOST_HELD", 3)
    folder = tmp_path / "spool"
    folder.write_text("a file where the folder should be")
    spool = CameraSpool(folder / "cam.jsonl")
    for number in range(5):
        spool.put(event(number))
    backlog = spool.backlog
    assert (backlog.events, backlog.in_memory, backlog.lost) == (3, 3, 2)
    assert backlog.refusal
    folder.unlink()
    assert spool.first() == event(2)
    assert (spool.backlog.in_memory, spool.backlog.refusal) == (0, None)
    assert drained(spool) == [event(2), event(3), event(4)]
