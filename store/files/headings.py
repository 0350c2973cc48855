"""Finds in a table what its columns mean: the row of headings, below whatever title, and the names that people give to
columns in the lists that they have."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from store.files.sheets import Cell, Odd, Sheet

# What a person chose for a column that is to be left out.
LEFT_OUT = ""
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in the site file, its heading in Chinese, where its value goes in a camera, and how else
    people call it."""

    name: str
    heading: str
    path: tuple[str, ...]
    also: str = ""

    @property
    def title(self) -> str:
        """The heading as it is written."""
        return f"{self.heading} {self.name}"


COLUMNS = (
    Column(
        "id",
        "编号",
        ("id",),
        "设备编号 设备编码 设备ID 国标编号 国标编码 国标ID 设备国标编号 设备国标编码 摄像机编号 "
        "摄像机编码 摄像头编号 监控编号 点位编号 点位编码 通道编号 通道编码 通道国标编码 相机编号 "
        "cameraid deviceid code",
    ),
    Column(
        "name",
        "名称",
        ("name",),
        "点位名称 设备名称 摄像机名称 摄像头名称 监控名称 监控点名称 监控点位 监控点位名称 通道名称 "
        "相机名称 点位 cameraname devicename",
    ),
    Column(
        "org",
        "组织",
        ("org",),
        "所属组织 组织机构 组织名称 所属街道 街道 乡镇街道 所属乡镇 所属单位 辖区 所属辖区 node",
    ),
    Column(
        "source",
        "视频地址",
        ("source",),
        "RTSP地址 RTSP RTSP流 RTSP流地址 RTSP主码流 视频流地址 流地址 取流地址 拉流地址 播放地址 "
        "主码流 主码流地址 主码流RTSP 视频流 URL rtspurl stream",
    ),
    Column("detect_source", "子码流", ("detect_source",), "子码流地址 RTSP子码流 辅码流 辅码流地址 substream"),
    Column("transport", "传输", ("transport",)),
    Column("source_kind", "来源", ("source_kind",)),
    Column("mode", "抽帧方式", ("sampling", "mode")),
    Column("interval_s", "抽帧间隔", ("sampling", "interval_s"), "采样间隔 抽帧间隔秒"),
    Column("lon", "经度", ("place", "lon"), "longitude lng 经度X X经度"),
    Column("lat", "纬度", ("place", "lat"), "latitude 纬度Y Y纬度"),
    Column(
        "address",
        "地点",
        ("place", "address"),
        "安装地址 安装地点 安装位置 详细地址 点位地址 具体位置 具体地址 地理位置 所在位置 位置 location",
    ),
    Column("grid", "网格", ("place", "grid"), "网格编号 网格编码 所属网格 网格号"),
    Column("heading", "朝向", ("place", "heading"), "方向 监控方向 监控朝向 方位 拍摄方向 direction"),
)
REQUIRED = ("id", "name", "source")
BY_NAME = {one.name: one for one in COLUMNS}
# What nobody misses.
_LEFT_OUT = "序号 备注 说明 no no. number 序 # remark remarks note notes"

_AROUND = re.compile(r"[\s_\-:：/\\|*★☆]+")
_IN_BRACKETS = re.compile(r"\([^()]{0,40}\)|\[[^\[\]]{0,40}\]|【[^【】]{0,40}】|<[^<>]{0,40}>")


By = Literal["product", "memory", "request"]


@dataclass(frozen=True, slots=True)
class Choices:
    """What people chose for columns, by `key_of` their titles.

    Attributes:
        asked: with this table; it holds before everything else, for this table alone.
        remembered: of earlier tables; it holds where the product itself does not know a title.
    """

    asked: Mapping[str, str] = field(default_factory=dict)
    remembered: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column as it stands in a table, what it was taken for (its name, LEFT_OUT, or None = nobody knows), and who
    says so: the product, what is remembered, or whoever asks."""

    title: str
    meaning: str | None
    by: By | None = None


@dataclass(frozen=True, slots=True)
class Headings:
    """Where a table begins: the sheet, the row of its headings (from 0), and its columns (None = an empty heading)."""

    sheet: Sheet
    row: int
    columns: tuple[ReadColumn | None, ...]

    @property
    def meanings(self) -> list[str]:
        """The columns that cameras are made of."""
        return [one.meaning for one in self.columns if one and one.meaning in BY_NAME]


def headings_of(sheets: Sequence[Sheet], choices: Choices) -> Headings:
    """The row, of the first rows of every sheet, in which most columns are known; the topmost of equals."""
    found = [
        Headings(sheet, number, _columns(row, choices))
        for sheet in sheets
        for number, row in islice(enumerate(sheet.rows), _LOOKED_AT)
    ]
    # A title over merged cells says the same in each of them; a table without any known column begins at its top.
    best = max(found, key=lambda one: len(set(one.meanings)), default=None)
    if best is not None and best.meanings:
        return best
    filled = next((one for one in found if any(one.columns)), None)
    return filled or Headings(sheets[0] if sheets else Sheet("", ()), 0, ())


def key_of(title: str) -> str:
    """A title without what people decorate it with: * and （必填）, line breaks, full width, capitals."""
    text = unicodedata.normalize("NFKC", title).lower()
    bare = _AROUND.sub("", _IN_BRACKETS.sub("", text))
    # A title may be nothing but its brackets.
    return bare or _AROUND.sub("", text)


def title_of(cell: Cell) -> str:
    """A heading as it is shown, on one line."""
    text = cell.text if isinstance(cell, Odd) else "" if cell is None else str(cell)
    return " ".join(text.split())[:80]


def is_known(key: str) -> bool:
    """Whether the product itself knows a title, by its key."""
    return key in _BY_KEY


def to_remember(columns: Iterable[ReadColumn]) -> dict[str, str]:
    """What whoever asked said of the columns of a table, by the keys of their titles; of a title that the product knows
    it holds for that table alone."""
    said = {key_of(one.title): one.meaning for one in columns if one.by == "request" and one.meaning is not None}
    return {key: meaning for key, meaning in said.items() if not is_known(key)}


def _columns(row: Sequence[Cell], choices: Choices) -> tuple[ReadColumn | None, ...]:
    titles = [title_of(cell) for cell in row]
    return tuple(_column(title, choices) if title else None for title in titles)


def _column(title: str, choices: Choices) -> ReadColumn:
    key = key_of(title)
    if key in choices.asked:
        return ReadColumn(title, choices.asked[key], "request")
    if key in _BY_KEY:
        return ReadColumn(title, _BY_KEY[key], "product")
    if key in choices.remembered:
        return ReadColumn(title, choices.remembered[key], "memory")
    return ReadColumn(title, None)


_BY_KEY: dict[str, str] = {key_of(one): LEFT_OUT for one in _LEFT_OUT.split() if key_of(one)} | {
    key_of(title): one.name
    for one in COLUMNS
    for title in (one.name, one.heading, f"{one.heading}{one.name}", *one.also.split())
}
