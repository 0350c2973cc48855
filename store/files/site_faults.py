"""Says in words for people what pydantic found wrong in a site file."""

import difflib
from collections.abc import Callable
from typing import Any

from pydantic_core import ErrorDetails

from core.site import Site
from store.files.yaml_tree import Path, Tree

# What the patterns of core.site ask for, by the key.
_SHAPES = {
    "id": "must be 1 to 40 letters, digits, - or _",
    "division": "must be 6 digits",
    "grid": "must be 1 to 15 digits",
    "from": "must be HH:MM, 00:00 to 24:00",
    "to": "must be HH:MM, 00:00 to 24:00",
}


def path_of(error: ErrorDetails) -> Path:
    """Where the fault is; of an id that is used twice, the second."""
    if error["type"] == "used_twice":
        return (*error["loc"], error["ctx"]["index"], "id")
    return error["loc"]


def cause_of(error: ErrorDetails, tree: Tree) -> str:
    """What is wrong there and what is wanted, in one line."""
    path, kind = path_of(error), error["type"]
    key = str(path[-1]) if path else ""
    written = _written(error["input"], tree.texts.get(path, ""))
    if kind == "string_type" and isinstance(error["input"], int | float):
        return f'must be text; quote it: "{tree.texts[path]}"'
    if kind == "missing":
        return "is missing" if not isinstance(path[-1], int) else "needs two numbers, x and y"
    if kind == "extra_forbidden":
        return f"unknown key{_suggestion(key)}"
    if kind == "string_pattern_mismatch" and key in _SHAPES:
        return f"{_SHAPES[key]}, not {written}"
    if kind in _CAUSES:
        return _CAUSES[kind](error.get("ctx", {}), written)
    return error["msg"].removeprefix("Value error, ")


def _written(value: Any, text: str) -> str:
    if value is None:
        return "null"
    return repr(text) if isinstance(value, str) else text


def _suggestion(key: str) -> str:
    near = difflib.get_close_matches(key, _known_keys() - {key}, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _known_keys() -> set[str]:
    schema = Site.model_json_schema()
    models = [schema, *schema["$defs"].values()]
    return {key for model in models for key in model.get("properties", {})}


def _wanted(words: str) -> Callable[[dict[str, Any], str], str]:
    return lambda _, written: f"{words}, not {written}" if written else words


_CAUSES: dict[str, Callable[[dict[str, Any], str], str]] = {
    "string_type": _wanted("must be text"),
    "string_too_short": lambda _, __: "must not be empty",
    "float_type": _wanted("must be a number"),
    "int_type": _wanted("must be a whole number"),
    "bool_type": _wanted("must be true or false"),
    "tuple_type": _wanted("must be a list"),
    "model_type": _wanted("must be a mapping (key: value)"),
    "literal_error": lambda ctx, written: f"must be {ctx['expected']}, not {written}",
    "greater_than_equal": lambda ctx, written: f"must be at least {ctx['ge']:g}, not {written}",
    "greater_than": lambda ctx, written: f"must be more than {ctx['gt']:g}, not {written}",
    "less_than_equal": lambda ctx, written: f"must be at most {ctx['le']:g}, not {written}",
    "less_than": lambda ctx, written: f"must be less than {ctx['lt']:g}, not {written}",
    "too_short": lambda ctx, _: f"needs at least {ctx['min_length']} entries, has {ctx['actual_length']}",
    "too_long": lambda ctx, _: f"takes at most {ctx['max_length']} entries, has {ctx['actual_length']}",
}
