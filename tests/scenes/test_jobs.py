"""Long work in processes of its own."""

import threading

import pytest

from core.errors import JiejingError, StorageError
from core.messages import Message
from scenes.jobs import run_jobs
from tests.says import says
from tests.scenes.jobs import breaks, counts, never_ends, refuses


def test_jobs_report_how_far_they_are() -> None:
    reported = list(run_jobs({"a": counts, "b": counts}, threading.Event()))
    assert sorted(reported) == [("a", 0.5), ("a", 1.0), ("b", 0.5), ("b", 1.0)]


def test_the_error_of_one_job_ends_all() -> None:
    with pytest.raises(StorageError, check=says("core.located", where="disk", cause=Message("core.enospc"))):
        list(run_jobs({"a": never_ends, "b": refuses}, threading.Event()))
    with pytest.raises(JiejingError, check=says("scenes.job_ended", job="b", exit_code=7)):
        list(run_jobs({"a": never_ends, "b": breaks}, threading.Event()))


def test_jobs_end_when_told_to() -> None:
    stop = threading.Event()
    for key, share in run_jobs({"a": never_ends}, stop):
        assert (key, share) == ("a", 0.1)
        stop.set()
