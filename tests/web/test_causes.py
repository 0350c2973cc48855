"""The catalogue by which the web app says the server's texts in Chinese: nothing is missing, nothing is left over.

What is taken: what is raised; the last argument of the calls in TELLERS; what is kept, passed or held under a name of
KEPT_AS; and what the functions and tables of SAYING return or hold. A text is a template: each replaced expression is
a hole {0}, {1}, ...; texts in its expressions are templates of their own. A word alone is a key and no text; a pattern
is one, since pydantic shows it.
What is not taken: modules that nothing of the app calls, and texts of others, as far as FOREIGN and PYDANTIC leave out.
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import PydanticKnownError

from api.app import create_app
from api.http.services import Services
from store.base.engine import make_engine
from store.files.camera_sheet import COLUMNS

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "web" / "src" / "i18n"

REACHED = (
    "api",
    "core",
    "detector",
    "models",
    "store",
    "streams",
    "evidence/signing/keys.py",
    "evidence/drawing/lettering.py",
    "evidence/signing/manifest.py",
    "evidence/drafts/opening_record.py",
    "evidence/drafts/remembered.py",
    "evidence/package/storage.py",
    "runtime/camera/camera_line.py",
    "runtime/camera/worker.py",
    "runtime/camera/disk_watch.py",
    "runtime/camera/event_writer.py",
    "runtime/camera/fleet.py",
    "runtime/models/loading.py",
    "runtime/process/restarts.py",
    "training/promotion.py",
)
# Their texts meet who starts a program, imports a model or reads a log.
NOT_REACHED = (
    "api/live/relay.py",
    "api/serve.py",
    "core/live_wire.py",
    "core/settings.py",
    "core/wire.py",
    "detector/recognise.py",
    "models/graph.py",
    "models/onnx_file.py",
    "store/base/dump.py",
    "store/base/engine.py",
    "store/base/migrate.py",
    "store/migrations",
    "store/base/postgres_waits.py",
    "store/base/types.py",
    "streams/clip.py",
    "streams/fence.py",
    "streams/fenced.py",
    "streams/file_recording.py",
    "streams/mended.py",
    "streams/playout.py",
    "streams/replay.py",
    "streams/rtsp_client.py",
    "streams/rtsp_server.py",
    "streams/timebase.py",
)
TELLERS = {
    "Finding",
    "Lack",
    "Objection",
    "RowFault",
    "TableError",
    "Trouble",
    "_fail",
    "_unreadable",
    "located",
    "of_seen_node",
    "read_upload",
    "wrong_field",
}
KEPT_AS = {"advice", "cause", "error", "msg", "pattern", "unfit", "wanted"}
SAYING = {
    "api/cameras/desk.py": {"_fault_of_org"},
    "api/cameras/sheet_import.py": {"_faults"},
    "api/system/checkup.py": {"_clock", "_database", "_home", "_key"},
    "api/http/problems.py": {"_cause", "_unexpected"},
    "api/review/answers.py": {"_REFUSALS"},
    "api/accounts/sign_in.py": {"_locked"},
    "api/system/duties.py": {"RUN_IS_SILENT"},
    "core/duties.py": {"HANGS", "words_of"},
    "detector/integrity.py": {"defocused", "fault_of", "unfit"},
    "detector/view.py": {"_without_likeness", "_describe"},
    "evidence/package/storage.py": {"_ADVICE"},
    "core/stream_address.py": {"ADDRESS_FAULTS"},
    "store/files/camera_sheet.py": {"_fault_of_cell", "_fault_of_odd", "_fault_of_text", "_faults_of_cells"},
    "store/base/faults.py": {"_SILENT", "_SQLITE_CAUSES", "_cause"},
    "store/files/site_faults.py": {"_CAUSES", "_SHAPES", "_suggestion", "_wanted", "cause_of"},
    "store/files/yaml_tree.py": {"_syntax_fault"},
    "streams/failure.py": {
        "CAUSES",
        "NOT_DECODED",
        "NO_STREAM",
        "REFUSED",
        "_OTHER_WAY",
        "cause_of",
        "cause_seen",
        "redirected_to",
    },
    "streams/leaps.py": {"trouble"},
    "streams/rtp_look.py": {"_lack", "cause_in"},
    "streams/media.py": {"_why_unreadable"},
}
# What pydantic says of fields that forms and files can fill wrongly, by its own names of the errors.
PYDANTIC: tuple[Any, ...] = (
    "bool_parsing",
    "bool_type",
    "date_from_datetime_inexact",
    "date_from_datetime_parsing",
    "date_parsing",
    "date_type",
    "datetime_from_date_parsing",
    "datetime_parsing",
    "datetime_type",
    "dict_type",
    "enum",
    "finite_number",
    "float_parsing",
    "float_type",
    "greater_than",
    "greater_than_equal",
    "int_from_float",
    "int_parsing",
    "int_parsing_size",
    "int_type",
    "json_invalid",
    "less_than",
    "less_than_equal",
    "list_type",
    "literal_error",
    "missing",
    "model_attributes_type",
    "model_type",
    "string_pattern_mismatch",
    "string_too_long",
    "string_too_short",
    "string_type",
    "timezone_aware",
    "too_long",
    "too_short",
    "tuple_type",
)
ABOUT: dict[str, Any] = dict.fromkeys(("actual_length", "ge", "gt", "le", "lt", "max_length", "min_length"), 1)
ABOUT |= dict.fromkeys(("class_name", "error", "expected", "field_type", "pattern"), "")
# Of the web framework, and of the operating system as far as a person can do something about it.
FOREIGN = {
    "'{0}' or '{1}'",  # how pydantic lists what may be chosen
    "Expected UploadFile, received: {0}",
    "JSON decode error",
    "Method Not Allowed",
    "Not Found",
    "There was an error parsing the body",
    "Address already in use",
    "Connection refused",
    "File exists",
    "Input/output error",
    "Is a directory",
    "No space left on device",
    "No such file or directory",
    "Not a directory",
    "Permission denied",
    "Read-only file system",
    "Too many open files",
}


@pytest.fixture(scope="module")
def causes() -> dict[str, str]:
    """The catalogue of templates."""
    return read("causes")


@pytest.fixture(scope="module")
def fields() -> dict[str, str]:
    """The names of fields."""
    return read("fields")


def read(name: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((WORDS / f"{name}.zh-CN.json").read_text(encoding="utf-8"))
    return words


def test_every_text_that_can_reach_the_app_is_said_in_chinese(causes: dict[str, str], fields: dict[str, str]) -> None:
    missing = {text: where for text, where in texts(fields).items() if text not in causes}
    assert not missing


def test_the_catalogue_holds_nothing_that_nobody_says(causes: dict[str, str], fields: dict[str, str]) -> None:
    assert causes.keys() <= texts(fields).keys()


def test_a_translation_has_the_holes_of_its_template(causes: dict[str, str]) -> None:
    wrong = {text for text, said in causes.items() if not holes(said) <= holes(text)}
    assert not wrong


def test_every_field_that_is_sent_has_a_name(fields: dict[str, str]) -> None:
    assert fields_of_requests() <= fields.keys()


def test_columns_are_called_as_in_the_table(fields: dict[str, str]) -> None:
    assert {one.name: fields[one.name] for one in COLUMNS} == {one.name: one.heading for one in COLUMNS}


def texts(fields: dict[str, str]) -> dict[str, str]:
    """Every template that can reach the app, with a place where it stands."""
    found = {without_field(text, fields): where for path in modules() for text, where in texts_of(path)}
    found |= {numbered(PydanticKnownError(kind, ABOUT).message_template): kind for kind in PYDANTIC}
    return {text: where for text, where in found.items() if has_signs(text)} | dict.fromkeys(FOREIGN, "elsewhere")


def modules() -> Iterator[Path]:
    for name in REACHED:
        path = ROOT / name
        for one in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            if not one.relative_to(ROOT).as_posix().startswith(NOT_REACHED):
                yield one


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    name = path.relative_to(ROOT).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {to.id: one.value for one in tree.body if isinstance(one, ast.Assign) for to in names_of(one.targets)}
    for told in tellings(tree, SAYING.get(name, set())):
        for text in templates(told, constants):
            if " " in text.strip() or "^" in text or "\\" in text:
                yield text, f"{name}:{told.lineno}"


def tellings(tree: ast.AST, saying: set[str]) -> Iterator[ast.expr]:
    """The expressions in which a text is told."""
    for node in ast.walk(tree):
        match node:
            case ast.Raise(exc=ast.Call(args=args)):
                yield from args
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[*_, last]) if name in TELLERS:
                yield last
            case ast.keyword(arg=name, value=value) if name in KEPT_AS:
                yield value
            case (
                ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if name in KEPT_AS | saying:
                yield value
            case ast.Dict(keys=keys, values=values):
                named = zip(keys, values, strict=True)
                yield from (value for key, value in named if isinstance(key, ast.Constant) and key.value in KEPT_AS)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name in saying:
                yield from (
                    one.value for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield) and one.value
                )


def templates(node: ast.AST, constants: dict[str, ast.expr]) -> Iterator[str]:
    """The texts in an expression: each of its own, whatever chooses between them or replaces a hole."""
    match node:
        case ast.Constant(value=text) if isinstance(text, str):
            yield numbered(text)
        case ast.JoinedStr(values=parts):
            yield numbered("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts))
        case ast.Name(id=name) if isinstance(constants.get(name), ast.Constant | ast.JoinedStr):
            yield from templates(constants[name], constants)
    for child in spoken(node):
        yield from templates(child, constants)


def spoken(node: ast.AST) -> Iterable[ast.AST]:
    """The parts of an expression that can become a part of its text: no keys, no patterns, nothing compared."""
    match node:
        case ast.JoinedStr(values=parts):
            return [part.value for part in parts if isinstance(part, ast.FormattedValue)]
        case ast.Dict(values=values):
            return values
        case ast.Subscript(value=value):
            return [value]
        case ast.Compare() | ast.Call(func=ast.Attribute(value=ast.Name(id="re")) | ast.Attribute(attr="removeprefix")):
            return []
    return ast.iter_child_nodes(node)


def names_of(targets: list[ast.expr]) -> list[ast.Name]:
    return [one for one in targets if isinstance(one, ast.Name)]


def numbered(text: str) -> str:
    """A template whose holes are {0}, {1}, ... in order, whatever they were called."""
    count = iter(range(99))
    return re.sub(r"\{\w*\}", lambda _: f"{{{next(count)}}}", text)


def without_field(text: str, fields: dict[str, str]) -> str:
    """The cause alone: the app names the field by itself."""
    field, separator, cause = text.partition(": ")
    return numbered(re.sub(r"\{\d+\}", "{}", cause)) if separator and field in fields else text


def has_signs(text: str) -> bool:
    return re.sub(r"\{\d+\}", "", text).strip() != ""


def holes(text: str) -> set[str]:
    return set(re.findall(r"\{\d+\}", text))


def fields_of_requests() -> set[str]:
    """The names of all that can stand in the body of a request."""
    document = create_app(Services(make_engine("sqlite:////dev/null"), Path())).openapi()
    operations = [one for path in document["paths"].values() for one in path.values()]
    found: set[str] = set()
    schemas: list[Any] = [one["requestBody"] for one in operations if "requestBody" in one]
    referred: set[str] = set()
    while schemas:
        schema = schemas.pop()
        if isinstance(schema, list):
            schemas += schema
        elif isinstance(schema, dict):
            found |= schema.get("properties", {}).keys()
            schemas += schema.values()
            name = schema.get("$ref", "").rpartition("/")[2]
            if name and name not in referred:
                referred.add(name)
                schemas.append(document["components"]["schemas"][name])
    return found
