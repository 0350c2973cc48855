"""What officers decided about events, as far as a data set learns from it. One decision a line of decisions.jsonl:

    {"event_id": "9f2c61d0a8b34e57", "opening": 1, "verdict": "rejected", "effect": "keep_positive",
     "reason": "ambulance on duty"}
    {"event_id": "9f2c61d0a8b34e57", "verdict": "miss", "label": "stall", "boxes": [[410, 220, 520, 400]]}
    {"verdict": "miss", "label": "garbage", "boxes": [[10, 20, 90, 80]], "picture": "seen/1.jpg",
     "camera_id": "33088100081320000001", "utc": "2026-01-31T08:00:00+08:00"}

The file only grows: of several verdicts on one opening the last one holds; misses add up.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from core.clock import parse_rfc3339
from core.errors import InputError, InvalidValueError
from core.geometry import Box
from core.labels import LABELS
from core.messages import Message
from training.datasets.files import is_safe
from training.datasets.lines import box_of

Verdict = Literal["approved", "rejected", "miss"]
Effect = Literal["negative", "keep_positive", "ignore"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision.

    Attributes:
        event_id: None = a miss outside of all events, in a picture of its own.
        effect: of a rejection, what it says about the label: negative (there is no such thing), keep_positive (there
            is, but it is no violation), ignore (nobody can tell).
        label: what it really is; None = as the event says.
        boxes: where it really is, in pixels of the picture; empty = as the event says.
        picture: path of the picture of a miss without event, relative to the file of the decisions.
    """

    verdict: Verdict
    event_id: str | None
    opening: int = 1
    effect: Effect | None = None
    reason: str = ""
    label: str | None = None
    boxes: tuple[Box, ...] = ()
    picture: str | None = None
    camera_id: str | None = None
    utc: datetime | None = None


def read_decisions(path: Path) -> Iterator[Decision]:
    """The decisions of a file, in its order.

    Raises:
        InputError: the file cannot be read, or a line is no decision; names the line.
    """
    for number, record in read_records(path, Message("training.wanted_decisions")):
        try:
            yield _decision(record)
        except KeyError as error:
            raise InputError("training.decision_key_missing", path=path, line=number, key=error) from error
        except (ValueError, TypeError) as error:
            raise InputError("training.decision_unusable", path=path, line=number, cause=error) from error


def read_records(path: Path, wanted: Message) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a file of JSON lines, each with its line number.

    Raises:
        InputError: the file cannot be read, or a line is no JSON object; says what was `wanted`.
    """
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, _record(line, f"{path}:{number}")
    except OSError as error:
        raise InputError("training.file_unreadable", path=path, cause=error, wanted=wanted) from error
    except UnicodeDecodeError as error:
        raise InputError("training.file_no_text", path=path, wanted=wanted) from error


def _record(line: str, where: str) -> Mapping[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise InputError("training.line_no_json", where=where, cause=error) from error
    if not isinstance(record, dict):
        raise InputError("training.json_object_expected", where=where)
    return record


def _decision(record: Mapping[str, Any]) -> Decision:
    unknown = record.keys() - Decision.__dataclass_fields__.keys()
    if unknown:
        raise InvalidValueError("training.unknown_key", key=repr(min(unknown)))
    decision = Decision(
        verdict=_one_of(get_args(Verdict), record["verdict"], "verdict"),
        event_id=_name(record.get("event_id")),
        opening=int(record.get("opening", 1)),
        effect=_one_of(get_args(Effect), record["effect"], "effect") if record.get("effect") else None,
        reason=str(record.get("reason", "")),
        label=_one_of(LABELS, record["label"], "label") if record.get("label") else None,
        boxes=tuple(box_of(box) for box in record.get("boxes", ())),
        picture=record.get("picture"),
        camera_id=record.get("camera_id"),
        utc=parse_rfc3339(record["utc"]) if record.get("utc") else None,
    )
    _refuse_half(decision)
    return decision


def _refuse_half(decision: Decision) -> None:
    if (decision.verdict == "rejected") != (decision.effect is not None):
        raise InvalidValueError("training.rejection_needs_effect")
    if decision.verdict == "miss" and not (decision.label and decision.boxes):
        raise InvalidValueError("training.miss_needs_boxes")
    if decision.event_id is None and (decision.verdict != "miss" or not decision.picture or not decision.camera_id):
        raise InvalidValueError("training.miss_needs_picture")


def _one_of(allowed: tuple[Any, ...], value: Any, what: str) -> Any:
    if value not in allowed:
        raise InvalidValueError("training.decision_value_unknown", name=what, value=repr(value), allowed=allowed)
    return value


def _name(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and is_safe(value) and "/" not in value):
        raise InvalidValueError("training.event_id_wrong", value=repr(value))
    return value
