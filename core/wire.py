"""The two line formats: events.jsonl (changes of state) and recorded detections. One JSON object a line."""

import base64
import json
import math
from datetime import datetime
from typing import Any

import numpy as np

from core.clock import parse_rfc3339, rfc3339
from core.domain import Detection, Gap, Image, Member, Observation, RuleEvent
from core.errors import InputError, InvalidValueError
from core.labels import LABELS
from core.messages import read
from core.model_ref import ModelRef

APPEARANCE_PX = 40


def event_to_json(event: RuleEvent, package: str | None = None) -> dict[str, Any]:
    """One change of state as plain data, keys in the order of the format."""
    return {
        "event_id": event.event_id,
        "camera_id": event.camera_id,
        "preset_id": event.preset_id,
        "zone_id": event.zone_id,
        "violation": event.violation,
        "state": event.state,
        "opening": event.opening,
        "label": event.label,
        "count": event.count,
        "score": round(event.score, 4),
        "bbox_xyxy_px": _rounded(event.bbox_xyxy_px),
        "frame_size_wh": list(event.frame_size_wh),
        "first_seen": rfc3339(event.first_seen),
        "still_since": rfc3339(event.still_since),
        "violation_at": _time(event.violation_at),
        "last_seen": rfc3339(event.last_seen),
        "cleared_at": _time(event.cleared_at),
        "dwell_s": round(event.dwell_s, 3),
        "observed_s": round(event.observed_s, 3),
        "bridged_s": round(event.bridged_s, 3),
        "gaps": None if event.gaps is None else [_gap_to_json(one) for one in event.gaps],
        "observing": event.observing,
        "model": _model_to_json(event.model) if event.model else None,
        "models": [_model_to_json(one) for one in event.models],
        "rule_version": event.rule_version,
        "members": [_member_to_json(one) for one in event.members],
        "package": package,
    }


def observation_to_json(observation: Observation) -> dict[str, Any]:
    """One frame's detections as plain data."""
    record: dict[str, Any] = {
        "camera_id": observation.camera_id,
        "preset_id": observation.preset_id,
        "utc": observation.utc.isoformat(timespec="microseconds"),
        "frame_size_wh": list(observation.frame_size_wh),
        "detections": [_detection_to_json(one) for one in observation.detections],
    }
    if observation.unfit:
        record["unfit"] = observation.unfit
    if observation.looked_for is not None:
        record["looked_for"] = sorted(observation.looked_for)
    return record


def observation_from_line(line: str, where: str) -> Observation:
    """One recorded line.

    Raises:
        InputError: not such a line; names `where` and the cause.
    """
    try:
        record = json.loads(line)
        return Observation(
            camera_id=str(record["camera_id"]),
            preset_id=str(record.get("preset_id", "1")),
            utc=parse_rfc3339(record["utc"]),
            frame_size_wh=_size(*record["frame_size_wh"]),
            detections=tuple(_detection_from_json(one) for one in record["detections"]),
            unfit=read(record["unfit"]) if record.get("unfit") else None,
            looked_for=frozenset(record["looked_for"]) if "looked_for" in record else None,
        )
    except KeyError as error:
        raise InputError("core.record_lacks_key", where=where, key=str(error)) from error
    except (ValueError, TypeError) as error:
        raise InputError("core.record_is_wrong", where=where, cause=error) from error


def appearance_to_text(appearance: Image) -> str:
    """An appearance as base64 of its bytes, row by row."""
    return base64.b64encode(appearance.tobytes()).decode()


def appearance_from_text(text: str) -> Image:
    """The (APPEARANCE_PX, APPEARANCE_PX) uint8 picture of such a text.

    Raises:
        ValueError: no base64, or another size.
    """
    pixels = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    if pixels.size != APPEARANCE_PX**2:
        raise InvalidValueError(
            "core.appearance_of_wrong_size", bytes=pixels.size, width=APPEARANCE_PX, height=APPEARANCE_PX
        )
    return pixels.reshape(APPEARANCE_PX, APPEARANCE_PX)


def _member_to_json(member: Member) -> dict[str, Any]:
    return {
        "label": member.label,
        "score": round(member.score, 4),
        "bbox_xyxy_px": _rounded(member.bbox_xyxy_px),
        "still_since": rfc3339(member.still_since),
        "number": member.number,
        "unit": member.unit,
        "over_limit": member.over_limit,
    }


def _model_to_json(model: ModelRef) -> dict[str, str]:
    return {"name": model.name, "sha256": model.sha256}


def _gap_to_json(gap: Gap) -> dict[str, Any]:
    return {"start": rfc3339(gap.start), "end": rfc3339(gap.end)}


def _detection_to_json(detection: Detection) -> dict[str, Any]:
    record: dict[str, Any] = {
        "label": detection.label,
        "score": round(detection.score, 4),
        "bbox_xyxy_px": _rounded(detection.bbox_xyxy_px),
    }
    if detection.model is not None:
        record["model"] = _model_to_json(detection.model)
    if detection.appearance is not None:
        record["appearance"] = appearance_to_text(detection.appearance)
    return record


def _detection_from_json(record: dict[str, Any]) -> Detection:
    if record["label"] not in LABELS:
        raise InvalidValueError("core.unknown_label", label=repr(record["label"]), labels=LABELS)
    x1, y1, x2, y2 = (float(value) for value in record["bbox_xyxy_px"])
    if not (-math.inf < x1 < x2 < math.inf and -math.inf < y1 < y2 < math.inf):
        raise InvalidValueError("core.box_is_empty", box=str(record["bbox_xyxy_px"]))
    score = float(record["score"])
    if not 0 <= score <= 1:
        raise InvalidValueError("core.score_out_of_range", score=score)
    look, model = record.get("appearance"), record.get("model")
    return Detection(
        record["label"],
        score,
        (x1, y1, x2, y2),
        None if look is None else appearance_from_text(look),
        None if model is None else ModelRef(str(model["name"]), str(model["sha256"])),
    )


def _size(width: int, height: int) -> tuple[int, int]:
    if width < 1 or height < 1:
        raise InvalidValueError("core.frame_size_is_empty", width=width, height=height)
    return int(width), int(height)


def _rounded(box: tuple[float, float, float, float]) -> list[float]:
    return [round(value, 1) for value in box]


def _time(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None
