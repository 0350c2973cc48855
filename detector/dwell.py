"""How long one thing has stood in one zone: seen -> candidate -> violation, honest about what was not observed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.rules import ZoneRule

Phase = Literal["seen", "candidate", "violation"]


def short_gap_s(interval_s: float) -> float:
    """The longest step between two sightings, in seconds, that still counts as observed."""
    return max(2.5 * interval_s, 3.0)


@dataclass(slots=True)
class Stay:
    """One unbroken dwell. observed_s + bridged_s always equals last_seen - still_since."""

    still_since: datetime
    last_seen: datetime
    observed_s: float = 0.0
    bridged_s: float = 0.0
    phase: Phase = "seen"

    @property
    def dwell_s(self) -> float:
        """Seconds from still_since to the last sighting."""
        return self.observed_s + self.bridged_s

    def ended(self, now: datetime, rule: ZoneRule, short_s: float) -> bool:
        """Whether it has been out of sight for too long. Before a thing is a candidate only a short gap is bridged."""
        limit_s = short_s if self.phase == "seen" else max(rule.bridge_gap_s, short_s)
        return (now - self.last_seen).total_seconds() > limit_s

    def see(self, now: datetime, rule: ZoneRule, short_s: float, *, established: bool) -> None:
        """Adds a sighting; it alone can make a candidate or a violation, never the passing of time.

        Args:
            established: whether the thing stood still long enough to be trusted as one thing.
        """
        step_s = (now - self.last_seen).total_seconds()
        if step_s <= short_s:
            self.observed_s += step_s
        else:
            self.bridged_s += step_s
        self.last_seen = now
        if self.phase == "seen" and established and self.dwell_s >= rule.candidate_after_s:
            self.phase = "candidate"
        if self.phase == "candidate" and self.dwell_s >= rule.violation_after_s:
            self.phase = "violation"
