"""Plays recorded files as RTSP cameras on this machine, for the demo and tests: GStreamer in a process of its own."""

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import StreamError
from core.messages import Message

PROGRAM = Path(__file__).with_name("rtsp_server.py")
INTERPRETER = Path("/usr/bin/python3")  # PyGObject comes with the system, for its own Python only
_NEEDED = "import gi; gi.require_version('GstRtspServer', '1.0'); gi.require_version('GstApp', '1.0')"


def missing() -> Message | None:
    """Why nothing can be played out here, or None."""
    try:
        probe = subprocess.run([INTERPRETER, "-c", _NEEDED], capture_output=True, check=False)
    except OSError:
        return Message("streams.interpreter_missing", path=INTERPRETER)
    return None if probe.returncode == 0 else Message("streams.gstreamer_missing")


class Playout:
    """Serves .mp4 files at rtsp://127.0.0.1:PORT/NAME while the context lasts; each client begins at the beginning."""

    def __init__(
        self, clips: Mapping[str, Path], *, loop: bool = False, port: int = 0, login: str | None = None
    ) -> None:
        """Prepares.

        Args:
            clips: the files by name.
            loop: play each again and again, without a seam in time.
            port: 0 takes a free one.
            login: user:password, which every client must then give.
        """
        self._clips = clips
        self._loop = loop
        self._login = login
        self._process: subprocess.Popen[str] | None = None
        self.port = port

    def url(self, name: str, login: str | None = None) -> str:
        """The address of a stream, with user:password when given."""
        return f"rtsp://{login + '@' if login else ''}127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Starts; again on the same port after `stop`.

        Raises:
            StreamError: the server does not start.
        """
        arguments = [f"{name}={path}" for name, path in self._clips.items()]
        loop = ["--loop"] if self._loop else []
        login = {"RTSP_LOGIN": self._login} if self._login else {}
        self._process = subprocess.Popen(
            [INTERPRETER, PROGRAM, "--port", str(self.port), *loop, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **login},
            start_new_session=True,  # Ctrl-C at the terminal ends it after those who read from it
        )
        lines = [self._process.stdout.readline() for _ in arguments] if self._process.stdout else []
        if not lines or not lines[0]:
            self.stop()
            cause = missing() or Message("streams.rtsp_server_says_why")
            raise StreamError("streams.rtsp_server_not_started", cause=cause)
        self.port = int(lines[0].split(":")[2].split("/")[0])

    def stop(self) -> None:
        """Ends it; clients lose their connection."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
