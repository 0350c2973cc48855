"""Live pictures, from the process that watches to the one that serves: parts over a Unix socket in the home.

The one that serves says in one line of JSON what it wants, all of it, whenever that changes:

    [["33088100081320000001", "wall"], ["gate", "large"]]

The other answers with parts for as long as the connection lasts; browsers get the same parts (docs/formats.md).

Whoever says "duties" instead gets one part without a picture, which says how each duty of the process does.
"""

import json
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from core.clock import rfc3339
from core.domain import Observation, RuleEvent
from core.geometry import Box
from core.messages import message_of
from core.rules import ZoneRule

Size = Literal["wall", "large"]

# The longer side of a picture at most, in pixels.
LONG_SIDE_PX: dict[Size, int] = {"wall": 640, "large": 1280}

# Lengths of header and picture in bytes, big-endian, before each part.
PREFIX = struct.Struct(">II")
MAX_HEADER_BYTES = 1 << 20
MAX_PICTURE_BYTES = 1 << 23
MAX_LINE_BYTES = 1 << 20

ASK_DUTIES = b'"duties"\n'

_SOCKET = "live.sock"


@dataclass(frozen=True, slots=True, order=True)
class Want:
    """The pictures of one camera in one size."""

    camera_id: str
    size: Size


@contextmanager
def socket_address(home: Path) -> Iterator[str]:
    """The address of the socket in that folder, to be bound or connected to within the block.

    Addresses of Unix sockets end after 107 bytes, paths do not: it leads through an open descriptor of the folder.

    Raises:
        OSError: there is no such folder.
    """
    folder = os.open(home, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{_SOCKET}"
    finally:
        os.close(folder)


def part(header: dict[str, Any], picture: bytes = b"") -> bytes:
    """One part: a header, and a JPEG or nothing."""
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    return PREFIX.pack(len(text), len(picture)) + text + picture


def line_of(wants: Iterable[Want]) -> bytes:
    """The line that says what is wanted."""
    return json.dumps([[one.camera_id, one.size] for one in sorted(wants)]).encode() + b"\n"


def wants_of(line: bytes) -> frozenset[Want]:
    """What such a line wants.

    Raises:
        ValueError: it is no such line.
    """
    try:
        wants = frozenset(Want(str(camera_id), size) for camera_id, size in json.loads(line))
    except TypeError as error:
        raise ValueError("a list of cameras with sizes was expected") from error
    if any(one.size not in get_args(Size) for one in wants):
        raise ValueError(f"sizes are {', '.join(get_args(Size))}")
    return wants


def seen_to_json(
    observation: Observation, events: Sequence[RuleEvent], rules: Sequence[ZoneRule], interval_s: float
) -> dict[str, Any]:
    """What was seen in one frame, as the header of its picture. Boxes and polygons are in 0-1 of the frame.

    Args:
        events: those that are open, as they stand with this frame.
        rules: those that hold, of whichever preset.
        interval_s: seconds to the next frame.
    """
    zones = [rule for rule in rules if rule.preset_id == observation.preset_id]
    return {
        "kind": "picture",
        "camera_id": observation.camera_id,
        "preset_id": observation.preset_id,
        "utc": rfc3339(observation.utc),
        "interval_s": round(interval_s, 3),
        "unfit": _message(observation.unfit) if observation.unfit else None,
        "zones": [_zone(rule, observation.utc) for rule in zones],
        "events": [_event(one) for one in events if one.preset_id == observation.preset_id],
        "detections": [
            {"label": one.label, "score": round(one.score, 3), "box": _unit(one.bbox_xyxy_px, observation)}
            for one in observation.detections
        ],
    }


def _message(said: str) -> dict[str, Any]:
    """As the API has it: with its words in English."""
    message = message_of(said)
    return {**message.plain(), "text": str(message)}


def _zone(rule: ZoneRule, at: datetime) -> dict[str, Any]:
    return {
        "id": rule.zone.id,
        "name": rule.zone.name,
        "violation": rule.zone.violation,
        "polygon": [list(point) for point in rule.zone.polygon],
        "observing": rule.zone.observes(at),
        "violation_after_s": rule.violation_after_s,
    }


def _event(event: RuleEvent) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "zone_id": event.zone_id,
        "violation": event.violation,
        "state": event.state,
        "label": event.label,
        "count": event.count,
        "still_since": rfc3339(event.still_since),
        "last_seen": rfc3339(event.last_seen),
        "dwell_s": round(event.dwell_s, 3),
        "bridged_s": round(event.bridged_s, 3),
        "observing": event.observing,
        "boxes": [_scaled(one.bbox_xyxy_px, event.frame_size_wh) for one in event.members],
    }


def _unit(box: Box, observation: Observation) -> list[float]:
    return _scaled(box, observation.frame_size_wh)


def _scaled(box: Box, size_wh: tuple[int, int]) -> list[float]:
    width, height = size_wh
    x1, y1, x2, y2 = box
    return [round(min(max(one, 0.0), 1.0), 4) for one in (x1 / width, y1 / height, x2 / width, y2 / height)]
