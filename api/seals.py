"""What was sealed, as the installation's own keys say: what officers see comes from here, never from the data base.

A manifest is verified once for each state of its files. What the data base says otherwise is a difference: it is shown,
written into the audit once, counted, and told on the System page.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

from core.clock import parse_rfc3339, rfc3339
from core.domain import RuleEvent
from core.errors import UnsoundError
from evidence.facts import event_facts
from evidence.keys import KeyRing, open_key_ring
from evidence.package import ENVELOPE, MANIFEST, Fault, sha256_of
from evidence.sealed import Sealed, read_sealed
from store.records import PackageRecord

Stamp = tuple[tuple[int, ...] | None, ...]
T = TypeVar("T")

# So many manifests, and digests of files, are kept; a manifest takes some 20 kB.
_MANIFESTS, _DIGESTS = 2_000, 20_000

# What a change of state can be held against: all that an officer is shown of an event.
_FACTS = (
    "camera_id",
    "preset_id",
    "zone_id",
    "violation",
    "opening",
    "label",
    "count",
    "first_seen",
    "still_since",
    "last_seen",
    "dwell_s",
    "observed_s",
    "bridged_s",
    "bbox_xyxy_px",
    "model",
    "rule_version",
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact of which the data base says something else than the seal; both as text."""

    package_id: str
    field: str
    stored: str
    sealed: str


@dataclass(frozen=True)
class Seal:
    """A package as its signature has it. `differences`: what its row in the data base says otherwise."""

    sealed: Sealed
    differences: tuple[Difference, ...]

    @property
    def event(self) -> Mapping[str, Any]:
        """The event as it was when it was sealed, as in events.jsonl."""
        found: Mapping[str, Any] = self.sealed.record.get("event") or {}
        return found

    @property
    def digests(self) -> Mapping[str, str]:
        """The SHA-256 of every file that was sealed, by path."""
        return {one.path: one.digests.get("sha256", "") for one in self.sealed.listing.files}


class Seals:
    """Reads what was sealed, and remembers what did not hold."""

    def __init__(self, packages_folder: Path, home: Path, tell: Callable[[str, tuple[str, ...]], None]) -> None:
        """
        Args:
            tell: is told of a package's id and what is wrong with it, once for each.
        """
        self._folder = packages_folder
        self._home = home
        self._tell = tell
        self._manifests: _Known[Sealed | tuple[Fault, ...]] = _Known(_MANIFESTS)
        self._digests: _Known[str] = _Known(_DIGESTS)
        self._ring: _Known[KeyRing] = _Known(1)
        self._wrong: dict[str, tuple[str, ...]] = {}
        self._lock = Lock()

    def of(self, record: PackageRecord) -> Seal:
        """What was sealed of a package.

        Raises:
            UnsoundError: it is not there, no key of this installation signed it, it was changed since, or it is not the
                one that the data base means.
        """
        try:
            found = self._sealed(record)
            _check_identity(record, found)
        except UnsoundError as error:
            if error.is_there:
                self.note(record.package_id, (str(error),))
            raise
        seal = Seal(found, tuple(_row_differences(record, found)))
        if seal.differences:
            self.note(record.package_id, tuple(_words(one) for one in seal.differences))
        return seal

    def check_file(self, record: PackageRecord, path: str) -> Path:
        """A file of a package, where its bytes are those that were sealed.

        Raises:
            UnsoundError: as of `of`, or the file is not the one that was sealed.
            KeyError: the package holds no such file.
        """
        digest = self.of(record).digests[path]
        place = self._folder / record.path / path
        stamp = (_stamp(place),)
        if self._digests.get(str(place), stamp, lambda: sha256_of(place)) != digest:
            error = UnsoundError(f"package {record.package_id}: {path} is not the one that was sealed")
            self.note(record.package_id, (str(error),))
            raise error
        return place

    def note(self, package_id: str, what: tuple[str, ...]) -> None:
        """Remembers what does not hold of a package, and tells it once."""
        with self._lock:
            if self._wrong.get(package_id) == what:
                return
            self._wrong[package_id] = what
        _log.error("evidence: %s", "; ".join(what))
        self._tell(package_id, what)

    @property
    def wrong(self) -> Mapping[str, tuple[str, ...]]:
        """What was found not to hold since this process began, by package id."""
        with self._lock:
            return dict(self._wrong)

    @property
    def ring(self) -> KeyRing:
        """The public keys of this installation."""
        folder = self._home / "keys" / "public"
        stamp = (_stamp(folder), *(_stamp(path) for path in sorted(folder.glob("*.pem"))))
        return self._ring.get("ring", stamp, lambda: open_key_ring(self._home))

    def _sealed(self, record: PackageRecord) -> Sealed:
        folder = self._folder / record.path
        stamp = (_stamp(folder / MANIFEST), _stamp(folder / ENVELOPE))
        if stamp == (None, None):
            raise UnsoundError(f"package {record.package_id}: its folder is not there", is_there=False)
        ring = self.ring
        found = self._manifests.get(
            str(folder), (*stamp, *sorted(map(_number, ring.keys))), lambda: read_sealed(folder, ring)
        )
        if not isinstance(found, Sealed):
            faults = ", ".join(f"{one.path} {one.what}" for one in found)
            raise UnsoundError(f"package {record.package_id}: its seal does not hold: {faults}")
        return found


