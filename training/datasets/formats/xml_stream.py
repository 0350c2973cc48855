"""XML from outside, element by element, with bounded memory.

A DOCTYPE is refused before anything in it is looked at: no entities of the file's own, so none that expand without end
and none that read other files. CDATA and the five entities of XML itself are text like any other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from core.errors import InputError
from core.messages import Message

_CHUNK_BYTES = 1 << 16
_MAX_DEPTH = 64


@dataclass(slots=True)
class Element:
    """One element with its children; text is what stands directly in it."""

    tag: str
    attributes: Mapping[str, str]
    line: int
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    def first(self, tag: str) -> "Element | None":
        """The first child of that tag."""
        return next((child for child in self.children if child.tag == tag), None)

    def every(self, tag: str) -> Iterator["Element"]:
        """Every child of that tag."""
        return (child for child in self.children if child.tag == tag)


def children_of_root(path: Path) -> Iterator[Element]:
    """The children of the document's root, each complete, read as they are asked for; first the root itself, empty.

    Raises:
        InputError: no well-formed XML, or one with a DOCTYPE; names the line.
    """
    builder = _Builder(path)
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield from builder.feed(chunk, last=False)
        yield from builder.feed(b"", last=True)
    except expat.ExpatError as error:
        cause = Message("training.xml_malformed", cause=expat.ErrorString(error.code))
        raise InputError("training.xml_line_unusable", path=path, line=error.lineno, cause=cause) from error
    except OSError as error:
        raise InputError("training.xml_file_unreadable", path=path, cause=error) from error


class _Builder:
    """Collects elements while expat reads; hands out those that are complete."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack: list[Element] = []
        self._ready: list[Element] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, chunk: bytes, *, last: bool) -> list[Element]:
        """What became complete with this piece of the file."""
        self._ready = []
        self._parser.Parse(chunk, last)
        return self._ready

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, attributes, self._parser.CurrentLineNumber)
        if not self._stack:
            self._ready.append(Element(tag, attributes, element.line))
        elif len(self._stack) > 1:
            self._stack[-1].children.append(element)
        if len(self._stack) >= _MAX_DEPTH:
            raise self._refused(Message("training.xml_nested_too_deep", limit=_MAX_DEPTH))
        self._stack.append(element)

    def _end(self, _tag: str) -> None:
        element = self._stack.pop()
        if len(self._stack) == 1:
            self._ready.append(element)

    def _text(self, data: str) -> None:
        self._stack[-1].text += data

    def _doctype(self, *_: object) -> None:
        raise self._refused(Message("training.xml_doctype_refused"))

    def _refused(self, cause: Message) -> InputError:
        line = self._parser.CurrentLineNumber
        return InputError("training.xml_line_unusable", path=self._path, line=line, cause=cause)
