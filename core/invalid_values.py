"""What pydantic finds wrong with a value, as a message of the catalogue."""

import re
from collections.abc import Mapping
from typing import Any, Final

from core.messages import Message, is_worded, message_of

# What the patterns of fields ask for, in words: a pattern is none for people.
_PATTERNS: Final[dict[str, str]] = {
    r"^[\w.-]+$": "core.wanted_file_name",
    r"^[A-Za-z0-9-]{1,40}$": "core.wanted_key",
    r"^[A-Za-z0-9_-]{1,40}$": "core.wanted_id",
    r"^[^\x00]*$": "core.wanted_no_nul",
    r"^[^\x00]*\S[^\x00]*$": "core.wanted_not_blank",
    r"\S": "core.wanted_not_blank",
    r"^originals/[^/]+$": "core.wanted_original",
    r"^[1-9]\d{0,8}$": "core.wanted_number",
    r"^[A-Za-z0-9_.:-]{1,80}$": "core.wanted_name",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$": "core.wanted_time_of_day",
    r"^[0-9]{1,15}$": "core.wanted_grid",
    r"^\S+:[0-9]{1,5}$": "core.wanted_host_port",
    r"^https?://\S+$": "core.wanted_http_address",
}
_QUOTED: Final = re.compile(r"'([^']*)'")
_COUNTED: Final = re.compile(r"^\^\[0-9(a-f)?\]\{(\d+)\}\$$")


def message_of_invalid(error: Mapping[str, Any]) -> Message:
    """What is wrong with a value.

    Args:
        error: one of `ValidationError.errors()`, or one in its form whose `msg` is a message already.
    """
    context: Mapping[str, Any] = error.get("ctx", {})
    if isinstance(error["msg"], Message):
        return error["msg"]
    if isinstance(raised := context.get("error"), Exception):
        return message_of(raised)
    if error["type"] == "string_pattern_mismatch":
        return Message("core.value_string_pattern_mismatch", wanted=_wanted(context["pattern"]))
    if error["type"] in ("enum", "literal_error"):
        return Message(f"core.value_{error['type']}", expected=_QUOTED.findall(context["expected"]))
    code = f"core.value_{error['type']}"
    return Message(code, **context) if is_worded(code) else message_of(error["msg"])


def _wanted(pattern: str) -> str:
    if code := _PATTERNS.get(pattern):
        return Message(code)
    if counted := _COUNTED.fullmatch(pattern):
        return Message("core.wanted_hex_digits" if counted[1] else "core.wanted_digits", count=int(counted[2]))
    return pattern
