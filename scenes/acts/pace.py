"""The times of rules and the speeds of actors."""

from dataclasses import dataclass

CAR_M_S, CART_M_S, WALK_M_S, RIDE_M_S = 7.0, 0.9, 1.25, 4.2


@dataclass(frozen=True, slots=True)
class Pace:
    """The times of a story's rules, in seconds."""

    candidate_after_s: float
    violation_after_s: float
    bridge_gap_s: float

    def rule(self) -> dict[str, float]:
        """As the numbers of a zone."""
        return {
            "candidate_after_s": self.candidate_after_s,
            "violation_after_s": self.violation_after_s,
            "bridge_gap_s": self.bridge_gap_s,
        }


def or_never(t_s: float | None) -> float:
    """A time, or one that never comes."""
    return float("inf") if t_s is None else t_s
