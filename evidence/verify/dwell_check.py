"""The dwell worked out again: observed and bridged make the whole, gaps make the bridged, and it reaches the limit."""

from collections.abc import Iterator, Sequence

from core.clock import parse_rfc3339
from core.messages import Message
from evidence.package.layout import at_key
from evidence.package.listing import EventFacts, Manifest2, Span

# Times and durations are written to the millisecond, each rounded by itself.
ROUNDING_S = 0.002
# After so many gaps the two nearest are told as one, with the little between them.
MERGED_FROM = 100


def dwell_faults(manifest: Manifest2) -> Iterator[Message]:
    """What is wrong with the dwell."""
    event = manifest.event
    if abs(event.dwell_s - event.observed_s - event.bridged_s) > ROUNDING_S:
        yield at_key("event.dwell_s", "evidence.dwell_not_sum")
    stood_s = _between(event.still_since, event.last_seen)
    if event.dwell_s > stood_s + ROUNDING_S:
        yield at_key("event.dwell_s", "evidence.dwell_exceeds_span", dwell=_shown(event.dwell_s), span=_shown(stood_s))
    if event.gaps is not None:
        yield from _gap_faults(event, event.gaps)
    if manifest.kind == "primary":
        yield from _limit_faults(manifest)


def _limit_faults(manifest: Manifest2) -> Iterator[Message]:
    limit_s = manifest.rule.zone.violation_after_s
    dwell_s = manifest.event.dwell_s
    if dwell_s + ROUNDING_S < limit_s:
        yield at_key("event.dwell_s", "evidence.dwell_below_limit", dwell=_shown(dwell_s), limit=_shown(limit_s))
    if manifest.violation_moment:
        reached_s = _between(manifest.event.still_since, manifest.violation_moment)
        if reached_s + ROUNDING_S < limit_s:
            yield at_key(
                "violation_moment", "evidence.violation_before_limit", reached=_shown(reached_s), limit=_shown(limit_s)
            )


def _gap_faults(event: EventFacts, gaps: Sequence[Span]) -> Iterator[Message]:
    edges = [parse_rfc3339(event.still_since), *(parse_rfc3339(edge) for gap in gaps for edge in (gap.start, gap.end))]
    edges.append(parse_rfc3339(event.last_seen))
    if edges != sorted(edges):
        yield at_key("event.gaps", "evidence.gaps_overlap")
    bridged_s = sum(_between(gap.start, gap.end) for gap in gaps)
    rounding_s = ROUNDING_S * (len(gaps) + 1)
    too_much = bridged_s > event.bridged_s + rounding_s and len(gaps) < MERGED_FROM
    if too_much or bridged_s < event.bridged_s - rounding_s:
        yield at_key(
            "event.bridged_s",
            "evidence.bridged_differs_from_gaps",
            bridged=_shown(event.bridged_s),
            gaps=_shown(bridged_s),
        )


def _shown(seconds: float) -> str:
    return f"{seconds:.3f}"


def _between(start: str, end: str) -> float:
    return (parse_rfc3339(end) - parse_rfc3339(start)).total_seconds()
