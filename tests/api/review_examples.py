"""A violation with a sealed package of real pictures, and requests about it."""

import hashlib
import io
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from PIL import Image

from api.http.services import Services
from core.clock import rfc3339
from core.domain import RuleEvent
from core.rules import rules_of
from core.site import Camera, Zone
from evidence.package.layout import ENVELOPE, package_id
from evidence.packing.facts import event_facts
from evidence.signing.dsse import envelope
from evidence.signing.keys import open_signing_key
from store.review.checks import CheckShares
from tests.fake_clock import FakeClock
from tests.store.examples import CAMERA, PAVEMENT, START, as_violation, event, package, site_of

STILLS = ("first_rest", "middle", "violation")
STILL_WH = (192, 108)
LOOKED_AT = ("first_picture", "last_picture", "subject")
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
    services.store.sites.replace(site_of(*cameras))


def happen(services: Services, number: int = 0, camera: Camera = CAMERA, **changes: Any) -> RuleEvent:
    """A violation in the first zone of a camera, with its sealed package."""
    (rule, *_) = rules_of(camera)
    about = {"camera_id": camera.id, "zone_id": rule.zone.id, "violation": rule.zone.violation}
    violation = as_violation(event(number, rule_version=rule.version, **{**about, **changes}))
    services.store.events.apply(violation)
    seal(services, violation, rule.snapshot(), number + 1)
    return violation


def seal(services: Services, violation: RuleEvent, rule: dict[str, Any], seq: int) -> Path:
    """A package as `run` leaves it, as far as the review reads it; answers its folder."""
    name = package_id(violation.event_id, violation.opening)
    folder = services.packages_folder / name
    still = {"role": "still", "utc": rfc3339(START), "size_wh": list(STILL_WH)}
    files = [_written(folder, f"originals/{one}.jpg", **still) for one in STILLS]
    files.append(_written(folder, "marked/violation.jpg", role="marked", of="originals/violation.jpg"))
    key = open_signing_key(services.home)
    manifest = {
        "format": "jiejing-evidence-package/1",
        "package_id": name,
        "kind": "primary",
        "sealed_at": rfc3339(START),
        "key_id": key.key_id,
        "seq": seq,
        "previous": None,
        "supplement_to": None,
        "camera": {"id": violation.camera_id},
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
    (folder / ENVELOPE).write_bytes(envelope(content, [key]))
    record = package(
        package_id=name,
        event_id=violation.event_id,
        opening=violation.opening,
        path=name,
        manifest_sha256=hashlib.sha256(content).hexdigest(),
        key_id=key.key_id,
        seq=seq,
        sealed_at=START,
    )
    services.store.packages.add(record)
    return folder


def _written(folder: Any, path: str, **known: Any) -> dict[str, Any]:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    content = jpeg()
    (folder / path).write_bytes(content)
    return {"path": path, "size": len(content), "digests": {"sha256": hashlib.sha256(content).hexdigest()}, **known}


@dataclass(frozen=True)
class Desk:
    """One person at work on events."""

    client: TestClient

    def get(self, event_id: str, opening: int | None = None) -> Any:
        """An opening as this person sees it; of None, the one that the event opens at."""
        at = "" if opening is None else f"/openings/{opening}"
        answer = self.client.get(f"/api/v1/events/{event_id}{at}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def listed(self, **query: Any) -> list[int]:
        """The numbers of the events on the first page."""
        answer = self.client.get("/api/v1/events", params=query)
        assert answer.status_code == 200, answer.text
        return [int(one["event_id"], 16) for one in answer.json()["events"]]

    def claim(self, event_id: str, opening: int = 1) -> Any:
        return self.client.post(f"/api/v1/events/{event_id}/openings/{opening}/claim")

    def ask(self, event_id: str, opening: int = 1, *, key: str | None = None, **body: Any) -> Any:
        """A request for further evidence, of all assistants until tomorrow unless told otherwise."""
        seen = self.get(event_id, opening)
        content = {
            "reason": "site_photo",
            "to": {"kind": "role", "key": "assistant"},
            "due_at": rfc3339(START + timedelta(days=1)),
            **body,
        }
        headers = {"Idempotency-Key": key or f"key-{next(_keys)}", "If-Match": f'"{seen["review"]["revision"]}"'}
        url = f"/api/v1/events/{event_id}/openings/{opening}/requests"
        return self.client.post(url, json=content, headers=headers)

    def decide(
        self, event_id: str, opening: int = 1, *, key: str | None = None, revision: int | None = None, **body: Any
    ) -> Any:
        """A decision: a rejection as a false alarm unless told otherwise."""
        seen = self.get(event_id, opening)
        content = {"verdict": "rejected", "reason": "not_a_violation", **body}
        headers = {
            "Idempotency-Key": key or f"key-{next(_keys)}",
            "If-Match": f'"{seen["review"]["revision"] if revision is None else revision}"',
        }
        url = f"/api/v1/events/{event_id}/openings/{opening}/decisions"
        return self.client.post(url, json=content, headers=headers)

    @property
    def looks(self) -> dict[str, str]:
        """Everything was on the screen just now."""
        app: Any = self.client.app
        return dict.fromkeys(LOOKED_AT, rfc3339(app.state.services.clock.utc()))

    def look(self, event_id: str, opening: int = 1) -> None:
        """Has the pictures sent that an approval rests on."""
        packages = self.client.get(f"/api/v1/events/{event_id}/packages").json()
        names = [one["package_id"] for one in packages if (one["opening"], one["kind"]) == (opening, "primary")]
        for name in names:
            for still in ("first_rest", "violation"):
                self.client.get(f"/api/v1/packages/{name}/files/originals/{still}.jpg")

    def approve(self, event_id: str, opening: int = 1, **body: Any) -> Any:
        """An approval that lacks nothing of a parked car."""
        self.look(event_id, opening)
        whole = {"verdict": "approved", "reason": None, "seen": self.looks, "subject": CAR, "spent_s": 7.5}
        return self.decide(event_id, opening, **{**whole, **body})

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


def come_back(services: Services, violation: RuleEvent, opening: int = 2, *, sealed: bool = True) -> RuleEvent:
    """The same thing is a violation again, an hour later for each opening."""
    moved = timedelta(hours=opening - 1)
    again = replace(
        violation,
        opening=opening,
        still_since=violation.still_since + moved,
        last_seen=violation.last_seen + moved,
        dwell_s=violation.dwell_s + 100,
    )
    services.store.events.apply(again)
    if sealed:
        rule = services.store.sites.rule(again.rule_version)
        assert rule is not None
        seal(services, again, rule, int(violation.event_id, 16) + 1000 * opening)
    return again
