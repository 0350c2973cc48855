"""What a start brings: a list of commands needs none of what the commands need."""

import subprocess
import sys

import pytest
import typer

from runtime import cli
from runtime.process.lazy_group import joined

# What takes long to import.
HEAVY = ("fastapi", "sqlalchemy", "cv2", "onnx", "onnxruntime", "openpyxl", "PIL", "alembic", "scenes", "torch", "rich")
IMPORTED = """
import runpy, sys
sys.argv = ["jiejing", *sys.argv[1:]]
try:
    runpy.run_module("runtime.cli", run_name="__main__")
except SystemExit as end:
    code = end.code
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        ("--help", ()),
        # Offline, on a machine that has no data base: numpy, pydantic and cryptography are all that it needs.
        ("verify --help", ()),
        ("model list", ()),
        # The rules know a thing again by its looks.
        ("replay --help", ("cv2", "onnxruntime")),
    ],
)
def test_a_command_imports_what_it_needs(words: str, allowed: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTED, *words.split()], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    imported = set(done.stderr.splitlines()[-1].split())
    assert imported & set(HEAVY) <= set(allowed)


def test_a_list_of_commands_reads_no_catalogue_of_messages() -> None:
    read = "import core.messages\nread = core.messages._catalogue.cache_info().currsize\n"
    script = IMPORTED.replace("print(", f"{read}print(read, file=sys.stderr)\nprint(")
    done = subprocess.run([sys.executable, "-c", script, "--help"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (0, "0"), done.stderr


def test_the_list_says_of_each_command_what_its_own_help_says() -> None:
    group = typer.main.get_command(cli.app)
    for command in (*cli.COMMANDS, *joined()):
        loaded = group.get_command(typer.Context(group), command.name)  # type: ignore[attr-defined]
        assert loaded.get_short_help_str(200) == command.help
