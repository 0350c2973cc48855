"""Many cameras at once: looked at first, each fault by its row, then wholly or not at all."""

import io
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook

from api.dependencies import Services
from core.observing import settled
from core.rights import Role
from store import site_file
from store.sites import SiteRepository
from store.vault import Vault
from tests.api.accounts import Accounts
from tests.store.examples import CAMERA, site_of

IMPORTS, EXPORTS = "/api/v1/camera-imports", "/api/v1/camera-exports"
HEAD = "编号,名称,视频地址,地点,网格\n"
GOOD = HEAD + "gate,北门,rtsp://u:p@10.0.0.9/1,解放路 1 号,330881001\nsquare,广场,rtsp://10.0.0.10/1,,\n"


def send(client: TestClient, content: str | bytes, kind: str = "csv", *, dry_run: bool = True) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post(IMPORTS, files={"file": ("cameras", raw)}, data={"kind": kind, "dry_run": str(dry_run)})


def ids(sites: SiteRepository) -> list[str]:
    site = sites.load()
    return [one.id for one in site.cameras] if site else []


def test_a_dry_run_says_what_would_happen_and_does_nothing(operations: TestClient, sites: SiteRepository) -> None:
    answer = send(operations, GOOD).json()
    assert (answer["applied"], answer["faults"]) == (False, [])
    assert [(one["row"], one["camera_id"], one["effect"]) for one in answer["rows"]] == [
        (2, "gate", "added"),
        (3, "square", "added"),
    ]
    assert ids(sites) == [CAMERA.id]


def test_an_import_adds_all_with_their_passwords_sealed(operations: TestClient, sites: SiteRepository) -> None:
    answer = send(operations, GOOD, dry_run=False)
    assert answer.json()["applied"] is True
    site = sites.load()
    assert site is not None
    gate = site.camera("gate")
    assert (gate.source, gate.place.address, gate.place.grid) == ("rtsp://u:p@10.0.0.9/1", "解放路 1 号", "330881001")
    assert "u:p" not in operations.get("/api/v1/cameras").text


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (HEAD + "a b,北门,rtsp://10.0.0.9/1,,\n", [(2, "id")]),
        (HEAD + "gate,,rtsp://10.0.0.9/1,,\nsquare,广场,,,\n", [(2, "name"), (3, "source")]),
        (HEAD + "gate,北门,http://10.0.0.9/1,,\n", [(2, "source")]),
        (HEAD + "gate,北门,rtsp://127.0.0.1/1,,\n", [(2, "source")]),
        (HEAD + "gate,北门,rtsp://***@10.0.0.9/1,,\n", [(2, "source")]),
        (HEAD + "gate,北门,rtsp://10.0.0.9/1,,abc\n", [(2, "grid")]),
        (HEAD + "gate,北门,rtsp://10.0.0.9/1,,\ngate,南门,rtsp://10.0.0.9/2,,\n", [(3, "id")]),
        ("编号,名称\ngate,北门\n", [(1, "source")]),
        ("编号,名称,视频地址,颜色\ngate,北门,rtsp://10.0.0.9/1,红\n", [(1, "颜色")]),
        ("编号,名称,视频地址,组织\ngate,北门,rtsp://10.0.0.9/1,没有的街道\n", [(2, "org")]),
        ("编号,名称,视频地址,经度\ngate,北门,rtsp://10.0.0.9/1,东边\n", [(2, "lon")]),
        (
            "编号,名称,视频地址,组织,网格,经度\ngate,,http://10.0.0.9/1,没有的街道,abc,500\n",
            [(2, "name"), (2, "source"), (2, "lon"), (2, "grid"), (2, "org")],
        ),
        (HEAD + ",北门,rtsp://10.0.0.9/1,,\n,广场,,,\n", [(2, "id"), (3, "id"), (3, "source")]),
        (HEAD, [(2, "")]),
        ("", [(1, "id"), (1, "name"), (1, "source")]),
    ],
)
def test_every_fault_is_named_by_row_and_field_and_nothing_is_taken(
    operations: TestClient, sites: SiteRepository, text: str, faults: list[tuple[int, str]]
) -> None:
    sound = "whole,好的,rtsp://10.0.0.11/1,,\n" if text.startswith(HEAD) and text != HEAD else ""
    found = send(operations, text + sound).json()["faults"]
    assert [(one["row"], one["field"]) for one in found] == faults
    assert all(one["cause"] for one in found)
    refused = send(operations, text + sound, dry_run=False)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == f"rows.{faults[0][0]}.{faults[0][1]}".rstrip(".") + (
        "" if faults[0][1] else "."
    )
    assert ids(sites) == [CAMERA.id]


