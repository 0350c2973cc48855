"""Connections to PostgreSQL that do not wait for ever: a server that is stopped keeps its connections and says nothing.

Imported only where PostgreSQL is used: its driver is an extra.
"""

import time
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Ready
from sqlalchemy import Engine, event


class NotAnsweredError(psycopg.OperationalError):
    """The server was silent for too long."""


def limit_silence(engine: Engine, silence_s: float) -> None:
    """From now on a connection on which the server is silent for so long is closed, and its statement fails."""

    class Patient(psycopg.Connection[Any]):
        """Closed before the error is raised: it would be in the midst of an answer for whoever got it next."""

        def wait(self, gen: PQGen[Any], *arguments: Any, **options: Any) -> Any:
            try:
                return super().wait(_watched(gen, silence_s), *arguments, **options)
            except NotAnsweredError:
                self.pgconn.finish()
                raise

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: Any, options: Any) -> psycopg.Connection[Any]:
        return Patient.connect(*arguments, **options)


def _watched(gen: PQGen[Any], silence_s: float) -> PQGen[Any]:
    """The same exchange with the server, ended after so many seconds in which nothing came."""
    try:
        wanted = next(gen)
        heard_s = time.monotonic()
        while True:
            ready = yield wanted
            now_s = time.monotonic()
            if ready:
                heard_s = now_s
            elif now_s - heard_s > silence_s:
                raise NotAnsweredError(f"it was silent for {silence_s:.0f} s")
            wanted = gen.send(Ready(ready))
    except StopIteration as end:
        return end.value
