"""What may be drawn on a picture: the things of an event as they were detected in that very frame, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain import Look, Member, RuleEvent, Seen
from core.geometry import Box, union_box
from evidence.drawing import wording
from evidence.drawing.lettering import Lettering
from evidence.drawing.marking import Boxed, Role
from evidence.drawing.pictures import scaled_box

# A picture and the frame that was looked at are one moment when they are this close, in seconds.
SAME_MOMENT_S = 0.6


@dataclass(frozen=True)
class Subject:
    """The things that an event is about.

    Attributes:
        units: which unit each thing belongs to, by the thing's number.
        over: the units that passed the limit.
        names: what each unit is called: its whole's label, not a part's.
        kinds: labels of the violation's type; what else stands there is of no concern.
    """

    units: Mapping[int, int]
    over: frozenset[int]
    names: Mapping[int, str]
    kinds: frozenset[str]

    @classmethod
    def of(cls, event: RuleEvent, kinds: Iterable[str], parts: Iterable[str]) -> "Subject":
        """What an event is about, as it stands."""
        units = {one.number: one.unit for one in event.members if one.number}
        over = frozenset(one.unit for one in event.members if one.over_limit)
        by_unit: dict[int, list[Member]] = {}
        for one in event.members:
            by_unit.setdefault(one.unit, []).append(one)
        lesser = frozenset(parts)
        names = {unit: min(ones, key=lambda one: one.label in lesser).label for unit, ones in by_unit.items()}
        return cls(units, over, names, frozenset(kinds))

    def in_sight(self, look: Look) -> bool:
        """Whether any of its things was detected: of those that passed the limit, where any did."""
        wanted = self.over or frozenset(self.units.values())
        return any(self.units.get(one.number) in wanted for one in look.seen)

    def boxed(self, look: Look, size_wh: tuple[int, int], letters: Lettering) -> list[Boxed]:
        """What to draw on a picture of some size: each unit once, then what else of these kinds was detected."""
        own: dict[int, list[Seen]] = {}
        others = []
        for one in look.seen:
            unit = self.units.get(one.number)
            if unit is not None:
                own.setdefault(unit, []).append(one)
            elif one.label in self.kinds:
                others.append(one)

        def scaled(seen: Sequence[Seen]) -> Box:
            return scaled_box(union_box([one.bbox_xyxy_px for one in seen]), look.frame_size_wh, size_wh)

        drawn = [Boxed(scaled([one]), wording.label(one.label).on(letters), "bystander") for one in others]
        for unit, seen in sorted(own.items()):
            role: Role = "over" if unit in self.over else "member"
            drawn.append(Boxed(scaled(seen), wording.label(self.names[unit]).on(letters), role))
        return drawn


def nearest_look(looks: Iterable[Look], moment: datetime, within_s: float = SAME_MOMENT_S) -> Look | None:
    """The look at a moment; None where nothing was looked at then."""
    best = min(looks, key=lambda one: abs(one.utc - moment), default=None)
    return best if best and abs((best.utc - moment).total_seconds()) <= within_s else None


def numbers_of(event: RuleEvent) -> frozenset[int]:
    """The numbers of an event's things."""
    return frozenset(one.number for one in event.members)
