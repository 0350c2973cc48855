"""Many cameras at once: looked at first, each fault by its row, then wholly or not at all."""

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import Workbook, load_workbook

from api.http.services import Services
from core.policy.observing import settled
from core.rights import Role
from store.base.vault import Vault
from store.files import site_file
from store.site.sites import SiteRepository
from tests.api.accounts import Accounts
from tests.store.examples import CAMERA, site_of

IMPORTS, EXPORTS = "/api/v1/camera-imports", "/api/v1/camera-exports"
HEAD = "编号,名称,视频地址,地点,网格\n"
GOOD = HEAD + "gate,北门,rtsp://u:p@10.0.0.9/1,解放路 1 号,330881001\nsquare,广场,rtsp://10.0.0.10/1,,\n"


def send(
    client: TestClient,
    content: str | bytes,
    kind: str = "csv",
    *,
    dry_run: bool = True,
    columns: Mapping[str, str] | None = None,
) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    form = {"kind": kind, "dry_run": str(dry_run), "columns": json.dumps(columns or {})}
    return client.post(IMPORTS, files={"file": ("cameras", raw)}, data=form)


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
    assert rounded["faults"][0]["cause"]["code"] == "store.cell_digits_rounded"
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


BOARD = "点位编号,点位名称,推流,厂家\ngate,北门,rtsp://10.0.0.9/1,海康\n"
SAID = {"推流": "source", "厂家": ""}


def read_as(answer: Any) -> dict[str, tuple[str | None, str | None]]:
    """By the titles of a table: what each was taken for, and who says so."""
    return {one["title"]: (one["meaning"], one["by"]) for one in answer.json()["columns"]}


@pytest.mark.usefixtures("sites")
def test_one_node_cannot_change_how_the_tables_of_others_are_read(accounts: Accounts, services: Services) -> None:
    """What those of a node choose holds for them; and nobody's choice for titles that the product knows."""
    east = accounts.as_role(Role.OPERATIONS, accounts.node("城东"))
    accounts.user("west", Role.OPERATIONS, node=accounts.node("城西"))
    west = accounts.sign_in("west")
    table = "编号,名称,视频地址,备注,组织\ngate,北门,,rtsp://10.0.0.9/1,城东\n"
    poison = {"视频地址": "", "备注": "source"}
    answer = send(east, table, columns=poison, dry_run=False)
    assert answer.status_code == 200, answer.text
    plain = "编号,名称,视频地址,备注,组织\nwest,西门,rtsp://10.0.0.8/1,rtsp://10.6.6.6/1,城西\n"
    for client in (east, west):
        taken = read_as(send(client, plain))
        assert (taken["视频地址"], taken["备注"]) == (("source", "product"), ("", "product"))
    assert send(west, plain, dry_run=False).json()["applied"] is True
    assert not (services.home / "columns.json").exists()
    assert [one.action for one in services.store.audit.all() if one.action == "camera.columns"] == []


@pytest.mark.usefixtures("sites")
def test_what_a_node_chose_is_remembered_for_it_told_and_changed_anew(accounts: Accounts, services: Services) -> None:
    east = accounts.as_role(Role.OPERATIONS, accounts.node("城东"))
    accounts.user("west", Role.OPERATIONS, node=accounts.node("城西"))
    accounts.user("all", Role.OPERATIONS)
    west, whole = accounts.sign_in("west"), accounts.sign_in("all")
    table = BOARD.replace("厂家\n", "厂家,组织\n").replace("海康\n", "海康,城东\n")
    unknown = send(east, table)
    assert read_as(unknown)["推流"] == (None, None)
    required = [one["name"] for one in unknown.json()["fields"] if one["required"]]
    assert required == ["id", "name", "source"]
    # A look remembers nothing.
    assert send(east, table, columns=SAID).json()["faults"] == []
    assert read_as(send(east, table))["推流"] == (None, None)
    assert read_as(send(east, table, columns=SAID, dry_run=False))["推流"] == ("source", "request")
    assert read_as(send(east, table))["推流"] == ("source", "memory")
    assert {read_as(send(one, table))["推流"] for one in (west, whole)} == {(None, None)}
    # Mapped anew, it holds from then on.
    assert send(east, table, columns={"厂家": "address"}, dry_run=False).status_code == 200
    assert read_as(send(east, table))["厂家"] == ("address", "memory")
    rows = [one for one in services.store.audit.all() if one.action == "camera.columns"]
    assert [(one.object_kind, one.object_id, one.before, one.after) for one in rows] == [
        ("node", "城东", {}, SAID),
        ("node", "城东", {"厂家": ""}, {"厂家": "address"}),
    ]


@pytest.mark.usefixtures("sites")
def test_what_is_chosen_for_the_whole_site_holds_where_a_node_did_not_choose(accounts: Accounts) -> None:
    whole = accounts.as_role(Role.OPERATIONS)
    accounts.user("east", Role.OPERATIONS, node=accounts.node("城东"))
    assert send(whole, BOARD, columns=SAID, dry_run=False).status_code == 200
    assert read_as(send(accounts.sign_in("east"), BOARD))["推流"] == ("source", "memory")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_shows_a_row_that_import_passes_over(operations: TestClient, kind: str) -> None:
    template = operations.get("/api/v1/camera-templates", params={"format": kind}).content
    answer = send(operations, template, kind).json()
    assert [one["by"] for one in answer["columns"]] == ["product"] * len(answer["fields"])
    assert answer["faults"][0]["cause"]["code"] == "store.no_camera_in_table"
    if kind == "csv":
        filled = template + "gate,北门,,rtsp://10.0.0.9/1\n".encode()
        answer = send(operations, filled).json()
        assert ([one["camera_id"] for one in answer["rows"]], answer["faults"]) == (["gate"], [])
        assert [one["row"] for one in answer["notices"]] == [2]


def test_nobody_enters_a_legal_record_by_import(operations: TestClient) -> None:
    text = operations.get(EXPORTS, params={"format": "yaml"}).text.replace("legal: {", "legal: {review_no: 1号, ")
    assert [one["field"] for one in send(operations, text, "yaml").json()["faults"]] == ["legal"]


def test_a_new_installation_begins_with_a_site_file(accounts: Accounts, services: Services) -> None:
    client = accounts.as_role(Role.OPERATIONS)
    assert send(client, GOOD).json()["faults"][0]["cause"]["code"] == "store.table_before_site"
    assert send(client, site_file.dump(site_of(CAMERA)), "yaml", dry_run=False).json()["applied"] is True
    # Its zones say nothing of observing.
    first_week = settled(CAMERA, None, services.clock.utc())
    assert SiteRepository(services.engine, Vault(services.home)).load() == site_of(first_week)
