"""The words on pictures: Chinese first, English where the system has no Chinese letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from evidence.drawing.lettering import Lettering

LABELS_ZH = MappingProxyType(
    {
        "person": "人员",
        "bicycle": "自行车",
        "motorcycle": "摩托车/电动车",
        "tricycle": "三轮车",
        "car": "小型汽车",
        "van": "面包车",
        "bus": "客车",
        "truck": "货车",
        "stall": "摊点",
        "goods": "货物",
        "table": "桌椅",
        "umbrella": "遮阳伞",
        "garbage": "垃圾",
        "bin": "垃圾桶",
        "bin_overflow": "垃圾满溢",
        "unknown_object": "不明物体",
    }
)


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str

    def on(self, letters: Lettering) -> str:
        """The one that these letters can show."""
        return self.zh if letters.has_chinese else self.en


KIND = Words("事件类型", "Event")
PLACE = Words("地点", "Place")
ZONE = Words("区域", "Zone")
TIME = Words("拍摄时间", "Time")
FIRST_REST = Words("静止起始", "Still since")
VIOLATION = Words("超时时刻", "Over time at")
LAST_SEEN = Words("最后出现", "Last seen")
ELAPSED = Words("已停留", "Stood for")
DWELL = Words("停留时长", "Dwell")
GAPS = Words("间断时段", "Not seen")
LIMIT = Words("规定时限", "Limit")
DEVICE = Words("设备编号", "Device")
EVENT_NO = Words("事件编号", "Event no.")
CODE = Words("防伪码", "Code")
THINGS = Words("目标", "Things")
AGENCY = Words("管辖部门", "Agency")
SHOP = Words("店铺", "Shop")
SOURCE = Words("影像来源", "Source")
MARKED = Words("标注", "Marks")
CLOCK = Words("服务器时钟", "Server clock")

TITLE = Words("视频取证合成图", "Composite of video evidence")
TITLE_CLEARING = Words("视频取证合成图（消除）", "Composite of video evidence (clearing)")
LEAD = Words("（线索）", " (lead)")
STANDING = Words("线索 · 待人工核实", "lead, to be checked by an officer")

CAPTION_FIRST_REST = Words("图1 静止起始", "1 First rest")
CAPTION_MIDDLE = Words("图2 停留途中", "2 Between")
CAPTION_VIOLATION = Words("图3 超过时限", "3 Over time")
CAPTION_CLOSE_UP = Words("图4 特写（取自图3）", "4 Close-up of 3")
CAPTION_LAST_SEEN = Words("图1 最后出现", "1 Last seen")
CAPTION_AFTER = Words("图2 消除之后", "2 After")
NOT_THERE = Words("缺此图", "Not there")
UNSEEN = Words("此刻未见目标，未标注", "not seen at this moment, no box")
UNRECORDED = Words("此刻未记录检测框，未标注", "no detection was kept of this moment, no box")
AS_DETECTED = Words("本帧检测结果", "as detected in this frame")
RED = Words("红框为超过时限", "red: over time")
AMBER = Words("黄框为未超时限", "amber: not over time")
GREY = Words("灰框为其他物体", "grey: others")

_SOURCES = MappingProxyType(
    {
        "live": ("实时接收", "live"),
        "gateway": ("经平台实时接收", "live through a gateway"),
        "recorded_file": ("录像文件，非实时", "recorded file, not live"),
        "replayed": ("录像回放，非实时", "replayed recording, not live"),
    }
)

GAPS_TOLD = 3  # as many as there is room for on a sheet


def label(name: str) -> Words:
    """What a thing is called."""
    return Words(LABELS_ZH.get(name, name), name.replace("_", " "))


def duration(duration_s: float) -> Words:
    """A time span: 1800 s -> 30分00秒, 0:30:00; 30 s -> 30秒, 0:00:30."""
    whole = max(0, int(duration_s))
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    zh = (
        f"{hours}小时{minutes:02d}分{seconds:02d}秒"
        if hours
        else f"{minutes}分{seconds:02d}秒"
        if minutes
        else f"{seconds}秒"
    )
    return Words(zh, f"{hours}:{minutes:02d}:{seconds:02d}")


def dwell(dwell_s: float, observed_s: float, bridged_s: float) -> Words:
    """A dwell with what was seen of it and what was bridged."""
    whole, seen, gap = duration(dwell_s), duration(observed_s), duration(bridged_s)
    return Words(f"{whole.zh}（观测 {seen.zh}，间断 {gap.zh}）", f"{whole.en} (observed {seen.en}, bridged {gap.en})")


def things(named: Sequence[Words], over: int) -> Words:
    """How many things there are, which, and how many of them passed the limit."""
    kinds = list(dict.fromkeys(named))
    zh = "、".join(f"{one.zh} {named.count(one)} 处" if len(named) > 1 else one.zh for one in kinds)
    en = ", ".join(f"{named.count(one)} {one.en}" if len(named) > 1 else one.en for one in kinds)
    if over == len(named):
        return Words(zh, en)
    return Words(f"{zh}（超过时限 {over} 处）", f"{en} ({over} over time)")


def source(kind: str, file: str, time_basis: str) -> Words:
    """How the pictures reached us, and whose word their times are."""
    zh, en = _SOURCES.get(kind, (kind, kind))
    told = Words(f"{zh} {file}".strip(), f"{en} {file}".strip())
    if time_basis == "arrival":
        return told
    return Words(f"{told.zh}（时间由操作者指定）", f"{told.en} (time as stated by the operator)")


def colours(*, amber: bool) -> Words:
    """What the colours of the boxes mean."""
    told = (RED, AMBER, GREY) if amber else (RED, GREY)
    return Words("，".join(one.zh for one in told), "; ".join(one.en for one in told))


def gaps(spans: Sequence[str]) -> Words:
    """The first of the gaps, and how many there are; the manifest holds them all."""
    told, more = spans[:GAPS_TOLD], len(spans) > GAPS_TOLD
    zh, en = "、".join(told), ", ".join(told)
    return Words(f"{zh} 等{len(spans)}段", f"{en} ... {len(spans)} in all") if more else Words(zh, en)


def clock(within_limit: bool | None) -> Words:  # noqa: FBT001
    """What is known of the clock's error, against the 1 s of GA/T 832."""
    if within_limit is None:
        return Words("误差未知", "error unknown")
    return Words("误差不超过1秒", "error within 1 s") if within_limit else Words("误差超过1秒", "error above 1 s")


def local(moment: datetime) -> str:
    """A moment as people read it, to the tenth of a second, in its own time zone."""
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 100_000}"
