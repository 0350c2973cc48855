"""What a manifest says of camera, source, law, rule and event, as plain data."""

from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core import gb28181
from core.clock import rfc3339
from core.domain import RuleEvent
from core.rules import ZoneRule
from core.site import Camera, SiteInfo, redacted
from core.wire import event_to_json
from evidence.package.layout import sha256_of
from evidence.package.storage import storing
from evidence.signing.clock_offset import UNKNOWN, ClockOffset

UNKNOWN_FACT = "unknown"


def camera_facts(camera: Camera, site: SiteInfo, source: dict[str, Any]) -> dict[str, Any]:
    """The place, the camera and how its stream reached us, see source_facts()."""
    return {
        "site": site.model_dump(mode="json"),
        "camera": {
            "id": camera.id,
            "name": camera.name,
            "org": camera.org,
            "place": camera.place.model_dump(mode="json"),
            "gb28181": _device(camera.id),
        },
        "source": source,
        "legal": {"standing": "lead", "standing_zh": "线索", **camera.legal.model_dump(mode="json"), "gate": None},
    }


def source_facts(camera: Camera, *, live: bool, file: Path | None = None) -> dict[str, Any]:
    """How the camera's pictures reached us, as declared. Passwords never enter.

    Args:
        live: whether they are received as they are taken; a file that is played through is not.
        file: the recorded file that is played; its times are what an operator stated.

    Raises:
        StorageError: the file cannot be read.
    """
    if file or not live or urlsplit(camera.source).scheme == "file":
        path = file or (Path(urlsplit(camera.source).path) if urlsplit(camera.source).scheme == "file" else None)
        return {
            "kind": "recorded_file",
            "address": path.name if path else UNKNOWN_FACT,
            "received_from": UNKNOWN_FACT,
            "recorder": UNKNOWN_FACT,
            "file": _file_facts(path) if path else None,
            "time_basis": "stated_by_operator",
        }
    return {
        "kind": declared_kind(camera),
        "address": redacted(camera.source),
        "received_from": _gateway(camera),
        "recorder": UNKNOWN_FACT,
        "file": None,
        "time_basis": "arrival",
    }


def declared_kind(camera: Camera) -> str:
    """What kind of source a camera was declared to be; a file is a recorded file, whatever was said."""
    is_file = urlsplit(camera.source).scheme == "file"
    return "recorded_file" if is_file else str(getattr(camera, "source_kind", "live"))


def is_first_hand(kind: str) -> bool:
    """Whether the pictures were received as they were taken, and not from a recording."""
    return kind in ("live", "gateway")


def _file_facts(path: Path) -> dict[str, Any]:
    with storing(path):
        return {"name": path.name, "size": path.stat().st_size, "digests": {"sha256": sha256_of(path)}}


def opening_facts(opening: int, record: str | None = None) -> dict[str, Any]:
    """Which opening of the event it is, and the path of its record in the package."""
    return {"number": opening, "record": record}


def rule_facts(rule: ZoneRule) -> dict[str, Any]:
    """The zone and its rule as they are now, with the violation type's names and codes."""
    return {
        **rule.snapshot(),
        "violation": {
            "key": rule.type.key,
            "name_zh": rule.type.name_zh,
            "name_en": rule.type.name_en,
            "gb47678_codes": list(rule.type.gb47678_codes),
            "gb30428_codes": list(rule.type.gb30428_codes),
            "code_source": rule.type.code_source,
            "count_per": rule.type.count_per,
        },
    }


def event_facts(event: RuleEvent) -> dict[str, Any]:
    """The event as in events.jsonl; where its package lies is no part of the package."""
    record = event_to_json(event)
    del record["package"]
    return record


def model_facts(*events: RuleEvent) -> list[dict[str, str]]:
    """The models that saw the thing, each once: of the newest event first, since that knows the whole dwell."""
    seen = dict.fromkeys(model for event in reversed(events) for model in (event.models or (event.model,)) if model)
    return [{"name": model.name, "sha256": model.sha256} for model in seen]


def clock_facts(server: ClockOffset) -> dict[str, Any]:
    """How far the clocks may be off. Behind a gateway the camera's own clock is out of reach."""
    return {"server": server.as_record(), "camera": UNKNOWN.as_record()}


def range_facts(start: datetime, end: datetime) -> dict[str, str]:
    """The time range whose original the owner of the recorder should lock."""
    return {"start": rfc3339(start), "end": rfc3339(end)}


def _gateway(camera: Camera) -> str:
    host = urlsplit(camera.source).hostname
    return host or UNKNOWN_FACT


def _device(camera_id: str) -> dict[str, str] | None:
    if not gb28181.looks_like_device_id(camera_id):
        return None
    device = gb28181.decode(camera_id)
    return {name: getattr(device, name) for name in ("centre", "industry", "device_type", "network", "serial")}
