"""Reads YAML into plain data that remembers its lines. YAML 1.2's core rules: `on`, `yes` and 08:00 are text.

Refused, each with its line: syntax errors, keys given twice, tags, anchors and aliases, deep nesting, too many values.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from core.errors import SiteError
from core.messages import FIELD, Message, message_of

Path = tuple[str | int, ...]

_MAX_DEPTH = 20
_MAX_NODES = 600_000  # a site of 10,000 cameras has fewer
_TOO_MANY = Message("store.yaml_too_many_values", limit=_MAX_NODES)
_ALIAS = Message("store.yaml_anchor_or_alias")
_TOO_DEEP = Message("store.yaml_nested_too_deep", limit=_MAX_DEPTH)
_PREFIX = "tag:yaml.org,2002:"
# https://yaml.org/spec/1.2.2/#103-core-schema, without the octal and hexadecimal numbers that nobody means.
_PLAIN = {
    f"{_PREFIX}bool": re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"),
    f"{_PREFIX}null": re.compile(r"^(?:~|null|Null|NULL|)$"),
    f"{_PREFIX}int": re.compile(r"^[-+]?[0-9]{1,4000}$"),
    f"{_PREFIX}float": re.compile(r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$"),
}
_SCALARS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": float,
}
_Reader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Writer: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class Tree:
    """Plain data, and for each path into it the line (from 1) and, of a scalar, the text as written."""

    data: Any
    lines: dict[Path, int] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """The line of that path, or of the nearest thing around it that is there."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str) -> Tree:
    """Reads one YAML document; an empty one is None.

    Raises:
        SiteError: as of `located`.
    """
    if text.count("\n") + text.count(",") + text.count(": ") > 2 * _MAX_NODES:
        raise SiteError(located(1, (), _TOO_MANY))
    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        line = text.count("\n", 0, unprintable.start()) + 1
        cause = Message("store.yaml_unprintable_character", character=repr(unprintable.group()))
        raise SiteError(located(line, (), cause))
    try:
        _refuse_shape(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise SiteError(_syntax_fault(error, text)) from error
    tree = Tree(None)
    return Tree(_build(node, (), tree), tree.lines, tree.texts) if node else tree


def plain(tree: Tree) -> Any:
    """A tree as JSON takes it: each node with its line, and each scalar with its text."""

    def told(data: Any, path: Path) -> dict[str, Any]:
        node: dict[str, Any] = {"line": tree.lines.get(path, 1)}
        if isinstance(data, dict):
            node["map"] = {key: told(value, (*path, key)) for key, value in data.items()}
        elif isinstance(data, list):
            node["list"] = [told(value, (*path, index)) for index, value in enumerate(data)]
        else:
            node |= {"value": data, "text": tree.texts.get(path, "")}
        return node

    return told(tree.data, ())


def from_plain(told: Any) -> Tree:
    """The tree that `plain` told."""
    tree = Tree(None)

    def taken(node: dict[str, Any], path: Path) -> Any:
        tree.lines[path] = node["line"]
        if "map" in node:
            return {key: taken(value, (*path, key)) for key, value in node["map"].items()}
        if "list" in node:
            return [taken(value, (*path, index)) for index, value in enumerate(node["list"])]
        tree.texts[path] = node["text"]
        return node["value"]

    return Tree(taken(told, ()), tree.lines, tree.texts)


def write(data: Any) -> str:
    """Plain data as YAML, in its own order; what holds no mapping stays on one line.

    Any text that YAML 1.1 or 1.2 would take for something else is quoted.
    """
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


def located(line: int, path: Path, cause: str) -> Message:
    """A fault for people: 12: cameras[2].presets[0].zones[1].polygon: cause."""
    return Message("core.located", where=line, cause=of_field(cause, shown(path)))


def of_field(cause: str, field: str) -> Message:
    """A cause that names the field at fault; "" = there is none to be named."""
    message = message_of(cause)
    return Message(message.code, **(message.params | {FIELD: field})) if field else message


def shown(path: Path) -> str:
    """A path for people: cameras[2].presets[0].zones[1].polygon."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


class _Loader(_Reader):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str | None, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as PyYAML has it


class _Dumper(_Writer):  # type: ignore[misc]
    pass


def _list_node(dumper: Any, values: list[Any]) -> Any:
    return dumper.represent_sequence(f"{_PREFIX}seq", values, flow_style=not _holds_mapping(values))


def _dict_node(dumper: Any, values: dict[str, Any]) -> Any:
    return dumper.represent_mapping(f"{_PREFIX}map", values.items(), flow_style=not _holds_mapping(values.values()))


_Dumper.add_representer(list, _list_node)
_Dumper.add_representer(dict, _dict_node)
for _tag, _pattern in _PLAIN.items():
    _Loader.add_implicit_resolver(_tag, _pattern, None)
    _Dumper.add_implicit_resolver(_tag, _pattern, None)


def _holds_mapping(values: Any) -> bool:
    return any(isinstance(one, dict) or (isinstance(one, list) and _holds_mapping(one)) for one in values)


def _refuse_shape(text: str) -> None:
    depth = count = 0
    for event in yaml.parse(text, Loader=_Reader):
        count += isinstance(event, yaml.NodeEvent)
        if count > _MAX_NODES:
            raise SiteError(located(_line(event), (), _TOO_MANY))
        if getattr(event, "anchor", None) is not None:
            raise SiteError(located(_line(event), (), _ALIAS))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MAX_DEPTH:
            raise SiteError(located(_line(event), (), _TOO_DEEP))


def _build(node: yaml.Node, path: Path, tree: Tree) -> Any:
    tree.lines.setdefault(path, _line(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, tree)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*path, index), tree) for index, item in enumerate(node.value)]
    tree.texts[path] = node.value
    return _scalar(node, path)


def _mapping(node: yaml.MappingNode, path: Path, tree: Tree) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = _line(key_node)
        if not isinstance(key_node, yaml.ScalarNode):
            raise SiteError(located(line, path, Message("store.yaml_key_not_plain")))
        key = key_node.value
        place = (*path, key)
        if key in result:
            raise SiteError(located(line, place, Message("store.yaml_key_twice", line=tree.lines[place])))
        tree.lines[place] = line
        result[key] = _build(value_node, place, tree)
    return result


def _scalar(node: yaml.Node, path: Path) -> Any:
    text: str = node.value
    kind = node.tag.removeprefix(_PREFIX)
    if kind not in _SCALARS:
        raise SiteError(located(_line(node), path, Message("store.yaml_tag_not_used", tag=node.tag)))
    try:
        return _SCALARS[kind](text)
    except ValueError as error:
        cause = Message("store.yaml_value_unreadable", text=repr(text), wanted=kind)
        raise SiteError(located(_line(node), path, cause)) from error


def _line(thing: Any) -> int:
    return int(thing.start_mark.line) + 1


def _syntax_fault(error: yaml.MarkedYAMLError, text: str) -> Message:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return located(1, (), Message("store.yaml_invalid", problem=error.problem))
    problem = str(error.problem)
    if re.match(r" *\t", "".join(text.splitlines()[mark.line : mark.line + 1])):
        cause = Message("store.yaml_tab")
    elif "mapping values are not allowed" in problem:
        cause = Message("store.yaml_second_colon")
    elif "another document" in problem:
        cause = Message("store.yaml_second_document")
    elif error.context and (begun := error.context_mark):
        cause = Message("store.yaml_invalid_since", problem=problem, context=error.context, line=begun.line + 1)
    else:
        cause = Message("store.yaml_invalid", problem=problem)
    return located(mark.line + 1, (), cause)
