"""The anti-forgery code (防伪码): what is printed on pictures, in a short form that anybody can work out again.

It cannot be a digest of the manifest, which lists the very pictures that show it. So it binds all that they print, and
the files that they were made of.
"""

from collections.abc import Mapping
from typing import Any

from core.canonical_json import short_hash

# What of a manifest is printed, or decides what is.
FACTS = (
    "package_id",
    "site",
    "camera",
    "source",
    "clock",
    "rule",
    "opening",
    "event",
    "violation_moment",
    "gone_at",
)
# Files that show no code themselves, and that what shows it descends from.
ROLES = frozenset({"still", "clip", "opening_record"})


def anti_forgery_code(facts: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    """The code: 16 hex digits in capitals, in fours.

    They are the first of SHA-256 over the canonical JSON (UTF-8, keys sorted, no white space) of `[facts, files]`: the
    facts named in FACTS, null where there is none, and `[path, sha256]` of each file of one of ROLES, in the order of
    their paths.

    Args:
        facts: the manifest, or as much of it as is known.
        digests: SHA-256 in hex of the files of ROLES, by path.
    """
    bound = {name: facts.get(name) for name in FACTS}
    digits = short_hash(bound, [[path, digests[path]] for path in sorted(digests)]).upper()
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))
