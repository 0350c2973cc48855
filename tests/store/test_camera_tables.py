"""Tables of cameras as people have them: what is read, what is refused by row; and files that are made to hurt."""

import io
import json
import resource
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from core.messages import Message
from core.site import Camera, Site, SiteInfo
from store.files.camera_files import CameraFile, FileKind, read_cameras
from store.files.camera_sheet import EXAMPLE
from store.files.headings import Choices, key_of, to_remember
from store.files.known_columns import KnownColumns, Learnt, chosen_of

SITE = Site(site=SiteInfo(name="t", division="330881"))
HEAD = ("编号", "名称", "视频地址")
ROW = ("cam-1", "路口1", "rtsp://u:p@10.0.0.1/ch1")
OTHER = ("cam-2", "路口2", "rtsp://u:p@10.0.0.2/ch1")


def book(*sheets: list[tuple[object, ...]], merged: str = "", hidden: int = 0) -> bytes:
    """A workbook; `merged` and `hidden` concern its last sheet."""
    made, target = Workbook(), io.BytesIO()
    made.remove(made.active)
    for number, rows in enumerate(sheets):
        sheet = made.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
    if merged:
        made.worksheets[-1].merge_cells(merged)
    if hidden:
        made.worksheets[-1].row_dimensions[hidden].hidden = True
    made.save(target)
    return target.getvalue()


def text(*rows: tuple[str, ...], separator: str = ",", encoding: str = "utf-8", before: str = "") -> bytes:
    return (before + "\n".join(separator.join(row) for row in rows)).encode(encoding)


def read(content: bytes, kind: FileKind = "xlsx", chosen: dict[str, str] | None = None) -> CameraFile:
    return read_cameras(content, kind, SITE, Choices(chosen_of(chosen or {})))


READ = [
    # what stands above the headings is passed over; so is a sheet of instructions
    (book([("摄像机台账",), HEAD, ROW, OTHER], merged="A1:C1"), "xlsx"),
    (book([("说明：请勿修改表头",)], [HEAD, ROW, OTHER]), "xlsx"),
    (book([("序号", *HEAD, "备注"), (1, *ROW, ""), (2, *OTHER, "新")]), "xlsx"),
    # as lists of cameras call their columns
    (book([("点位编号", "点位名称", "RTSP地址"), ROW, OTHER]), "xlsx"),
    (book([("编号*", "名称（必填）", "视频地址\n(RTSP)"), ROW, OTHER]), "xlsx"),
    (book([("设备编码", "通道名称", "主码流"), ROW, OTHER]), "xlsx"),
    # headings merged over two rows are not a camera
    (book([HEAD, HEAD, ROW, OTHER]), "xlsx"),
    (book([("ID", "Name", "Source"), ("ｃａｍ－１", *ROW[1:]), OTHER]), "xlsx"),
    (text(HEAD, ROW, OTHER, encoding="gb18030"), "csv"),
    (text(HEAD, ROW, OTHER, encoding="utf-16"), "csv"),
    (text(HEAD, ROW, OTHER, encoding="utf-16-le", separator="\t"), "csv"),
    (text(HEAD, ROW, OTHER, separator=";", before="sep=;\n"), "csv"),
    (text(HEAD, ROW, ('="cam-2"', *OTHER[1:])), "csv"),
    (text(("台账", "", ""), HEAD, ROW, OTHER), "csv"),
    # a workbook that is called .csv
    (book([HEAD, ROW, OTHER]), "csv"),
]


@pytest.mark.parametrize(("content", "kind"), READ)
def test_tables_are_read_as_people_write_them(content: bytes, kind: FileKind) -> None:
    found = read(content, kind)
    assert found.faults == ()
    assert [(one.id, one.name, one.source) for one in found.cameras.values()] == [ROW, OTHER]


def test_a_merged_cell_holds_its_value_for_each_row() -> None:
    head = (*HEAD, "安装位置")
    content = book(
        [head, (*ROW, "解放路 1 号"), (*OTHER, None), ("cam-3", "路口3", "rtsp://10.0.0.3/1", None)], merged="D2:D4"
    )
    assert [one.place.address for one in read(content).cameras.values()] == ["解放路 1 号"] * 3


