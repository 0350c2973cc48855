"""One ffmpeg process: started without a shell or credentials in its arguments, always drained, always ended."""

import contextlib
import errno
import logging
import os
import selectors
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from functools import partial
from typing import IO

from core.duties import words_of
from core.errors import StorageError, StreamError
from core.messages import Message
from streams.fence import Gate, Place, fenced

TERM_S = 2.0
SECOND_TERM_S = 0.3
LineHandler = Callable[[str], None]

_log = logging.getLogger("jiejing.streams")


class FfmpegProcess:
    """Runs ffmpeg until it ends or is ended.

    One thread reads every text channel (stderr and the extra pipes) line by line, so that ffmpeg never blocks on us.
    Frames come on stdout by `read_into`, whose caller sets the pace.

    The child needs no parent-death signal: a live run writes a line a packet into our pipe and dies of the broken pipe
    with the next packet, or by its socket timeout. (PR_SET_PDEATHSIG would need code between fork and exec, unsafe
    with threads, and fires when the starting *thread* ends.)
    """

    def __init__(
        self,
        arguments: Callable[[list[str]], list[str]],
        *,
        on_stderr: LineHandler,
        on_pipes: tuple[LineHandler, ...] = (),
        stdin: str | None = None,
        on_end: Callable[[], None] = lambda: None,
        place: Place | None = None,
    ) -> None:
        """Starts it.

        Args:
            arguments: makes the argument list from the names of the extra pipes (pipe:N), one per handler of on_pipes.
            stdin: text that ffmpeg reads as pipe:0 (a concat script with the address: no file, no argument holds it).
            place: where alone it may connect to; None = it reads no network, as its arguments say.
            on_end: called by the reading thread once every text channel has ended.

        Raises:
            StorageError: ffmpeg cannot be started.
        """
        pipes = [os.pipe() for _ in on_pipes]
        write_ends = [write for _, write in pipes]
        command = arguments([f"pipe:{end}" for end in write_ends])
        self._gate = Gate(place) if place else None
        self._ours: socket.socket | None = None
        theirs: socket.socket | None = None
        if place:
            self._ours, theirs = socket.socketpair()
        if theirs:
            write_ends.append(theirs.detach())
            command = fenced(command, write_ends[-1])
        try:
            if shutil.which("ffmpeg") is None:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=write_ends,
            )
        except OSError as error:
            for read, _ in pipes:
                os.close(read)
            if self._ours:
                self._ours.close()
            raise StorageError("streams.ffmpeg_not_started", cause=error) from error
        finally:
            for end in write_ends:
                os.close(end)
        assert self._process.stdout is not None  # noqa: S101 (both are pipes)
        assert self._process.stderr is not None  # noqa: S101
        self._stdout: IO[bytes] = self._process.stdout
        self._stderr: IO[bytes] = self._process.stderr
        self._tell(stdin)
        channels = [(self._stderr.fileno(), on_stderr)]
        channels += [(read, handler) for (read, _), handler in zip(pipes, on_pipes, strict=True)]
        self._owned = [read for read, _ in pipes]
        self._on_end = on_end
        self._fault: Exception | None = None
        self._reader = threading.Thread(target=self._read, args=(channels,), name="ffmpeg-lines", daemon=True)
        self._reader.start()
        self._ending = threading.Lock()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit status, None while it runs."""
        return self._process.poll()

    @property
    def fault(self) -> Message | None:
        """What kept us from taking in what it says, which ended it; None = nothing."""
        return words_of(self._fault) if self._fault else None

    def read_into(self, buffer: memoryview) -> bool:
        """Fills the buffer from stdout; False where it ended before."""
        try:
            return self._stdout.readinto(buffer) == len(buffer)  # type: ignore[attr-defined, no-any-return]
        except ValueError:  # closed by end()
            return False

    def wait(self) -> int:
        """Waits for its end and until all its lines were handled; gives the exit status.

        Raises:
            StreamError: a line could not be handled, which ended it.
        """
        status = self._process.wait()
        self._reader.join()
        if self._fault:
            raise StreamError("streams.ffmpeg_output_not_understood", cause=self.fault)
        return status

    def end(self) -> None:
        """Ends it: SIGTERM, so that it closes its files, and SIGKILL after TERM_S. Safe to call twice."""
        with self._ending:
            if self._process.poll() is None:
                self._terminate_or_kill()
            if self._reader is not threading.current_thread():
                self._reader.join()
            for end in self._owned:
                os.close(end)
            self._owned = []
            self._stderr.close()
            self._stdout.close()

    def _terminate_or_kill(self) -> None:
        # Frames that nobody reads any more would keep ffmpeg in a write: read them away until it is gone.
        discard = threading.Thread(target=self._discard_frames, name="ffmpeg-discard", daemon=True)
        discard.start()
        # The first SIGTERM ends ffmpeg at its next packet, the second also ends its waiting for one.
        for patience_s in (SECOND_TERM_S, TERM_S - SECOND_TERM_S):
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
                break
        else:
            self._process.kill()
            self._process.wait()
        discard.join()

    def _discard_frames(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while os.read(self._stdout.fileno(), 1 << 20):
                pass

    def _tell(self, text: str | None) -> None:
        if self._process.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError), self._process.stdin as pipe:
            pipe.write((text or "").encode())

    def _read(self, channels: list[tuple[int, LineHandler]]) -> None:
        """Nobody waits for lines that nobody reads, ffmpeg included: what keeps this thread from its work ends both."""
        for work in (partial(self._drain, channels), self._on_end):
            try:
                work()
            except Exception as error:  # noqa: BLE001  whatever it is: who reads is told by `fault`
                _log.error("what ffmpeg says cannot be taken in: %s", error, exc_info=error)
                self._fault = self._fault or error
                self._process.kill()

    def _drain(self, channels: list[tuple[int, LineHandler]]) -> None:
        with selectors.DefaultSelector() as selector:
            for descriptor, handler in channels:
                selector.register(descriptor, selectors.EVENT_READ, _Lines(handler))
            if self._gate and (listener := self._listener()) is not None:
                selector.register(listener, selectors.EVENT_READ, self._gate)
            open_channels = len(channels)
            while open_channels:
                for key, _ in selector.select():
                    if not key.data.read(key.fd):
                        selector.unregister(key.fd)
                        open_channels -= key.data is not self._gate

    def _listener(self) -> int | None:
        if not self._gate or not self._ours:
            return None
        with self._ours:
            listener = self._gate.listener(self._ours, self.pid)
        if listener is not None:
            self._owned.append(listener)
        return listener


class _Lines:
    """Cuts what comes from a descriptor into lines."""

    def __init__(self, handler: LineHandler) -> None:
        self._handler = handler
        self._rest = b""

    def read(self, descriptor: int) -> bool:
        """Reads what is there; False at the end."""
        chunk = os.read(descriptor, 65536)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._handler(line.decode(errors="replace").rstrip("\r"))
        return bool(chunk)
