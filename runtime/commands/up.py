"""jiejing up: watches the cameras and serves the API."""

import os

from core.clock import SystemClock
from runtime.home.installation import Installation
from runtime.process import logs
from runtime.process.signals import stop_on_signals
from runtime.process.supervisor import Supervisor


def command() -> None:
    """Watches the cameras and serves. Runs `run` and `serve` and starts again what ends unasked, until SIGTERM."""
    stop = stop_on_signals()
    installation = Installation.open()
    logs.set_up(installation.settings.log_level)
    _ = installation.engine  # migrated once, before two processes meet there
    Supervisor(("run", "serve"), SystemClock(), os.environ).run(stop)