def test_hidden_rows_and_same_addresses_are_told() -> None:
    content = book([HEAD, ROW, ("cam-2", "路口2", "rtsp://other:pw@10.0.0.1:554/ch1")], hidden=3)
    told = [(one.row, one.field, one.cause) for one in read(content).notices]
    assert told == [
        (3, "", Message("store.row_is_hidden")),
        (3, "source", Message("store.same_address", other=Message("store.camera_of_row", row=2, camera_id="cam-1"))),
    ]
    assert len(read(content).cameras) == 2


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        # what a spreadsheet made of 3-1, of true, of a formula that found nothing, or was never calculated
        (("cam-1", date(2026, 3, 1), ROW[2]), ["name"]),
        (("cam-1", True, ROW[2]), ["name"]),
        (("cam-1", "#N/A", ROW[2]), ["name"]),
        (("cam-1", "路口1", "#REF!"), ["source"]),
        (("cam-1", '="路口"&"1"', ROW[2]), ["name"]),
        (("cam-1", "3月1日", ROW[2]), ["name"]),
        (("cam-1", "2026/3/1", ROW[2]), ["name"]),
        ((33088100081320000002, "路口1", ROW[2]), ["id"]),
        (("\u200bcam-1", "路口1", ROW[2]), ["id"]),
        (("cam-1", "路\u200b口1", ROW[2]), ["name"]),
        (("cam-1", "路口1", f"\ufeff{ROW[2]}"), ["source"]),
    ],
)
def test_what_a_spreadsheet_spoilt_is_refused_by_row(cells: tuple[object, ...], faults: list[str]) -> None:
    found = read(book([("清单",), HEAD, cells, OTHER]))
    assert [(one.row, one.field) for one in found.faults] == [(3, name) for name in faults]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("rtsp://10.0.0.8:99999/1", "core.port_out_of_range"),
        ("rtsp://10.0.0.8:port/1", "core.port_out_of_range"),
        ("rtsp://10.0.0.8:0/1", "core.port_out_of_range"),
        ("rtsp://10.0.0.8/a b", "core.address_has_white_space"),
        ("rtsp://fd00::8/1", "core.ipv6_without_brackets"),
        ("rtsp://fd00::8:554/1", "core.ipv6_without_brackets"),
        ("rtsp：//10.0.0.8/1", "core.address_has_full_width"),
        ("rtsp://10.0.0.8/1\u200b", "store.cell_invisible_character"),
        ("rtsp://10.0.0.8/1;rtsp://10.0.0.9/1", "core.two_addresses_in_one"),
        ("rtsp://admin:123/456@10.0.0.8/1", "core.password_not_percent_encoded"),
        ("rtsp://admin:123#456@10.0.0.8/1", "core.password_not_percent_encoded"),
        ("rtsp://admin:123?456@10.0.0.8/1", "core.password_not_percent_encoded"),
        ("rtsp://admin:a/b@cam.example.cn/1", "core.password_not_percent_encoded"),
        ("rtsp://10.0.0.256/1", "core.address_without_host_or_port"),
        ("rtsp://127.0.0.1:554[fd12::1]/1", "core.address_without_host_or_port"),
        ("http://10.0.0.8/1", "core.address_is_not_rtsp"),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "yaml"])
def test_an_address_that_nothing_can_be_at_is_refused(address: str, code: str, kind: FileKind) -> None:
    yaml = (
        f'site: {{name: t, division: "330881"}}\ncameras:\n  - id: cam-1\n    name: a\n    source: "{address}"\n'
    ).encode()
    found = read(yaml if kind == "yaml" else text(HEAD, ("cam-1", "a", address)), kind)
    (fault,) = found.faults
    assert fault.field.endswith("source")
    assert fault.cause.code == code or kind == "yaml" or fault.cause.code.startswith("core.source_")


