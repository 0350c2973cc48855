"""jiejing serve: the HTTP interface."""

from typing import Annotated

import typer

from api.serve import serve
from runtime.camera.camera_line import StreamLine
from runtime.home.in_use import in_use
from runtime.home.installation import Installation
from runtime.process import logs
from runtime.process.memory import bound_heaps
from runtime.process.restarts import note_restarts


def command(
    host: Annotated[str | None, typer.Option(help="Address to listen on; others than loopback want TLS.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
) -> None:
    """Serves the HTTP interface. Events, packages and the state of the cameras, until SIGTERM or Ctrl-C."""
    bound_heaps()
    installation = Installation.open()
    logs.set_up(installation.settings.log_level)
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    with in_use(installation.settings.home):
        _ = installation.engine
        line = StreamLine(installation.settings)
        serve(installation.settings.model_copy(update=given), camera_line=line, note=note_restarts)
