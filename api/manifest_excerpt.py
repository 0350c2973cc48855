"""What an officer reads of a sealed manifest, and the dwell of each opening."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import cycle, pairwise
from pathlib import PurePosixPath
from typing import Any

from api.package_folder import PackageFolder
from api.review_schemas import (
    DwellPublic,
    ManifestPublic,
    OpeningPublic,
    QueuedEventPublic,
    SpanPublic,
    StillPublic,
    standing_of,
)
from api.schemas import PackagePublic
from core.clock import parse_rfc3339
from core.domain import RuleEvent
from core.errors import EvidenceError
from evidence.package import MANIFEST
from store.records import PackageRecord

Rule = Mapping[str, Any]


def openings_public(
    changes: Sequence[RuleEvent],
    rows: Mapping[int, QueuedEventPublic],
    packages: Sequence[tuple[PackageRecord, PackageFolder]],
    rule: Rule | None,
) -> tuple[OpeningPublic, ...]:
    """Every opening of an event that has changes, in order.

    Args:
        rows: the row of each in the queue.
        rule: as it was, for openings without a package.
    """
    return tuple(
        _opening(
            rows[number],
            [change for change in changes if change.opening == number],
            [one for one in packages if one[0].opening == number],
            rule,
        )
        for number in sorted({change.opening for change in changes} & rows.keys())
    )


def _opening(
    row: QueuedEventPublic,
    changes: Sequence[RuleEvent],
    packages: Sequence[tuple[PackageRecord, PackageFolder]],
    rule: Rule | None,
) -> OpeningPublic:
    last = changes[-1]
    manifest, fault = _read([folder for record, folder in packages if record.kind == "primary"])
    limit_s = _limit_s((manifest or {}).get("rule") or rule)
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
        packages=tuple(PackagePublic.model_validate(record) for record, _ in packages),
        manifest=_excerpt(manifest) if manifest else None,
        fault=fault,
    )


def _read(folders: Iterable[PackageFolder]) -> tuple[dict[str, Any] | None, str | None]:
    for folder in folders:
        try:
            folder.files()
            content: dict[str, Any] = json.loads((folder.path / MANIFEST).read_bytes())
        except (EvidenceError, OSError, ValueError) as error:
            return None, str(error)
        return content, None
    return None, None


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
