"""The dwell worked out again: observed and bridged make the whole, gaps make the bridged, and it reaches the limit."""

from collections.abc import Iterator, Sequence

from core.clock import parse_rfc3339
from evidence.package.listing import EventFacts, Manifest2, Span

# Times and durations are written to the millisecond, each rounded by itself.
ROUNDING_S = 0.002
# After so many gaps the two nearest are told as one, with the little between them.
MERGED_FROM = 100


def dwell_faults(manifest: Manifest2) -> Iterator[str]:
    """What is wrong with the dwell."""
    event = manifest.event
    if abs(event.dwell_s - event.observed_s - event.bridged_s) > ROUNDING_S:
        yield "event.dwell_s: is not what was observed and bridged"
    stood_s = _between(event.still_since, event.last_seen)
    if event.dwell_s > stood_s + ROUNDING_S:
        yield f"event.dwell_s: is {event.dwell_s:.3f} s, and {stood_s:.3f} s lie between still_since and last_seen"
    if event.gaps is not None:
        yield from _gap_faults(event, event.gaps)
    if manifest.kind == "primary":
        yield from _limit_faults(manifest)


def _limit_faults(manifest: Manifest2) -> Iterator[str]:
    limit_s = manifest.rule.zone.violation_after_s
    if manifest.event.dwell_s + ROUNDING_S < limit_s:
        yield f"event.dwell_s: is {manifest.event.dwell_s:.3f} s, and the limit is {limit_s:.3f} s"
    if manifest.violation_moment:
        reached_s = _between(manifest.event.still_since, manifest.violation_moment)
        if reached_s + ROUNDING_S < limit_s:
            yield f"violation_moment: is {reached_s:.3f} s after still_since, and the limit is {limit_s:.3f} s"


def _gap_faults(event: EventFacts, gaps: Sequence[Span]) -> Iterator[str]:
    edges = [parse_rfc3339(event.still_since), *(parse_rfc3339(edge) for gap in gaps for edge in (gap.start, gap.end))]
    edges.append(parse_rfc3339(event.last_seen))
    if edges != sorted(edges):
        yield "event.gaps: overlap, or lie outside the dwell"
    bridged_s = sum(_between(gap.start, gap.end) for gap in gaps)
    rounding_s = ROUNDING_S * (len(gaps) + 1)
    too_much = bridged_s > event.bridged_s + rounding_s and len(gaps) < MERGED_FROM
    if too_much or bridged_s < event.bridged_s - rounding_s:
        yield f"event.bridged_s: is {event.bridged_s:.3f} s, and the gaps make {bridged_s:.3f} s"


def _between(start: str, end: str) -> float:
    return (parse_rfc3339(end) - parse_rfc3339(start)).total_seconds()
