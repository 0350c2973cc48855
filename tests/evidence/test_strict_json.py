"""JSON that two readers could understand differently is refused, before it costs anything."""

import tracemalloc

import pytest

from evidence.package.strict_json import parse

LIMIT = 1 << 20

# Text, and a word of the refusal.
REFUSED = {
    "a key twice": (b'{"a":1,"a":1}', '"a" is given twice'),
    "a key twice, deep inside": (b'{"a":[{"b":1,"c":2,"b":3}]}', '"b" is given twice'),
    "a key twice, once escaped": (b'{"a":1,"\\u0061":2}', '"a" is given twice'),
    "no number": (b'{"a":NaN}', "NaN is no number"),
    "a number without end": (b"[1e400, Infinity]", "Infinity is no number"),
    "a half of a letter": (b'"\\ud83d"', "half of a letter"),
    "a half of a letter as a key": (b'{"\\uDC00":1}', "half of a letter"),
    "another coding": ('"街"'.encode("gbk"), "no UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "no JSON text"),
    "text after the end": (b"{}{}", "no JSON text"),
    "a line break in a text": (b'"a\nb"', "no JSON text"),
    "nothing": (b"", "no JSON text"),
    "nested deeper than any of ours": (b"[" * 40 + b"]" * 40, "nested deeper"),
    "nested until the parser gives up": (b"[" * 100_000, "nested deeper"),
    "too many values": (b"[" + b"[]," * 200_000 + b"[]]", "values"),
    "too large": (b'"' + b"a" * LIMIT + b'"', "larger than 1 MiB"),
    "digits that take long to read": (b"9" * 10_000, "digits"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_by_name(case: str) -> None:
    content, words = REFUSED[case]
    tracemalloc.start()
    with pytest.raises(ValueError, match=words) as refusal:
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
