"""Whether the times of a manifest can have followed each other."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from core.clock import parse_rfc3339
from core.messages import Message
from evidence.package.layout import at_key
from evidence.package.listing import Manifest2

# A server's clock may be set back a little between a violation and its sealing, or between two packages.
CLOCK_ERROR = timedelta(seconds=5)
_KINDS = {"primary": Message("evidence.kind_primary"), "supplement": Message("evidence.kind_supplement")}


def time_faults(manifest: Manifest2) -> Iterator[Message]:
    """Pairs of times that contradict each other, and times that are there or not against the kind."""
    yield from _orders(manifest)
    is_primary = manifest.kind == "primary"
    demanded = {
        "violation_moment": (manifest.violation_moment, is_primary),
        "gone_at": (manifest.gone_at, not is_primary),
        "event.cleared_at": (manifest.event.cleared_at, not is_primary),
    }
    for name, (moment, wanted) in demanded.items():
        if (moment is not None) != wanted:
            code = "evidence.time_wanted" if wanted else "evidence.time_does_not_belong"
            yield at_key(name, code, package=_KINDS[manifest.kind])
    if is_primary and manifest.violation_moment and manifest.violation_moment != _violated(manifest):
        yield at_key("violation_moment", "evidence.moment_not_of_event")


def _violated(manifest: Manifest2) -> str:
    """The first violation_at, unless it is of an earlier opening: then the moment at which it was seen to violate."""
    event = manifest.event
    first = event.violation_at
    return first if first and parse_rfc3339(first) >= parse_rfc3339(event.still_since) else event.last_seen


def _orders(manifest: Manifest2) -> Iterator[Message]:
    event, span = manifest.event, manifest.time_range
    told = ("violation_moment", manifest.violation_moment), ("gone_at", manifest.gone_at)
    rows: list[list[tuple[str, str | None]]] = [
        [("event.still_since", event.still_since), ("event.last_seen", event.last_seen)],
        [("event.first_seen", event.first_seen), ("event.last_seen", event.last_seen)],
        [("event.first_seen", event.first_seen), ("event.violation_at", event.violation_at)],
        [("event.violation_at", event.violation_at), ("event.last_seen", event.last_seen)],
        [("event.last_seen", event.last_seen), ("event.cleared_at", event.cleared_at)],
        [("event.last_seen", event.last_seen), ("gone_at", manifest.gone_at)],
        [("time_range.start", span.start), *told, ("time_range.end", span.end)],
    ]
    rows += [[(f"{one.path}: start", one.start), ("end", one.end)] for one in manifest.files]
    for row in rows:
        known = [(name, parse_rfc3339(text)) for name, text in row if text is not None]
        for (name, earlier), (other, later) in pairwise(known):
            if earlier > later:
                yield at_key(name, "evidence.time_after_other", other=other)
    sealed_at = parse_rfc3339(manifest.sealed_at) + CLOCK_ERROR
    for name, text in (*told, ("event.last_seen", event.last_seen), ("event.cleared_at", event.cleared_at)):
        if text is not None and parse_rfc3339(text) > sealed_at:
            yield at_key("sealed_at", "evidence.sealed_before_time", other=name)
