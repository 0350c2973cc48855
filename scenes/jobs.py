"""Long work in processes of its own, all jobs at the same time, each with its progress."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from threading import Event

from core.errors import JiejingError

Progress = Callable[[float], None]
Job = Callable[[Progress], None]

LOOK_FOR_STOP_S = 0.2


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process that does one job, and where it tells of it."""

    key: str
    process: SpawnProcess
    told: Connection


def run_jobs(jobs: Mapping[str, Job], stop: Event) -> Iterator[tuple[str, float]]:
    """Does the jobs until all are done or `stop` is set; yields whose job has come how far, 0-1.

    Args:
        jobs: by any name; each can be pickled and is given a function to call with the share that is done.

    Raises:
        JiejingError: of the job that failed first; the others are ended.
    """
    workers = [_started(key, job) for key, job in jobs.items()]
    running: dict[object, _Worker] = {worker.told: worker for worker in workers}
    try:
        while running and not stop.is_set():
            for pipe in wait([worker.told for worker in running.values()], LOOK_FOR_STOP_S):
                share = _heard(running[pipe])
                if share is None:
                    del running[pipe]
                else:
                    yield running[pipe].key, share
    finally:
        for worker in workers:
            worker.process.terminate()
            worker.process.join()


def _started(key: str, job: Job) -> _Worker:
    context = get_context("spawn")
    told, tells = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(job, tells), name=key, daemon=True)
    process.start()
    tells.close()
    return _Worker(key, process, told)


def _heard(worker: _Worker) -> float | None:
    """The share that is done; None when the job has ended well."""
    try:
        message: float | JiejingError = worker.told.recv()
    except EOFError:
        worker.process.join()
        if worker.process.exitcode:
            raise JiejingError("scenes.job_ended", job=worker.key, exit_code=worker.process.exitcode) from None
        return None
    if isinstance(message, JiejingError):
        raise message
    return message


def _work(job: Job, tells: Connection) -> None:
    """In the process: what goes wrong on purpose is told, not shown."""
    os.setsid()  # Ctrl-C at the terminal is for the parent, which ends this process
    with suppress(BrokenPipeError):  # the parent is gone: nobody waits for this any more
        try:
            job(tells.send)
        except JiejingError as error:
            tells.send(error)
