"""A recorded video from its first frame to its last: detections, events, packages."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from core.domain import Observation
from core.errors import EvidenceError, StorageError
from core.messages import Message
from core.ports import FrameSource
from core.wire import observation_to_json
from evidence.packing.dossier import Dossiers
from runtime.camera.pipeline import CameraPipeline
from runtime.recorded.event_log import EventLog
from runtime.recorded.silence import Silence


@dataclass(slots=True)
class Tally:
    """How much came of it.

    Attributes:
        whys: why nothing came of it, zone by zone, where there is no package.
    """

    frames: int = 0
    events: int = 0
    packages: int = 0
    whys: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """The stages for one video.

    Attributes:
        record: takes each frame's detections.
        advance: is told the seconds of stream that are done.
    """

    source: FrameSource
    pipeline: CameraPipeline
    dossiers: Dossiers
    log: EventLog
    record: Callable[[Observation], None]
    advance: Callable[[float], None]
    timezone: ZoneInfo

    def run(self) -> Tally:
        """Plays the video through.

        Raises:
            SourceError, ModelError, StorageError: it cannot be read, looked at or written.
            EvidenceError: a package could not be sealed.
        """
        tally = Tally()
        rules = self.pipeline.rules
        silence = Silence(tuple(rules.values()), self.timezone)
        for frame in self.source.frames():
            step = self.pipeline.step(frame)
            self.record(step.observation)
            silence.note(step.observation, self.pipeline.memory)
            for event in step.events:
                self.log.add(event)
                self.dossiers.on_event(event, rules[event.rule_version])
            self.dossiers.on_standing(self.pipeline.open_events)
            self.dossiers.on_frame(frame, step.seen)
            self._seal(frame.utc, tally, final=False)
            self.advance(frame.stream_s)
            tally.frames += 1
            tally.events += len(step.events)
            now = frame.utc
        if tally.frames:
            self._seal(now, tally, final=True)
        if self.dossiers.stuck:
            raise EvidenceError("runtime.package_not_sealed", cause=self.dossiers.stuck[0].why)
        if not tally.packages:
            tally.whys = silence.whys()
        return tally

    def _seal(self, now: datetime, tally: Tally, *, final: bool) -> None:
        for sealed in self.dossiers.seal_due(now, final=final):
            self.log.sealed(sealed.event_id, sealed.opening, sealed.kind, sealed.path)
            tally.packages += sealed.kind == "primary"


@contextmanager
def recorder(path: Path | None) -> Iterator[Callable[[Observation], None]]:
    """Writes detections as JSON lines; the file appears under its name when it is complete. Without a path, nowhere.

    Raises:
        StorageError: it cannot be written.
    """
    if path is None:
        yield lambda _: None
        return
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8") as file:
            yield lambda observation: _write_line(file.write, observation)
        part.replace(path)
    except OSError as error:
        raise StorageError("runtime.results_not_written", path=path, cause=error) from error
    finally:
        part.unlink(missing_ok=True)


def _write_line(write: Callable[[str], int], observation: Observation) -> None:
    write(json.dumps(observation_to_json(observation), ensure_ascii=False, separators=(",", ":")) + "\n")
