"""Reads files from outside in a process of its own, with limits of time, memory and output: whatever a file makes its
reader do, it ends there, and everybody else goes on.

The child gets the content on standard input and answers with JSON. It knows nothing: no data base, no key, no home.
"""

import json
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.messages import Message, read
from store.files.sheets import TableError

Kind = Literal["csv", "workbook", "yaml", "picture"]

_ROOT = Path(__file__).resolve().parents[2]
# Two tables at once are more than people send; others wait for their turn.
_TURN = threading.BoundedSemaphore(2)
_TURN_S = 30.0
_SLOW = Message("store.file_takes_long")
_LARGE = Message("store.file_takes_much")
_SLOW_PICTURE = Message("store.picture_takes_long")
_LARGE_PICTURE = Message("store.picture_takes_much")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a reader may take: seconds of the processor, seconds in all, bytes of address space, bytes of its answer."""

    cpu_s: int
    wall_s: float
    memory: int
    output: int


LIMITS: dict[Kind, Limits] = {
    "csv": Limits(5, 15, 320 << 20, 48 << 20),
    "workbook": Limits(5, 15, 320 << 20, 48 << 20),
    # A site of 10,000 cameras.
    "yaml": Limits(30, 60, 1200 << 20, 160 << 20),
    # What a decoder may hold (store.files.picture_files), and the interpreter.
    "picture": Limits(4, 12, 200 << 20, 1 << 20),
}


def read_apart(kind: Kind, content: bytes) -> Any:
    """What a file holds, as the reader of its kind tells it (store.files.subprocess_child).

    Raises:
        TableError: it cannot be read, or takes more than any file of its kind.
    """
    if not _TURN.acquire(timeout=_TURN_S):
        raise TableError("store.readers_busy")
    try:
        answer = _answer(kind, content, LIMITS[kind])
    finally:
        _TURN.release()
    told = json.loads(answer)
    if "refused" in told:
        raise TableError(read(told["refused"]))
    return told["read"]


def _answer(kind: Kind, content: bytes, limits: Limits) -> bytes:
    command = [sys.executable, "-s", "-m", "store.files.subprocess_child", kind]
    environment = {"PYTHONPATH": str(_ROOT), "PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"}
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd="/", env=environment
        )
    except OSError as error:
        raise TableError("store.reader_not_started", cause=error) from error
    try:
        answer, _ = process.communicate(content, timeout=limits.wall_s)
    except subprocess.TimeoutExpired as error:
        raise TableError(_SLOW_PICTURE if kind == "picture" else _SLOW) from error
    finally:
        process.kill()
        process.communicate()
    if process.returncode != 0 or len(answer) > limits.output:
        raise TableError(_LARGE_PICTURE if kind == "picture" else _LARGE)
    return answer


def limited(limits: Limits, then: Callable[[], None]) -> None:
    """For the child: takes the limits on, for good, and goes on."""
    for name, value in (
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (value, value))
    then()
