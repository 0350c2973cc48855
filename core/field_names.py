"""What the fields of requests, files and forms are called in Chinese; core/fields.json holds the names."""

import json
import re
from functools import cache
from importlib.resources import files

_SEPARATORS = re.compile(r"[.\[\]]+")


def in_chinese(path: str) -> str:
    """A field by its names: `cameras[2].source` is 摄像机 3，视频地址; a path that begins with no known field stays.

    >>> in_chinese("presets.0.zones.1.polygon")
    '预置位 1，区域 2，范围'
    """
    keys: list[tuple[str, list[int]]] = []
    for part in filter(None, _SEPARATORS.split(path)):
        if not part.isascii() or not part.isdigit():
            keys.append((part, []))
        elif keys:
            keys[-1][1].append(int(part) + 1)
    names = _names()
    if not keys or keys[0][0] not in names:
        return path
    # What only holds others and is no list need not be named.
    shown = [(key, numbers) for at, (key, numbers) in enumerate(keys) if numbers or at == len(keys) - 1]
    return "，".join(" ".join([names.get(key, key), *map(str, numbers)]) for key, numbers in shown)


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = json.loads((files("core") / "fields.json").read_text(encoding="utf-8"))
    return found
