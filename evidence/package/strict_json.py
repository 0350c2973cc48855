"""JSON from outside, read in one way only: what two readers could understand differently is refused.

Refused are a key given twice, NaN and Infinity, a half of a surrogate pair, a byte order mark, bytes that are no UTF-8,
and whatever is larger or deeper than anything that this product writes. The limits act before anything is built.
"""

import json
import re
from typing import Any, NoReturn

MAX_DEPTH = 32  # a manifest has 6
# Every value but the first of a list or object follows one of these; a manifest has about 500.
MAX_VALUES = 400_000
_OPENING_OR_COMMA = (b",", b"[", b"{")
_HALF = re.compile("[\ud800-\udfff]")


def parse(content: bytes, max_bytes: int) -> Any:
    """The value that a JSON text holds.

    Raises:
        ValueError: no such text, or one that is refused; says in one line what is wrong.
    """
    if len(content) > max_bytes:
        raise ValueError(f"it is larger than {max_bytes >> 20} MiB")
    if sum(content.count(mark) for mark in _OPENING_OR_COMMA) > MAX_VALUES:
        raise ValueError(f"it holds more than {MAX_VALUES} values")
    try:
        text = content.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise ValueError(f"it is nested deeper than {MAX_DEPTH}") from None
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON text ({error.msg} at {error.pos})") from None
    _refuse_depth(value)
    # An escape like \ud800 is the only way to half a pair in what was UTF-8, and nothing else writes it back.
    if b"\\ud" in content.lower() and _HALF.search(json.dumps(value, ensure_ascii=False)):
        raise ValueError("it holds half of a letter")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {json.dumps(twice)[:60]} is given twice")
    return record


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _refuse_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested deeper than {MAX_DEPTH}")
        level = [inner for one in level if isinstance(one, dict | list) for inner in _inside(one)]


def _inside(value: dict[str, Any] | list[Any]) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return [one for one in inner if isinstance(one, dict | list)]
