"""Tables of cameras: how the stream travels and reaches us, in the words of people and of the site file."""

import pytest

from core.site import Camera, SourceKind
from store.files.camera_files import read_cameras
from store.files.camera_sheet import table_of


@pytest.mark.parametrize(
    ("transport", "kind", "taken"),
    [
        ("UDP", "录像回放", ("udp", "replayed")),  # as people write it
        ("tcp", "gateway", ("tcp", "gateway")),  # as the site file has it
        ("", "网关转发", (None, "gateway")),
        ("", "", (None, "live")),
    ],
)
def test_a_table_says_how_a_stream_reaches_us(transport: str, kind: str, taken: tuple[str | None, str]) -> None:
    table = f"编号,名称,视频地址,传输,来源\na,甲,rtsp://10.0.0.8/1,{transport},{kind}\n"
    (camera,) = read_cameras(table.encode(), "csv", None).cameras.values()
    assert (camera.transport, camera.source_kind) == taken
    # what export writes is read again as it was
    rows = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in table_of([camera]))
    assert list(read_cameras(rows.encode(), "csv", None).cameras.values()) == [camera]


@pytest.mark.parametrize(("column", "word"), [("传输", "http"), ("来源", "直播")])
def test_an_unknown_word_names_its_row_and_column(column: str, word: str) -> None:
    faults = read_cameras(f"编号,名称,视频地址,{column}\na,甲,rtsp://10.0.0.8/1,{word}\n".encode(), "csv", None).faults
    assert [(one.row, one.field) for one in faults if one.row == 2] == [
        (2, {"传输": "transport", "来源": "source_kind"}[column])
    ]


@pytest.mark.parametrize(
    ("source", "kind"),
    [("rtsp://10.0.0.8/1", "replayed"), ("file:///recordings/a.mp4", "recorded_file")],
)
def test_a_file_is_a_recorded_file_whatever_was_declared(source: str, kind: SourceKind) -> None:
    assert Camera(id="a", name="a", source=source, source_kind="replayed").declared_source == kind
