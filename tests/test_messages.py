"""The catalogue of messages: every code that is said has its words, each word is said somewhere, holes and parameters
are the same, and no error is raised in prose."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.messages import FIELD, ROOMS, TEXT, Message, message_of, read

ROOT = Path(__file__).parents[1]
CODE = re.compile(rf"(?:{'|'.join(ROOMS)})\.[a-z0-9_]+")
HOLE = re.compile(r"\{(\w+)\}")
SAYING = re.compile(r"Message|message|\w*(?:Error|NotAPicture)")
# Errors of others, and those that no person meets.
FOREIGN = {
    "ArgumentTypeError",
    "AssertionError",
    "EOFError",
    "KeyError",
    "LookupError",
    "NoRoomError",
    "NotAnsweredError",
    "NotImplementedError",
    "OSError",
    "RequestValidationError",
    "RtspError",
    "RuntimeError",
    "SystemExit",
    "TypeError",
    "ValueError",
}
OF_PYDANTIC, OF_THE_SYSTEM = re.compile(r"core\.(?:value|wanted)_\w+"), re.compile(r"core\.e[a-z0-9]+")
OF_A_STATUS, OF_A_FACT = re.compile(r"api\.http_\d+"), re.compile(r"runtime\.(?:fact|finding|stands)_\w+")


@pytest.fixture(scope="module")
def catalogue() -> dict[str, dict[str, str]]:
    """All words, by their code."""
    files = [ROOT / "core" / "catalogue" / f"{room}.json" for room in ROOMS]
    return {code: words for file in files for code, words in json.loads(file.read_text(encoding="utf-8")).items()}


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """The syntax trees of the product, by file."""
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in files}


def test_every_code_has_its_words(catalogue: dict[str, dict[str, str]], trees: dict[str, ast.Module]) -> None:
    missing = {f"{where}: {code}" for where, call in sayings(trees) for code in codes_of(call) if code not in catalogue}
    assert not missing


def test_parameters_fill_the_holes(catalogue: dict[str, dict[str, str]], trees: dict[str, ast.Module]) -> None:
    wrong = {
        f"{where}: {code} wants {sorted(holes)}, gets {sorted(given)}"
        for where, call in sayings(trees)
        for code in codes_of(call)
        if code in catalogue and (given := parameters_of(call)) is not None
        if (holes := set(HOLE.findall(catalogue[code]["en"]))) != given
    }
    assert not wrong


def test_every_word_is_said(catalogue: dict[str, dict[str, str]], trees: dict[str, ast.Module]) -> None:
    written = {
        node.value
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    made = (OF_PYDANTIC, OF_THE_SYSTEM, OF_A_STATUS, OF_A_FACT)
    unsaid = {code for code in catalogue.keys() - written if not any(pattern.fullmatch(code) for pattern in made)}
    assert not unsaid


def test_both_languages_say_the_same(catalogue: dict[str, dict[str, str]]) -> None:
    assert {code for code in catalogue if not CODE.fullmatch(code)} == set()
    odd = {
        code
        for code, words in catalogue.items()
        if set(words) != {"en", "zh"} or set(HOLE.findall(words["en"])) != set(HOLE.findall(words["zh"]))
    }
    assert not odd
    # What is nothing but holes says it in the words of others.
    english = {code: HOLE.sub("", words["en"]) for code, words in catalogue.items()}
    untranslated = {
        code for code, words in catalogue.items() if re.search("[A-Za-z]{3}", english[code]) and not han(words)
    }
    assert not untranslated


def test_no_error_is_raised_in_prose(trees: dict[str, ast.Module]) -> None:
    prose = {
        f"{name}:{node.lineno}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and callee(node.exc) not in FOREIGN
        for text in node.exc.args[:1]
        if isinstance(text, ast.JoinedStr) or (isinstance(text, ast.Constant) and " " in str(text.value))
    }
    assert not prose


@pytest.mark.parametrize(
    "message",
    [
        Message("core.located", where="a.yaml:3", cause=Message("core.value_missing")),
        Message("api.right_missing", rights=["a", "b"]),
        Message("api.invalid_request", causes=[Message("core.value_missing"), Message("core.enospc")]),
        message_of("whatever {it} is"),
    ],
)
def test_a_message_survives_json(message: Message) -> None:
    again = read(json.loads(json.dumps(message.plain())))
    assert (again, again.code, again.params, again.said("zh")) == (
        message,
        message.code,
        message.params,
        message.said("zh"),
    )


def test_a_code_of_another_version_is_said_as_it_is() -> None:
    message = read({"code": "store.not_yet_known", "params": {"name": "x", FIELD: "cameras[0].source"}})
    assert str(message) == "cameras[0].source: store.not_yet_known name=x"
    assert message_of(OSError(28, "No space left on device")).code == "core.enospc"
    assert message_of("plain").code == TEXT


def sayings(trees: dict[str, ast.Module]) -> Iterator[tuple[str, ast.Call]]:
    """Every call whose first argument is a code."""
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and SAYING.fullmatch(callee(node)) and any(codes_of(node)):
                yield f"{name}:{node.lineno}", node


def codes_of(call: ast.Call) -> Iterator[str]:
    # The status of a refusal stands before its code.
    for argument in call.args[:2]:
        for node in [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]:
            if isinstance(node, ast.Constant) and CODE.fullmatch(str(node.value)):
                yield str(node.value)


def parameters_of(call: ast.Call) -> set[str] | None:
    """The parameters that a call gives; None where it passes on what it was given."""
    names = {keyword.arg for keyword in call.keywords}
    return None if None in names else {str(name) for name in names} - {FIELD, "kind", "headers"}


def callee(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def han(words: dict[str, str]) -> bool:
    return re.search(r"[\u4e00-\u9fff]", words["zh"]) is not None
