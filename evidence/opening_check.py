"""The opening record: what was signed as the event opened, held against what was sealed in the end.

A DSSE envelope of its own type. Its payload names the event, the opening, the rule as it was, and what is kept for the
package. Whatever its writer adds is not read here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from core.clock import parse_rfc3339
from evidence.dsse import OPENING_TYPE, EnvelopeError, open_envelope
from evidence.keys import KeyRing
from evidence.listing import Manifest2
from evidence.package import MAX_ENVELOPE_BYTES, MAX_MANIFEST_BYTES, Fault
from evidence.strict_json import parse
from evidence.tree import Tree, TreeError, whole

ROLE = "opening_record"


def opening_faults(tree: Tree, manifest: Manifest2, record: Mapping[str, Any], keys: KeyRing) -> Iterator[Fault]:
    """What is wrong with the opening record that a manifest names; nothing where it names none.

    Args:
        record: the manifest as plain data.
    """
    path = manifest.opening.record
    roles = {one.path: one.role for one in manifest.files}
    for other in (name for name, role in roles.items() if role == ROLE and name != path):
        yield Fault(other, "is an opening record that the manifest does not name")
    if path is None:
        return
    if roles.get(path) != ROLE:
        yield Fault(path, "is named as the opening record, and is none")
    try:
        opened = open_envelope(whole(tree, path, MAX_ENVELOPE_BYTES), keys, OPENING_TYPE)
        payload = parse(opened.payload, MAX_MANIFEST_BYTES)
    except (EnvelopeError, TreeError, ValueError) as error:
        yield Fault(path, f"is no opening record that can be believed: {error}")
        return
    if not isinstance(payload, dict):
        yield Fault(path, "is no opening record")
        return
    yield from (Fault(path, what) for what in _disagreements(payload, manifest, record))


def _disagreements(payload: Mapping[str, Any], manifest: Manifest2, record: Mapping[str, Any]) -> Iterator[str]:
    wanted = {
        "event_id": manifest.event.event_id,
        "opening": manifest.opening.number,
        "rule_version": manifest.rule.version,
        "rule": record["rule"],
    }
    for name, value in wanted.items():
        if payload.get(name) != value:
            yield f"{name}: is not what was sealed"
    try:
        opened_at = parse_rfc3339(payload["opened_at"])
    except (KeyError, TypeError, ValueError):
        yield "opened_at: is no time"
        return
    if opened_at > parse_rfc3339(manifest.violation_moment or manifest.event.last_seen):
        yield "opened_at: lies after the violation"