def event_differences(package_id: str, seal: Seal, changes: Sequence[RuleEvent]) -> tuple[Difference, ...]:
    """What the kept changes of an opening say otherwise than what was sealed at its violation."""
    violated = next((one for one in reversed(changes) if one.state == "violation"), None)
    if violated is None:
        return (Difference(package_id, "state", "no violation", "violation"),)
    return tuple(_compared(package_id, event_facts(violated), seal.event))


def row_differences(package_id: str, row: RuleEvent, last: RuleEvent) -> tuple[Difference, ...]:
    """What the row of an event, or an opening, says otherwise than its last change, which it only repeats."""
    return tuple(_compared(package_id, event_facts(row), event_facts(last)))


def _compared(package_id: str, stored: Mapping[str, Any], sealed: Mapping[str, Any]) -> list[Difference]:
    return [
        Difference(package_id, name, _text(stored[name]), _text(sealed[name]))
        for name in _FACTS
        if name in sealed and _plain(stored[name]) != _plain(sealed[name])
    ]


def _plain(value: Any) -> Any:
    """The same time is the same, in whatever offset it is written."""
    if isinstance(value, str) and len(value) >= len("2026-01-01T00:00:00Z") and value[4:5] == "-":
        try:
            return parse_rfc3339(value)
        except ValueError:
            return value
    return value


def _check_identity(record: PackageRecord, sealed: Sealed) -> None:
    listing, event = sealed.listing, sealed.record.get("event") or {}
    said = (listing.package_id, listing.kind, event.get("event_id"), event.get("opening"))
    if said != (record.package_id, record.kind, record.event_id, record.opening):
        raise UnsoundError(
            f"package {record.package_id}: the data base has it as evidence of {record.event_id} no. {record.opening}; "
            f"sealed was {event.get('event_id')} no. {event.get('opening')}"
        )


def _row_differences(record: PackageRecord, sealed: Sealed) -> list[Difference]:
    listing = sealed.listing
    pairs = {
        "manifest_sha256": (record.manifest_sha256, sealed.manifest_sha256),
        "key_id": (record.key_id, listing.key_id),
        "seq": (record.seq, listing.seq),
        "sealed_at": (rfc3339(record.sealed_at), rfc3339(parse_rfc3339(listing.sealed_at))),
        "complete": (record.complete, listing.completeness.complete),
        "standing": (record.standing, (sealed.record.get("legal") or {}).get("standing", "lead")),
    }
    return [
        Difference(record.package_id, name, _text(stored), _text(is_so))
        for name, (stored, is_so) in pairs.items()
        if _plain(stored) != _plain(is_so)
    ]


def _words(one: Difference) -> str:
    return f"package {one.package_id}: {one.field} is {one.stored} in the data base, sealed was {one.sealed}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _number(key_id: str) -> tuple[int, ...]:
    return (int(key_id[:15], 16),)


def _stamp(path: Path) -> tuple[int, ...] | None:
    """Tells a file that was written again, also where its time was set back: ctime cannot be."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class _Known(Generic[T]):
    """What was worked out of files, while they stay as they are; what was asked for longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, tuple[Stamp, T]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str, stamp: Stamp, make: Callable[[], T]) -> T:
        with self._lock:
            kept = self._kept.get(name)
            if kept and kept[0] == stamp:
                self._kept.move_to_end(name)
                return kept[1]
        made = make()
        with self._lock:
            self._kept[name] = (stamp, made)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
