"""What the tests build with: a camera, rules, events, a sealer."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core.clock import rfc3339
from core.domain import Frame, RuleEvent, State
from core.model_ref import ModelRef
from core.rules import ZoneRule, resolve
from core.site import Camera, Legal, Place, Preset, SiteInfo, Zone
from evidence.package.antiforgery import ROLES, anti_forgery_code
from evidence.package.layout import ENVELOPE, MANIFEST, STAGING, sha256_of
from evidence.packing.dossier import Dossiers, Sealed
from evidence.packing.facts import (
    camera_facts,
    clock_facts,
    event_facts,
    model_facts,
    opening_facts,
    range_facts,
    rule_facts,
    source_facts,
)
from evidence.signing.chain import Chain, chain_path
from evidence.signing.clock_offset import ClockOffset
from evidence.signing.dsse import envelope
from evidence.signing.keys import KeyRing, open_key_ring, open_signing_key
from evidence.signing.manifest import About, Body
from evidence.signing.seal import Sealer
from tests.evidence.film import CAR_XYXY, SIZE_WH, START, FileRecording, at, street
from tests.fake_clock import FakeClock

SITE = SiteInfo(name="江山市城区", division="330881")
PASSWORD = "hunter2"
POLYGON = ((0.2, 0.4), (0.8, 0.4), (0.9, 0.95), (0.1, 0.95))
OFFSET = ClockOffset("adjtimex", synchronised=True, offset_s=0.0002, max_error_s=0.02)


def zone(violation: str = "illegal_parking", **numbers: Any) -> Zone:
    return Zone(id="pavement-1", name="人行道", violation=violation, polygon=POLYGON, **numbers)


def camera(**changes: Any) -> Camera:
    facts: dict[str, Any] = {
        "id": "33088100081320000001",
        "name": "解放路与中山路口",
        "source": f"rtsp://admin:{PASSWORD}@10.0.0.8/Streaming/Channels/101",
        "place": Place(address="解放路 1 号", heading="东向西", lon=118.62, lat=28.74),
        "legal": Legal(notice_no="江综执告〔2026〕3号", sign=True),
        "presets": (Preset(id="1", zones=(zone(),)),),
    }
    return Camera(**facts | changes)


def rule(of: Zone | None = None) -> ZoneRule:
    return resolve(camera().id, "1", of or zone())


def candidate(
    of: ZoneRule, still_since_s: float = 60, event_id: str = "9f2c61d0a8b34e57", opening: int = 1
) -> RuleEvent:
    """The event at the moment at which it becomes a candidate."""
    seen = at(still_since_s + of.candidate_after_s)
    return RuleEvent(
        event_id=event_id,
        camera_id=of.camera_id,
        preset_id=of.preset_id,
        zone_id=of.zone.id,
        violation=of.zone.violation,
        state="candidate",
        opening=opening,
        label=min(of.type.labels),
        count=1,
        score=0.83,
        bbox_xyxy_px=CAR_XYXY,
        frame_size_wh=SIZE_WH,
        first_seen=at(still_since_s - 2),
        still_since=at(still_since_s),
        violation_at=None,
        last_seen=seen,
        cleared_at=None,
        dwell_s=of.candidate_after_s,
        observed_s=of.candidate_after_s,
        bridged_s=0,
        observing=False,
        rule_version=of.version,
        model=ModelRef("coco-nano", "ab" * 32),
    )


def violated(event: RuleEvent, of: ZoneRule) -> RuleEvent:
    """The same event at the moment at which it becomes a violation."""
    moment = event.still_since + timedelta(seconds=of.violation_after_s)
    return later(event, "violation", moment, violation_at=event.violation_at or moment)


def cleared(event: RuleEvent, last_seen: datetime) -> RuleEvent:
    return later(event, "cleared", last_seen, cleared_at=last_seen)


def later(event: RuleEvent, state: State, moment: datetime, **changes: Any) -> RuleEvent:
    dwell_s = (moment - event.still_since).total_seconds()
    return replace(event, state=state, last_seen=moment, dwell_s=dwell_s, observed_s=dwell_s, bridged_s=0.0, **changes)


def frame(second: float, preset_id: str = "1") -> Frame:
    """The sampled picture of a second of the film."""
    return Frame(camera().id, at(second), second, second, "1", street(int(second)), preset_id)


def sealer(home: Path, signing_key: Path | None = None, **changes: Any) -> Sealer:
    """A sealer on a fake clock, with a clock offset that is known."""
    key = open_signing_key(home, signing_key)
    chain = Chain(chain_path(home, key.key_id))
    chain.recover()
    return Sealer(key, chain, clock=FakeClock(START + timedelta(days=1)), clock_offset=lambda: OFFSET, **changes)


def ring(home: Path) -> KeyRing:
    return open_key_ring(home)


class Run:
    """One camera's stream with its dossiers, driven second by second."""

    def __init__(self, folder: Path, film: Path, duration_s: int, **changes: Any) -> None:
        self.folder = folder
        self.recording = changes.pop("recording", None) or FileRecording(film, duration_s)
        self.changes = changes
        self.sealer = sealer(folder / "home")
        self.sealed: list[Sealed] = []
        self.dossiers = self.restarted()
        self.now_s = 0.0

    def restarted(self) -> Dossiers:
        """Dossiers as a new process makes them."""
        arguments: dict[str, Any] = {
            "camera": camera(),
            "site": SITE,
            "recording": self.recording,
            "drafts": self.folder / "drafts",
            "packages": self.folder / "packages",
            "sealer": self.sealer,
            "post_roll_s": 5.0,
            "live": True,
        }
        self.dossiers = Dossiers(**arguments | self.changes)
        return self.dossiers

    def to(self, second: float, step_s: float = 5) -> None:
        """Lets the stream run on, and seals what is due."""
        while self.now_s < second:
            self.now_s = min(second, self.now_s + step_s)
            self.recording.receive(self.now_s)
            self.dossiers.on_frame(frame(self.now_s))
            self.sealed += self.dossiers.seal_due(at(self.now_s))

    def through(self, of: ZoneRule, still_since_s: float = 60, step_s: float = 5, **names: Any) -> RuleEvent:
        """A candidate that becomes a violation, each told at its time; stops there."""
        opened = candidate(of, still_since_s, **names)
        self.to(still_since_s + of.candidate_after_s, step_s)
        self.dossiers.on_event(opened, of)
        self.to(still_since_s + of.violation_after_s, step_s)
        event = violated(opened, of)
        self.dossiers.on_event(event, of)
        return event


