"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest

from core.errors import InputError
from core.settings import load_settings


def test_the_defaults_need_no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JIEJING_HOME", raising=False)
    monkeypatch.delenv("JIEJING_DATABASE_URL", raising=False)
    assert load_settings().database == f"sqlite:///{tmp_path}/var/jiejing.db"


def test_the_environment_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEJING_DATABASE_URL", "postgresql://db/city")
    monkeypatch.setenv("JIEJING_FILE_ROOTS", '["/videos"]')
    settings = load_settings()
    assert (settings.database, settings.file_roots) == ("postgresql://db/city", (Path("/videos"),))


@pytest.mark.parametrize(
    ("name", "value"), [("JIEJING_PORT", "http"), ("JIEJING_PORT", "70000"), ("JIEJING_RING_S", "1")]
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=rf"^setting {name}: .*; change or unset that variable$"):
        load_settings()
