"""A home with a small real model, films, a site, and the command line."""

import logging
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from runtime import cli
from tests.runtime.films import stands, write_film
from tests.runtime.red_detector import write_red_detector

RULE = {
    "violation": "illegal_parking",
    "polygon": [[0.3, 0.4], [0.9, 0.4], [0.9, 0.95], [0.3, 0.95]],
    "candidate_after_s": 3,
    "violation_after_s": 10,
    "bridge_gap_s": 8,
    "observe": False,
}


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str


Jiejing = Callable[..., Said]
SiteFile = Callable[..., Path]


@pytest.fixture(scope="session")
def red_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_red_detector(tmp_path_factory.mktemp("model") / "red.onnx")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty seconds: a car comes, stands from second 3 to 25 and leaves."""
    return write_film(tmp_path_factory.mktemp("film") / "street.mp4", 40, stands(3, 25))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    monkeypatch.setenv("JIEJING_HOME", str(path))
    monkeypatch.setenv("JIEJING_LOG_LEVEL", "WARNING")
    return path


@pytest.fixture
def jiejing(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Jiejing:
    """Runs a command in this process."""

    def run(*words: object) -> Said:
        monkeypatch.setattr("sys.argv", ["jiejing", *map(str, words)])
        capfd.readouterr()
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        try:
            with pytest.raises(SystemExit) as ended:
                cli.main()
        finally:
            # A command that stays logs to the standard error of its own test, which no other test has.
            root.handlers[:] = handlers
            root.setLevel(level)
        told = capfd.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return run


@pytest.fixture
def with_model(jiejing: Jiejing, red_model: Path) -> str:
    """The name of the model, taken in."""
    said = jiejing("model", "import", red_model, "--name", "red", "--family", "yolo-e2e")
    assert said.code == 0, said.err
    return "red"


def site(source: str = "rtsp://127.0.0.1:9/nobody", camera_id: str = "cam", **zone: Any) -> dict[str, Any]:
    """A site of one camera with one zone, as plain data."""
    return {
        "site": {"name": "江山市城区", "division": "330881", "timezone": "Asia/Shanghai"},
        "cameras": [
            {
                "id": camera_id,
                "name": "解放路与中山路口",
                "source": source,
                "sampling": {"mode": "interval", "interval_s": 0.5},
                "presets": [{"id": "1", "zones": [{"id": "pavement", "name": "人行道", **deepcopy(RULE), **zone}]}],
            }
        ],
    }


@pytest.fixture
def site_file(tmp_path: Path) -> SiteFile:
    """Writes a site file."""

    def write(content: dict[str, Any] | str | None = None) -> Path:
        path = tmp_path / "site.yaml"
        text = content if isinstance(content, str) else yaml.safe_dump(content or site(), allow_unicode=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write
