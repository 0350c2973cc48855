"""What the product says to people: a code with parameters, worded in English and Chinese by one catalogue.

The catalogue has a file for each package: `store.no_such_node` stands in core/catalogue/store.json as
{"en": "there is no node {node_id}", "zh": "没有组织 {node_id}"}. Programs recognise the code; people read the words.
"""

import errno
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from os import environ
from typing import Any, Final, Literal, Self

from core.field_names import in_chinese

Language = Literal["en", "zh"]

ROOMS: Final = ("api", "core", "detector", "evidence", "models", "runtime", "scenes", "store", "streams", "training")
FIELD: Final = "field"  # the parameter that names the field at fault; the words of the message follow it
TEXT: Final = "core.text"  # words of others, as of an operating system: as they are in each language

_HOLE: Final = re.compile(r"\{(\w+)\}")
_BETWEEN_WORDS: Final[dict[Language, str]] = {"en": ", ", "zh": "、"}
_BETWEEN_MESSAGES: Final[dict[Language, str]] = {"en": "; ", "zh": "；"}


class Message(str):
    """A line for people: its English words, and the code and parameters by which any language says it.

    Args:
        code: a key of the catalogue, like `store.no_such_node`.
        params: what its words leave open: numbers, texts, messages, errors, or sequences of these. `field` names the
            field at fault and stands in front of the words.

    A code that the catalogue lacks is said as it is, with its parameters: to say what went wrong never fails itself.

    >>> Message("core.located", where="site.yaml:3", cause="no such label")
    'site.yaml:3: no such label'
    """

    __slots__ = ("code", "params")

    code: str
    params: dict[str, Any]

    def __new__(cls, code: str, /, **params: object) -> Self:
        plain = {name: _plain(value) for name, value in params.items()}
        made = super().__new__(cls, _said(code, plain, "en"))
        made.code, made.params = code, plain
        return made

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.code,), self.params

    def said(self, language: Language) -> str:
        """The line in that language."""
        return _said(self.code, self.params, language)

    def without_field(self) -> Self:
        """The message alone, for whoever names the field beside it."""
        return type(self)(self.code, **{name: value for name, value in self.params.items() if name != FIELD})

    def with_texts(self, change: Callable[[str], str]) -> Self:
        """The message with its texts changed, those of the messages in it, too: to hide a password, for example."""
        return type(self)(self.code, **{name: _changed(value, change) for name, value in self.params.items()})

    def plain(self) -> dict[str, Any]:
        """The message as JSON has it; `read` takes it back."""
        return {"code": self.code, "params": {name: _jsonable(value) for name, value in self.params.items()}}


def read(plain: Any) -> Message:
    """What `Message.plain` wrote; a text is a message of its own words."""
    if not isinstance(plain, Mapping):
        return Message(TEXT, text=str(plain))
    return Message(plain["code"], **{name: _readable(value) for name, value in plain["params"].items()})


def message_of(cause: object) -> Message:
    """What is to be said of an error or a text, whoever it comes from."""
    known = getattr(cause, "message", cause)
    if isinstance(known, Message):
        return known
    if isinstance(cause, OSError) and cause.errno is not None:
        code = f"core.{errno.errorcode.get(cause.errno, '').lower()}"
        return Message(code) if is_worded(code) else Message(TEXT, text=cause.strerror or str(cause))
    is_silent = isinstance(cause, BaseException) and not str(cause)
    return Message(TEXT, text=type(cause).__name__ if is_silent else str(cause))


def is_worded(code: str) -> bool:
    """Whether the catalogue has words for the code."""
    return code in _catalogue(code.partition(".")[0])


def language() -> Language:
    """The language of the command line: JIEJING_LANGUAGE, else that of the locale; English where neither says one."""
    for name in ("JIEJING_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if asked := environ.get(name):
            return "zh" if asked.lower().startswith("zh") else "en"
    return "en"


def _said(code: str, params: Mapping[str, Any], language: Language) -> str:
    shown = {name: _shown(value, language) for name, value in params.items()}
    words = _catalogue(code.partition(".")[0]).get(code)
    text = _HOLE.sub(lambda hole: shown.get(hole[1], hole[0]), words[language]) if words else _unworded(code, shown)
    if not (field := params.get(FIELD)):
        return text
    return f"{field}: {text}" if language == "en" else f"{in_chinese(field)}：{text}"


def _unworded(code: str, shown: Mapping[str, str]) -> str:
    return " ".join([code, *(f"{name}={value}" for name, value in shown.items() if name != FIELD)])


def _shown(value: Any, language: Language) -> str:
    if isinstance(value, Message):
        return value.said(language)
    if isinstance(value, tuple):
        between = _BETWEEN_MESSAGES if any(isinstance(part, Message) for part in value) else _BETWEEN_WORDS
        return between[language].join(_shown(part, language) for part in value)
    return str(value)


def _plain(value: object) -> Any:
    if isinstance(value, Message | bool | int | float) or value is None:
        return value
    if isinstance(value, BaseException):
        return message_of(value)
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(_plain(part) for part in value)
    return str(value)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Message):
        return value.with_texts(change)
    if isinstance(value, tuple):
        return tuple(_changed(part, change) for part in value)
    return change(value) if isinstance(value, str) else value


def _jsonable(value: Any) -> Any:
    if isinstance(value, Message):
        return value.plain()
    return [_jsonable(part) for part in value] if isinstance(value, tuple) else value


def _readable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return read(value)
    return tuple(_readable(part) for part in value) if isinstance(value, list) else value


@cache
def _catalogue(room: str) -> dict[str, dict[Language, str]]:
    if room not in ROOMS:
        return {}
    found: dict[str, dict[Language, str]] = json.loads(
        (files("core") / "catalogue" / f"{room}.json").read_text(encoding="utf-8")
    )
    return found
