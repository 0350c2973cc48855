"""What an officer reads of a sealed manifest, and the dwell of each opening."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import cycle, pairwise
from pathlib import PurePosixPath
from typing import Any

from api.packages.package_folder import PackageFolder
from api.packages.schemas import DwellPublic, ManifestPublic, PackagePublic, SpanPublic, StillPublic, standing_of
from api.review.schemas import OpeningPublic, QueuedEventPublic
from api.review.seals import differences, sealed_public
from core.clock import parse_rfc3339
from core.domain import RuleEvent
from core.errors import EvidenceError
from core.messages import Message
from evidence.signing.sealed import Sealed
from store.review.records import QueuedEvent

Rule = Mapping[str, Any]


def openings_public(
    changes: Sequence[RuleEvent],
    kept: Sequence[QueuedEvent],
    rows: Mapping[int, QueuedEventPublic],
    packages: Sequence[PackageFolder],
    rule: Rule | None,
) -> tuple[OpeningPublic, ...]:
    """Every opening of an event that has changes, in order.

    Args:
        kept: the openings as they are in the data base.
        rows: the row of each in the queue.
        rule: as it was, for openings without a package.
    """
    return tuple(
        _opening(
            one.event,
            rows[one.event.opening],
            [change for change in changes if change.opening == one.event.opening],
            [folder for folder in packages if folder.record.opening == one.event.opening],
            rule,
        )
        for one in sorted(kept, key=lambda one: one.event.opening)
        if any(change.opening == one.event.opening for change in changes)
    )


def _opening(
    kept: RuleEvent,
    row: QueuedEventPublic,
    changes: Sequence[RuleEvent],
    packages: Sequence[PackageFolder],
    rule: Rule | None,
) -> OpeningPublic:
    last = changes[-1]
    primary = next((one for one in packages if one.record.kind == "primary"), None)
    sealed, fault = _read(primary)
    limit_s = _limit_s((sealed.record if sealed else {}).get("rule") or rule)
    return OpeningPublic(
        opening=last.opening,
        review=row.review,
        decision=row.decision,
        violation_at=row.violation_at,
        cleared_at=last.cleared_at,
        dwell=DwellPublic(
            still_since=last.still_since,
            until=last.last_seen,
            dwell_s=last.dwell_s,
            observed_s=last.observed_s,
            bridged_s=last.bridged_s,
            limit_s=limit_s,
            spans=_spans(last),
        ),
        packages=tuple(PackagePublic.model_validate(one.record) for one in packages),
        manifest=_excerpt(sealed.record) if sealed else None,
        sealed=sealed_public(sealed) if sealed else None,
        differences=differences(primary, kept, changes) if primary and sealed else (),
        fault=fault,
    )


def _read(folder: PackageFolder | None) -> tuple[Sealed | None, Message | None]:
    try:
        return (folder.sealed if folder else None), None
    except EvidenceError as error:
        return None, error.message


def _spans(event: RuleEvent) -> tuple[SpanPublic, ...] | None:
    """The dwell of the thing that has stood longest, piece by piece from its beginning to its last sighting."""
    if event.gaps is None:
        return None
    until = event.still_since + timedelta(seconds=event.dwell_s)
    edges = [event.still_since, *(edge for gap in event.gaps for edge in (gap.start, gap.end)), until]
    pieces = zip(cycle(("observed", "bridged")), pairwise(edges), strict=False)
    return tuple(SpanPublic(kind=kind, start=start, end=end) for kind, (start, end) in pieces if start < end)


def _limit_s(rule: Rule | None) -> float | None:
    return ((rule or {}).get("zone") or {}).get("violation_after_s")


def _excerpt(manifest: Mapping[str, Any]) -> ManifestPublic:
    files: Sequence[Mapping[str, Any]] = manifest["files"]
    clock = (manifest.get("clock") or {}).get("server") or {}
    return ManifestPublic(
        anti_forgery_code=manifest.get("anti_forgery_code"),
        standing=standing_of((manifest.get("legal") or {}).get("standing", "lead")),
        rule=manifest.get("rule"),
        models=tuple(manifest.get("models") or ()),
        clock_within_1_s=clock.get("within_1_s"),
        clock_offset_s=clock.get("offset_s"),
        received_from=(manifest.get("source") or {}).get("received_from"),
        stills=_stills(files),
        clips=tuple(one["path"] for one in files if one.get("role") in ("clip", "timelapse")),
        composite=next((one["path"] for one in files if one.get("role") == "composite"), None),
    )


def _stills(files: Sequence[Mapping[str, Any]]) -> tuple[StillPublic, ...]:
    marked = {one.get("of"): one["path"] for one in files if one.get("role") == "marked"}
    stills = [one for one in files if one.get("role") == "still"]
    return tuple(
        StillPublic(
            name=PurePosixPath(one["path"]).stem,
            original=one["path"],
            marked=marked.get(one["path"]),
            utc=parse_rfc3339(one["utc"]),
            size_wh=one["size_wh"],
        )
        for one in sorted(stills, key=lambda one: parse_rfc3339(one["utc"]))
    )
