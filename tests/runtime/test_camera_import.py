"""jiejing camera import: tables of cameras, as operations keep them, beside the site file."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.settings import Settings
from runtime.home.installation import Installation
from tests.runtime.conftest import Jiejing, SiteFile, site

HEAD = ["编号", "名称", "视频地址", "地点"]
GATE = ["gate", "北门", "rtsp://u:secret@10.0.0.9/1", "解放路 1 号"]
KNOWN = ["cam", "改名后", "rtsp://127.0.0.1:9/nobody", ""]


def write_csv(path: Path, *rows: list[str], encoding: str = "utf-8-sig") -> Path:
    path.write_text("".join(",".join(row) + "\r\n" for row in rows), encoding=encoding)
    return path


def write_xlsx(path: Path, *rows: list[str]) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.fixture
def put_up(jiejing: Jiejing, site_file: SiteFile) -> None:
    """One camera with a zone is there."""
    assert jiejing("camera", "import", site_file(site())).code == 0


@pytest.mark.usefixtures("put_up")
@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_table_adds_and_changes_cameras_and_keeps_zones_and_the_others(
    jiejing: Jiejing, tmp_path: Path, write: Callable[..., Path]
) -> None:
    table = write(tmp_path / ("cameras.csv" if write is write_csv else "cameras.XLSX"), HEAD, GATE, KNOWN)
    said = jiejing("camera", "import", "--dry-run", table)
    assert (said.code, said.out) == (0, f"{table}: 2 cameras with 1 zones would be imported\n")
    assert len(jiejing("camera", "list").out.splitlines()) == 1
    assert jiejing("camera", "import", table).out == f"{table}: 2 cameras with 1 zones imported\n"
    rows = [line.split("\t") for line in jiejing("camera", "list").out.splitlines()]
    assert [(row[0], row[1], row[3]) for row in rows] == [("cam", "改名后", "1"), ("gate", "北门", "0")]
    one = write(tmp_path / ("one.csv" if write is write_csv else "one.xlsx"), HEAD, ["gate", "南门", GATE[2], ""])
    assert jiejing("camera", "import", one).code == 0
    rows = [line.split("\t") for line in jiejing("camera", "list").out.splitlines()]
    assert [(row[0], row[1]) for row in rows] == [("cam", "改名后"), ("gate", "南门")]
    assert "rtsp://u:secret@10.0.0.9/1" in jiejing("camera", "export", "--with-passwords").out
    assert "secret" not in jiejing("camera", "export").out


@pytest.mark.usefixtures("put_up")
def test_a_table_as_a_spreadsheet_saves_it_in_china(jiejing: Jiejing, tmp_path: Path) -> None:
    table = write_csv(tmp_path / "cameras.csv", HEAD, GATE, encoding="gb18030")
    assert jiejing("camera", "import", table).code == 0
    assert "北门" in jiejing("camera", "list").out


WRONG = [
    ["", "无编号", "rtsp://10.0.0.9/1", ""],
    ["ok", "好", "rtsp://10.0.0.9/2", ""],
    ["web", "网页", "http://x/", ""],
]


@pytest.mark.usefixtures("put_up")
@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_dry_run_lists_each_fault_by_its_row(jiejing: Jiejing, tmp_path: Path, write: Callable[..., Path]) -> None:
    table = write(tmp_path / ("cameras.csv" if write is write_csv else "cameras.xlsx"), HEAD, *WRONG)
    said = jiejing("camera", "import", "--dry-run", table)
    assert (said.code, said.err) == (2, "")
    first, second = (line.split("\t") for line in said.out.splitlines())
    assert first == [f"{table}:2", "id", "is empty; fill it in"]
    assert second[:2] == [f"{table}:4", "source"]
    assert "rtsp://" in second[2]
    # Without it one line tells, and nothing is taken.
    said = jiejing("camera", "import", table)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"jiejing: {table}:2: id: is empty; fill it in; and 1 more\n"
    assert len(jiejing("camera", "list").out.splitlines()) == 1


def test_a_dry_run_of_a_site_file_lists_its_faults_without_an_installation(
    jiejing: Jiejing, site_file: SiteFile, home: Path
) -> None:
    wrong = site_file(site(exempt=["tank"], polygon=[[0.1, 0.1], [0.9, 0.9]]))
    said = jiejing("camera", "import", "--dry-run", wrong)
    assert said.code == 2
    fields = {line.split("\t")[1].rpartition("].")[2] for line in said.out.splitlines()}
    assert fields == {"polygon", "exempt[0]"}
    assert not home.exists()


def test_a_table_needs_a_site(jiejing: Jiejing, tmp_path: Path) -> None:
    said = jiejing("camera", "import", write_csv(tmp_path / "cameras.csv", HEAD, GATE))
    assert said.code == 2
    assert "there is no site yet; import a site file (YAML) first" in said.err


@pytest.mark.usefixtures("put_up")
def test_what_is_no_workbook_is_said(jiejing: Jiejing, tmp_path: Path) -> None:
    (tmp_path / "cameras.xlsx").write_bytes(b"not a workbook")
    said = jiejing("camera", "import", tmp_path / "cameras.xlsx")
    assert said.code == 2
    assert "cameras.xlsx:1: is no workbook" in said.err
    assert jiejing("camera", "import", tmp_path / "none.csv").code == 2


@pytest.mark.usefixtures("put_up")
def test_what_a_column_is_is_remembered_with_a_row_in_the_audit(jiejing: Jiejing, tmp_path: Path, home: Path) -> None:
    head = ["编号", "名称", "推流", "视频地址", "备注"]
    table = write_csv(tmp_path / "cameras.csv", head, [*GATE[:3], "", "x"])
    said = jiejing(
        "camera", "import", "--column", "推流=source", "--column", "视频地址=", "--column", "备注=address", table
    )
    assert said.code == 0, said.err
    # What the product itself knows was said for that table alone.
    assert json.loads((home / "columns.json").read_text(encoding="utf-8")) == {"site": {"推流": "source"}, "nodes": {}}
    plain = write_csv(tmp_path / "plain.csv", HEAD, GATE)
    assert jiejing("camera", "import", plain).code == 0
    only = write_csv(tmp_path / "only.csv", head[:3], GATE[:3])
    assert jiejing("camera", "import", only).code == 0
    rows = [one for one in Installation(Settings(home=home)).store.audit.all() if one.action == "camera.columns"]
    assert [(one.object_kind, one.before, one.after) for one in rows] == [("site", {}, {"推流": "source"})]


def test_cameras_in_one_line_are_all_taken(jiejing: Jiejing, site_file: SiteFile) -> None:
    """JSON is YAML, too: a site file that a program wrote has all its cameras in one line."""
    content = site()
    content["cameras"] = [{**content["cameras"][0], "id": f"cam-{number}"} for number in range(3)]
    said = jiejing("camera", "import", site_file(json.dumps(content)))
    assert said.out.endswith("3 cameras with 3 zones imported\n"), said.err
    assert len(jiejing("camera", "list").out.splitlines()) == 3
