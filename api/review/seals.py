"""What was sealed of an opening, as officers read it, and what the data base says otherwise."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from api.packages.package_folder import PackageFolder
from api.packages.schemas import DifferencePublic, SealedPublic
from core.clock import parse_rfc3339, rfc3339
from core.domain import RuleEvent
from evidence.packing.facts import event_facts
from evidence.signing.sealed import Sealed
from store.events.records import PackageRecord

_log = logging.getLogger(__name__)

# All that is shown of an event and that was sealed at its violation.
_FACTS = (
    "camera_id",
    "preset_id",
    "zone_id",
    "violation",
    "label",
    "count",
    "score",
    "first_seen",
    "still_since",
    "violation_at",
    "last_seen",
    "dwell_s",
    "observed_s",
    "bridged_s",
    "bbox_xyxy_px",
    "model",
    "rule_version",
)
# A later opening has a moment of its own there, which its changes do not name.
_REPEATED = tuple(one for one in _FACTS if one != "violation_at")


def sealed_public(sealed: Sealed) -> SealedPublic:
    """The facts under the signature."""
    record, listing = sealed.record, sealed.listing
    event, camera = record.get("event") or {}, record.get("camera") or {}
    zone, model = (record.get("rule") or {}).get("zone") or {}, event.get("model") or {}
    return SealedPublic(
        package_id=listing.package_id,
        manifest_sha256=sealed.manifest_sha256,
        key_id=sealed.signed_by[0],
        sealed_at=parse_rfc3339(listing.sealed_at),
        camera_id=event.get("camera_id"),
        camera_name=camera.get("name"),
        address=(camera.get("place") or {}).get("address") or None,
        zone_name=zone.get("name"),
        label=event.get("label"),
        score=event.get("score"),
        model=model.get("name"),
        still_since=_moment(event.get("still_since")),
        violation_at=_moment(record.get("violation_moment") or event.get("violation_at")),
        dwell_s=event.get("dwell_s"),
        observed_s=event.get("observed_s"),
        bridged_s=event.get("bridged_s"),
    )


def differences(folder: PackageFolder, row: RuleEvent, changes: Sequence[RuleEvent]) -> tuple[DifferencePublic, ...]:
    """What the data base says otherwise than the seal of an opening; it is logged, too.

    Args:
        folder: of the primary package, whose seal holds.
        row: the opening as it is in the data base.
        changes: those of that opening, the oldest first.
    """
    found = tuple(_differences(folder.record, folder.sealed, row, changes))
    for one in found:
        _log.error("package %s: %s is %s in the data base, sealed was %s", folder.record.package_id, *_words(one))
    return found


def _differences(
    record: PackageRecord, sealed: Sealed, row: RuleEvent, changes: Sequence[RuleEvent]
) -> Iterator[DifferencePublic]:
    listing = sealed.listing
    yield from _compared(
        {"key_id": record.key_id, "seq": record.seq, "sealed_at": rfc3339(record.sealed_at)},
        {"key_id": listing.key_id, "seq": listing.seq, "sealed_at": listing.sealed_at},
    )
    yield from _compared(
        {"complete": record.complete, "standing": record.standing},
        {
            "complete": listing.completeness.complete,
            "standing": (sealed.record.get("legal") or {}).get("standing", "lead"),
        },
    )
    event = sealed.record.get("event") or {}
    if event:
        yield from _compared(_facts(_at_sealing(changes, event), _FACTS), event)
    # The row repeats its last change, and nothing else.
    yield from _compared(_facts(row, _REPEATED), _facts(changes[-1], _REPEATED))


def _at_sealing(changes: Sequence[RuleEvent], event: Mapping[str, Any]) -> RuleEvent:
    """The change that was sealed: the violation of that moment, or what is there in its place."""
    violations = [one for one in changes if one.state == "violation"]
    same = (one for one in violations if _plain(rfc3339(one.last_seen)) == _plain(event.get("last_seen")))
    return next(same, violations[0] if violations else changes[-1])


def _facts(event: RuleEvent, names: Sequence[str]) -> dict[str, Any]:
    known = event_facts(event)
    return {name: known[name] for name in names}


def _compared(stored: Mapping[str, Any], sealed: Mapping[str, Any]) -> Iterator[DifferencePublic]:
    for name, value in stored.items():
        if name in sealed and _plain(value) != _plain(sealed[name]):
            yield DifferencePublic(field=name, stored=_text(value), sealed=_text(sealed[name]))


def _plain(value: Any) -> Any:
    """The same time is the same, in whatever offset it is written."""
    moment = _moment(value) if isinstance(value, str) else None
    return moment or value


def _moment(value: Any) -> datetime | None:
    try:
        return parse_rfc3339(value) if isinstance(value, str) and value[4:5] == "-" else None
    except ValueError:
        return None


def _words(one: DifferencePublic) -> tuple[str, str, str]:
    return one.field, one.stored, one.sealed


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
