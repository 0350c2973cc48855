"""annotations.jsonl: one labelled picture a line."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from core.clock import parse_rfc3339
from core.errors import InputError, InvalidValueError
from core.geometry import Box
from training.datasets.files import is_safe
from training.datasets.model import (
    PARTS,
    LabelledBox,
    LabelledPicture,
    Part,
    Region,
    Source,
    SourceKind,
    Status,
    rounded_box,
)

ALL = "all"


def to_line(picture: LabelledPicture) -> str:
    """The picture as one line of JSON, without the newline."""
    return json.dumps(to_plain(picture), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_plain(picture: LabelledPicture) -> dict[str, Any]:
    """The picture as plain data, keys in the order of the format."""
    file = {"file": picture.file, "size_wh": list(picture.size_wh), "sha256": picture.sha256}
    return {**file, **knowledge(picture), "objects": [_box_to_plain(one) for one in picture.objects]}


def knowledge(picture: LabelledPicture) -> dict[str, Any]:
    """All of it but the file and the boxes."""
    return {
        "camera_id": picture.camera_id,
        # To the microsecond: a picture's moment is read back as it was.
        "utc": picture.utc.isoformat(timespec="microseconds") if picture.utc else None,
        "split": picture.part,
        "source": {"kind": picture.source.kind, "name": picture.source.name},
        "status": picture.status,
        "exhaustive": ALL if picture.exhaustive is None else sorted(picture.exhaustive),
        "screened": sorted(picture.screened),
        "uncertainty": picture.uncertainty,
        "ignore": [_region_to_plain(one) for one in picture.ignore],
        "negatives": [_region_to_plain(one) for one in picture.negatives],
    }


def from_line(line: str, where: str) -> LabelledPicture:
    """The picture of a line.

    Raises:
        InputError: not such a line; names `where` and the cause.
    """
    try:
        return from_plain(json.loads(line))
    except KeyError as error:
        raise InputError("training.annotation_key_missing", where=where, key=error) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError("training.annotation_unusable", where=where, cause=error) from error


def from_plain(record: Mapping[str, Any]) -> LabelledPicture:
    """The picture of plain data.

    Raises:
        KeyError, ValueError, TypeError, AttributeError: no such data.
    """
    width, height = record["size_wh"]
    exhaustive = record["exhaustive"]
    return LabelledPicture(
        file=_file(record["file"]),
        size_wh=(int(width), int(height)),
        sha256=str(record["sha256"]),
        source=Source(_kind(record["source"]["kind"]), str(record["source"]["name"])),
        objects=tuple(_box_from_plain(one) for one in record["objects"]),
        ignore=tuple(_region_from_plain(one) for one in record["ignore"]),
        negatives=tuple(_region_from_plain(one) for one in record["negatives"]),
        exhaustive=None if exhaustive == ALL else frozenset(exhaustive),
        screened=frozenset(record["screened"]),
        status=_status(record["status"]),
        camera_id=record["camera_id"],
        utc=_moment(record["utc"]),
        part=part_named(record["split"]),
        uncertainty=record["uncertainty"],
    )


def part_named(text: str | None) -> Part | None:
    """The part of that name; None stays None.

    Raises:
        ValueError: there is no such part.
    """
    for part in PARTS:
        if part == text:
            return part
    if text is None:
        return None
    raise InvalidValueError("training.unknown_part", value=repr(text), parts=PARTS)


def box_of(values: Any) -> Box:
    """Four finite numbers as a box; whether it is empty or reaches out of its picture is for the check.

    Raises:
        ValueError, TypeError: something else.
    """
    x1, y1, x2, y2 = (float(value) for value in values)
    if not all(math.isfinite(value) for value in (x1, y1, x2, y2)):
        raise InvalidValueError("training.box_not_finite", box=str(list(values)))
    return rounded_box((x1, y1, x2, y2))


def _box_to_plain(one: LabelledBox) -> dict[str, Any]:
    box = list(rounded_box(one.bbox_xyxy_px))
    return {"label": one.label, "bbox_xyxy_px": box, "origin": one.origin, "score": one.score}


def _box_from_plain(record: Mapping[str, Any]) -> LabelledBox:
    score = record["score"]
    if score is not None and not 0 <= score <= 1:
        raise InvalidValueError("training.score_out_of_range", score=score)
    return LabelledBox(str(record["label"]), box_of(record["bbox_xyxy_px"]), str(record["origin"]), score)


def _region_to_plain(one: Region) -> dict[str, Any]:
    return {"bbox_xyxy_px": list(rounded_box(one.bbox_xyxy_px)), "reason": one.reason, "label": one.label}


def _region_from_plain(record: Mapping[str, Any]) -> Region:
    return Region(box_of(record["bbox_xyxy_px"]), str(record["reason"]), record["label"])


def _file(name: str) -> str:
    if not is_safe(name):
        raise InvalidValueError("training.file_name_leads_out", name=repr(name))
    return name


def _kind(text: str) -> SourceKind:
    for kind in get_args(SourceKind):
        if kind == text:
            return kind  # type: ignore[no-any-return]
    raise InvalidValueError("training.unknown_source_kind", value=repr(text))


def _status(text: str) -> Status:
    if text == "confirmed":
        return "confirmed"
    if text == "suggested":
        return "suggested"
    raise InvalidValueError("training.unknown_label_status", value=repr(text))


def _moment(text: str | None) -> datetime | None:
    return parse_rfc3339(text) if text else None