def test_a_table_as_spreadsheets_save_it_in_china(operations: TestClient, sites: SiteRepository) -> None:
    assert send(operations, GOOD.replace(",", ";").encode("gb18030"), dry_run=False).json()["applied"] is True
    site = sites.load()
    assert site is not None
    assert site.camera("gate").name == "北门"


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, target = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


def test_a_workbook_and_the_digits_that_it_rounds(operations: TestClient, sites: SiteRepository) -> None:
    head = ("id", "name", "source", "lon")
    rounded = send(
        operations, workbook(head, (33088100081320000002, "北门", "rtsp://10.0.0.9/1", 118.6)), "xlsx"
    ).json()
    assert [(one["row"], one["field"]) for one in rounded["faults"]] == [(2, "id")]
    assert "as text" in rounded["faults"][0]["cause"]
    written = workbook(head, ("33088100081320000002", "北门", "rtsp://10.0.0.9/1", 118.6))
    assert send(operations, written, "xlsx", dry_run=False).json()["applied"] is True
    site = sites.load()
    assert site is not None
    assert site.camera("33088100081320000002").place.lon == 118.6


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no workbook", b"\x00" * 100, GOOD.encode()])
def test_what_is_no_workbook_is_one_fault(operations: TestClient, content: bytes) -> None:
    answer = send(operations, content, "xlsx")
    assert (answer.status_code, [one["row"] for one in answer.json()["faults"]]) == (200, [1])


def test_cameras_that_are_there_keep_zones_and_passwords(operations: TestClient, sites: SiteRepository) -> None:
    text = f"编号,名称,视频地址\n{CAMERA.id},新的名称,rtsp://***@10.0.0.8/Streaming/Channels/101\n"
    assert send(operations, text).json()["rows"][0]["effect"] == "changed"
    assert send(operations, text, dry_run=False).status_code == 200
    site = sites.load()
    assert site is not None
    assert site.camera(CAMERA.id) == CAMERA.model_copy(update={"name": "新的名称"})


@pytest.mark.parametrize("kind", ["csv", "xlsx", "yaml"])
def test_what_is_exported_can_be_imported_and_changes_nothing(
    operations: TestClient, sites: SiteRepository, kind: str
) -> None:
    exported = operations.get(EXPORTS, params={"format": kind})
    assert exported.status_code == 200
    assert b"secret" not in exported.content
    answer = send(operations, exported.content, kind).json()
    assert (answer["faults"], [one["effect"] for one in answer["rows"]]) == ([], ["same"])
    before = sites.load()
    assert send(operations, exported.content, kind, dry_run=False).status_code == 200
    assert sites.load() == before


def test_the_exported_workbook_holds_no_formula(operations: TestClient) -> None:
    send(operations, GOOD.replace("北门", "=1+1"), dry_run=False)
    book = load_workbook(io.BytesIO(operations.get(EXPORTS, params={"format": "xlsx"}).content))
    assert [cell.value for cell in book.active[3]][:2] == ["gate", "'=1+1"]
    assert not any(cell.data_type == "f" for row in book.active for cell in row)


def test_a_site_file_names_lines_and_its_relaxed_zones_wait(operations: TestClient, sites: SiteRepository) -> None:
    site = sites.load()
    assert site is not None
    text = operations.get(EXPORTS, params={"format": "yaml"}).text
    wrong = send(operations, text.replace("illegal_parking", "jaywalking"), "yaml").json()["faults"]
    assert wrong[0]["field"] == "cameras[0].presets[0].zones[0].violation"
    assert text.splitlines()[wrong[0]["row"] - 1].strip().startswith("violation:")
    relaxed = text.replace("min_score: 0.25", "min_score: 0.5")
    assert send(operations, relaxed, "yaml").json()["rows"][0]["effect"] == "waits"
    assert send(operations, relaxed, "yaml", dry_run=False).status_code == 200
    assert sites.load() == site
    assert len(operations.get("/api/v1/relaxations").json()) == 1


def test_nobody_enters_a_legal_record_by_import(operations: TestClient) -> None:
    text = operations.get(EXPORTS, params={"format": "yaml"}).text.replace("legal: {", "legal: {review_no: 1号, ")
    assert [one["field"] for one in send(operations, text, "yaml").json()["faults"]] == ["legal"]


def test_a_new_installation_begins_with_a_site_file(accounts: Accounts, services: Services) -> None:
    client = accounts.as_role(Role.OPERATIONS)
    assert "no site yet" in send(client, GOOD).json()["faults"][0]["cause"]
    assert send(client, site_file.dump(site_of(CAMERA)), "yaml", dry_run=False).json()["applied"] is True
    # Its zones say nothing of observing.
    first_week = settled(CAMERA, None, services.clock.utc())
    assert SiteRepository(services.engine, Vault(services.home)).load() == site_of(first_week)
