"""Every command that the documents show is run as it is written, in a fresh folder, from the first to the last.

A block of commands that a test machine cannot run has a line `<!-- not run: WHY -->` before it; those are listed as
skipped.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_yolo

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "evidence" / "golden"
BLOCK = re.compile(
    r"^(?: *<!-- not run: (?P<why>[^\n]+?) -->\n\n)? *```sh\n(?P<script>.*?)^ *```", re.DOTALL | re.MULTILINE
)
# A Chinese page shows the same blocks as its English one; a test of the documents holds the two against each other.
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "web" / "README.md"})
SAME_AS_ANOTHER = {
    ROOT / "README.zh-CN.md",
    *(path for path in ROOT.glob("docs/zh/*.md") if (ROOT / "docs" / path.name).exists()),
}
PATIENCE_S = 240
KEPT = ("JIEJING_LANGUAGE", "LANG", "PYTHONPATH", "TMPDIR")  # of the environment of the tests

# What stays until Ctrl-C, and the word on its output after which it has done what the document says.
STAYS = {".venv/bin/jiejing demo --video": "sealed and verified", ".venv/bin/jiejing up": "http://127.0.0.1:"}

# What may end with another code than 0 on a machine where tests run, and why.
MAY_FAIL = {
    ".venv/bin/jiejing camera check": {1},  # the camera of the example does not exist
    ".venv/bin/jiejing doctor": {0, 1},  # a machine without NTP
    "jiejing doctor": {0, 1},
}


@dataclass(frozen=True)
class Block:
    """Commands that stand together in a document."""

    line: int
    script: str
    why_not: str | None


def blocks(path: Path) -> Iterator[Block]:
    text = path.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        yield Block(text.count("\n", 0, found.start()) + 1, found["script"], found["why"])


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


RUN = [path for path in DOCUMENTS if path not in SAME_AS_ANOTHER and any(not block.why_not for block in blocks(path))]
NOT_RUN = [
    (f"{name(path)}:{block.line}", block.why_not) for path in DOCUMENTS for block in blocks(path) if block.why_not
]


class Folder:
    """A folder in which somebody follows a document, with nothing of the installation but the commands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Names that a document leaves to the reader.
        self.given: dict[str, Callable[[], str]] = {}
        (path / ".venv").symlink_to(sys.prefix)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        kept = {key: value for key, value in os.environ.items() if key in KEPT}
        commands = f"{path / '.venv' / 'bin'}:{os.environ['PATH']}"
        self.environment = kept | {"PATH": commands, "HOME": str(path), "JIEJING_PORT": str(port)}

    def run(self, script: str) -> str:
        """What a block printed; each of its commands must end as it should."""
        for placeholder, value in self.given.items():
            if placeholder in script:
                script = script.replace(placeholder, value())
        failed, said = self.path / "failed.txt", self.path / "said.txt"
        failed.unlink(missing_ok=True)
        trap = f"set -o pipefail; trap 'echo \"$? $BASH_COMMAND\" >> {failed}' ERR\n"
        with said.open("w", encoding="utf-8") as output:
            process = subprocess.Popen(
                ["bash", "-c", trap + script],
                cwd=self.path,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                _follow(process, script, said)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
        told = said.read_text(encoding="utf-8")
        for line in failed.read_text(encoding="utf-8").splitlines() if failed.exists() else ():
            code, _, command = line.partition(" ")
            assert int(code) in MAY_FAIL.get(command, set()), f"{command} ended with {code}:\n{told}"
        assert "Traceback" not in told, told
        return told


def _follow(process: "subprocess.Popen[bytes]", script: str, said: Path) -> None:
    """Waits until a block has ended; what stays is ended as a person does it, once it has done its work."""
    done = next((word for command, word in STAYS.items() if command in script), None)
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None:
        told = said.read_text(encoding="utf-8", errors="replace")
        assert time.monotonic() < deadline, f"{script} does not end:\n{told}"
        if done and done in told:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)
        time.sleep(0.2)


def for_readme(folder: Folder) -> None:
    """A car that stands for seven minutes, a detector that finds it, and the site file of the document."""
    write_film(folder.path / "street.mp4", 420, stands(5, 410), fps=4)
    write_red_yolo(folder.path / "yolov8n.onnx")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = re.search(r"^```yaml\n(site:.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert example
    (folder.path / "site.yaml").write_text(example[1], encoding="utf-8")
    folder.given["EVENT"] = lambda: next((folder.path / "out" / "packages").iterdir()).name
    _give_package(folder, "package.zip", "public.pem")


def for_evidence(folder: Folder) -> None:
    """A package as a folder and as an archive, and the key that came by another way."""
    shutil.unpack_archive(GOLDEN / "package.zip", folder.path)
    [package] = (path for path in folder.path.iterdir() if (path / "manifest.json").exists())
    # A package that is renamed is a fault.
    folder.given["PACKAGE"] = lambda: package.name
    _give_package(folder, f"{package.name}.zip", "public.pem")
    _give_package(folder, f"{package.name}.zip", "KEY.pem")
    trusted = folder.path / "var" / "keys" / "public"
    trusted.mkdir(parents=True)
    shutil.copy(GOLDEN / "key.pem", trusted)


def for_operations(folder: Folder) -> None:
    """A backup of an installation that is gone."""
    folder.run("jiejing user add --name gone --role manager --full-name 某某 && jiejing db backup --out BACKUP.tar.gz")
    shutil.rmtree(folder.path / "var")


def for_troubleshooting(folder: Folder) -> None:
    """An installation in which somebody looks what is wrong."""
    (folder.path / "site.yaml").write_text(
        "site: {name: 江山市城区, division: '330881'}\ncameras: []\n", encoding="utf-8"
    )
    folder.run("jiejing camera import site.yaml && jiejing user add --name wang --role manager --full-name 王某")


def _give_package(folder: Folder, archive: str, key: str) -> None:
    shutil.copy(GOLDEN / "package.zip", folder.path / archive)
    shutil.copy(GOLDEN / "key.pem", folder.path / key)


PREPARED = {
    "README.md": for_readme,
    "docs/evidence.md": for_evidence,
    "docs/operations.md": for_operations,
    "docs/troubleshooting.md": for_troubleshooting,
}


@pytest.mark.rtsp
@pytest.mark.parametrize("path", RUN, ids=name)
def test_what_a_document_shows_runs_as_written(path: Path, tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    PREPARED.get(name(path), lambda _: None)(folder)
    for block in blocks(path):
        if not block.why_not:
            folder.run(block.script)


@pytest.mark.parametrize(("block", "why"), NOT_RUN, ids=[place for place, _ in NOT_RUN])
def test_what_is_not_run_says_why(block: str, why: str) -> None:
    pytest.skip(f"{block}: {why}")
