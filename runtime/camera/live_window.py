"""Where live pictures leave the process that watches: to those who asked for them, and only while they do."""

import os
import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import cv2

from core.clock import SystemClock
from core.domain import Frame, Image, Observation, RuleEvent
from core.duties import Duties, duty_to_json
from core.errors import StorageError
from core.live_wire import (
    ASK_DUTIES,
    LONG_SIDE_PX,
    MAX_LINE_BYTES,
    Size,
    Want,
    part,
    seen_to_json,
    socket_address,
    wants_of,
)
from core.messages import Message
from core.rules import ZoneRule
from core.sharing import is_shared

QUALITY = 80
# A reader that takes nothing for so long is gone.
PATIENCE_S = 10
# Each has two threads. `serve` needs one for its pages, and one for a moment when it asks for the duties.
MOST_READERS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One frame and what was seen in it.

    Attributes:
        frame: with privacy masks black.
        events: those that are open.
    """

    frame: Frame
    observation: Observation
    events: Sequence[RuleEvent]
    rules: Sequence[ZoneRule]
    interval_s: float


class LiveWindow:
    """Listens on the socket of a home. A camera hands over each frame and goes on at once: pictures are made by the
    thread of whoever reads, and one for which that is too slow is never made."""

    def __init__(self, home: Path, duties: Duties | None = None) -> None:
        """Begins to listen; a socket that a predecessor left is replaced.

        Args:
            duties: what is told to those who ask how the process does.

        Raises:
            StorageError: it cannot be made.
        """
        self._duties = duties or Duties(SystemClock())
        self._duty = self._duties.of("live pictures")
        self._closed = threading.Event()
        self._made = 0
        self._readers: tuple[_Reader, ...] = ()
        self._lock = threading.Lock()
        try:
            self._listener = _listen(home)
        except OSError as error:
            raise StorageError("runtime.no_live_socket", path=home, cause=error) from error
        threading.Thread(target=self._accept, name="live pictures", daemon=True).start()

    @property
    def made(self) -> int:
        """How many pictures were made so far."""
        return self._made

    @property
    def is_watched(self) -> bool:
        """Whether anybody wants anything."""
        return any(one.wants for one in self._readers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def offer(self, sight: Sight) -> None:
        """Hands a frame to those who want its camera; never waits."""
        for reader in self._readers:
            reader.offer(sight)

    def close(self) -> None:
        """Ends it and sends everybody away."""
        self._closed.set()
        # Closing alone would leave the thread that accepts waiting for ever.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for reader in self._readers:
            reader.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            if not self._duty.attempt(self._accept_all):
                self._closed.wait(1.0)

    def _accept_all(self) -> None:
        while not self._closed.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError as error:
                if self._closed.is_set():
                    return
                raise StorageError("runtime.live_pictures_let_nobody_in", cause=error) from error
            self._duty.well()
            self._let_in(connection)

    def _let_in(self, connection: socket.socket) -> None:
        if len(self._readers) >= MOST_READERS:
            connection.close()
            self._duty.dropped(why=Message("runtime.too_many_live_readers", limit=MOST_READERS))
            return
        reader = _Reader(connection)
        with self._lock:
            self._readers = (*self._readers, reader)
        try:
            threading.Thread(target=self._attend, args=(reader,), name="live reader", daemon=True).start()
        except RuntimeError as error:  # no further thread can be begun
            self._let_go(reader)
            raise StorageError("runtime.live_reader_not_served", cause=error) from error

    def _attend(self, reader: "_Reader") -> None:
        try:
            writer = threading.Thread(target=self._write, args=(reader,), name="live writer", daemon=True)
            writer.start()
            reader.listen(self._duties)
        except (OSError, ValueError) as error:
            self._duty.dropped(why=Message("runtime.live_reader_sent_away", cause=error))
        except Exception as error:  # noqa: BLE001  told, and this reader alone is sent away
            self._duty.failed(error)
        finally:
            self._let_go(reader)

    def _write(self, reader: "_Reader") -> None:
        try:
            while taken := reader.take():
                picture = _jpeg(taken[1].frame.image, taken[0].size)
                with self._lock:
                    self._made += 1
                reader.send(taken[0].size, taken[1], picture)
                self._duty.well()
        except OSError:
            reader.close()
        except Exception as error:  # noqa: BLE001  told, and this reader alone is sent away
            self._duty.failed(error)
            reader.close()

    def _let_go(self, reader: "_Reader") -> None:
        reader.close()
        with self._lock:
            self._readers = tuple(one for one in self._readers if one is not reader)


class _Reader:
    """One connection: what it wants, and the newest sight of each camera for it."""

    def __init__(self, connection: socket.socket) -> None:
        # Of sending alone: whoever wants nothing new says nothing.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", PATIENCE_S, 0))
        self._connection = connection
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self.wants: frozenset[Want] = frozenset()
        self._waiting: dict[Want, Sight] = {}
        self._closed = False

    def listen(self, duties: Duties) -> None:
        """Takes in what is wanted until the other side ends.

        Raises:
            OSError: the connection broke.
            ValueError: something else came.
        """
        with self._connection.makefile("rb") as lines:
            while line := lines.readline(MAX_LINE_BYTES):
                if line == ASK_DUTIES:
                    self._send({"kind": "duties", "duties": [duty_to_json(one) for one in duties.all()]})
                    continue
                wants = wants_of(line)
                with self._changed:
                    self.wants = wants
                    self._waiting = {want: sight for want, sight in self._waiting.items() if want in wants}

    def offer(self, sight: Sight) -> None:
        """Keeps a frame, in place of an older one, if it is wanted."""
        for size in LONG_SIDE_PX:
            want = Want(sight.frame.camera_id, size)
            if want in self.wants:
                with self._changed:
                    self._waiting[want] = sight
                    self._changed.notify()

    def take(self) -> tuple[Want, Sight] | None:
        """The next frame to send, the one that was first in line; None when the connection ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            want = next(iter(self._waiting))
            return want, self._waiting.pop(want)

    def send(self, size: Size, sight: Sight, picture: bytes) -> None:
        """
        Raises:
            OSError: the other side is gone, or took nothing for PATIENCE_S.
        """
        header = {"size": size, **seen_to_json(sight.observation, sight.events, sight.rules, sight.interval_s)}
        self._send(header, picture)

    def _send(self, header: dict[str, Any], picture: bytes = b"") -> None:
        with self._sending:
            self._connection.sendall(part(header, picture))

    def close(self) -> None:
        """Ends the connection; safe to call twice and from another thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()


def _listen(home: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with socket_address(home) as address:
            Path(address).unlink(missing_ok=True)
            # Before it has a name: Linux makes the file with these permissions.
            os.fchmod(listener.fileno(), 0o660 if is_shared() else 0o600)
            listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _jpeg(image: Image, size: Size) -> bytes:
    """A (height, width, 3) picture as a JPEG, its longer side at most what the size allows."""
    height, width = image.shape[:2]
    scale = min(1.0, LONG_SIDE_PX[size] / max(width, height))
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = image if scale == 1.0 else cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])