def manifest_of(package: Path) -> dict[str, Any]:
    return dict(json.loads((package / "manifest.json").read_bytes()))


def resealed(package: Path, home: Path, change: Callable[[dict[str, Any]], object] = lambda _: None) -> None:
    """Whoever holds the key can seal anything: lists the files as they are, works the code out again, and signs.

    Args:
        change: what else to change in the manifest, before the code is worked out.
    """
    manifest = manifest_of(package)
    change(manifest)
    for one in manifest["files"]:
        path = package / one["path"]
        if path.is_file() and "sha256" in one["digests"]:
            one |= {"size": path.stat().st_size, "digests": {"sha256": sha256_of(path)}}
    digests = {one["path"]: one["digests"].get("sha256", "") for one in manifest["files"] if one["role"] in ROLES}
    manifest["anti_forgery_code"] = anti_forgery_code(manifest, digests)
    signed_again(package, home, json.dumps(manifest, ensure_ascii=False, indent=1).encode())


def signed_again(package: Path, home: Path, content: bytes) -> None:
    """A manifest in place of another one, signed."""
    (package / MANIFEST).write_bytes(content)
    (package / ENVELOPE).write_bytes(envelope(content, [open_signing_key(home)]))


SMALL_FILES = {
    "originals/violation.jpg": ("still", b"\xff\xd8picture"),
    "clip/violation.mp4": ("clip", b"film"),
    "composite.jpg": ("composite", b"sheet"),
}


def small_body(folder: Path) -> Body:
    """Fills a package with three small files, and with facts that agree. The staging folder tells the package's id."""
    name = folder.name.removeprefix(STAGING).rsplit(".", 1)[0]
    of = rule()
    event = violated(candidate(of, event_id=name), of)
    files = {}
    for path, (role, content) in SMALL_FILES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
        files[path] = About(role, {"utc": rfc3339(event.last_seen)} if role == "still" else {})
    facts = {
        "software": {"name": "jiejing", "version": "test"},
        **camera_facts(camera(), SITE, source_facts(camera(), live=True)),
        "time_range": range_facts(event.still_since, event.last_seen),
        "clock": clock_facts(OFFSET),
        "rule": rule_facts(of),
        "opening": opening_facts(event.opening),
        "event": event_facts(event),
        "violation_moment": rfc3339(event.last_seen),
        "models": model_facts(event),
        "background": None,
    }
    digests = {path: sha256_of(folder / path) for path, (role, _) in SMALL_FILES.items() if role in ROLES}
    facts["anti_forgery_code"] = anti_forgery_code({**facts, "package_id": name}, digests)
    return Body("primary", None, facts, tuple(files), files, ())
