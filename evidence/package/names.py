"""Names that every system holds alike, so that unpacking a package gives the same files everywhere.

Letters and digits of ASCII, dot, hyphen and underscore: there is no other way to write such a name, whatever the normal
form. What differs by case alone, ends in a dot, or is a device of Windows is refused, too.
"""

import re
from collections.abc import Iterable, Iterator

from evidence.package.layout import ENVELOPE, MANIFEST, TIMESTAMP, parents

MAX_PARTS = 8
_PART = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def is_plain(path: str) -> bool:
    """Whether a path in a package has the same name on every system."""
    parts = path.split("/")
    return len(parts) <= MAX_PARTS and all(_PART.fullmatch(part) and not _DEVICE.fullmatch(part) for part in parts)


def clashes(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Paths that are one and the same somewhere, or a file in one place and a folder in another, and why."""
    seen = {name: name for name in (MANIFEST, ENVELOPE, TIMESTAMP)}
    folders: dict[str, str] = {}
    for path in paths:
        low = path.lower()
        if low in seen:
            yield path, "is listed twice" if seen[low] == path else f"differs from {seen[low]} by case alone"
        elif low in folders:
            yield path, "is a file, and a folder of others"
        seen[low] = path
        for folder in parents(path):
            above = folder.lower()
            if above in seen:
                yield path, f"lies in {folder}, which is a file"
            elif folders.setdefault(above, folder) != folder:
                yield path, f"lies in a folder that differs from {folders[above]} by case alone"
