"""jiejing replay: recorded detections go through the rules again."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from core.domain import Observation
from core.errors import InputError
from core.rules import rules_of, without_observing
from core.site import Site
from core.wire import observation_from_line
from detector.watch import CameraWatch
from runtime.commands.options import OutOption, SiteOption
from runtime.commands.site_options import camera_of
from runtime.process.console import say
from runtime.recorded.event_log import EventLog
from store.files import site_file


def command(
    log: Annotated[Path, typer.Argument(help="Recorded detections (JSON lines), as analyze --record writes them.")],
    site: SiteOption,
    out: OutOption,
) -> None:
    """Applies the rules to recorded detections. Needs no pictures; writes events.jsonl into the folder --out."""
    whole = site_file.load(site)
    count = 0
    watches: dict[str, CameraWatch] = {}
    with EventLog(out, with_packages=False) as events:
        for observation in _in_order(log):
            watch = watches.get(observation.camera_id)
            if watch is None:
                watch = watches[observation.camera_id] = _watch(whole, observation.camera_id, site)
            for event in watch.update(observation):
                events.add(event)
                count += 1
    say(f"{out / 'events.jsonl'}: {count} changes of state")


def _watch(site: Site, camera_id: str, site_path: Path) -> CameraWatch:
    camera = camera_of(site, camera_id, site_path)
    return CameraWatch(without_observing(rules_of(camera)), site.site.zone_info, camera.sampling.interval_s)


def _in_order(log: Path) -> Iterator[Observation]:
    """The observations of a file, each later than the one before it of the same camera."""
    newest: dict[str, datetime] = {}
    for number, line in _lines(log):
        where = f"{log}:{number}"
        observation = observation_from_line(line, where)
        last = newest.get(observation.camera_id)
        if last is not None and observation.utc <= last:
            raise InputError("runtime.detections_not_sorted", where=where)
        newest[observation.camera_id] = observation.utc
        yield observation


def _lines(log: Path) -> Iterator[tuple[int, str]]:
    try:
        with log.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise InputError("runtime.no_recorded_detections", path=log, cause=error) from error
    except UnicodeDecodeError as error:
        raise InputError("runtime.detections_are_no_text", path=log, cause=error.reason) from error
