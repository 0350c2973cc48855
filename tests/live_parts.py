"""Live pictures as a reader gets them, and sights to show."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from core.domain import Detection, Frame, Image, Observation
from core.live_wire import PREFIX
from core.rules import rules_of
from runtime.camera.live_window import LiveWindow, Sight
from tests.store.examples import CAMERA, START, as_violation, event

SIZE_WH = (1920, 1080)


@dataclass(frozen=True)
class Part:
    """A part, taken apart."""

    header: dict[str, Any]
    jpeg: bytes

    @property
    def picture(self) -> Image:
        found = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert found is not None
        return found.astype(np.uint8)


@contextmanager
def at_work(window: LiveWindow, every_s: float = 0.02) -> Iterator[None]:
    """The first camera at work: a sight again and again."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(every_s):
            window.offer(sight())

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


def parts_of(chunks: Iterator[bytes]) -> Iterator[Part]:
    """The parts in what arrives in any pieces."""
    held = b""
    for chunk in chunks:
        held += chunk
        while len(held) >= PREFIX.size:
            header, picture = PREFIX.unpack_from(held)
            end = PREFIX.size + header + picture
            if len(held) < end:
                break
            yield Part(json.loads(held[PREFIX.size : PREFIX.size + header]), held[PREFIX.size + header : end])
            held = held[end:]


def sight(camera_id: str = CAMERA.id, grey: int = 90) -> Sight:
    """A grey street, and a car that has stood there for too long."""
    camera = CAMERA.model_copy(update={"id": camera_id})
    (rule,) = rules_of(camera)
    standing = replace(as_violation(event(camera_id=camera_id)), zone_id=rule.zone.id)
    image = np.full((SIZE_WH[1], SIZE_WH[0], 3), grey, np.uint8)
    frame = Frame(camera_id, START, 0.0, 0.0, "1", image)
    seen = (Detection("car", 0.81, standing.bbox_xyxy_px),)
    return Sight(frame, Observation(camera_id, "1", START, SIZE_WH, seen), (standing,), (rule,), 1.0)
