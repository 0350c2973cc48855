"""Settings come from the environment, and a wrong one is named."""

from pathlib import Path

import pytest

from core.errors import InputError
from core.messages import Message
from core.settings import load_settings
from tests.says import says


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
    ("name", "value", "cause"),
    [
        ("JIEJING_PORT", "http", Message("core.value_int_parsing")),
        ("JIEJING_PORT", "70000", Message("core.value_less_than_equal", le=65535)),
        ("JIEJING_RING_S", "1", Message("core.value_greater_than_equal", ge=30.0)),
        ("JIEJING_FILE_ROOTS", "[3]", Message("core.value_path_type")),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, cause: Message) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, check=says("core.setting_is_wrong", name=name, cause=cause)):
        load_settings()


def test_a_list_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEJING_FILE_ROOTS", "/videos")
    with pytest.raises(InputError, match="file_roots", check=says("core.setting_is_no_json_list")):
        load_settings()