@pytest.mark.parametrize(
    "address", ["rtsp://u:s3cret@127.0.0.1：9/1", "rtsp://u:s3cret@[fd00::8/1", "rtsp://u:s3cret@h：9"]
)
def test_what_is_said_of_an_address_never_holds_its_password(address: str) -> None:
    (fault,) = read(text(HEAD, ("cam-1", "a", address)), "csv").faults
    assert fault.field == "source"
    assert "s3cret" not in fault.cause


@pytest.mark.parametrize("address", ["rtsp://u:p%40@10.0.0.8:554/1?x=a@b", "rtsp://[fd00::8]:554/1", "rtsp://cam-1/1"])
def test_a_good_address_is_taken(address: str) -> None:
    assert read(text(HEAD, ("cam-1", "a", address)), "csv").faults == ()


@pytest.mark.parametrize("source", ["rtsp://u:a #b@10.0.0.8/1", "rtsp://u:12 #3@10.0.0.8/1"])
def test_an_address_that_yaml_cuts_is_named(source: str) -> None:
    yaml = f'site: {{name: t, division: "330881"}}\ncameras:\n  - id: c\n    name: a\n    source: {source}\n'.encode()
    (fault,) = read(yaml, "yaml").faults
    assert (fault.row, fault.cause.code) == (5, "store.address_cut_by_comment")


def test_a_person_says_what_a_column_is() -> None:
    content = text((*HEAD, "厂家", "杆号"), (*ROW, "海康", "G-7"))
    assert [one.field for one in read(content, "csv").faults] == ["厂家", "杆号"]
    found = read(content, "csv", {"厂家": "", "杆号 ": "address"})
    assert [one.place.address for one in found.cameras.values()] == ["G-7"]
    assert [one.meaning for one in found.columns] == ["id", "name", "source", "", "address"]


def test_what_is_remembered_never_overrides_a_title_that_the_product_knows() -> None:
    content = text((*HEAD, "备注", "杆号"), (*ROW, "rtsp://10.9.9.9/x", "G-7"))
    poisoned = Choices(remembered={"视频地址": "", "备注": "source", "杆号": "address"})
    found = read_cameras(content, "csv", SITE, poisoned)
    assert found.faults == ()
    assert [(one.source, one.place.address) for one in found.cameras.values()] == [(ROW[2], "G-7")]
    assert [one.by for one in found.columns] == [*["product"] * 4, "memory"]
    # Whoever asks may, for that table alone.
    asked = read_cameras(content, "csv", SITE, Choices({"视频地址": "", "备注": "source"}, {"杆号": "address"}))
    assert [one.source for one in asked.cameras.values()] == ["rtsp://10.9.9.9/x"]
    assert [one.by for one in asked.columns] == ["product", "product", "request", "request", "memory"]
    assert to_remember(asked.columns) == {}


def test_a_former_file_of_columns_is_the_memory_of_the_whole_site(tmp_path: Path) -> None:
    former = {"视频地址": "", "备注": "source", "杆号": "address", "厂家": "", "型号": "no column", "年份": 2026}
    (tmp_path / "columns.json").write_text(json.dumps(former), encoding="utf-8")
    known = KnownColumns(tmp_path)
    assert known.of(None) == known.of("城东街道") == {"杆号": "address", "厂家": ""}
    learnt = known.learnt("城东街道", {"杆号": "grid", "厂家": "", "备注": "source"})
    assert learnt == Learnt({"杆号": "address"}, {"杆号": "grid"})
    known.remember("城东街道", learnt)
    assert known.of("城东街道") == {"杆号": "grid", "厂家": ""}
    # Neither the whole site nor another node is told.
    assert known.of(None) == known.of("城西街道") == {"杆号": "address", "厂家": ""}


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"site": 1, "nodes": []}', b'{"site": {}, "nodes": {"a": 1}}'])
def test_a_file_of_columns_that_is_spoilt_counts_as_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "columns.json").write_bytes(content)
    assert KnownColumns(tmp_path).of("a") == {}


