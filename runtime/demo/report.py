"""What the demo reports: each package as it comes, and which violations are still to come."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.clock import Clock
from core.domain import RuleEvent
from core.errors import InputError
from core.messages import Message
from core.site import Site
from core.violations import violation_types
from evidence.signing.key_events import open_trusted_ring
from evidence.verify.verifier import verify
from runtime.home.installation import Installation
from runtime.process.console import note, say, words
from store.events.records import PackageRecord

THE_FOUR = ("illegal_parking", "street_vending", "window_front_trading", "exposed_garbage")


@dataclass(frozen=True, slots=True)
class Goal:
    """When the demo has shown enough.

    Attributes:
        until: how many violations or events.
        violations: what happens in the demo street, each counted once; empty: every event counts.
    """

    until: int
    violations: tuple[str, ...] = ()

    @classmethod
    def of_the_street(cls, until: int | None) -> "Goal":
        """So many of the violations of the demo street, None = all.

        Raises:
            InputError: there are not so many.
        """
        if until is not None and until > len(THE_FOUR):
            raise InputError("runtime.until_beyond_demo", value=until, limit=len(THE_FOUR))
        return cls(until or len(THE_FOUR), THE_FOUR)

    @classmethod
    def of_events(cls, until: int | None) -> "Goal":
        """So many events of any kind, None = one."""
        return cls(until or 1)

    def reached(self, sealed: Mapping[str, str]) -> bool:
        """Whether it is.

        Args:
            sealed: the violations of the events that have a sound package, by event.
        """
        return self._count(sealed) >= self.until

    def missing(self, sealed: Mapping[str, str]) -> Message:
        """One line on what has come and what has not."""
        still = [named(key) for key in self.violations if key not in sealed.values()]
        told = Message("runtime.demo_came_so_far", count=self._count(sealed), of=self.until)
        return Message("runtime.demo_lacks", so_far=told, violations=still) if still else told

    def _count(self, sealed: Mapping[str, str]) -> int:
        return len(set(self.violations) & set(sealed.values())) if self.violations else len(sealed)


def named(violation: str) -> str:
    """A violation in Chinese and English."""
    kind = violation_types()[violation]
    return f"{kind.name_zh} {kind.name_en}"


class Reporter:
    """Verifies each package once it is sealed and reports it: one line an event as the answer, what comes later of the
    same event beside it.

    Attributes:
        sealed: the violations of the events that have a sound package, by event.
    """

    def __init__(self, installation: Installation, site: Site, clock: Clock) -> None:
        self.sealed: dict[str, str] = {}
        self._installation = installation
        self._places = {camera.id: camera.name for camera in site.cameras}
        self._clock = clock
        self._began_s = clock.mono_s()
        self._reported: set[str] = set()

    def look(self) -> None:
        """Reports what was sealed since the last look."""
        for package in self._installation.store.packages.all():
            if package.package_id in self._reported:
                continue
            history = self._installation.store.events.get(package.event_id)
            if history:
                self._reported.add(package.package_id)
                self._report(package, history.event)

    def _report(self, package: PackageRecord, event: RuleEvent) -> None:
        path = self._installation.packages_folder / package.path
        verdict = verify(path, open_trusted_ring(self._installation.settings.home))
        where = f"{named(event.violation)}: {event.camera_id} {self._places[event.camera_id]}"
        if not verdict.sound:
            faults = [Message("core.located", where=fault.path, cause=fault.what) for fault in verdict.faults]
            why = faults or Message("runtime.no_package")
            note(words(Message("runtime.demo_package_not_sound", event=where, path=path, faults=why)))
        elif package.kind == "supplement":
            note(f"{where}: cleared; the supplement is sealed and verified: {path}")
        elif event.event_id in self.sealed:
            note(f"{where}: the same event again (opening {package.opening}); sealed and verified: {path}")
        else:
            self.sealed[event.event_id] = event.violation
            self._answer(event, path)

    def _answer(self, event: RuleEvent, path: Path) -> None:
        kind, place = violation_types()[event.violation], self._places[event.camera_id]
        after = f"{self._clock.mono_s() - self._began_s:.0f} s"
        if sys.stdout.isatty():
            say(f"{named(kind.key)}: {event.camera_id} {place}, after {after}")
            say(f"    sealed and verified: {path}")
        else:
            cells = (kind.key, kind.name_zh, kind.name_en, event.camera_id, "sealed and verified", after, str(path))
            say("\t".join(cells))
