"""What Prometheus reads: taken from the data base and the disk at the moment of asking."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.http.services import Services
from api.system.duties import duties
from api.system.schemas import DutyPublic, StreamPublic
from core.errors import StorageError
from core.site import Camera
from store.events.events import EventRepository
from store.events.packages import PackageRepository
from store.site.sites import SiteRepository

Streams = dict[str, StreamPublic | None]


def registry_of(services: Services) -> CollectorRegistry:
    """A registry of its own for each application."""
    registry = CollectorRegistry()
    registry.register(_Installation(services))
    return registry


class _Installation(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> list[Metric]:
        # Registering must not ask the data base.
        return []

    def collect(self) -> Iterator[Metric]:
        database = GaugeMetricFamily("jiejing_database_up", "Whether the data base answers (1) or not (0).")
        found = self._services.measured.get(self._stored_or_none, lambda: None)
        database.add_metric([], found is not None)
        yield database
        yield from found or ()
        yield from self._disk()
        yield self._seals()
        yield from _duty_metrics(duties(self._services))

    def _stored_or_none(self) -> list[Metric] | None:
        try:
            return list(self._stored())
        except StorageError:
            return None

    def _stored(self) -> Iterator[Metric]:
        engine = self._services.engine
        events = GaugeMetricFamily("jiejing_events", "Events by their present state.", labels=["violation", "state"])
        for labels, number in EventRepository(engine).counts().items():
            events.add_metric(labels, number)
        yield events
        packages = GaugeMetricFamily("jiejing_packages", "Sealed packages.", labels=["kind", "complete"])
        for (kind, complete), number in PackageRepository(engine).counts().items():
            packages.add_metric([kind, str(complete).lower()], number)
        yield packages
        site = SiteRepository(engine).load()
        cameras = site.cameras if site else ()
        yield _zone_metric(cameras, self._services.clock.utc())
        yield from _camera_metrics(self._streams(cameras))

    def _streams(self, cameras: Sequence[Camera]) -> Streams:
        reported = self._services.store.camera_states.all()
        now = self._services.clock.utc()
        ids = [camera.id for camera in cameras]
        return {one: StreamPublic.of(reported[one], now) if one in reported else None for one in ids}

    def _seals(self) -> Metric:
        alarms = CounterMetricFamily(
            "jiejing_seal_alarms", "Packages found to differ from the data base, or broken.", labels=["what"]
        )
        for action, number in self._services.seal_alarms.counts.items():
            alarms.add_metric([action.rpartition(".")[2]], number)
        return alarms

    def _disk(self) -> Iterator[Metric]:
        free = GaugeMetricFamily("jiejing_disk_free_bytes", "Free space where packages are kept.")
        try:
            free.add_metric([], shutil.disk_usage(self._services.packages_folder).free)
        except OSError:
            return
        yield free


def _duty_metrics(known: Sequence[DutyPublic]) -> Iterator[Metric]:
    labels = ["process", "duty", "camera"]
    families = (
        (GaugeMetricFamily("jiejing_duty_up", "Whether a duty is done (1) or in trouble (0).", labels=labels), "up"),
        (
            CounterMetricFamily("jiejing_duty_restarts", "How often a duty failed and was begun again.", labels=labels),
            "failures",
        ),
        (
            CounterMetricFamily("jiejing_duty_dropped", "What was let go of because too much came.", labels=labels),
            "dropped",
        ),
        (
            GaugeMetricFamily("jiejing_duty_waiting", "What waits: events, package rows, packages.", labels=labels),
            "waiting",
        ),
    )
    for family, field in families:
        for one in known:
            family.add_metric([one.process, one.name, one.camera_id or ""], getattr(one, field))
        yield family


def _zone_metric(cameras: Sequence[Camera], now: datetime) -> Metric:
    zones = [zone for camera in cameras for preset in camera.presets for zone in preset.zones]
    observing = [zone for zone in zones if zone.observes(now)]
    sent_back = sum(zone.was_sent_back for zone in observing)
    metric = GaugeMetricFamily("jiejing_zones", "Zones by whether they alarm, and if not, why.", labels=["state"])
    metric.add_metric(["in_force"], len(zones) - len(observing))
    metric.add_metric(["observing"], len(observing) - sent_back)
    metric.add_metric(["sent_back"], sent_back)
    return metric


def _camera_metrics(streams: Streams) -> Iterator[Metric]:
    up = GaugeMetricFamily(
        "jiejing_camera_up", "Whether frames arrive (1); 0 also where nobody reports any more.", labels=["camera"]
    )
    for camera_id, stream in streams.items():
        up.add_metric([camera_id], bool(stream and stream.status == "online" and not stream.stale))
    yield up
    known = {camera_id: stream for camera_id, stream in streams.items() if stream}
    for name, text, field in _GAUGES:
        yield _filled(GaugeMetricFamily(name, text, labels=["camera"]), known, field)
    for name, text, field in _COUNTERS:
        yield _filled(CounterMetricFamily(name, text, labels=["camera"]), known, field)


def _filled(
    family: GaugeMetricFamily | CounterMetricFamily, streams: dict[str, StreamPublic], field: str
) -> GaugeMetricFamily | CounterMetricFamily:
    for camera_id, stream in streams.items():
        value = getattr(stream, field)
        if value is not None:
            family.add_metric([camera_id], value.timestamp() if field == "last_frame_utc" else value)
    return family


_GAUGES = (
    ("jiejing_camera_real_fps", "Frames a second as measured, not as declared.", "real_fps"),
    ("jiejing_camera_delay_seconds", "Arrival of the newest frame minus its own time.", "delay_s"),
    ("jiejing_camera_last_frame_timestamp_seconds", "When the newest frame was taken, Unix time.", "last_frame_utc"),
    ("jiejing_camera_failures", "Failed connections since the last good frame.", "failures"),
)
_COUNTERS = (
    ("jiejing_camera_frames", "Sampled frames given out since the worker began.", "frames"),
    ("jiejing_camera_dropped_frames", "Frames dropped because a newer one had come.", "dropped"),
)