def test_the_example_of_the_template_is_no_camera() -> None:
    names = tuple(EXAMPLE)
    example = tuple(EXAMPLE.values())
    found = read(text(names, example, ("cam-1", "路口1", *["", ROW[2]], *[""] * 10)), "csv")
    assert ([one.id for one in found.cameras.values()], found.faults) == (["cam-1"], ())
    assert [(one.row, one.cause.code) for one in found.notices] == [(2, "store.example_passed_over")]
    (fault,) = read(book([names, example])).faults
    assert fault.cause.code == "store.no_camera_in_table"


def test_titles_are_known_however_they_are_decorated() -> None:
    assert {key_of(one) for one in ("名称*", "名称（必填）", " 名 称 ", "名称：", "名称\n(必填)")} == {"名称"}


def entities(target: zipfile.ZipFile) -> None:
    """100,000 chained entities, which end an expat of 2.5.0."""
    chain = "".join(f'<!ENTITY e{n} "&e{n - 1};">' for n in range(1, 100_000))
    target.writestr("xl/workbook.xml", f'<!DOCTYPE x [<!ENTITY e0 "a">{chain}]><workbook>&e99999;</workbook>')


def zeros(target: zipfile.ZipFile) -> None:
    target.writestr("xl/sharedStrings.xml", b"\0" * (1 << 30))


def many(target: zipfile.ZipFile) -> None:
    for number in range(60_000):
        target.writestr(f"xl/{number}", b"")


def packed(fill: Callable[[zipfile.ZipFile], None]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        fill(archive)
    return target.getvalue()


def far_cell() -> bytes:
    made, target = Workbook(), io.BytesIO()
    made.active["A1"], made.active["XFD1048576"] = "编号", "x"
    made.save(target)
    return target.getvalue()


BOMBS = {
    "chained entities": (lambda: packed(entities), "xlsx"),
    "a part of a gigabyte": (lambda: packed(zeros), "xlsx"),
    "60,000 parts": (lambda: packed(many), "xlsx"),
    "a cell in the last corner": (far_cell, "xlsx"),
    "20 MB of empty lines": (lambda: b"\n" * (20 << 20), "csv"),
    "20 MB of empty rows": (lambda: text(HEAD, ROW) + b",,\r\n" * (5 << 20), "csv"),
    "one line of 20 MB": (lambda: b"a," * (10 << 20), "csv"),
    "one cell of 20 MB": (lambda: b'"' + b"a" * (20 << 20), "csv"),
    "aliases of aliases": (
        lambda: "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)).encode(),
        "yaml",
    ),
    "20 MB of values": (lambda: b"- 1\n" * (5 << 20), "yaml"),
    "a deep list": (lambda: b"[" * 1_000_000, "yaml"),
    "a long line": (lambda: b"site: rtsp://" + b":" * 58_000, "yaml"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_is_made_to_hurt_is_refused_apart(name: str) -> None:
    make, kind = BOMBS[name]
    content = make()
    own, cpu = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    found = read(content, kind)  # type: ignore[arg-type]
    assert found.faults
    assert not found.cameras
    # What it cost here; the process that read it had limits of its own.
    assert time.process_time() - cpu < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own < 200 * 1024


def test_a_reader_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    from store.files import subprocess_reader  # noqa: PLC0415

    monkeypatch.setitem(subprocess_reader.LIMITS, "csv", subprocess_reader.Limits(5, 0.01, 320 << 20, 48 << 20))
    (fault,) = read(text(HEAD, ROW), "csv").faults
    assert fault.cause.code == "store.file_takes_long"


def test_what_is_known_stays_as_it_was() -> None:
    """An address that was taken before it was looked at like this is not looked at again."""
    old = Camera(id="cam-1", name="a", source="rtsp://10.0.0.8:70000/1")
    site = SITE.model_copy(update={"cameras": (old,)})
    assert read_cameras(text(HEAD, ("cam-1", "b", old.source)), "csv", site).faults == ()
