"""Work for processes of their own; they import this module, and nothing that is slow to import."""

import threading

import numpy as np

from core.errors import StorageError
from core.messages import Message
from scenes.director import Director, Story
from scenes.jobs import Progress
from scenes.light import LIGHTS
from scenes.plan import plan_of


def counts(progress: Progress) -> None:
    progress(0.5)
    progress(1.0)


def refuses(progress: Progress) -> None:
    raise StorageError("core.located", where="disk", cause=Message("core.enospc"))


def breaks(progress: Progress) -> None:
    raise SystemExit(7)


def never_ends(progress: Progress) -> None:
    progress(0.1)
    threading.Event().wait()


def nobody_there() -> Story:
    """A second of a street with a zone and nobody in it."""
    director = Director(plan_of(1), np.random.default_rng(1))
    director.zone("pavement", "人行道", "illegal_parking", ((0.1, 0.5), (0.9, 0.5), (0.5, 0.9)))
    return director.story("empty", "nobody", "解放路", LIGHTS["overcast"], 1.0)
