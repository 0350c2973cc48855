"""What a process is told of its predecessors, which `up` started again: they could not tell it themselves."""

import os
import threading
from collections.abc import Mapping

from core.duties import Duties, Trouble
from core.messages import Message

_ENDED_WITH, _TIMES = "JIEJING_PREDECESSOR_ENDED_WITH", "JIEJING_PREDECESSOR_ENDED_TIMES"
# So long it stands among the troubles; it is counted for ever.
SHOWN_S = 120.0


def told(code: int, times: int) -> dict[str, str]:
    """What a successor is given in its environment.

    Args:
        code: with which the last one ended; below 0: the signal that ended it.
        times: how many ended since `up` began.
    """
    return {_ENDED_WITH: str(code), _TIMES: str(times)}


def note_restarts(duties: Duties, environment: Mapping[str, str] = os.environ) -> None:
    """Makes what this process was told visible as the duty `process`."""
    code, times = environment.get(_ENDED_WITH), environment.get(_TIMES)
    if not code or not times:
        return
    duty = duties.of("process")
    trouble = Trouble(Message("runtime.process_ended_and_restarted", exit_code=code))
    for _ in range(int(times)):
        duty.failed(trouble.why)
    duty.troubled(trouble)
    settled = threading.Timer(SHOWN_S, duty.well)
    settled.daemon = True
    settled.start()
