"""Says in words for people what pydantic found wrong in a site file."""

import difflib
import re
from collections.abc import Callable
from typing import Any

from pydantic_core import ErrorDetails

from core.invalid_values import message_of_invalid
from core.messages import Message
from core.site import Site
from store.files.yaml_tree import Path, Tree

# What the patterns of core.site ask for, by the key.
_SHAPES = {
    "id": Message("store.id_shape"),
    "division": Message("store.division_shape"),
    "grid": Message("store.grid_shape"),
    "from": Message("store.time_of_day_shape"),
    "to": Message("store.time_of_day_shape"),
}
_QUOTED = re.compile(r"'[^']*'")  # of what pydantic lists: 'tcp' or 'udp'


def path_of(error: ErrorDetails) -> Path:
    """Where the fault is; of an id that is used twice, the second."""
    if error["type"] == "used_twice":
        return (*error["loc"], error["ctx"]["index"], "id")
    return error["loc"]


def cause_of(error: ErrorDetails, tree: Tree) -> Message:
    """What is wrong there and what is wanted, in one line."""
    path, kind = path_of(error), error["type"]
    key = str(path[-1]) if path else ""
    written = _written(error["input"], tree.texts.get(path, ""))
    if kind == "string_type" and isinstance(error["input"], int | float):
        return Message("store.text_needs_quotes", text=tree.texts[path])
    if kind == "missing":
        return Message("store.point_needs_two_numbers" if isinstance(path[-1], int) else "store.key_missing")
    if kind == "extra_forbidden":
        return _unknown(key)
    if kind == "string_pattern_mismatch" and key in _SHAPES:
        return Message("store.wanted_not_found", wanted=_SHAPES[key], found=written)
    if kind in _CAUSES:
        return _CAUSES[kind](error.get("ctx", {}), written)
    return message_of_invalid(error)


def _written(value: Any, text: str) -> str:
    if value is None:
        return "null"
    return repr(text) if isinstance(value, str) else text


def _unknown(key: str) -> Message:
    near = difflib.get_close_matches(key, _known_keys() - {key}, n=1)
    return Message("store.key_unknown_but_like", name=near[0]) if near else Message("store.key_unknown")


def _known_keys() -> set[str]:
    schema = Site.model_json_schema()
    models = [schema, *schema["$defs"].values()]
    return {key for model in models for key in model.get("properties", {})}


def _wanted(code: str) -> Callable[[dict[str, Any], str], Message]:
    wanted = Message(code)
    return lambda _, written: Message("store.wanted_not_found", wanted=wanted, found=written) if written else wanted


def _one_of(ctx: dict[str, Any], written: str) -> Message:
    return Message("store.must_be_one_of", wanted=_QUOTED.findall(ctx["expected"]), found=written)


_CAUSES: dict[str, Callable[[dict[str, Any], str], Message]] = {
    "string_type": _wanted("store.must_be_text"),
    "string_too_short": lambda _, __: Message("store.must_not_be_empty"),
    "float_type": _wanted("store.must_be_number"),
    "int_type": _wanted("store.must_be_whole_number"),
    "bool_type": _wanted("store.must_be_true_or_false"),
    "tuple_type": _wanted("store.must_be_list"),
    "model_type": _wanted("store.must_be_mapping"),
    "literal_error": _one_of,
    "greater_than_equal": lambda ctx, written: Message("store.must_be_at_least", limit=f"{ctx['ge']:g}", found=written),
    "greater_than": lambda ctx, written: Message("store.must_be_more_than", limit=f"{ctx['gt']:g}", found=written),
    "less_than_equal": lambda ctx, written: Message("store.must_be_at_most", limit=f"{ctx['le']:g}", found=written),
    "less_than": lambda ctx, written: Message("store.must_be_less_than", limit=f"{ctx['lt']:g}", found=written),
    "too_short": lambda ctx, _: Message("store.too_few_entries", limit=ctx["min_length"], count=ctx["actual_length"]),
    "too_long": lambda ctx, _: Message("store.too_many_entries", limit=ctx["max_length"], count=ctx["actual_length"]),
}
