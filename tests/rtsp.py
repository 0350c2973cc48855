"""A real RTSP server for tests: recorded files as cameras."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Self

PROGRAM = Path(__file__).parents[1] / "streams" / "rtsp_server.py"
INTERPRETER = "/usr/bin/python3"


def missing() -> str | None:
    """Why no server can run here, or None."""
    if not Path(INTERPRETER).exists() or not shutil.which("ffmpeg"):
        return f"needs ffmpeg and {INTERPRETER}"
    needed = "import gi; gi.require_version('GstRtspServer', '1.0'); gi.require_version('GstApp', '1.0')"
    probe = subprocess.run([INTERPRETER, "-c", needed], capture_output=True, check=False)
    return None if probe.returncode == 0 else "needs GStreamer's RTSP server and PyGObject (gir1.2-gst-rtsp-server-1.0)"


class RtspServer:
    """Serves .mp4 files while the context lasts; each client begins at the beginning of its file."""

    def __init__(
        self, clips: dict[str, Path], *, loop: bool = False, port: int | None = None, login: str | None = None
    ) -> None:
        """Prepares; login is user:password, which every client must then give."""
        self._clips = clips
        self._loop = loop
        self._login = login
        self._process: subprocess.Popen[str] | None = None
        self.port = port or 0

    def url(self, name: str, login: str | None = None) -> str:
        """The address of a stream, with user:password when given."""
        return f"rtsp://{login + '@' if login else ''}127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Starts; again on the same port after stop()."""
        arguments = [f"{name}={path}" for name, path in self._clips.items()]
        loop = ["--loop"] if self._loop else []
        login = {"RTSP_LOGIN": self._login} if self._login else {}
        self._process = subprocess.Popen(
            [INTERPRETER, str(PROGRAM), "--port", str(self.port), *loop, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **login},
        )
        assert self._process.stdout is not None
        lines = [self._process.stdout.readline() for _ in arguments]
        if not lines[0]:
            self.stop()
            raise RuntimeError("the RTSP server did not start")
        self.port = int(lines[0].split(":")[2].split("/")[0])

    def stop(self) -> None:
        """Ends it; clients lose their connection."""
        if self._process is None:
            return
        self.unfreeze()
        self._process.terminate()
        self._process.communicate(timeout=10)
        self._process = None

    def freeze(self) -> None:
        """Lets it hang: connections stay open, nothing comes any more."""
        self._signal(signal.SIGSTOP)

    def unfreeze(self) -> None:
        """Lets it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
