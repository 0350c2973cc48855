"""Watches the zones of one camera: observations in, changes of state out. Pure: no clock, no I/O; time comes from the
observations alone, and the same observations give the same events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from core.domain import Observation, RuleEvent, Seen
from core.messages import Message
from core.rules import ZoneRule
from detector.dwell import Stay, short_gap_s
from detector.episode import Episode, Standing, begin, reopen
from detector.standing import Sighting, StandingTracker, Thing, TrackerMemory
from detector.zones import counted, in_force

WHOLE_ZONE = 0  # the key of the one episode of a zone that is counted as a whole; things are numbered from 1
_ELSEWHERE = Message("detector.camera_at_other_preset")


@dataclass(slots=True)
class ZoneMemory:
    """What a zone remembers.

    Attributes:
        stays: the present dwell of each thing, by its number.
        episodes: events that are open or may reopen, by the thing's number or WHOLE_ZONE.
    """

    rule_version: str
    stays: dict[int, Stay] = field(default_factory=dict)
    episodes: dict[int, Episode] = field(default_factory=dict)


class ZoneWatch:
    """One zone under its rule."""

    def __init__(self, rule: ZoneRule, timezone: ZoneInfo, interval_s: float, memory: ZoneMemory | None = None) -> None:
        self.rule = rule
        self.memory = memory or ZoneMemory(rule.version)
        self._timezone = timezone
        self.interval_s = interval_s

    @property
    def _short_s(self) -> float:
        return short_gap_s(self.interval_s)

    def update(
        self, observation: Observation, sightings: Sequence[Sighting], things: Mapping[int, Thing]
    ) -> list[RuleEvent]:
        """Takes in what was seen of the standing things in one frame.

        Args:
            sightings: none where the frame is unfit: then time passes, and nothing is observed.
            things: everything that the tracker remembers, by number.
        """
        holds = in_force(self.rule, observation, self._timezone)
        observing = self.rule.zone.observes(observation.utc)
        self._end_stays(observation.utc, {number: one for number, one in things.items() if holds(one.home)})
        events = self._clear_left()
        if not observing:
            events += self._end_observed()
        seen = counted(self.rule, sightings, observation)
        self._see([one for one in seen if holds(one.thing.home)], observation.utc)
        events += self._advance(things, observation.frame_size_wh, observing=observing)
        self._forget(observation.utc)
        return events

    def _end_stays(self, now: datetime, things: Mapping[int, Thing]) -> None:
        """Ends the stays of all but these things, and those that have been out of sight for too long."""
        self.memory.stays = {
            number: stay
            for number, stay in self.memory.stays.items()
            if number in things and not stay.ended(now, self.rule, self._short_s)
        }

    def _end_observed(self) -> list[RuleEvent]:
        """Ends the violations that were only observed, once the zone is in force: what still stands begins anew. What
        was no violation yet keeps its dwell."""
        ended = {
            key: one
            for key, one in sorted(self.memory.episodes.items())
            if one.last.state == "violation" and one.last.observing
        }
        self.memory.stays = {
            number: stay
            for number, stay in self.memory.stays.items()
            if stay.phase != "violation" or self._key(number) not in ended
        }
        return [one.clear() for one in ended.values()]

    def _see(self, sightings: Sequence[Sighting], now: datetime) -> None:
        for sighting in sightings:
            stay = self.memory.stays.setdefault(sighting.thing.number, Stay(now, now, gaps=()))
            stay.settle(sighting.thing.rested_at)
            stay.see(now, self.rule, self._short_s, established=sighting.thing.established)
            stay.note_model(sighting.detection.model)

    def _standing(self, things: Mapping[int, Thing]) -> dict[int, list[Standing]]:
        """Candidates and violations, by the episode to which they belong."""
        standing: dict[int, list[Standing]] = {}
        for number, stay in sorted(self.memory.stays.items()):
            if stay.phase != "seen":
                standing.setdefault(self._key(number), []).append((things[number], stay))
        return standing

    def _key(self, number: int) -> int:
        return WHOLE_ZONE if self.rule.type.count_per == "zone" else number

    def _clear_left(self) -> list[RuleEvent]:
        present = {self._key(number) for number, stay in self.memory.stays.items() if stay.phase != "seen"}
        episodes = sorted(self.memory.episodes.items())
        return [episode.clear() for key, episode in episodes if episode.open and key not in present]

    def _advance(self, things: Mapping[int, Thing], size_wh: tuple[int, int], *, observing: bool) -> list[RuleEvent]:
        events = []
        for key, standing in self._standing(things).items():
            episode = self.memory.episodes.get(key)
            if episode is None or not episode.open:
                episode = self._open(key, episode, standing, size_wh, observing=observing)
                events.append(episode.last)
            events += episode.advance(standing, self.rule, observing=observing)
        return events

    def _open(
        self, key: int, last: Episode | None, standing: list[Standing], size_wh: tuple[int, int], *, observing: bool
    ) -> Episode:
        still_since = min(stay.still_since for _, stay in standing)
        if last and last.may_reopen(still_since, self.rule, observing=observing):
            episode = Episode(reopen(last.last, standing, self.rule, observing=observing))
        else:
            episode = Episode(begin(self.rule, standing, size_wh, observing=observing))
        self.memory.episodes[key] = episode
        return episode

    def _forget(self, now: datetime) -> None:
        """Drops cleared events that nothing could reopen any more."""
        horizon_s = self.rule.zone.reopen_within_s + self.rule.candidate_after_s + self._short_s
        self.memory.episodes = {
            key: episode
            for key, episode in self.memory.episodes.items()
            if episode.last.cleared_at is None or (now - episode.last.cleared_at).total_seconds() <= horizon_s
        }


@dataclass(slots=True)
class PresetMemory:
    """What is remembered of one preset: its things, and its zones by id."""

    tracker: TrackerMemory = field(default_factory=TrackerMemory)
    zones: dict[str, ZoneMemory] = field(default_factory=dict)


@dataclass(slots=True)
class CameraMemory:
    """What is remembered of a camera, by preset."""

    presets: dict[str, PresetMemory] = field(default_factory=dict)


class PresetWatch:
    """All zones of one preset over one tracker.

    Attributes:
        seen: the things detected in the newest frame; none where it was unfit.
    """

    def __init__(self, rules: Sequence[ZoneRule], timezone: ZoneInfo, interval_s: float, memory: PresetMemory) -> None:
        self.tracker = StandingTracker(
            memory.tracker,
            establish_after_s=min((rule.candidate_after_s for rule in rules), default=0.0),
            remember_s=max((rule.bridge_gap_s + rule.zone.reopen_within_s for rule in rules), default=0.0),
        )
        self.seen: tuple[Seen, ...] = ()
        self.zones = [ZoneWatch(rule, timezone, interval_s, memory.zones.get(rule.zone.id)) for rule in rules]
        self._interval_s = interval_s

    @property
    def interval_s(self) -> float:
        """Seconds between two sampled frames."""
        return self._interval_s

    @interval_s.setter
    def interval_s(self, interval_s: float) -> None:
        self._interval_s = interval_s
        for zone in self.zones:
            zone.interval_s = interval_s

    @property
    def memory(self) -> PresetMemory:
        """What to give to a successor."""
        return PresetMemory(self.tracker.memory, {zone.rule.zone.id: zone.memory for zone in self.zones})

    def update(self, observation: Observation) -> list[RuleEvent]:
        """Takes in one frame of this preset."""
        min_score = min((zone.rule.zone.min_score for zone in self.zones), default=1.0)
        sightings: list[Sighting] = []
        if observation.unfit is None:
            wanted = tuple(one for one in observation.detections if one.score >= min_score)
            sightings = self.tracker.update(replace(observation, detections=wanted), short_gap_s(self.interval_s))
        self.seen = tuple(_seen(one) for one in sightings)
        things = {thing.number: thing for thing in self.tracker.memory.things}
        return [event for zone in self.zones for event in zone.update(observation, sightings, things)]


class CameraWatch:
    """The zones of one camera, at whichever preset it stands. A preset that is not in view passes time unobserved."""

    def __init__(
        self,
        rules: Sequence[ZoneRule],
        timezone: ZoneInfo,
        interval_s: float,
        memory: CameraMemory | None = None,
    ) -> None:
        """
        Args:
            rules: of one camera, all presets.
            interval_s: seconds between two sampled frames.
            memory: of a predecessor: what stood then goes on standing. An event under a rule that no longer holds is
                cleared at the next observation.
        """
        memory = memory or CameraMemory()
        self._outdated = _drop_outdated(memory, rules)
        self._presets = {
            preset: PresetWatch(
                [rule for rule in rules if rule.preset_id == preset],
                timezone,
                interval_s,
                memory.presets.get(preset, PresetMemory()),
            )
            for preset in dict.fromkeys(rule.preset_id for rule in rules)
        }

    @property
    def open_events(self) -> tuple[RuleEvent, ...]:
        """The events that have not cleared, as they stand now."""
        zones = [zone for watch in self._presets.values() for zone in watch.zones]
        return tuple(one.last for zone in zones for one in zone.memory.episodes.values() if one.open)

    @property
    def seen(self) -> tuple[Seen, ...]:
        """The things detected in the newest frame, whether they count or not."""
        return tuple(one for watch in self._presets.values() for one in watch.seen)

    def resample(self, interval_s: float) -> None:
        """From now on frames come every interval_s seconds: a stream's own key frames may be further apart."""
        for watch in self._presets.values():
            watch.interval_s = interval_s

    @property
    def memory(self) -> CameraMemory:
        """What to give to a successor."""
        return CameraMemory({preset: watch.memory for preset, watch in self._presets.items()})

    def update(self, observation: Observation) -> list[RuleEvent]:
        """Takes in one frame, in order of time, and gives the changes of state that it brings."""
        outdated, self._outdated = self._outdated, []
        elsewhere = replace(observation, detections=(), unfit=_ELSEWHERE)
        return outdated + [
            event
            for preset, watch in self._presets.items()
            for event in watch.update(observation if preset == observation.preset_id else elsewhere)
        ]


def _seen(sighting: Sighting) -> Seen:
    detection = sighting.detection
    return Seen(sighting.thing.number, sighting.thing.label, detection.score, detection.bbox_xyxy_px)


def _drop_outdated(memory: CameraMemory, rules: Sequence[ZoneRule]) -> list[RuleEvent]:
    """Takes out what is remembered under rules that no longer hold; gives the clearings of events open there."""
    current = {rule.version for rule in rules}
    cleared = []
    for preset in memory.presets.values():
        for zone_id in [zone_id for zone_id, zone in preset.zones.items() if zone.rule_version not in current]:
            episodes = preset.zones.pop(zone_id).episodes.values()
            cleared += [episode.clear() for episode in episodes if episode.open]
    return cleared
