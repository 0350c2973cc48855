"""The words of the report: Chinese first, English beside."""

from html import escape
from types import MappingProxyType

SIDES = ("one", "two")  # the colours of the page

_LABELS = MappingProxyType(
    {
        "person": "行人",
        "bicycle": "自行车",
        "motorcycle": "电动车摩托车",
        "tricycle": "三轮车",
        "car": "轿车",
        "van": "面包车",
        "bus": "客车",
        "truck": "货车",
        "stall": "摊位",
        "goods": "货物",
        "table": "桌子",
        "umbrella": "遮阳伞",
        "garbage": "垃圾",
        "bin": "垃圾桶",
        "bin_overflow": "满溢垃圾桶",
        "unknown_object": "不明物体",
    }
)
WHY = MappingProxyType(
    {
        "place": ("位置不准", "badly placed"),
        "label": ("类别不同", "other label"),
        "twice": ("重复框", "second box of one thing"),
        "faint": ("分数过低", "score too low"),
        "nothing": ("", ""),
    }
)


def both(zh: str, en: str) -> str:
    """A phrase in both languages, as HTML."""
    return f'{escape(zh)}<span class="en">{escape(en)}</span>'


def label_name(label: str) -> str:
    """A label in both languages, as plain text."""
    return f"{_LABELS[label]} {label}" if label in _LABELS else label


def minus(number: str) -> str:
    """A signed number with a true minus sign."""
    return number.replace("-", "−")
