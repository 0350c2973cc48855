"""jiejing run: watches the cameras."""

from core.clock import SystemClock
from core.duties import Duties
from runtime.camera.fleet import Fleet
from runtime.home.in_use import in_use
from runtime.home.installation import Installation
from runtime.process import logs
from runtime.process.memory import bound_heaps
from runtime.process.restarts import note_restarts
from runtime.process.signals import stop_on_signals


def command() -> None:
    """Watches all cameras of the site. Until SIGTERM or Ctrl-C; changes of the site take effect within seconds."""
    stop = stop_on_signals()
    bound_heaps()
    installation = Installation.open()
    logs.set_up(installation.settings.log_level)
    clock = SystemClock()
    duties = Duties(clock)
    duties.watch_threads()
    note_restarts(duties)
    with in_use(installation.settings.home):
        Fleet(installation, clock, duties).run(stop)
