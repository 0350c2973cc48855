"""Who may use what this program makes: its user alone, or also the group of users who work in one home.

Several users work in a home that the group may write and that has the setgid bit (chmod 2770): then `serve` may run as
another user than `run`. What a process makes there belongs to the group, but for the keys that seal; packages and
public keys the group only reads. That a process works in such a home is told by its umask.
"""

import os
import stat
from pathlib import Path

# What the group may do with a folder. KEEPS: it may add files, and take away its own alone.
WRITES, KEEPS, READS = 0o2070, 0o3070, 0o2050
_GROUP_READS, _GROUP_WRITES = 0o040, 0o020
_UMASK = 0o007
_OF_SEVERAL = stat.S_ISGID | stat.S_IWGRP


def keep_to(home: Path) -> None:
    """From now on what this process makes is for the group, if several users work in this home.

    Raises:
        OSError: the home cannot be looked at.
    """
    if home.stat().st_mode & _OF_SEVERAL == _OF_SEVERAL:
        os.umask(_UMASK)


def is_shared() -> bool:
    """Whether this process works in a home of several users."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return False
    return f"Umask:\t{_UMASK:04o}" in lines


def share(path: Path, *, writes: bool = False) -> None:
    """Lets the group read a file that was made for its user alone, if several users work here.

    Args:
        writes: it may write there, too.

    Raises:
        OSError: the file is somebody else's.
    """
    if is_shared():
        path.chmod(0o600 | _GROUP_READS | (_GROUP_WRITES if writes else 0))


def keep_from_changes(*paths: Path) -> None:
    """Lets the group only read files and folders, if several users work here.

    Raises:
        OSError: one is somebody else's.
    """
    if is_shared():
        for path in paths:
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_GROUP_WRITES)


def make_folder(path: Path, group: int = WRITES) -> None:
    """Makes a folder for this user alone, or for the group too.

    Args:
        group: what that group may do in it.

    Raises:
        OSError: it cannot be made.
    """
    if path.is_dir():
        return
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if is_shared():
        path.chmod(0o700 | group)
