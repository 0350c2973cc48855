"""The rule worked out again: its version is a hash of what decides."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.canonical_json import short_hash
from core.messages import Message
from evidence.package.layout import at_key
from evidence.package.listing import Manifest2


def rule_faults(manifest: Manifest2, record: Mapping[str, Any]) -> Iterator[Message]:
    """What is wrong with the rule.

    Args:
        record: the manifest as plain data: every key of the zone counts, known or not.
    """
    rule = manifest.rule
    if short_hash(manifest.camera.id, rule.preset_id, record["rule"]["zone"]) != rule.version:
        yield at_key("rule.version", "evidence.rule_version_not_of_rule")
    if manifest.event.rule_version != rule.version:
        yield at_key("event.rule_version", "evidence.event_rule_version_differs")
