"""The rule worked out again: its version is a hash of what decides."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.canonical_json import short_hash
from evidence.package.listing import Manifest2


def rule_faults(manifest: Manifest2, record: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the rule.

    Args:
        record: the manifest as plain data: every key of the zone counts, known or not.
    """
    rule = manifest.rule
    if short_hash(manifest.camera.id, rule.preset_id, record["rule"]["zone"]) != rule.version:
        yield "rule.version: is not the one of this camera, preset and zone"
    if manifest.event.rule_version != rule.version:
        yield "event.rule_version: is not the version of the rule"
