"""Sites, events, packages and stream states to put into a data base."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.domain import Gap, Member, RuleEvent
from core.health import StreamState
from core.model_ref import ModelRef
from core.site import Camera, Preset, Site, SiteInfo, Zone
from store.events.records import PackageRecord

START = datetime(2026, 5, 1, 0, 0, 0, 123456, tzinfo=UTC)

PAVEMENT = Zone(
    id="pavement-1",
    name="人行道",
    violation="illegal_parking",
    polygon=((0.1, 0.55), (0.62, 0.5), (0.7, 0.98), (0.05, 0.98)),
)
CAMERA = Camera(
    id="33088100081320000001",
    name="解放路与中山路口",
    source="rtsp://user:secret@10.0.0.8/Streaming/Channels/101",
    presets=(Preset(id="1", zones=(PAVEMENT,)),),
)
SITE = Site(site=SiteInfo(name="江山市城区", division="330881"), cameras=(CAMERA,))


def camera(camera_id: str, **changes: object) -> Camera:
    """The example camera under another id, with changes."""
    return CAMERA.model_copy(update={"id": camera_id, **changes})


def site_of(*cameras: Camera) -> Site:
    """The example site with other cameras."""
    return SITE.model_copy(update={"cameras": cameras})


def event(number: int = 0, **changes: object) -> RuleEvent:
    """The candidate that a car became `number` minutes after START."""
    first_seen = START + timedelta(minutes=number)
    hidden = first_seen + timedelta(seconds=4)
    candidate = RuleEvent(
        event_id=f"{number:016x}",
        camera_id=CAMERA.id,
        preset_id="1",
        zone_id=PAVEMENT.id,
        violation="illegal_parking",
        state="candidate",
        opening=1,
        label="car",
        count=1,
        score=0.8125,
        bbox_xyxy_px=(100.1, 200.2, 300.3, 400.4),
        frame_size_wh=(1920, 1080),
        first_seen=first_seen,
        still_since=first_seen,
        violation_at=None,
        last_seen=first_seen + timedelta(seconds=10),
        cleared_at=None,
        dwell_s=10.0,
        observed_s=9.5,
        bridged_s=0.5,
        observing=False,
        rule_version="0123456789abcdef",
        model=ModelRef("yolox_nano", "ab" * 32),
        members=(Member("car", 0.8125, (100.1, 200.2, 300.3, 400.4), first_seen),),
        gaps=(Gap(hidden, hidden + timedelta(seconds=0.5)),),
    )
    return replace(candidate, **changes)  # type: ignore[arg-type]


def as_violation(candidate: RuleEvent) -> RuleEvent:
    """The same thing 300 s later."""
    moment = candidate.still_since + timedelta(seconds=300)
    return replace(candidate, state="violation", violation_at=moment, last_seen=moment, dwell_s=300.0, observed_s=299.5)


def as_cleared(violation: RuleEvent) -> RuleEvent:
    """The same thing once it is gone."""
    return replace(violation, state="cleared", cleared_at=violation.last_seen)


def package(number: int = 1, **changes: object) -> PackageRecord:
    """The primary package of event(0)."""
    record = PackageRecord(
        package_id=f"package-{number}",
        event_id=event().event_id,
        opening=1,
        kind="primary",
        path=f"2026/05/package-{number}",
        manifest_sha256="cd" * 32,
        key_id="ef" * 32,
        seq=number,
        sealed_at=START + timedelta(minutes=number),
        complete=True,
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def stream_state(camera_id: str = CAMERA.id, **changes: object) -> StreamState:
    """A stream that does well."""
    state = StreamState(
        camera_id=camera_id,
        status="online",
        since=START,
        codec="h264",
        size_wh=(1920, 1080),
        real_fps=24.98,
        gop_s=2.0,
        sampling="keyframe",
        interval_s=2.0,
        last_frame_utc=START + timedelta(minutes=1),
        delay_s=0.4,
        frames=30,
        dropped=2,
    )
    return replace(state, **changes)  # type: ignore[arg-type]
