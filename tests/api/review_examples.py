"""A violation with a sealed package of real pictures, and requests about it."""

import hashlib
import io
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

from fastapi.testclient import TestClient
from PIL import Image

from api.dependencies import Services
from core.clock import FakeClock, rfc3339
from core.domain import RuleEvent
from core.rules import rules_of
from core.site import Camera, Zone
from evidence.facts import event_facts
from store.checks import CheckShares
from store.events import EventRepository
from store.packages import PackageRepository
from store.sites import SiteRepository
from tests.store.examples import CAMERA, PAVEMENT, START, as_violation, event, package, site_of

STILLS = ("first_rest", "middle", "violation")
STILL_WH = (192, 108)
LOOKS = {name: rfc3339(START) for name in ("first_picture", "last_picture", "subject")}
CAR = {"plate": "浙h·12345", "colour": "white", "vehicle_type": "car"}
_keys = count()


def jpeg(size_wh: tuple[int, int] = STILL_WH, kind: str = "JPEG") -> bytes:
    """A picture of one colour."""
    target = io.BytesIO()
    Image.new("RGB", size_wh, (90, 120, 60)).save(target, kind)
    return target.getvalue()


def camera_with(zone: Zone = PAVEMENT, **changes: Any) -> Camera:
    """The example camera with one zone."""
    preset = CAMERA.presets[0].model_copy(update={"zones": (zone,)})
    return CAMERA.model_copy(update={"presets": (preset,), **changes})


def an_hour_later(services: Services, clock: FakeClock) -> Services:
    """The installation when the first events are an hour old; nothing waits for a second officer."""
    clock.sleep(3600)
    return replace(services, check_shares=CheckShares(second_look=0, known_negative=0))


def put_site(services: Services, *cameras: Camera) -> None:
    """Makes these the cameras of the site."""
    SiteRepository(services.engine).replace(site_of(*cameras))


def happen(services: Services, number: int = 0, camera: Camera = CAMERA, **changes: Any) -> RuleEvent:
    """A violation in the first zone of a camera, with its sealed package."""
    (rule, *_) = rules_of(camera)
    about = {"camera_id": camera.id, "zone_id": rule.zone.id, "violation": rule.zone.violation}
    violation = as_violation(event(number, rule_version=rule.version, **{**about, **changes}))
    EventRepository(services.engine).apply(violation)
    seal(services, violation, rule.snapshot(), number + 1)
    return violation


def seal(services: Services, violation: RuleEvent, rule: dict[str, Any], seq: int) -> None:
    """A package as `run` leaves it, as far as the review reads it."""
    folder = services.packages_folder / violation.event_id
    still = {"role": "still", "utc": rfc3339(START), "size_wh": list(STILL_WH)}
    files = [_written(folder, f"originals/{name}.jpg", **still) for name in STILLS]
    files.append(_written(folder, "marked/violation.jpg", role="marked", of="originals/violation.jpg"))
    manifest = {
        "format": "jiejing-evidence-package/1",
        "package_id": violation.event_id,
        "kind": "primary",
        "sealed_at": rfc3339(START),
        "key_id": "ef" * 32,
        "seq": seq,
        "previous": None,
        "supplement_to": None,
        "source": {"received_from": "10.0.0.8"},
        "legal": {"standing": "lead"},
        "clock": {"server": {"within_1_s": True, "offset_s": 0.01}},
        "rule": rule,
        "event": event_facts(violation),
        "models": [{"name": "yolox_nano", "sha256": "ab" * 32}],
        "anti_forgery_code": "0123-4567-89AB-CDEF",
        "completeness": {"complete": True, "missing": []},
        "files": files,
    }
    content = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    name = violation.event_id
    record = package(package_id=name, event_id=name, path=name, manifest_sha256=digest, seq=seq)
    PackageRepository(services.engine).add(record)


def _written(folder: Any, path: str, **known: Any) -> dict[str, Any]:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    content = jpeg()
    (folder / path).write_bytes(content)
    return {"path": path, "size": len(content), "digests": {"sha256": hashlib.sha256(content).hexdigest()}, **known}


@dataclass(frozen=True)
class Desk:
    """One person at work on events."""

    client: TestClient

    def get(self, event_id: str) -> Any:
        """The event as this person sees it."""
        answer = self.client.get(f"/api/v1/events/{event_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def listed(self, **query: Any) -> list[int]:
        """The numbers of the events on the first page."""
        answer = self.client.get("/api/v1/events", params=query)
        assert answer.status_code == 200, answer.text
        return [int(one["event_id"], 16) for one in answer.json()["events"]]

    def claim(self, event_id: str) -> Any:
        return self.client.post(f"/api/v1/events/{event_id}/claim")

    def decide(self, event_id: str, *, key: str | None = None, revision: int | None = None, **body: Any) -> Any:
        """A decision: a rejection as a false alarm unless told otherwise."""
        seen = self.get(event_id)
        content = {"opening": seen["opening"], "verdict": "rejected", "reason": "not_a_violation", **body}
        headers = {
            "Idempotency-Key": key or f"key-{next(_keys)}",
            "If-Match": f'"{seen["review"]["revision"] if revision is None else revision}"',
        }
        return self.client.post(f"/api/v1/events/{event_id}/decisions", json=content, headers=headers)

    def approve(self, event_id: str, **body: Any) -> Any:
        """An approval that lacks nothing of a parked car."""
        whole = {"verdict": "approved", "reason": None, "seen": LOOKS, "subject": CAR, "spent_s": 7.5}
        return self.decide(event_id, **{**whole, **body})

    def undo(self, answer: Any) -> Any:
        return self.client.post(f"/api/v1/decisions/{answer.json()['decision']['decision_id']}/undo")


def faults(answer: Any) -> list[str]:
    """The fields that a 422 names."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return sorted(one["field"] for one in answer.json()["errors"])


def later(violation: RuleEvent, **changes: Any) -> RuleEvent:
    """The same thing a minute later."""
    return replace(violation, last_seen=violation.last_seen + timedelta(minutes=1), **changes)
