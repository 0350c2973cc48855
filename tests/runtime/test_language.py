"""The command line speaks the language of JIEJING_LANGUAGE, else that of the locale. Scripts are answered in codes."""

import json
import re
import shutil
from pathlib import Path
from typing import get_args

import pytest

from core.messages import is_worded
from evidence.verify.reconcile import What
from tests.runtime.conftest import Jiejing, SiteFile, site

GOLDEN = Path(__file__).parents[1] / "evidence" / "golden"
CHINESE = re.compile("[\u4e00-\u9fff]")
CROSSING = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]


@pytest.fixture(params=[("JIEJING_LANGUAGE", "zh"), ("LANG", "zh_CN.UTF-8")], ids=lambda one: one[0])
def _chinese(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JIEJING_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(*request.param)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A package of which one file was changed."""
    shutil.unpack_archive(GOLDEN / "package-2.zip", tmp_path)
    (package,) = (path for path in tmp_path.iterdir() if path.is_dir())
    (package / "opening" / "record.jsonl").write_bytes(b"")
    return package


@pytest.mark.usefixtures("_chinese")
class TestInChinese:
    def test_a_wrong_site_file(self, jiejing: Jiejing, site_file: SiteFile) -> None:
        path = site_file(site(polygon=CROSSING))
        said = jiejing("camera", "import", path)
        assert (said.code, said.out) == (2, "")
        assert re.fullmatch(rf"jiejing: {path}:\d+：.*范围.*\n", said.err), said.err

    def test_an_unknown_camera(self, jiejing: Jiejing, site_file: SiteFile) -> None:
        assert jiejing("camera", "import", site_file()).code == 0
        said = jiejing("camera", "remove", "nobody")
        assert said.code == 2
        assert said.err == "jiejing: 没有摄像机“nobody”；请执行 jiejing camera list 查看\n"

    def test_a_broken_package(self, jiejing: Jiejing, broken: Path) -> None:
        said = jiejing("verify", broken, "--key", GOLDEN / "key-2.pem")
        assert said.code == 1
        assert "opening/record.jsonl：" in said.out
        assert all(CHINESE.search(line) for line in said.out.splitlines()), said.out

    def test_no_package(self, jiejing: Jiejing, tmp_path: Path) -> None:
        said = jiejing("verify", tmp_path)
        assert said.code == 2
        assert said.err == f"jiejing: {tmp_path}：不是证据包；请给出它的文件夹或 .zip\n"

    def test_wrong_use_names_the_help(self, jiejing: Jiejing) -> None:
        said = jiejing("verify", "--quiet", "x")
        assert said.code == 2
        assert said.err.endswith("（用法见：jiejing verify --help）\n")

    def test_the_doctor(self, jiejing: Jiejing) -> None:
        lines = jiejing("doctor").out.splitlines()
        assert all(": 正常: " in line or ": 故障: " in line for line in lines), lines
        (home,) = (line for line in lines if line.startswith("home: "))
        assert CHINESE.search(home.removeprefix("home: 正常: "))

    def test_scripts_are_answered_as_ever(self, jiejing: Jiejing, broken: Path) -> None:
        answer = json.loads(jiejing("verify", broken, "--key", GOLDEN / "key-2.pem", "--json").out)
        assert not CHINESE.search(json.dumps(answer["faults"], ensure_ascii=False))


def test_faults_of_a_package_come_with_their_codes(jiejing: Jiejing, broken: Path) -> None:
    said = jiejing("verify", broken, "--key", GOLDEN / "key-2.pem", "--json")
    (fault,) = (one for one in json.loads(said.out)["faults"] if one["path"] == "opening/record.jsonl")
    assert said.code == 1
    assert (fault["code"], fault["params"]) == ("evidence.file_empty", {})
    assert fault["what"] == "is empty"


def test_a_package_that_is_refused_comes_with_its_code(jiejing: Jiejing, broken: Path) -> None:
    archive = shutil.make_archive(str(broken), "zip", broken.parent, broken.name)
    said = jiejing("verify", archive, "--key", GOLDEN / "key-2.pem", "--json")
    refusal = json.loads(said.out)["refusal"]
    assert said.code == 2
    assert refusal["code"].startswith("evidence.")


def test_what_the_doctor_finds_comes_with_its_code(jiejing: Jiejing) -> None:
    found = {one["check"]: one for one in json.loads(jiejing("doctor", "--json").out)}
    assert found["database"]["code"] == "api.database_made_at_start"
    assert found["database"]["params"].keys() == {"database"}


def test_a_fault_of_the_audit_comes_with_its_code(jiejing: Jiejing, home: Path) -> None:
    assert jiejing("user", "add", "--name", "zhang", "--role", "officer").code == 0
    (home / "audit-head.json").unlink()
    said = jiejing("verify", "--audit", "--json")
    answer = json.loads(said.out)
    assert (said.code, answer["code"]) == (1, "runtime.audit_anchor_gone")
    assert answer["params"]["path"] == str(home / "audit-head.json")
    assert answer["params"]["remedy"]["code"] == "evidence.audit_anchor_remedy"
    assert answer["fault"].startswith(f"{home / 'audit-head.json'}: is missing")


@pytest.mark.parametrize("what", get_args(What))
def test_each_finding_of_a_check_has_words(what: str) -> None:
    assert is_worded(f"runtime.finding_{what.replace(' ', '_')}")
