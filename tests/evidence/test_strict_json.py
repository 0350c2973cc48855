"""JSON that two readers could understand differently is refused, before it costs anything."""

import tracemalloc

import pytest

from evidence.package.strict_json import parse
from tests.says import says

LIMIT = 1 << 20

# Text, and how it is refused.
REFUSED: dict[str, tuple[bytes, str, dict[str, object]]] = {
    "a key twice": (b'{"a":1,"a":1}', "evidence.json_key_twice", {"name": '"a"'}),
    "a key twice, deep inside": (b'{"a":[{"b":1,"c":2,"b":3}]}', "evidence.json_key_twice", {"name": '"b"'}),
    "a key twice, once escaped": (b'{"a":1,"\\u0061":2}', "evidence.json_key_twice", {"name": '"a"'}),
    "no number": (b'{"a":NaN}', "evidence.json_not_a_number", {"name": "NaN"}),
    "a number without end": (b"[1e400, Infinity]", "evidence.json_not_a_number", {"name": "Infinity"}),
    "a half of a letter": (b'"\\ud83d"', "evidence.json_half_letter", {}),
    "a half of a letter as a key": (b'{"\\uDC00":1}', "evidence.json_half_letter", {}),
    "another coding": ('"街"'.encode("gbk"), "evidence.not_utf8_text", {}),
    "a byte order mark": (b"\xef\xbb\xbf{}", "evidence.not_json_text", {}),
    "text after the end": (b"{}{}", "evidence.not_json_text", {}),
    "a line break in a text": (b'"a\nb"', "evidence.not_json_text", {}),
    "nothing": (b"", "evidence.not_json_text", {}),
    "nested deeper than any of ours": (b"[" * 40 + b"]" * 40, "evidence.json_nested_too_deep", {}),
    "nested until the parser gives up": (b"[" * 100_000, "evidence.json_nested_too_deep", {}),
    "too many values": (b"[" + b"[]," * 200_000 + b"[]]", "evidence.json_too_many_values", {}),
    "too large": (b'"' + b"a" * LIMIT + b'"', "evidence.json_too_large", {"limit": 1}),
    "digits that take long to read": (b"9" * 10_000, "evidence.json_number_too_long", {}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(case: str) -> None:
    content, code, params = REFUSED[case]
    tracemalloc.start()
    with pytest.raises(ValueError, check=says(code, **params)) as refusal:
        parse(content, LIMIT)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20
    assert "\n" not in str(refusal.value)


# What is read as ever.
READ = {
    "a whole letter in two escapes": (b'"\\ud83d\\ude00"', "\U0001f600"),
    "a backslash before ud": (b'"\\\\ud800"', "\\ud800"),
    "one key in two objects": (b'[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
    "Chinese": ('{"名": "街镜"}'.encode(), {"名": "街镜"}),
}


@pytest.mark.parametrize("case", READ)
def test_read(case: str) -> None:
    content, value = READ[case]
    assert parse(content, LIMIT) == value
