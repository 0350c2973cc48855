"""The documents name what the code has: settings, commands, metrics, keys, codes, constants; and their links hold."""

import inspect
import json
import re
import shlex
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np
import pytest
import typer
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from api.app import create_app
from api.http.services import Services
from api.system.metrics import registry_of
from core import errors
from core.domain import Detection, Observation
from core.labels import LABELS
from core.settings import Settings
from core.site import Site
from core.violations import violation_types
from core.wire import APPEARANCE_PX, event_to_json, observation_to_json
from evidence.verify.reconcile import What
from models.card import ModelCard
from runtime import cli
from runtime.commands import doctor
from store.base.engine import make_engine
from store.base.migrate import upgrade
from store.files.site_file import parse
from tests.store.examples import as_violation, event

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "evidence" / "golden" / "package.zip"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
OPERATIONS, FORMATS = ROOT / "docs" / "operations.md", ROOT / "docs" / "formats.md"
TROUBLESHOOTING = ROOT / "docs" / "troubleshooting.md"
# Pages in Chinese that an English page of the same name has; handbooks have none.
CHINESE = [path for path in sorted(ROOT.glob("docs/zh/*.md")) if (ROOT / "docs" / path.name).exists()]
LOCAL_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)\s]+)\)")
# Parts of a manifest whose keys another table has.
ELSEWHERE = ("site", "camera.place", "camera.gb28181", "legal", "clock.camera", "rule.zone", "rule.violation", "event")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def headings(path: Path) -> list[tuple[int, str]]:
    """Level and text of each heading; a # in a code block is none."""
    prose = re.sub(r"^```.*?^```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    return [(len(marks), title.strip()) for marks, title in re.findall(r"^(#+) (.+)$", prose, re.MULTILINE)]


def section(path: Path, title: str) -> str:
    """What stands under a heading, down to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", text_of(path), re.DOTALL | re.MULTILINE)
    assert found, f"{path.name} has no section {title!r}"
    return found[1]


def rows(text: str) -> dict[str, list[str]]:
    """The rows of the tables in a text: their other cells by the first one, without its back quotes."""
    lines = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return {first.strip().strip("`"): [cell.strip() for cell in others] for first, *others in lines}


def code_blocks(path: Path) -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```", text_of(path), re.DOTALL | re.MULTILINE)


def shown(default: Any) -> str:
    """How a default is written in a table."""
    if default is None:
        return "unset"
    return json.dumps(default) if isinstance(default, tuple) else str(default)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_default_and_bounds(name: str) -> None:
    field = Settings.model_fields[name]
    default, bounds, _ = rows(section(OPERATIONS, "Settings"))[f"JIEJING_{name.upper()}"]
    assert default.strip("`") == shown(field.default)
    limits = [getattr(limit, side) for limit in field.metadata for side in ("ge", "le") if hasattr(limit, side)]
    assert all(str(limit) in bounds for limit in limits)


def commands(command: Any, name: str = "jiejing") -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its words."""
    if not hasattr(command, "list_commands"):
        yield name, command
        return
    context = typer.Context(command)
    for word in command.list_commands(context):
        yield from commands(command.get_command(context, word), f"{name} {word}")


COMMANDS = dict(commands(typer.main.get_command(cli.app)))


def options(command: Any) -> list[set[str]]:
    """The names of each option of a command."""
    return [{*one.opts, *one.secondary_opts} for one in command.params if one.param_type_name == "option"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_its_options_are_documented(name: str) -> None:
    described = " ".join(rows(section(OPERATIONS, "Commands"))[name])
    for names in options(COMMANDS[name]):
        assert any(re.search(rf"{re.escape(one)}\b", described) for one in names), f"{name}: {names}"


def test_no_command_is_documented_that_is_not_there() -> None:
    documented = {first for first in rows(section(OPERATIONS, "Commands")) if first.startswith("jiejing ")}
    assert documented == COMMANDS.keys()


def command_lines() -> Iterator[tuple[str, list[str]]]:
    for path in DOCUMENTS:
        for line in "\n".join(code_blocks(path)).splitlines():
            program, *words = shlex.split(line, comments=True) or [""]
            if program.rpartition("/")[2] == "jiejing":
                yield path.name, words


def test_command_lines_in_documents_name_commands_and_options_that_exist() -> None:
    assert list(command_lines())
    for where, words in command_lines():
        name = next((known for length in (2, 1) if (known := " ".join(["jiejing", *words[:length]])) in COMMANDS), "")
        assert name, f"{where}: {words}"
        known = set().union(*options(COMMANDS[name])) | {"--help"}
        assert {word for word in words if word.startswith("--")} <= known, f"{where}: {words}"


def test_every_exit_code_is_documented() -> None:
    codes = set(re.findall(r"return (\d+)", inspect.getsource(cli)))
    for path in (ROOT / "runtime" / "commands").glob("*.py"):
        for argument in re.findall(r"typer\.Exit\((.+)\)", text_of(path)):
            codes |= set(re.findall(r"\b\d+\b", argument))
    assert codes <= rows(section(OPERATIONS, "Exit codes and errors")).keys()


def test_every_error_is_documented() -> None:
    names = {name for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.JiejingError)}
    assert names <= rows(section(OPERATIONS, "Exit codes and errors")).keys()


def test_every_check_is_documented() -> None:
    assert set(doctor.CHECKS) <= rows(section(OPERATIONS, "doctor")).keys()
    for finding in get_args(What):
        assert f"`evidence check`: `{finding}`" in text_of(TROUBLESHOOTING)
        assert f"`evidence check`：`{finding}`" in text_of(ROOT / "docs" / "zh" / "troubleshooting.md")


def services(tmp_path: Path) -> Services:
    engine = make_engine(f"sqlite:///{tmp_path / 'jiejing.db'}")
    upgrade(engine)
    return Services(engine, tmp_path)


def test_every_metric_is_documented(tmp_path: Path) -> None:
    given = services(tmp_path)
    families = list(registry_of(given).collect())
    given.engine.dispose()
    names = {f"{one.name}_total" if one.type == "counter" else one.name for one in families}
    assert len(names) > 5
    assert names == {name for name in rows(section(OPERATIONS, "Metrics")) if name.startswith("jiejing_")}


def test_every_request_and_error_status_is_documented(tmp_path: Path) -> None:
    given = services(tmp_path)
    document = create_app(given).openapi()
    given.engine.dispose()
    table = rows(section(FORMATS, "HTTP interface"))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            described = table[f"{method.upper()} {path}"][0]
            asked = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
            assert all(f"`{name}`" in described for name in asked)
            assert {status for status in operation["responses"] if status >= "400"} <= table.keys()


def models_in(annotation: Any) -> Iterator[tuple[str, type[BaseModel]]]:
    """The models inside a type, each with [] where it stands in a list."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield "", annotation
    elif get_origin(annotation) in (Annotated, Union, UnionType):
        for part in get_args(annotation):
            yield from models_in(part)
    elif get_origin(annotation) is tuple:
        for _, model in models_in(get_args(annotation)[0]):
            yield "[]", model


def site_keys(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every key of the site file: the path of what holds it, itself, and its default."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        if path:
            yield path, key, field.default
        for brackets, below in models_in(field.annotation):
            yield from site_keys(below, f"{path}.{key}{brackets}".lstrip("."))


@pytest.mark.parametrize(("path", "key", "default"), list(site_keys(Site)))
def test_every_key_of_the_site_file_is_documented(path: str, key: str, default: Any) -> None:
    written = rows(section(FORMATS, f"`{path}`"))[key][0].strip("`").strip('"')
    if isinstance(default, bool):
        assert written == str(default).lower()
    elif isinstance(default, int | float):
        assert float(written) == default
    elif isinstance(default, str):
        assert written == default
    elif default is PydanticUndefined:
        assert written == "required"


def test_the_example_of_a_site_file_is_one() -> None:
    for path in (FORMATS, *READMES):
        examples = [block for block in code_blocks(path) if block.startswith("site:")]
        assert examples
        for text in examples:
            assert parse(text, path.name).cameras


@pytest.mark.parametrize("key", violation_types())
def test_every_violation_type_is_documented(key: str) -> None:
    kind = violation_types()[key]
    name, labels, count_per, attended, numbers, codes = rows(section(FORMATS, "Violation types"))[key]
    assert (name, count_per, attended) == (kind.name_zh, kind.count_per, kind.attended)
    assert {label.strip(" *") for label in labels.split(",")} == kind.labels
    assert numbers == f"{kind.candidate_after_s:g}, {kind.violation_after_s:g}, {kind.bridge_gap_s:g}"
    assert codes.split(" (")[0].split(", ") == list(kind.gb47678_codes)


def test_every_label_is_documented() -> None:
    assert all(f"`{label}`" in section(FORMATS, "Violation types") for label in LABELS)


def keys_of(content: Any, path: str = "") -> Iterator[str]:
    """The path of every key in plain data."""
    if isinstance(content, dict):
        for key, value in content.items():
            here = f"{path}.{key}".lstrip(".")
            yield here
            yield from keys_of(value, here)
    elif isinstance(content, list):
        for value in content:
            yield from keys_of(value, f"{path}[]")


def test_every_key_of_an_event_is_documented() -> None:
    assert set(keys_of(event_to_json(as_violation(event())))) == rows(section(FORMATS, "events.jsonl")).keys() - {
        "key",
        "---",
    }


def test_every_key_of_recorded_detections_is_documented() -> None:
    look = np.zeros((APPEARANCE_PX, APPEARANCE_PX), np.uint8)
    seen = (Detection("car", 0.5, (0, 0, 9, 9), look),)
    observation = Observation("cam", "1", datetime(2026, 1, 1, tzinfo=UTC), (9, 9), seen, "dark", frozenset({"car"}))
    documented = rows(section(FORMATS, "Recorded detections")).keys() - {"key", "---"}
    assert set(keys_of(observation_to_json(observation))) == documented


def test_every_key_of_a_manifest_is_documented() -> None:
    with zipfile.ZipFile(GOLDEN) as archive:
        name = next(one for one in archive.namelist() if one.endswith("/manifest.json"))
        found = set(keys_of(json.loads(archive.read(name))))
    documented = rows(section(FORMATS, "Manifest")).keys()
    unknown = {key for key in found - documented if not key.startswith(tuple(f"{one}." for one in ELSEWHERE))}
    assert {key for key in unknown if not key.startswith("models[].")} == set()


def test_every_key_of_a_model_card_is_documented() -> None:
    assert ModelCard.model_fields.keys() <= rows(section(FORMATS, "model.yaml")).keys()


def constants() -> Iterator[tuple[str, str]]:
    for path in DOCUMENTS:
        for name, cells in rows(text_of(path)).items():
            if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+\.[A-Z][A-Z_]+", name):
                yield name, cells[0]


@pytest.mark.parametrize(("name", "value"), list(constants()))
def test_constants_have_the_values_that_are_documented(name: str, value: str) -> None:
    module, _, constant = name.rpartition(".")
    assert getattr(import_module(module), constant) == float(value)


def anchor(title: str) -> str:
    """What a heading is called in a link."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    for link in LOCAL_LINK.findall(text_of(path)):
        place, _, fragment = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), f"{path.name}: {link}"
        if fragment:
            assert fragment in {anchor(title) for _, title in headings(target)}, f"{path.name}: {link}"


TEST_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")


@pytest.mark.parametrize(
    "path", [ROOT / "docs" / "security.md", ROOT / "docs" / "reliability.md"], ids=lambda path: path.name
)
def test_tests_that_findings_name_exist(path: Path) -> None:
    named = TEST_NAMED.findall(text_of(path))
    assert len(named) > 30
    for file, function in named:
        assert (ROOT / file).is_file(), file
        assert not function or f"def {function}(" in text_of(ROOT / file), f"{file}::{function}"


def test_every_finding_names_what_holds_it() -> None:
    for document in ("security.md", "reliability.md"):
        found = [line for line in section(ROOT / "docs" / document, "Findings").splitlines() if line.startswith("| ")]
        assert len(found) > 30
        for line in found[2:]:
            assert TEST_NAMED.search(line), line


def test_documents_name_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for path in DOCUMENTS:
        prose = text_of(path)
        named = re.findall(r"`make ([a-z]+)", prose) + re.findall(r"^make ([a-z]+)", prose, re.MULTILINE)
        assert set(named) <= targets, path.name


def sections(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Level of each heading, and the first cells of the table rows below it."""
    prose = re.sub(r"^```.*?^```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    for part in re.split(r"^(?=#+ )", prose, flags=re.MULTILINE):
        yield len(part) - len(part.lstrip("#")), list(rows(part))


# First cells that are no words: settings, commands, metrics, constants.
SAME_IN_ALL_LANGUAGES = re.compile(
    r"(JIEJING_\w+|jiejing( [a-z]+)*|jiejing_\w+|make [a-z]+|[a-z_]+(\.[a-z_]+)+\.[A-Z_]+)"
)


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: path.name)
def test_a_chinese_page_has_what_its_english_page_has(path: Path) -> None:
    english = ROOT / "docs" / path.name
    assert text_of(path).splitlines()[2].startswith(f"> 英文页：[{path.name}](../{path.name})")
    for ours, theirs in zip(sections(path), sections(english), strict=True):
        assert ours[0] == theirs[0]
        assert len(ours[1]) == len(theirs[1]), f"{ours[1]}, {theirs[1]}"
        named = [cell for cell in theirs[1] if SAME_IN_ALL_LANGUAGES.fullmatch(cell)]
        assert [cell for cell in ours[1] if SAME_IN_ALL_LANGUAGES.fullmatch(cell)] == named
    assert code_blocks(path) == code_blocks(english)


def test_what_a_chinese_page_says_in_numbers_is_what_its_english_page_says() -> None:
    def values(path: Path) -> dict[str, list[str]]:
        found = rows(text_of(path))
        return {name: cells[:2] for name, cells in found.items() if name.startswith("JIEJING_")}

    ours, theirs = values(ROOT / "docs" / "zh" / "operations.md"), values(OPERATIONS)
    for name, (default, _) in theirs.items():
        assert ours[name][0] == {"unset": "不设"}.get(default, default), name


def test_every_command_and_its_options_are_documented_in_chinese() -> None:
    described = rows(section(ROOT / "docs" / "zh" / "operations.md", "命令"))
    for name, command in COMMANDS.items():
        for names in options(command):
            assert any(one in " ".join(described[name]) for one in names), f"{name}: {names}"


def test_handbooks_are_linked_from_both_readmes() -> None:
    for handbook in ROOT.glob("docs/zh/handbook-*.md"):
        assert all(f"(docs/zh/{handbook.name})" in text_of(readme) for readme in READMES), handbook.name


def test_every_picture_is_shown_somewhere() -> None:
    shown_ones = {(path.parent / link).resolve() for path in DOCUMENTS for link in LOCAL_LINK.findall(text_of(path))}
    pictures = {path for kind in ("jpg", "png") for path in ROOT.glob(f"docs/**/*.{kind}")}
    assert {path.name for path in pictures - shown_ones} == set()


def test_both_readmes_are_built_alike() -> None:
    english, chinese = READMES
    assert [level for level, _ in headings(english)] == [level for level, _ in headings(chinese)]
    assert code_blocks(english) == code_blocks(chinese)
