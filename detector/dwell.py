"""How long one thing has stood in one zone: seen -> candidate -> violation, honest about what was not observed."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal

from core.domain import Gap
from core.model_ref import ModelRef
from core.rules import ZoneRule

Phase = Literal["seen", "candidate", "violation"]

# A dwell may last for days, and miss every other look.
GAPS_KEPT = 100


def short_gap_s(interval_s: float) -> float:
    """The longest step between two sightings, in seconds, that still counts as observed.

    >>> short_gap_s(2.0)
    5.0
    """
    return max(2.5 * interval_s, 3.0)


@dataclass(slots=True)
class SeenBy:
    """A model, and in how many frames of a dwell it saw the thing."""

    model: ModelRef
    frames: int


@dataclass(slots=True)
class Stay:
    """One unbroken dwell. observed_s + bridged_s always equals last_seen - still_since.

    Attributes:
        seen_by: the models that saw it over this dwell.
        gaps: what was bridged, in order, at most GAPS_KEPT; None where an earlier version kept the totals alone.
    """

    still_since: datetime
    last_seen: datetime
    observed_s: float = 0.0
    bridged_s: float = 0.0
    phase: Phase = "seen"
    gaps: tuple[Gap, ...] | None = None
    seen_by: list[SeenBy] = field(default_factory=list)

    @property
    def models(self) -> tuple[ModelRef, ...]:
        """The models that saw it over this dwell, the one that saw it in most frames first."""
        return tuple(one.model for one in sorted(self.seen_by, key=lambda one: -one.frames))

    def note_model(self, model: ModelRef | None) -> None:
        """Counts a frame for the model that saw the thing in it."""
        known = next((one for one in self.seen_by if one.model == model), None)
        if known:
            known.frames += 1
        elif model:
            self.seen_by.append(SeenBy(model, 1))

    @property
    def dwell_s(self) -> float:
        """Seconds from still_since to the last sighting."""
        return self.observed_s + self.bridged_s

    def settle(self, rested_at: datetime) -> None:
        """The thing came to rest later than was thought. Once a candidate, the begin stands: it has a name by then."""
        if self.phase == "seen" and rested_at > self.still_since:
            self.still_since = min(rested_at, self.last_seen)
            self.observed_s = (self.last_seen - self.still_since).total_seconds()

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
            self.gaps = None if self.gaps is None else _bounded((*self.gaps, Gap(self.last_seen, now)))
        self.last_seen = now
        if self.phase == "seen" and established and self.dwell_s >= rule.candidate_after_s:
            self.phase = "candidate"
        if self.phase == "candidate" and self.dwell_s >= rule.violation_after_s:
            self.phase = "violation"


def _bounded(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """One fewer than too many: the two with the least time between them become one, so that nothing that was not
    observed is ever left out."""
    if len(gaps) <= GAPS_KEPT:
        return gaps
    between = [after.start - before.end for before, after in pairwise(gaps)]
    nearest = between.index(min(between))
    joined = Gap(gaps[nearest].start, gaps[nearest + 1].end)
    return (*gaps[:nearest], joined, *gaps[nearest + 2 :])
