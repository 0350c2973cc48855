"""Names that every system holds alike, so that unpacking a package gives the same files everywhere.

Letters and digits of ASCII, dot, hyphen and underscore: there is no other way to write such a name, whatever the normal
form. What differs by case alone, ends in a dot, or is a device of Windows is refused, too.
"""

import re
from collections.abc import Iterable, Iterator

from core.messages import Message
from evidence.package.layout import ENVELOPE, MANIFEST, TIMESTAMP, parents

MAX_PARTS = 8
NOT_PORTABLE = Message("evidence.name_not_portable")
LISTED_TWICE = Message("evidence.file_listed_twice")
_PART = re.compile(r"[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def is_plain(path: str) -> bool:
    """Whether a path in a package has the same name on every system."""
    parts = path.split("/")
    return len(parts) <= MAX_PARTS and all(_PART.fullmatch(part) and not _DEVICE.fullmatch(part) for part in parts)


def clashes(paths: Iterable[str]) -> Iterator[tuple[str, Message]]:
    """Paths that are one and the same somewhere, or a file in one place and a folder in another, and why."""
    seen = {name: name for name in (MANIFEST, ENVELOPE, TIMESTAMP)}
    folders: dict[str, str] = {}
    for path in paths:
        low = path.lower()
        if low in seen:
            is_same = seen[low] == path
            yield path, LISTED_TWICE if is_same else Message("evidence.name_differs_by_case", other=seen[low])
        elif low in folders:
            yield path, Message("evidence.file_is_also_folder")
        seen[low] = path
        for folder in parents(path):
            above = folder.lower()
            if above in seen:
                yield path, Message("evidence.lies_in_file", folder=folder)
            elif folders.setdefault(above, folder) != folder:
                yield path, Message("evidence.folder_differs_by_case", other=folders[above])
