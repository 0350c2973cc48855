"""The opening record: what was signed as the event opened and went on, held against what was sealed in the end.

A file of signed lines, see journal.py. Of what they tell this is worked out: the first names the event, the opening and
the rule as they were sealed; what is told as altered, or was not recorded as it opened, stands in `completeness`; what
stills were cut from is among the segments that were recorded.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.clock import parse_rfc3339
from core.messages import Message
from evidence.package.layout import MAX_ENVELOPE_BYTES, Fault, at_key
from evidence.package.listing import Manifest2
from evidence.package.tree import Tree, TreeError, whole
from evidence.signing.dsse import EnvelopeError
from evidence.signing.journal import Entry, entries_of, lines_of
from evidence.signing.keys import KeyRing

RECORD = "opening/record.jsonl"
ROLE = "opening_record"
OPENED, TAKEN_UP = "opened", "taken up"
FIRST_ENTRIES = frozenset({OPENED, TAKEN_UP})
_SEGMENT = ".mkv at "


def opening_faults(tree: Tree, manifest: Manifest2, record: Mapping[str, Any], keys: KeyRing) -> Iterator[Fault]:
    """What is wrong with the opening record that a manifest names; nothing where it names none.

    Args:
        record: the manifest as plain data.
    """
    path = manifest.opening.record
    roles = {one.path: one.role for one in manifest.files}
    for other in (name for name, role in roles.items() if role == ROLE and name != path):
        yield Fault(other, Message("evidence.opening_record_unnamed"))
    if path is None:
        return
    if roles.get(path) != ROLE:
        yield Fault(path, Message("evidence.opening_record_has_other_role"))
    try:
        entries = _entries(whole(tree, path, MAX_ENVELOPE_BYTES), keys)
        yield from (Fault(path, what) for what in _faults(path, entries, manifest, record))
    except (EnvelopeError, TreeError, AttributeError, KeyError, TypeError, ValueError) as error:
        yield Fault(path, Message("evidence.opening_record_incredible", cause=error))


def _entries(content: bytes, keys: KeyRing) -> list[Entry]:
    lines = lines_of(content)
    if sum(len(line) for line in lines) != len(content):
        raise EnvelopeError("evidence.last_line_cut_off")
    return entries_of(lines, keys)


def _faults(path: str, entries: Sequence[Entry], manifest: Manifest2, record: Mapping[str, Any]) -> Iterator[Message]:
    first, last = entries[0], entries[-1]
    if first["entry"] not in FIRST_ENTRIES or any(one["entry"] in FIRST_ENTRIES for one in entries[1:]):
        yield Message("evidence.opening_record_begins_wrong")
    if last["entry"] != "sealing" or last.get("package_id") != manifest.package_id:
        yield Message("evidence.opening_record_ends_wrong")
    told = {one["why"] for one in manifest.completeness.missing if one.get("what") == path}
    if first["entry"] == TAKEN_UP and not told:
        yield Message("evidence.opening_record_begun_later")
    altered = {f"{name} {why}" for one in entries for name, why in one.get("altered", {}).items()}
    if not altered <= told:
        yield Message("evidence.opening_record_tells_of_change")
    yield from _disagreements(first, manifest, record)
    yield from _uncovered(entries, manifest)


def _disagreements(first: Entry, manifest: Manifest2, record: Mapping[str, Any]) -> Iterator[Message]:
    wanted = {
        "event_id": manifest.event.event_id,
        "opening": manifest.opening.number,
        "rule_version": manifest.rule.version,
        "rule": record["rule"],
    }
    for name, value in wanted.items():
        if first.get(name) != value:
            yield at_key(name, "evidence.not_as_sealed")
    if parse_rfc3339(first["opened_at"]) > parse_rfc3339(manifest.violation_moment or manifest.event.last_seen):
        yield at_key("opened_at", "evidence.opened_after_violation")
    of_one_thing = manifest.rule.violation.get("count_per") == "object"
    if of_one_thing and parse_rfc3339(manifest.event.still_since) < parse_rfc3339(first["still_since"]):
        yield at_key("still_since", "evidence.still_since_before_opening")


def _uncovered(entries: Sequence[Entry], manifest: Manifest2) -> Iterator[Message]:
    """Stills that were cut from a segment of which nobody noted what it was."""
    noted = {name for one in entries for name in one.get("segments", {})}
    for still in manifest.files:
        name, found, _ = (still.origin or "").partition(_SEGMENT)
        if found and manifest.source.kind != "recorded_file" and f"{name}{_SEGMENT[:4]}" not in noted:
            yield at_key("segments", "evidence.segment_not_recorded", path=still.path)
