"""JSON from outside, read in one way only: what two readers could understand differently is refused.

Refused are a key given twice, NaN and Infinity, a half of a surrogate pair, a byte order mark, bytes that are no UTF-8,
and whatever is larger or deeper than anything that this product writes. The limits act before anything is built.
"""

import json
import re
from typing import Any, NoReturn

from core.errors import InvalidValueError

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
        raise InvalidValueError("evidence.json_too_large", limit=max_bytes >> 20)
    if sum(content.count(mark) for mark in _OPENING_OR_COMMA) > MAX_VALUES:
        raise InvalidValueError("evidence.json_too_many_values", limit=MAX_VALUES)
    value = _read(content)
    _refuse_depth(value)
    # An escape like \ud800 is the only way to half a pair in what was UTF-8, and nothing else writes it back.
    if b"\\ud" in content.lower() and _HALF.search(json.dumps(value, ensure_ascii=False)):
        raise InvalidValueError("evidence.json_half_letter")
    return value


def _read(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except RecursionError:
        raise InvalidValueError("evidence.json_nested_too_deep", limit=MAX_DEPTH) from None
    except UnicodeDecodeError:
        raise InvalidValueError("evidence.not_utf8_text") from None
    except json.JSONDecodeError as error:
        raise InvalidValueError("evidence.not_json_text", cause=error.msg, position=error.pos) from None
    except InvalidValueError:
        raise
    except ValueError:  # Python reads no number of more than some thousand digits
        raise InvalidValueError("evidence.json_number_too_long") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidValueError("evidence.json_key_twice", name=json.dumps(twice)[:60])
    return record


def _constant(name: str) -> NoReturn:
    raise InvalidValueError("evidence.json_not_a_number", name=name)


def _refuse_depth(value: Any) -> None:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise InvalidValueError("evidence.json_nested_too_deep", limit=MAX_DEPTH)
        level = [inner for one in level if isinstance(one, dict | list) for inner in _inside(one)]


def _inside(value: dict[str, Any] | list[Any]) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value
    return [one for one in inner if isinstance(one, dict | list)]
