"""Canonical JSON, and short names of plain data that follow from its content. Pure."""

import hashlib
import json
from typing import Any


def canonical(content: Any) -> bytes:
    """Sorted keys, no white space, UTF-8.

    Raises:
        ValueError: it holds a number that JSON has not, like NaN.
    """
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def short_hash(*content: Any) -> str:
    """16 hex digits that name plain data by its content: SHA-256 over canonical JSON, cut.

    >>> short_hash("no_parking", 180) == short_hash("no_parking", 180)
    True
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
